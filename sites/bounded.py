"""Text from upstream, cut to what a column holds. Whatever the wire lets through, a row takes."""


def bounded(text: str, length: int) -> str:
    """At most `length` characters; of the unprintable ones only line breaks stay, spaces of any kind become spaces."""
    if len(text) > length:
        text = text[:length]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "" for c in text)

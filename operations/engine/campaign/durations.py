"""The name by which the engine keeps how long a strategy took at one site."""


def phase_of(kind: str) -> str:
    """Of spans of a whole strategy (PhaseSpan)."""
    return f"strategy {kind}"[:64]

"""A length of time as people read it. static/js/time.js says the same of what still runs."""


def in_words(seconds: float) -> str:
    """ "48 s", "12 min 40 s", "3 h 5 min", "2 d 4 h": two units at most. Negative is 0 s: clocks differ."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"

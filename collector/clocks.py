"""Clocks of clouds that are wrong: said of the cloud, because the times of its alarms are wrong as well."""

from sites.reachability import SKEW_WARNING

STEP_SECONDS = 10.0  # the Date header has whole seconds: finer words would change with every look


def wrong_clock(skew: float | None) -> str:
    """What to say of a clock that is `skew` seconds ahead of ours; empty where it is right, or not known."""
    if skew is None or abs(skew) <= SKEW_WARNING:
        return ""
    return f"Its clock is {round(skew / STEP_SECONDS) * STEP_SECONDS:+.0f} s off the portal's: so are its times."

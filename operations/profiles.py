"""Kinds of hardware, by which durations are learned and sites are told apart in plans."""

_NAMES = {"simplex": "AIO-SX", "duplex": "AIO-DX", "duplex-direct": "AIO-DX"}


def profile_of(system_mode: str) -> str:
    """sysinv's system mode in the words people use; one that is not known stays as it is."""
    return _NAMES.get(system_mode, system_mode)[:80]

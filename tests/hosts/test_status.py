"""One word for a host."""

import pytest

from hosts.choices import HostStatus
from hosts.status import status_of


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("unlocked", "enabled", "available", ""), HostStatus.OK),
        (("unlocked", "enabled", "degraded", ""), HostStatus.DEGRADED),
        (("unlocked", "disabled", "failed", ""), HostStatus.DOWN),
        (("unlocked", "enabled", "offline", ""), HostStatus.DOWN),
        (("locked", "disabled", "online", ""), HostStatus.LOCKED),
        (("locked", "disabled", "online", "Unlocking"), HostStatus.TRANSITION),
        (("unlocked", "disabled", "failed", "Configuration Failed, re-enabling"), HostStatus.DOWN),
        (("unlocked", "enabled", "purple", ""), HostStatus.UNKNOWN),
        (("", "", "", ""), HostStatus.UNKNOWN),
    ],
)
def test_status(words: tuple[str, str, str, str], status: HostStatus) -> None:
    assert status_of(*words) == status

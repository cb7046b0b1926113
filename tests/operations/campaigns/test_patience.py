"""How long a site is waited for, by what stands against it."""

from datetime import timedelta

import pytest

from operations.campaigns.patience import FACTS, NO_END, patience
from operations.campaigns.reasons import hold

WORK = timedelta(minutes=30)
NONE = timedelta(0)


@pytest.mark.parametrize(
    ("keys", "span"),
    [
        (["stale"], FACTS),
        (["alarms-stale", "ceph-stale"], FACTS),
        (["busy"], WORK),
        (["backup-running", "alarms-stale"], WORK),
        (["controller-unreachable"], NO_END),
        (["controller-stale", "blocking-alarm"], NO_END),
        (["stale", "offline"], FACTS),  # that it is offline is as old as all else
        (["alarms-stale", "offline"], NONE),
        (["blocking-alarm"], NONE),
        ([], NONE),
    ],
)
def test_how_long(keys: list[str], span: timedelta) -> None:
    assert patience([hold(key, "A sentence.") for key in keys], WORK) == span

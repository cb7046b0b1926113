"""Our own aggregate of sync statuses."""

import pytest

from sites.sync import aggregate


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ([], ""),
        (["in-sync", "in-sync"], "in-sync"),
        (["in-sync", "unknown"], "unknown"),
        (["unknown", "out-of-sync", "in-sync"], "out-of-sync"),
        (["in-sync", "purple"], "unknown"),
    ],
)
def test_aggregate(statuses: list[str], told: str) -> None:
    assert aggregate(statuses) == told

"""When a cloud's clock is called wrong."""

import pytest

from collector.clocks import wrong_clock


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (None, ""),
        (0.0, ""),
        (-29.9, ""),
        (7203.2, "Its clock is +7200 s off the portal's: so are its times."),
        (-120.4, "Its clock is -120 s off the portal's: so are its times."),
    ],
)
def test_only_a_clock_that_misleads_is_mentioned(skew: float | None, said: str) -> None:
    assert wrong_clock(skew) == said

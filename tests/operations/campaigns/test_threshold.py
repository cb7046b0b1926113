"""When a campaign stops by itself, and what it says then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.campaigns.facts import AlarmKey
from operations.campaigns.failure_limits import FailureLimit
from operations.campaigns.threshold import SiteResult, WaveLimit, verdict

FREE = FailureLimit()
ALARM = AlarmKey("400.001", "service_group=vim")


def failures(count: int, wave: int = 2, **how: object) -> list[SiteResult]:
    given = {"error": "apply failed"} | how
    return [SiteResult(f"cell-{wave}-{n}", wave, **given) for n in range(count)]  # type: ignore[arg-type]


def wave_2(size: int = 100, **limit: float) -> dict[int, WaveLimit]:
    return {0: WaveLimit("Canaries", 4, FailureLimit(count=0)), 2: WaveLimit("South", size, FailureLimit(**limit))}  # type: ignore[arg-type]


def test_two_per_cent_bears_two_of_a_hundred_and_not_a_third() -> None:
    assert not verdict(failures(2), wave_2(percent=2), FREE).stop
    stopped = verdict(failures(3), wave_2(percent=2), FREE)
    assert stopped.stop
    assert stopped.wave == 2
    assert stopped.sentence == (
        "Wave 2 (South): 3 of 100 sites failed (3 %), the limit is 2 %: cell-2-0 (apply failed),"
        " cell-2-1 (apply failed), cell-2-2 (apply failed). No further site starts."
    )


@pytest.mark.parametrize(("count", "failed", "stop"), [(0, 0, False), (0, 1, True), (2, 2, False), (2, 3, True)])
def test_counts(count: int, failed: int, stop: bool) -> None:
    assert verdict(failures(failed), wave_2(count=count), FREE).stop == stop


def test_the_first_limit_reached_counts() -> None:
    assert "the limit is 1:" in verdict(failures(2), wave_2(count=1, percent=50), FREE).sentence
    assert "the limit is 1 %" in verdict(failures(2), wave_2(count=5, percent=1), FREE).sentence


def test_a_new_alarm_on_a_canary_stops_and_is_named() -> None:
    stopped = verdict([SiteResult("cell-7", 0, new_alarms=(ALARM,))], wave_2(), FREE)
    assert stopped.sentence == (
        "Canaries: 1 of 4 sites failed (25 %), the limit is 0: cell-7 (new alarm 400.001 on service_group=vim)."
        " No further site starts."
    )


def test_a_site_counts_once_and_not_when_excused() -> None:
    both = SiteResult("x", 2, error="failed", new_alarms=(ALARM, ALARM))
    assert not verdict([both], wave_2(count=1), FREE).stop
    assert "and 1 more" in both.told
    excused = SiteResult("x", 2, error="failed", excused=True)
    assert not verdict([excused], wave_2(count=0), FREE).stop


def test_waves_add_up_for_the_campaign() -> None:
    limits = {n: WaveLimit(f"w{n}", 50, FailureLimit(count=5)) for n in (1, 2)}
    spread = failures(3, 1) + failures(3, 2)
    assert not verdict(spread, limits, FailureLimit(count=6)).stop
    stopped = verdict(spread, limits, FailureLimit(count=5))
    assert stopped.wave is None
    assert stopped.sentence.startswith("The campaign: 6 of 100 sites failed (6 %), the limit is 5: ")
    assert "and 1 more" in stopped.sentence


def test_nothing_has_failed() -> None:
    assert verdict([SiteResult("x", 2)], wave_2(count=0, percent=0), FailureLimit(count=0)).sentence == ""


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 20) | st.none(), st.floats(0, 100) | st.none())
def test_one_more_failure_never_lets_it_go_on(size: int, failed: int, count: int | None, percent: float | None) -> None:
    limits = {2: WaveLimit("w", size, FailureLimit(count, percent))}
    if verdict(failures(failed), limits, FREE).stop:
        assert verdict(failures(failed + 1), limits, FREE).stop
        assert failed > 0


def test_a_share_that_is_just_reached_is_borne() -> None:
    """As written, not as binary fractions have it: 69 of 750 are 9.2 percent."""
    assert FailureLimit(percent=9.2).reached(69, 750) == ""
    assert FailureLimit(percent=9.2).reached(70, 750) == "the limit is 9.2 %"

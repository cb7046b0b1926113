"""Alarms that come and go by themselves do so at the rate that was set, and the past does not change with it."""

import pytest

from simulator.alarms.churn import NATURAL_SECONDS, Churn
from simulator.clock import Clock
from simulator.fleet import Cloud
from simulator.survey import build

EPOCH = 1_800_000_000.0
HOUR = 3600.0
SUBCLOUDS = build(3, 80, 1).controllers[0].subclouds


def raises(churn: Churn, start: float, end: float) -> list[tuple[str, float]]:
    """(alarm uuid, instant) of every raise of the fleet between the two instants."""
    return sorted(
        (episode.alarm.uuid, episode.alarm.raised_at)
        for cloud in SUBCLOUDS
        for episode in churn.episodes(cloud, end, 60)
        if start <= episode.alarm.raised_at < end
    )


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_natural_rate(speed: float) -> None:
    churn = Churn(Clock(EPOCH, speed), len(SUBCLOUDS))
    hours = 20 / speed
    expected = len(SUBCLOUDS) * hours * HOUR * speed / NATURAL_SECONDS
    assert len(raises(churn, EPOCH, EPOCH + hours * HOUR)) == pytest.approx(expected, rel=0.05)


def test_rate_that_was_set_for_the_fleet() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    churn.set_rate(EPOCH + HOUR, on=True, per_minute=40)
    assert len(raises(churn, EPOCH + HOUR, EPOCH + 2 * HOUR)) == pytest.approx(2400, rel=0.05)


def test_off_means_that_nothing_changes() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    churn.set_rate(EPOCH + HOUR, on=False, per_minute=0)

    def standing(cloud: Cloud, at: float) -> list[str]:
        return [episode.alarm.uuid for episode in churn.episodes(cloud, at)]

    assert any(standing(cloud, EPOCH + HOUR) for cloud in SUBCLOUDS)
    for cloud in SUBCLOUDS:
        assert standing(cloud, EPOCH + HOUR) == standing(cloud, EPOCH + 1000 * HOUR)


def test_past_stays_as_it_was() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    before = raises(churn, EPOCH - 5 * HOUR, EPOCH + HOUR)
    churn.set_rate(EPOCH + HOUR, on=False, per_minute=0)
    churn.set_rate(EPOCH + 2 * HOUR, on=True, per_minute=500)
    after = raises(churn, EPOCH - 5 * HOUR, EPOCH + HOUR)
    assert set(after) <= set(before)
    assert len(before) > 200


def test_changes_are_all_announced() -> None:
    churn = Churn(Clock(EPOCH), len(SUBCLOUDS))
    for cloud in SUBCLOUDS[:20]:
        at = EPOCH
        for _ in range(40):
            following = min(change for change in churn.changes(cloud, at) if change > at)
            present = {episode.alarm.uuid for episode in churn.episodes(cloud, at)}
            middle = {episode.alarm.uuid for episode in churn.episodes(cloud, (at + following) / 2)}
            assert middle == present
            at = following

"""A window that closes in the middle of a run: nothing further starts, what runs ends, and it goes on in the next."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.patching import GATES, Board, Row
from tests.journeys.upstream_log import UpstreamLog

pytestmark = pytest.mark.timeout(760)
SPEED, SUBCLOUDS, SITES = "120", 16, 5
MINUTE = timedelta(minutes=1)
SHORT = 100.0  # seconds that the first window lasts at least: more than planning and the P90 of one site take here


@pytest.fixture(scope="module")
def board(board_of: Callable[..., Board]) -> Board:
    return board_of(subclouds=SUBCLOUDS, speed=SPEED)


@dataclass
class Nights:
    """Two windows: one that is open now and closes soon, and one that opens a minute after that."""

    closes: datetime
    opens: datetime

    @classmethod
    def soon(cls) -> "Nights":
        closes = datetime.now(UTC).replace(second=0, microsecond=0) + MINUTE
        while (closes - datetime.now(UTC)).total_seconds() < SHORT:
            closes += MINUTE
        return cls(closes, closes + MINUTE)

    def rules(self, zones: Iterable[str]) -> Row:
        """One site at a time, in these windows by the clocks of each zone. What is now in one of them is whole hours
        away in the others."""
        windows = []
        for zone in sorted(set(zones)):
            windows.append(window(f"first {zone}", self.closes - 3 * MINUTE, 3, zone))
            windows.append(window(f"second {zone}", self.opens, 15, zone))
        return {"gates": GATES, "limits": {"overall": 1}, "waves": [{"name": "all"}], "windows": windows}


def window(name: str, opens: datetime, minutes: int, zone: str) -> Row:
    local = opens.astimezone(ZoneInfo(zone))
    return {"name": name, "weekdays": list(range(7)), "start": f"{local:%H:%M}", "minutes": minutes}


@dataclass
class Watch:
    """What the campaign says while it runs."""

    board: Board
    pk: int
    said: list[tuple[datetime, Row]] = field(default_factory=list)

    def look(self) -> None:
        self.said.append((datetime.now(UTC), self.board.campaign(self.pk)))

    def between(self, first: datetime, last: datetime) -> list[Row]:
        return [told for at, told in self.said if first <= at < last]


def test_a_window_closes_in_the_middle_of_a_run(board: Board) -> None:
    sites = dict(sorted(board.eligible({"gates": GATES}, SITES, timeout=120).items())[:SITES])
    nights = Nights.soon()
    with UpstreamLog.begin(board) as log:
        pk = board.begin(nights.rules(each["zone"] for each in sites.values()), [each["id"] for each in sites.values()])
        watch = Watch(board, pk)
        ended = board.until_ended(pk, timeout=560, meanwhile=watch.look)
    assert ended["state"] == "completed", json.dumps(ended)[:3000]
    assert log.patched() == dict.fromkeys(sites, 1)
    assert board.groups() == log.groups
    check_starts(log, nights)
    check_said(watch.between(nights.closes + timedelta(seconds=10), nights.opens - timedelta(seconds=10)), nights)
    assert (ended["waits_until"], ended["state_reason"]) == (None, "")


def check_starts(log: UpstreamLog, nights: Nights) -> None:
    """By the simulator's clock: some ran in the first window, the others in the second, and nobody was stopped. One
    that was made too late to be started in the first was taken back."""
    ran = log.strategies()
    assert all(each.deleted and each.aborted is None for each in ran)
    applied = sorted(datetime.fromtimestamp(each.applied, UTC) for each in ran if each.applied)
    first = [at for at in applied if at < nights.closes]
    assert first, "nothing ran in the first window"
    assert len(first) < len(applied), "all of it ran in the first window: it closed in the middle of nothing"
    assert [at for at in applied if nights.closes <= at < nights.opens] == []


def check_said(told: list[Row], nights: Nights) -> None:
    """While it waited."""
    assert told, "nobody looked meanwhile"
    opens = f"{nights.opens:%Y-%m-%d %H:%M} UTC"
    for each in told:
        assert each["state"] == "processing"
        assert datetime.fromisoformat(each["waits_until"]) == nights.opens
        assert "no window is open for long enough" in each["state_reason"]
        assert f"It goes on {opens}" in each["state_reason"]

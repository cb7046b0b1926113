"""A campaign over a whole fleet on two System Controllers: canaries and five waves, in windows, within all limits.

Small unless DCPORTAL_TEST_SITES says how many subclouds there shall be; from 500 on it runs at SPEED=120.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer, Portal
from tests.journeys.installation import Installation
from tests.journeys.patching import GATES, Board, Row
from tests.journeys.test_scopes_hold import MAKE_USER, OwnPortal
from tests.journeys.upstream_log import Ran, UpstreamLog, most_at_once
from tests.simulator.campaigns import campaign, software
from tests.waiting import wait_until

SUBCLOUDS = int(os.environ.get("DCPORTAL_TEST_SITES", "40"))
LARGE = SUBCLOUDS >= 500
SPEED = "120" if LARGE else "600"
PATIENCE = 3600 if LARGE else 600
AT_ONCE = max(20, SUBCLOUDS // 5)
PER_REGION = AT_ONCE * 2 // 3
PER_LINK, BEHIND_A_LINK = 4, 8
CYCLE, OPEN = 30, 25  # minutes: twice an hour a window of each site's local time, so that all zones take part
WAVES = 5
pytestmark = pytest.mark.timeout(PATIENCE + 600)
log = logging.getLogger(__name__)

SURROUND = """
import json, sys
from sites.models import Cloud, Neighbours, Surroundings
told = json.loads({told!r})
Surroundings.objects.bulk_create(Surroundings(cloud_id=int(pk), wan_link=link) for pk, link in told["links"].items())
Neighbours.objects.bulk_create(Neighbours(first_id=one, second_id=other) for one, other in told["neighbours"])
"""


@dataclass
class Fleet:
    """`sites` as the preview has them; `links` and `neighbours` as somebody has entered them, by name."""

    board: Board
    night_shift: Installation  # who sees one group only
    sites: dict[str, Row]
    links: dict[str, str]
    neighbours: list[tuple[str, str]]


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Fleet]:
    made = campaign(start_simulator, subclouds=SUBCLOUDS, controllers=2, speed=int(SPEED))
    portal = module_portal(worker=True, DCPORTAL_SPEED=SPEED, DCPORTAL_CAMPAIGNS="true")
    board = Board(portal, made.fleet, controllers=2)
    board.register()
    portal.start("collector")
    installation = Installation(made.fleet, portal)
    installation.until_read(SUBCLOUDS, timeout=PATIENCE / 6)
    installation.until_inventoried(timeout=PATIENCE / 3)
    sites = board.eligible({"gates": GATES}, SUBCLOUDS * 3 // 4, timeout=PATIENCE / 6)
    yield surrounded(board, night_shift(installation), sites)
    made.fleet.child.stop()


def night_shift(installation: Installation) -> Installation:
    """Somebody who sees the second group of the first controller."""
    group = min(row["group"] for row in installation.rows("subclouds") if row["group"])
    portal = installation.portal
    told = portal.manage("shell", "-c", MAKE_USER.format(name="night", password="one group of them", group=group))
    own = OwnPortal(portal.url, portal.database_url, portal.environment, portal.var)
    own.own_token = told.split("token:")[1].strip()
    return Installation(installation.simulator, own)


def surrounded(board: Board, night: Installation, sites: dict[str, Row]) -> Fleet:
    """Every few sites of a region at one controller are behind one link, and some of them cover for the next."""
    near: dict[str, list[str]] = {}
    for name in sorted(sites):
        near.setdefault(f"{sites[name]['controller']} {sites[name]['region'] or 'nowhere'}", []).append(name)
    links = {
        name: f"{place} {number // BEHIND_A_LINK}"[:64]
        for place, names in near.items()
        for number, name in enumerate(names)
    }
    neighbours = [pair for names in near.values() for pair in list(pairwise(names))[::6]]
    told = {
        "links": {sites[name]["id"]: link for name, link in links.items()},
        "neighbours": [sorted((sites[one]["id"], sites[other]["id"])) for one, other in neighbours],
    }
    board.portal.manage("shell", "-c", SURROUND.format(told=json.dumps(told)))
    return Fleet(board, night, sites, links, neighbours)


def windows(opens: datetime) -> list[Row]:
    """From `opens` on, as far as minutes go, for so long in every cycle; in local time of whatever whole hours."""
    return [
        {
            "name": f"{hour}-{part}", "weekdays": list(range(7)), "minutes": OPEN,
            "start": f"{hour:02}:{(opens.minute + part * CYCLE) % 60:02}",
        }
        for hour in range(24)
        for part in range(60 // CYCLE)
    ]  # fmt: skip


def rules(opens: datetime) -> Row:
    """Canaries, four waves by size, and the rest."""
    return {
        "gates": GATES, "windows": windows(opens),
        "limits": {"overall": AT_ONCE, "per_region": PER_REGION, "per_link": PER_LINK},
        "canaries": {"each": 1, "soak_minutes": 0},
        "waves": [{"name": f"wave {n}", "percent": 14, "soak_minutes": 0} for n in range(1, WAVES)]
        + [{"name": f"wave {WAVES}", "soak_minutes": 0}],
    }  # fmt: skip


def test_every_site_is_patched_once_in_its_window_within_all_limits(fleet: Fleet) -> None:
    board = fleet.board
    began = datetime.now(UTC)
    opens = (began + timedelta(seconds=70)).replace(second=0, microsecond=0)
    ids = [each["id"] for each in fleet.sites.values()]
    seen = set[frozenset[int]]()
    cpu = Cpu(board.portal, board.simulator)
    with UpstreamLog.begin(board) as upstream:
        pk = board.begin(rules(opens), ids)
        ended = board.until_ended(pk, timeout=PATIENCE, meanwhile=lambda: seen.add(scoped(fleet)))
    took = datetime.now(UTC) - began
    strategies = [ran for ran in upstream.strategies() if ran.applied]
    sites = board.sites(pk)
    figures = {"sites": len(ids), "strategies": len(strategies), "seconds": took.total_seconds()} | cpu.spent()
    figures |= {"counts": ended["counts"]}
    log.info("a campaign over %s", figures)
    assert ended["state"] == "completed", (board.troubles(pk), json.dumps(ended)[:3000])
    check_all(
        lambda: check_done(fleet, upstream, strategies),
        lambda: check_seen(seen),
        lambda: check_windows(strategies, opens),
        lambda: check_limits(fleet, strategies),
        lambda: check_waves(sites, strategies),
    )


def check_all(*checks: Callable[[], None]) -> None:
    """So long a run is not done again to see what else is wrong."""
    wrong: list[Exception] = []
    for check in checks:
        try:
            check()
        except (AssertionError, LookupError) as problem:
            wrong.append(problem)
    if wrong:
        raise ExceptionGroup("not as it was promised", wrong)


def check_done(fleet: Fleet, upstream: UpstreamLog, strategies: list[Ran]) -> None:
    """Each site once, by one strategy that ran. One that came too late for its window is taken back before it begins,
    and made again."""
    assert upstream.patched() == dict.fromkeys(fleet.sites, 1)
    taken_back = [ran for ran in upstream.strategies() if not ran.applied]
    assert all(ran.deleted for ran in taken_back)
    assert len(taken_back) <= max(1, len(strategies) // 10)
    assert fleet.board.groups() == upstream.groups
    assert fleet.board.portal_made() == []
    wait_until(lambda: in_sync(fleet), timeout=120, what="dcmanager says in-sync of each")


def in_sync(fleet: Fleet) -> bool:
    """Of two sites that have one name at both System Controllers only one takes part."""
    rows = {(number, row["name"]): row for (number, _), row in fleet.board.subclouds().items()}
    own = [rows[int(each["controller"][-1]), name] for name, each in fleet.sites.items()]
    words = {row["name"]: (software(row), row["availability-status"], row["deploy-status"]) for row in own}
    assert {name: told for name, told in words.items() if told[0] != "in-sync"} == {}
    return True


def check_seen(seen: set[frozenset[int]]) -> None:
    assert len(seen) == 1, "somebody who sees one group saw other sites meanwhile"


def scoped(fleet: Fleet) -> frozenset[int]:
    found = frozenset(row["id"] for row in fleet.night_shift.rows("subclouds"))
    assert found
    return found


def check_windows(strategies: list[Ran], opens: datetime) -> None:
    """Begun after a window opened, and gone from upstream before it closed. All zones are whole hours apart."""
    first = opens.timestamp()
    for ran in strategies:
        assert ran.applied is not None
        assert ran.deleted is not None
        assert ran.applied >= first, "begun before the first window"
        assert (ran.applied - first) % (CYCLE * 60) + ran.deleted - ran.applied <= OPEN * 60, ran


def check_limits(fleet: Fleet, strategies: list[Ran]) -> None:
    """A site counts from the request to apply until that to delete: longer than it is worked on."""
    regions = {name: each["region"] or "nowhere" for name, each in fleet.sites.items()}
    by_region = most_at_once(strategies, regions)
    assert 2 < by_region.pop("") <= AT_ONCE
    assert max(by_region.values()) <= PER_REGION
    by_link = most_at_once(strategies, fleet.links)
    del by_link[""]
    assert max(by_link.values()) <= PER_LINK
    where = {site: ran for ran in strategies for site in ran.sites}
    both = [pair for pair in fleet.neighbours if overlap(where[pair[0]], where[pair[1]])]
    assert both == [], "neighbours were worked on at once"


def overlap(one: Ran, other: Ran) -> bool:
    return (one.applied or 0) < (other.deleted or 0) and (other.applied or 0) < (one.deleted or 0)


def check_waves(sites: dict[str, Row], strategies: list[Ran]) -> None:
    """A wave begins when the one before is over at both System Controllers."""
    spans: dict[int, list[Ran]] = {}
    for ran in strategies:
        (wave,) = {sites[name]["wave"] for name in ran.sites}
        spans.setdefault(wave, []).append(ran)
    assert sorted(spans) in (list(range(WAVES + 1)), list(range(WAVES + 2)))  # who was held may come in a mop-up wave
    for wave, following in pairwise(sorted(spans)):
        assert max(ran.deleted or 0 for ran in spans[wave]) <= min(ran.applied or 0 for ran in spans[following])


class Cpu:
    """Seconds of CPU that processes have spent since."""

    def __init__(self, portal: Portal, simulator: Simulator) -> None:
        self._pids = {name: child.pid for name, child in portal.children.items()} | {"simulator": simulator.child.pid}
        self._before = self._now()

    def spent(self) -> dict[str, float]:
        return {f"cpu of {name}": round(now - self._before[name], 1) for name, now in self._now().items()}

    def _now(self) -> dict[str, float]:
        found = dict.fromkeys(self._pids, 0.0)
        by_session = {pid: name for name, pid in self._pids.items()}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if name := by_session.get(int(fields[3])):
                found[name] += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        return found

"""A campaign at two System Controllers while processes are killed and a controller restarts: every site once."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.database.running import PrivateServer
from tests.fixtures.fleet import Simulator
from tests.fixtures.network import free_port
from tests.fixtures.portal import Portal, run
from tests.journeys.installation import Installation
from tests.journeys.patching import GATES, PASSWORD, Board, Row
from tests.journeys.person import Person
from tests.journeys.streaming import Follower
from tests.journeys.test_kill_nine import kill_database
from tests.journeys.test_secrets import places_of, tables
from tests.journeys.upstream_log import UpstreamLog, most_at_once
from tests.simulator.campaigns import campaign, software
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)
KILLS, SEED = 20, 4
VICTIMS = ("worker", "worker", "web", "collector", "database")
SPEED, SUBCLOUDS, SITES, AT_ONCE = "600", 28, 24, 6
AWAY = 3.0  # seconds for which a restarting controller does not answer
RESTART_AFTER = 7  # blows
RULES = {
    "gates": GATES,
    "limits": {"overall": AT_ONCE},
    "canaries": {"each": 1, "soak_minutes": 0},
    "waves": [{"name": "half", "percent": 40, "soak_minutes": 0}, {"name": "rest", "soak_minutes": 0}],
}


@dataclass
class Night:
    board: Board
    installation: Installation
    database: PrivateServer


@pytest.fixture(scope="module")
def night(database: PrivateServer, start_simulator: Callable[..., Simulator]) -> Iterator[Night]:
    made = campaign(start_simulator, subclouds=SUBCLOUDS, controllers=2, speed=int(SPEED))
    environment = {
        "DCPORTAL_VAR": str(database.var), "DATABASE_URL": database.url, "DCPORTAL_SPEED": SPEED,
        "DCPORTAL_CAMPAIGNS": "true",
        "DCPORTAL_LEASE": "10",  # what a killed worker held is free again after so long; how long decides nothing else
    }  # fmt: skip
    run("manage.py", "migrate", "--verbosity=0", environment=environment)
    run("-m", "dcportal.demo.accounts", environment=environment)
    portal = Portal(f"http://127.0.0.1:{free_port()}", database.url, environment, database.var)
    board = Board(portal, made.fleet, controllers=2)
    board.register()
    for name in ("web", "collector", "worker"):
        portal.start(name)
    installation = Installation(made.fleet, portal)
    installation.until_read(SUBCLOUDS)
    installation.until_inventoried()
    yield Night(board, installation, database)
    for child in reversed(portal.children.values()):
        child.stop()
    made.fleet.child.stop()


def test_twenty_kills_and_a_restart_patch_every_site_once(night: Night) -> None:
    board = night.board
    found = board.eligible(RULES, SITES)
    chosen = dict(sorted(found.items())[:SITES])
    administrator = {"Authorization": f"Bearer {board.portal.token}"}
    with UpstreamLog.begin(board) as log, Follower(board.portal.url, "operations", **administrator) as script:
        wait_until(lambda: script.cursor, what="the script follows")
        pk = board.begin(RULES, [each["id"] for each in chosen.values()])
        strikes = strike(night, script)
        ended = board.until_ended(pk, timeout=420)
    assert (strikes, ended["state"]) == (KILLS, "completed"), (board.troubles(pk), json.dumps(ended)[:3000])
    check_upstream(board, log, set(chosen))
    check_portal(board, pk, set(chosen))
    check_secrets(night, pk, {"stream": json.dumps(script.events)} | tables(night.installation))


def strike(night: Night, script: Follower) -> int:
    """Twenty blows, each after something has moved, and a restart of a controller between two of them."""
    dice, portal = random.Random(SEED), night.board.portal
    for blow in range(KILLS):
        before = len(script.events)
        wait_until(lambda before=before: len(script.events) > before + 1, timeout=90, what="something moves")
        if blow == RESTART_AFTER:
            restart = {"kind": "controller-restart", "controller": 1, "subcloud": "central", "seconds": AWAY}
            night.board.simulator.control("faults", restart)
        victim = dice.choice(VICTIMS)
        if victim == "database":
            kill_database(night.installation, night.database)
        else:
            portal.kill(victim)
            portal.start(victim)
    return KILLS


def check_upstream(board: Board, log: UpstreamLog, chosen: set[str]) -> None:
    """By the simulator's log and dcmanager's own answers: each site once, each batch one strategy, nothing is left."""
    strategies = log.strategies()
    told = [(ran.controller, sorted(ran.sites), ran.applied, ran.deleted) for ran in strategies]
    assert log.patched() == dict.fromkeys(chosen, 1), told
    assert set(log.created().values()) == {1}, told
    assert set(log.moves().values()) == {1}, "a site was moved twice into, or out of, the same group"
    assert {ran.controller for ran in strategies} == {1, 2}
    assert all(ran.deleted and not ran.aborted for ran in strategies), told
    assert most_at_once(strategies, dict.fromkeys(chosen, "sites"))["sites"] <= AT_ONCE
    rows = {row["name"]: row for row in board.subclouds().values()}
    assert {software(rows[name]) for name in chosen} == {"in-sync"}
    assert board.groups() == log.groups
    assert board.portal_made() == []
    assert [each.ask("/v1.0/sw-update-strategy").status for each in board.dcmanagers.values()] == [404, 404]


def check_portal(board: Board, pk: int, chosen: set[str]) -> None:
    """What the portal tells agrees with it; and nobody was told of a site's being at work twice."""
    sites = board.sites(pk)
    assert {name: (row["state"], row["attempt"]) for name, row in sites.items()} == dict.fromkeys(
        chosen, ("completed", 1)
    )
    counts: Row = board.campaign(pk)["counts"]
    assert counts["completed"] == len(chosen)


def check_secrets(night: Night, pk: int, texts: dict[str, str]) -> None:
    """The password of the campaign is in no table, log, event or page; and the search would find it."""
    portal = night.board.portal
    person = Person(portal, "engineer")
    texts |= {path: person.page(path) for path in (f"/operations/{pk}/", f"/api/v1/campaigns/{pk}/")}
    texts |= {f"log of {name}": portal.log(name) for name in portal.children}
    coded = base64.b64encode(PASSWORD.encode()).decode()
    assert places_of({"CHG-8"}, texts).keys() >= {"table operations_operation", f"/api/v1/campaigns/{pk}/"}
    assert places_of({PASSWORD, coded}, texts) == {}
    assert night.installation.sql("SELECT count(*) FROM operations_runsecret") == [(0,)]

"""Forty sites deployed while processes are killed: no effect twice, none lost, every event once."""

import base64
import json
import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import psycopg
import pytest

from tests.database.running import PrivateServer
from tests.fixtures.fleet import Simulator
from tests.fixtures.network import free_port
from tests.fixtures.portal import Portal, run
from tests.journeys.forty import CAUSE_OF, FAILS, GOOD, NEXT, SECRETS, STATUS_OF, Forty, name_of
from tests.journeys.installation import Installation, Row
from tests.journeys.person import Person
from tests.journeys.streaming import Follower
from tests.journeys.test_kill_nine import kill_database, written
from tests.journeys.test_secrets import places_of, tables
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(900)
KILLS, SEED = 20, 40
VICTIMS = ("worker", "worker", "web", "collector", "database")
SPEED = "60"


@pytest.fixture(scope="module")
def forty(database: PrivateServer, start_simulator: Callable[..., Simulator]) -> Iterator[Forty]:
    simulator = start_simulator(subclouds=6, speed=int(SPEED), seed=7)
    simulator.control("churn", {"on": False})
    environment = {
        "DCPORTAL_VAR": str(database.var), "DATABASE_URL": database.url, "DCPORTAL_SPEED": SPEED,
        "DCPORTAL_LEASE": "10",  # what a killed worker held is free again after so long; how long decides nothing else
    }  # fmt: skip
    run("manage.py", "migrate", "--verbosity=0", environment=environment)
    run("-m", "dcportal.demo.accounts", environment=environment)
    portal = Portal(f"http://127.0.0.1:{free_port()}", database.url, environment, database.var)
    password = portal.var / "operator-password"
    password.write_text("operator-secret", encoding="ascii")
    base = f"{simulator.url}/c1"
    portal.add_controller(
        "controller-1", f"{base}/identity/v3", write_username="portal-operator", write_password_file=str(password),
        bmc_url=f"{base}/bmc/{{bmc_address}}",
    )  # fmt: skip
    for name in ("web", "collector", "worker"):
        portal.start(name)
    yield Forty(portal, simulator)
    for child in reversed(portal.children.values()):
        child.stop()
    simulator.child.stop()


def test_twenty_kills_and_nothing_is_done_twice_or_lost(forty: Forty, database: PrivateServer) -> None:
    installation = Installation(forty.simulator, forty.portal)
    forty.inject(FAILS)
    with Follower(forty.portal.url, "operations", Authorization=f"Bearer {forty.portal.token}") as script:
        wait_until(lambda: script.cursor, what="the script follows")
        pk = forty.start()
        strikes = strike(forty, installation, database, script)
        ended = wait_until(lambda: over(installation, pk), timeout=420, every=0.5, what="the operation has ended")
        assert strikes == KILLS
        assert ended == "failed_temp"
        check_failures(forty, pk)
        last = installation.sql("SELECT max(id) FROM events_event WHERE kind LIKE 'target.%%'")[0][0]
        wait_until(lambda: told_upto(installation, script, last), timeout=60, what="the script was told all")
    check_events(installation, script, last)
    check_upstream(forty)
    finish(forty, installation, pk)
    check_secrets(forty, {"stream": json.dumps(script.events)} | tables(installation))


def strike(forty: Forty, installation: Installation, database: PrivateServer, script: Follower) -> int:
    """Twenty blows, each after something has moved. Returns how many there were."""
    dice = random.Random(SEED)
    for _ in range(KILLS):
        before = len(script.events)
        wait_until(lambda before=before: len(script.events) > before + 1, timeout=90, what="something moves")
        victim = dice.choice(VICTIMS)
        if victim == "database":
            kill_database(installation, database)
        else:
            forty.portal.kill(victim)
            forty.portal.start(victim)
    return KILLS


def over(installation: Installation, pk: int) -> str | None:
    try:
        ((state, ended_at),) = installation.sql("SELECT state, ended_at FROM operations_operation WHERE id = %s", pk)
    except psycopg.OperationalError:
        return None
    return str(state) if ended_at else None


def check_failures(forty: Forty, pk: int) -> None:
    """The four fail where they should, with a cause; nobody else does."""
    targets = forty.targets(pk)
    failed = {number: each for number, each in targets.items() if each["state"] == "failed"}
    assert sorted(failed) == sorted(FAILS), {n: (t["deploy_status"], t["error"]) for n, t in failed.items()}
    for number, (phase, _) in FAILS.items():
        assert failed[number]["deploy_status"] == STATUS_OF[phase]
        assert failed[number]["cause"] == CAUSE_OF[phase]
        assert forty.legal(pk, failed[number]["id"]) == NEXT[phase]
    completed = [number for number, each in targets.items() if each["state"] == "completed"]
    assert sorted(completed) == sorted(set(GOOD) - set(FAILS))


def told_upto(installation: Installation, script: Follower, last: int) -> bool:
    return len(script.events) >= len(written_operations(installation, script.first_cursor, last))


def written_operations(installation: Installation, cursor: str, last: int) -> list[Row]:
    nouns = ("operation.", "target.", "campaign.")
    return [event for event in written(installation, cursor, last) if str(event["kind"]).startswith(nouns)]


def check_events(installation: Installation, script: Follower, last: int) -> None:
    """What was written is what was told, once and in order; and no change of state was written twice."""
    wanted = written_operations(installation, script.first_cursor, last)
    told = [{name: event[name] for name in ("kind", "subject", "cloud", "data")} for event in script.events]
    assert script.resyncs == 0
    assert told[: len(wanted)] == wanted
    for number in GOOD:
        mine = [data for event in wanted if (data := event["data"]).get("name") == name_of(number)]
        assert all(one != other for one, other in pairwise(mine)), name_of(number)


def check_upstream(forty: Forty) -> None:
    """One site of each name, added once (a creation that failed or was cut off may be taken away and begun anew)."""
    there = forty.names_there()
    assert {name_of(number): there[name_of(number)] for number in GOOD} == {name_of(number): 1 for number in GOOD}
    orders = forty.orders()
    deleted = sum(count for (method, _), count in orders.items() if method == "DELETE")
    assert orders["POST", "subclouds"] == len(GOOD) + deleted
    again = {path: count for (_, path), count in orders.items() if re.search(r"/(resume|install|bootstrap)$", path)}
    assert not again, again  # nothing was interrupted upstream, so nothing had to be taken up again
    managed = [each for each in forty.simulator.control("requests")["requests"] if each.get("effect")]
    manages = [e for e in managed if e["method"] == "PATCH" and re.search(r"/v1.0/subclouds/\d+$", e["path"])]
    assert len(manages) == len(GOOD) - len(FAILS)


def finish(forty: Forty, installation: Installation, pk: int) -> None:
    """The four are tried again: resumed, but for the one whose creation failed, which is taken away and added anew."""
    targets = forty.targets(pk)
    for number in FAILS:
        forty.resume(pk, targets[number]["id"])
    wait_until(lambda: over(installation, pk), timeout=180, every=0.5, what="those tried again have ended")
    assert {forty.targets(pk)[number]["state"] for number in GOOD} == {"completed"}
    there = forty.upstream()
    assert {there[name_of(number)] for number in GOOD} == {("complete", "managed")}
    orders = forty.orders()
    resumes = sorted(count for (_, path), count in orders.items() if path.endswith("/resume"))
    assert resumes == [1] * (len(FAILS) - 1)
    deleted = sum(count for (method, _), count in orders.items() if method == "DELETE")
    assert orders["POST", "subclouds"] == len(GOOD) + deleted
    assert installation.sql("SELECT count(*) FROM operations_runsecret") == [(0,)]


def check_secrets(forty: Forty, texts: dict[str, str]) -> None:
    """No secret of the run is in a table, django-q2's too, in a log, an event or a page; and the search would find."""
    person = Person(forty.portal, "engineer")
    (operation,) = forty.ask("/api/v1/operations/")[1]["results"]
    paths = [f"/operations/{operation['id']}/", "/operations/"]
    some = list(forty.targets(operation["id"]).values())[:6]
    paths += [f"/operations/{operation['id']}/targets/{each['id']}/" for each in some]
    texts |= {path: person.page(path) for path in paths}
    texts |= {f"log of {name}": forty.portal.log(name) for name in forty.portal.children}
    coded = {secret: base64.b64encode(secret.encode()).decode() for secret in SECRETS.values()}
    assert places_of({"CHG-40"}, texts).keys() >= {"table operations_operation", f"/operations/{operation['id']}/"}
    assert places_of({*coded, *coded.values()}, texts) == {}

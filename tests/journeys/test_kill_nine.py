"""kill -9 of collector, web process and database while alarms come and go: nothing is lost, nothing is told twice."""

import os
import signal
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.database.running import PrivateServer
from tests.fixtures.fleet import Simulator
from tests.fixtures.network import free_port
from tests.fixtures.portal import Portal, run
from tests.journeys.browsing import sign_in, until_live
from tests.journeys.installation import Installation, Row
from tests.journeys.streaming import Follower
from tests.waiting import wait_until

SUBCLOUDS = 30
CHURN = 240  # raises a minute over the whole fleet
MORE = 15  # events between two blows
TOPICS = "fleet,alarms"
KEEP_EVENTS = """
window.told = [];
document.addEventListener("dc:event", ({detail}) => window.told.push(detail));
document.addEventListener("dc:resync", () => window.told.push("resync"));
"""

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def churning(database: PrivateServer, start_simulator: Callable[..., Simulator]) -> Iterator[Installation]:
    simulator = start_simulator(subclouds=SUBCLOUDS, speed=60)
    environment = {"DCPORTAL_VAR": str(database.var), "DATABASE_URL": database.url, "DCPORTAL_SPEED": "60"}
    run("manage.py", "migrate", "--verbosity=0", environment=environment)
    run("-m", "dcportal.demo.accounts", environment=environment)
    portal = Portal(f"http://127.0.0.1:{free_port()}", database.url, environment, database.var)
    portal.register(simulator)
    portal.start("web")
    portal.start("collector")
    installation = Installation(simulator, portal)
    installation.until_read(SUBCLOUDS)
    simulator.control("churn", {"on": True, "per_minute": CHURN})
    yield installation
    for child in reversed(portal.children.values()):
        child.stop()
    simulator.child.stop()


def test_nothing_is_lost_and_nothing_is_told_twice(
    churning: Installation, database: PrivateServer, context: BrowserContext
) -> None:
    page = following_page(churning, context)
    begun = churning.sql("SELECT max(id) FROM events_event")[0][0]
    with Follower(churning.portal.url, TOPICS, Authorization=f"Bearer {churning.portal.token}") as script:
        wait_until(lambda: script.cursor, what="the script follows")
        for strike in (kill_collector, kill_web, kill_database):
            more_events(churning, script)
            strike(churning, database)
            more_events(churning, script)
            alarms_agree(churning)
        churning.simulator.control("churn", {"on": False})
        alarms_agree(churning)
        last = churning.sql("SELECT max(id) FROM events_event")[0][0]
        scripted = written(churning, script.first_cursor, last)
        wait_until(lambda: len(script.events) >= len(scripted), timeout=60, what="the script was told all")
        shown = written(churning, page.evaluate("() => window.firstCursor"), last)
        wait_until(lambda: len(told(page)) >= len(shown), timeout=60, what="the browser was told all")
    assert script.resyncs == 0
    assert script.connections >= 2, "the web process was killed under it"
    assert [plain(event) for event in script.events[: len(scripted)]] == scripted
    events = told(page)
    assert "resync" not in events
    assert [plain(event) for event in events[: len(shown)]] == shown
    assert churning.sql("SELECT max(id) FROM events_event")[0][0] > begun + 4 * MORE


def following_page(churning: Installation, context: BrowserContext) -> Page:
    page = context.new_page()
    sign_in(page, churning.portal)
    page.add_init_script(KEEP_EVENTS)
    page.goto(f"{churning.portal.url}/alarms/")
    page.evaluate("() => { window.firstCursor = document.querySelector('meta[name=stream-cursor]').content; }")
    until_live(page)
    return page


def told(page: Page) -> list[Row]:
    return list(page.evaluate("() => window.told"))


def kill_collector(churning: Installation, _: PrivateServer) -> None:
    churning.portal.kill("collector")
    churning.portal.start("collector")


def kill_web(churning: Installation, _: PrivateServer) -> None:
    churning.portal.kill("web")
    churning.portal.start("web")


def kill_database(churning: Installation, database: PrivateServer) -> None:
    os.kill(database.postmaster(), signal.SIGKILL)  # its supervisor starts it again

    def again() -> bool:
        try:
            return bool(churning.sql("SELECT 1"))
        except psycopg.OperationalError:
            return False

    wait_until(lambda: not again(), timeout=5, every=0.01, what="the database is gone")
    wait_until(again, timeout=60, what="the database is back")


def more_events(churning: Installation, script: Follower) -> None:
    """Wait until the script has been told of some alarms more."""
    before = len(script.events)
    wait_until(lambda: len(script.events) >= before + MORE, timeout=60, what=f"{MORE} more events ({script.problem})")


def alarms_agree(churning: Installation) -> None:
    """At some moment the portal's standing alarms equal the simulator's, for every cloud that can be reached at all."""

    def equal() -> bool:
        portal, fleet = standing_here(churning), standing_there(churning)
        assert portal.keys() >= fleet.keys()
        differing = {place: (portal[place], alarms) for place, alarms in fleet.items() if portal[place] != alarms}
        assert not differing, f"{len(differing)} clouds differ: {dict(list(differing.items())[:2])}"
        return True

    on = {"on": True, "per_minute": CHURN}
    churning.simulator.control("churn", {"on": False})
    wait_until(equal, timeout=60, every=0.5, what="the same alarms here and there")
    churning.simulator.control("churn", on)


Alarms = dict[int | None, set[tuple[str, ...]]]


def standing_here(churning: Installation) -> Alarms:
    """{dcmanager's id, None for the central cloud: alarms} as the portal's REST interface tells."""
    numbers = dict(churning.sql("SELECT id, dcmanager_id FROM sites_cloud WHERE removed_at IS NULL"))
    found: Alarms = {number: set() for number in numbers.values()}
    for row in churning.rows("alarms"):
        found[numbers[row["cloud"]]].add((row["alarm_id"], row["entity_instance_id"], row["severity"]))
    return found


def standing_there(churning: Installation) -> Alarms:
    """The same as the simulator says, of every cloud that has a link."""
    found: Alarms = {}
    for cloud in churning.simulator.control("clouds")["clouds"]:
        if not cloud["reachable"]:
            continue
        place = "central" if cloud["id"] is None else cloud["id"]
        rows = churning.simulator.control(f"clouds/{cloud['controller']}/{place}/alarms")["alarms"]
        found[cloud["id"]] = {(row["alarm_id"], row["entity_instance_id"], row["severity"]) for row in rows}
    return found


def written(churning: Installation, cursor: str, last: int) -> list[Row]:
    """The log behind the cursor up to event `last`, in the order of the stream."""
    _, xid, number = cursor.split(".")
    rows = churning.sql(
        "SELECT kind, subject, cloud_id, data FROM events_event"
        " WHERE (xid, id) > (%s::text::xid8, %s) AND id <= %s ORDER BY events_event.xid, id",
        xid,
        int(number),
        last,
    )
    return [dict(zip(("kind", "subject", "cloud", "data"), row, strict=True)) for row in rows]


def plain(event: Row) -> Row:
    return {name: event[name] for name in ("kind", "subject", "cloud", "data")}

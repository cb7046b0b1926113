"""Whatever a cloud answers: somebody is told clearly, all others are read as ever, and nothing runs in the browser."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.fixtures.network import free_port
from tests.journeys.browsing import Troubles, sign_in, until, until_live
from tests.journeys.installation import Installation, Row
from tests.journeys.person import Person
from tests.starlingx.authority import make_authority, server_tls
from tests.starlingx.replay import Replay
from tests.waiting import wait_until

SUBCLOUDS = 24
HUGE = "A" * 10_000_000
HOSTILE = '"><img src=/nothing onerror="window.pwned = true"><script>window.pwned = true</script>{{7*7}}'
BROKEN: dict[str, dict[str, Any]] = {  # what is wrong with a site: a fault, None where an alarm does it
    "no FM": {"kind": "no-service", "options": {"type": "faultmanagement"}},
    "HTML": {"kind": "malformed", "options": {"what": "html", "service": "fm"}},
    "truncated": {"kind": "malformed", "options": {"what": "truncated", "service": "fm"}},
    "nulls": {"kind": "malformed", "options": {"what": "nulls", "service": "fm"}},
    "huge": {"kind": "malformed", "options": {"what": "huge", "mib": 32, "service": "fm"}},
    "script": {"kind": "malformed", "options": {"what": "script", "service": "fm"}},
    "script in sysinv": {"kind": "malformed", "options": {"what": "script", "service": "platform"}},
    "clock": {"kind": "clock-skew", "options": {"seconds": 7200}},
}
SAID = {  # of its alarms, where an operator looks
    "no FM": r"faultmanagement",
    "HTML": r"HTML|not JSON",
    "truncated": r"cut|truncated|incomplete|connection|not JSON",
    "nulls": r"no usable",
    "huge": r"too large|larger|MiB|bytes",
}
SAID_OF_CONTROLLERS = {
    "nowhere": r"refused|connect|reach",
    "stranger": r"password|credentials|not accepted|sign",
    "impostor": r"certificate|CA\b|TLS",
}


@pytest.fixture(scope="module")
def sites(start_simulator: Callable[..., Any]) -> tuple[Any, dict[str, int]]:
    """A fleet with two controllers, and the number of the site that suffers from each; the last ones only from text."""
    simulator = start_simulator(subclouds=SUBCLOUDS, controllers=2, speed=60)
    simulator.control("churn", {"on": False})
    clouds = simulator.control("clouds")["clouds"]
    well = [c["id"] for c in clouds if c["controller"] == 1 and c["id"] and c["availability"] == "online"]
    numbers = dict(zip([*BROKEN, "10 MB", "hostile"], well, strict=False))
    assert "hostile" in numbers, f"only {len(well)} sites are well"
    for name, body in BROKEN.items():
        simulator.control("faults", {"subcloud": numbers[name], **body})
    alarm = {"alarm_id": "100.101", "entity_instance_id": "host=controller-0"}
    for name in BROKEN:  # an empty list has no text to be wrong
        simulator.control("alarms", alarm | {"subcloud": numbers[name]})
    simulator.control("alarms", alarm | {"subcloud": numbers["10 MB"], "reason_text": HUGE})
    entity = f"host=controller-0.process={HOSTILE}"
    hostile = {"alarm_id": "200.006", "entity_instance_id": entity, "reason_text": HOSTILE}
    simulator.control("alarms", hostile | {"subcloud": numbers["hostile"]})
    second = {"controller": 2, "subcloud": "central"}
    simulator.control("faults", second | {"kind": "clock-skew", "options": {"seconds": 300}})
    script = {"what": "script", "service": "dcmanager"}
    simulator.control("faults", second | {"kind": "malformed", "options": script})
    return simulator, numbers


@pytest.fixture(scope="module")
def broken(
    sites: tuple[Any, dict[str, int]], module_portal: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    simulator, _ = sites
    folder = tmp_path_factory.mktemp("authorities")
    portal = module_portal()
    with impostor(folder) as address:
        portal.register(simulator, 1)
        portal.register(simulator, 2)
        base = f"{simulator.url}/c1"
        portal.add_controller("nowhere", f"http://127.0.0.1:{free_port()}/v3")
        portal.add_controller("stranger", f"{base}/identity/v3", "not the password")
        portal.add_controller("impostor", address, ca_file=str(folder / "ours.pem"))
        portal.start("collector")
        installation = Installation(simulator, portal)
        wait_until(lambda: first_looks(installation), timeout=90, every=0.5, what="everything was tried")
        yield installation
    simulator.child.stop()


@contextmanager
def impostor(folder: Path) -> Iterator[str]:
    """Address of a Keystone whose certificate comes from an authority that is not ours."""
    make_authority(folder, "ours")
    _, key = make_authority(folder, "theirs")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    replay = Replay()
    starting = replay.start(tls=server_tls(folder, "theirs", key))
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    yield replay.auth_url
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def first_looks(installation: Installation) -> bool:
    rows = installation.rows("subclouds", controller=controllers(installation)["controller-1"]["id"])
    assert len(rows) == SUBCLOUDS // 2, f"{len(rows)} subclouds are known"
    untried = [row["name"] for row in rows if row["contact"] == "unknown"]
    assert not untried, f"not tried: {untried}"
    assert all(controllers(installation).get(name) for name in SAID_OF_CONTROLLERS)
    return True


def controllers(installation: Installation) -> dict[str, Row]:
    return {row["name"]: row for row in installation.rows("controllers")}


def facet(row: Row, name: str) -> Row:
    return next(each for each in row["facets"] if each["facet"] == name)


@pytest.mark.parametrize("what", SAID)
def test_a_site_that_answers_badly_says_so(broken: Installation, sites: tuple[Any, dict[str, int]], what: str) -> None:
    number = sites[1][what]
    cloud = broken.subcloud(number)

    def error() -> str:
        return str(facet(broken.detail(cloud["id"]), "alarms")["error"])

    said = wait_until(error, timeout=40, every=0.5, what=f"an error about {what}")
    assert re.search(SAID[what], said, re.IGNORECASE), said
    assert len(said) <= 500
    shown = Person(broken.portal).page(f"/subclouds/{cloud['id']}/")
    assert re.search(SAID[what], shown, re.IGNORECASE)
    assert broken.detail(cloud["id"])["stale"], "what was never read well is not current"
    assert broken.detail(cloud["id"])["severity"] == "indeterminate"


@pytest.mark.parametrize("name", SAID_OF_CONTROLLERS)
def test_a_controller_that_cannot_be_read_says_so(broken: Installation, name: str) -> None:
    person = Person(broken.portal)
    pk = controllers(broken)[name]["id"]

    def error() -> str:
        told = broken.portal.get(f"/api/v1/controllers/{pk}/")["services"]
        return "; ".join(service["error"] for service in told if service["error"])

    said = wait_until(error, timeout=40, every=0.5, what=f"an error about {name}")
    assert re.search(SAID_OF_CONTROLLERS[name], said), said
    assert "not the password" not in said
    shown = person.page(f"/controllers/{pk}/")
    assert re.search("does not answer|do not answer", shown)
    assert re.search(SAID_OF_CONTROLLERS[name], shown)


def test_a_wrong_clock_is_shown(broken: Installation) -> None:
    pk = controllers(broken)["controller-2"]["id"]
    shown = wait_until(
        lambda: re.search(r"clock is \+(\d+) s", Person(broken.portal).page(f"/controllers/{pk}/")),
        timeout=40, every=0.5, what="the controller's clock is called wrong",
    )  # fmt: skip
    assert abs(int(shown.group(1)) - 300) <= 5


def test_a_site_with_a_wrong_clock_is_read_like_any_other(
    broken: Installation, sites: tuple[Any, dict[str, int]]
) -> None:
    row = broken.subcloud(sites[1]["clock"])
    assert row["contact"] == "reachable"
    assert "clock is +7200 s" in row["contact_error"]
    assert "clock is +7200 s" in Person(broken.portal).page(f"/subclouds/{row['id']}/")
    assert not row["stale"], "its age is reckoned by our clock"


def test_ten_megabytes_of_reason_are_cut(broken: Installation, sites: tuple[Any, dict[str, int]]) -> None:
    row = broken.subcloud(sites[1]["10 MB"])
    told = wait_until(
        lambda: broken.rows("alarms", subcloud=row["id"], alarm_id="100.101"), timeout=40, what="the alarm is read"
    )
    assert len(told[0]["reason_text"]) <= 255
    assert len(Person(broken.portal).page(f"/subclouds/{row['id']}/")) < 1_000_000


def test_the_rest_of_the_fleet_is_unaffected(broken: Installation, sites: tuple[Any, dict[str, int]]) -> None:
    suffering = {sites[1][name] for name in SAID}
    dark = {c["id"] for c in broken.simulator.control("clouds")["clouds"] if not c["reachable"]}

    def others_are_well() -> bool:
        rows = broken.rows("subclouds", controller=controllers(broken)["controller-1"]["id"])
        others = [row for row in rows if row["dcmanager_id"] not in suffering | dark]
        assert len(others) > len(suffering) / 2
        assert [row["name"] for row in others if row["stale"] or row["contact"] != "reachable"] == []
        return True

    wait_until(others_are_well, timeout=40, every=0.5, what="all others are current")


def test_nothing_of_it_runs_in_the_browser(
    broken: Installation, sites: tuple[Any, dict[str, int]], context: BrowserContext
) -> None:
    page = context.new_page()
    troubles = Troubles(page)
    sign_in(page, broken.portal, "admin")
    ids = [broken.subcloud(sites[1][name])["id"] for name in ("hostile", "script", "script in sysinv")]
    known = controllers(broken)
    second = broken.rows("subclouds", controller=known["controller-2"]["id"])[0]
    assert "<script>" in second["name"], "it is shown as what it is"
    paths = ["/", f"/?site={second['id']}", "/subclouds/", "/alarms/", "/alarms/?state=all", "/controllers/"]
    paths += [f"/subclouds/{pk}/" for pk in [*ids, second["id"]]]
    paths += [f"/controllers/{row['id']}/" for row in known.values()]
    for path in paths:
        page.goto(broken.portal.url + path)
        until_live(page)
        assert page.evaluate("() => window.pwned") is None, path
        assert page.evaluate("() => document.querySelectorAll('[onerror], main script').length") == 0, path
    until(page, "document.readyState === 'complete'")
    assert troubles.all() == []

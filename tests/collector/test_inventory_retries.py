"""A part of the inventory that fails for good costs little: ever more seldom, that part alone, in the same session."""

import asyncio

import pytest

from collector.inventory_desk import InventoryDesk
from collector.lane import Lane
from collector.reading import Reading, period
from collector.site import Kind, Site
from tests.collector.replayed import connector, reading, replay, small_bundle
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)
KEYS = {
    "isystems": "isystems", "ihosts": "ihosts", "idisks": "idisks", "ethernet_ports": "ethernet_ports",
    "iinterfaces/detail": "iinterfaces", "interface_networks": "interface_networks", "istors": "istors",
    "interface_datanetworks": "interface_datanetworks", "lldp_neighbours": "lldp_neighbours",
    "storage_backend": "storage_backends", "clusters": "clusters", "ceph_mon": "ceph_mon",
    "kube_versions": "kube_versions",
}  # fmt: skip
SYSTEM = {"uuid": "system-1", "name": "edge", "system_mode": "simplex"}


@pytest.fixture
def site(reading: Reading, replay: Replay) -> Site:
    """A subcloud that answers everything, but has no USM that lets us in."""
    for path, key in KEYS.items():
        replay.answers[f"sysinv/v1/{path}"] = spoken({key: [SYSTEM] if key == "isystems" else []})
    replay.answers["usm"] = spoken({"error": "no role"}, 403)
    made = Site(reading.roster.central.cloud_id, 1, "cell-1")
    made.session = reading.doors.central
    return made


async def asked(desk: InventoryDesk, site: Site, replay: Replay) -> tuple[float, set[str]]:
    """One look: its pause, and the services that were asked."""
    before = len(replay.requests)
    pause = await desk.look(site)
    return pause, {request.match_info["service"] for request in replay.requests[before:]}


async def test_only_the_failing_part_is_read_again_and_ever_more_seldom(
    reading: Reading, replay: Replay, site: Site
) -> None:
    desk = InventoryDesk(reading)
    first, services = await asked(desk, site, replay)
    assert services == {"sysinv", "usm"}
    assert first < 90
    pauses = [first]
    for _ in range(8):
        pause, services = await asked(desk, site, replay)
        assert services == {"usm"}
        pauses.append(pause)
    assert pauses[2] > 1.5 * pauses[0]
    assert pauses[-1] > 0.8 * period("inventory"), "at last it waits for the next whole reading"
    assert replay.sign_ins == 1


async def test_the_whole_is_read_when_its_hour_has_come_or_somebody_asks(
    reading: Reading, replay: Replay, site: Site
) -> None:
    desk = InventoryDesk(reading)
    lane = Lane(Kind.INVENTORY, desk.look, limit=1, rate=1.0)
    await asked(desk, site, replay)
    lane.hasten(site, asyncio.get_running_loop().time())
    assert (await asked(desk, site, replay))[1] == {"sysinv", "usm"}
    assert (await asked(desk, site, replay))[1] == {"usm"}
    site.whole_at = 0.0
    assert (await asked(desk, site, replay))[1] == {"sysinv", "usm"}


async def test_a_part_that_works_again_ends_the_retries(reading: Reading, replay: Replay, site: Site) -> None:
    desk = InventoryDesk(reading)
    await asked(desk, site, replay)
    replay.answers["usm"] = spoken([])
    pause, _ = await asked(desk, site, replay)
    assert pause > 0.8 * period("inventory")
    assert not site.unread
    site.whole_at = 0.0
    replay.answers["usm"] = spoken({}, 403)
    assert (await asked(desk, site, replay))[0] < 90, "it counts from the start"


async def test_a_catalog_that_lacks_a_service_is_not_fetched_over_and_over(
    reading: Reading, replay: Replay, site: Site
) -> None:
    replay.catalog = [each for each in replay.own_catalog() if each["type"] != "usm"]
    desk = InventoryDesk(reading)
    for _ in range(6):
        await asked(desk, site, replay)
        site.session = site.session or reading.doors.central
    assert replay.sign_ins <= 2

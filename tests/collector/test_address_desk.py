"""OAM addresses are learned beside everything else: what hangs there holds nobody up, what fails is asked seldom."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from collector.address_desk import AT_ONCE, RATE, AddressDesk
from collector.alarm_desk import AlarmDesk
from collector.central import Central
from collector.doors import Doors
from collector.lane import Lane
from collector.progress import Sweeps
from collector.reading import Reading
from collector.site import NEVER, WAIT_SECONDS, Kind, Site
from sites.models import Cloud
from starlingx.session import Connector
from tests.collector.replayed import NoLane, connector, lane, reading, replay, small_bundle
from tests.collector.waiting import until
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)
SITES = 8


@pytest.fixture
def addressed(reading: Reading, replay: Replay, connector: Connector) -> Reading:
    """A controller whose subclouds are reached at their OAM addresses, none of which is known."""
    reading.config = replace(reading.config, subcloud_auth_url=replay.auth_url + "/{oam_ip}")
    reading.doors = Doors(reading.config, connector)
    reading.lanes[Kind.ADDRESS] = NoLane()  # type: ignore[assignment]
    rows = [
        {"id": n, "name": f"cell-{n}", "region-name": f"r{n}", "availability-status": "online"}
        for n in range(1, SITES + 1)
    ]
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": rows})
    replay.answers["dcmanager/v1.0/alarms"] = spoken({"alarm_summary": []})
    return reading


def tell(replay: Replay, number: int, answer: Any) -> None:
    replay.answers[f"dcmanager/v1.0/subclouds/{number}/detail"] = answer


def subclouds(reading: Reading) -> list[Site]:
    return [site for site in reading.roster.sites if not site.central]


async def test_addresses_that_hang_hold_up_nothing_else(addressed: Reading, replay: Replay) -> None:
    central, gate, begun = Central(addressed, Sweeps(addressed)), asyncio.Event(), 0

    async def hang(_: web.Request) -> web.StreamResponse:
        nonlocal begun
        begun += 1
        await gate.wait()
        return web.json_response({}, status=500)

    for number in range(1, SITES + 1):
        tell(replay, number, hang)
    await central.poll_subclouds()
    assert [site.number for site in lane(addressed, Kind.ADDRESS).planned] == list(range(1, SITES + 1))
    learning = Lane(Kind.ADDRESS, AddressDesk(addressed).look, limit=AT_ONCE, rate=RATE, strict=True)
    running = asyncio.create_task(learning.run())
    for site in subclouds(addressed):
        learning.put(site, 0.0)
    await until(lambda: begun == AT_ONCE)
    async with asyncio.timeout(5):
        for _ in range(6):
            await central.poll_counts()
            await central.poll_subclouds()
            await AlarmDesk(addressed).look(addressed.roster.central)
    assert begun == AT_ONCE
    gate.set()
    running.cancel()


async def test_a_site_that_tells_none_is_asked_ever_more_seldom(addressed: Reading, replay: Replay) -> None:
    await Central(addressed, Sweeps(addressed)).poll_subclouds()
    site = subclouds(addressed)[0]
    tell(replay, 1, spoken({"error": "unreachable"}, 500))
    alarms, desk = AlarmDesk(addressed), AddressDesk(addressed)
    assert await alarms.look(site) == WAIT_SECONDS, "once"
    pauses = [await desk.look(site) for _ in range(6)]
    assert pauses[-1] > 5 * pauses[0] > 50
    assert lane(addressed).hastened == [site], "told once that there is none"
    asked = len(replay.requests)
    for _ in range(3):
        await alarms.look(site)
    assert len(replay.requests) == asked, "looking at alarms asks for no address"
    look = await alarms._look(site)
    assert "the pattern needs {oam_ip}" in look.error
    assert "dcmanager does not tell the OAM address" in look.error


async def test_an_address_is_learned_once_and_kept(addressed: Reading, replay: Replay) -> None:
    central = Central(addressed, Sweeps(addressed))
    await central.poll_subclouds()
    site = subclouds(addressed)[0]
    detail = {"id": 1, "name": "cell-1", "region-name": "r1", "oam_floating_ip": "192.0.2.7"}
    tell(replay, 1, spoken(detail))
    assert await AddressDesk(addressed).look(site) == NEVER
    assert site.oam_ip == "192.0.2.7"
    assert await addressed.writer.run(stored) == "192.0.2.7"
    assert lane(addressed).hastened == [site]
    asked = len(replay.requests)
    assert await AddressDesk(addressed).look(site) == NEVER
    assert len(replay.requests) == asked


def stored() -> str:
    return Cloud.objects.get(dcmanager_id=1).oam_ip


async def test_who_comes_online_is_asked_then(addressed: Reading, replay: Replay) -> None:
    rows = [{"id": 1, "name": "cell-1", "region-name": "r1", "availability-status": "offline"}]
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": rows})
    central = Central(addressed, Sweeps(addressed))
    await central.poll_subclouds()
    (site,) = subclouds(addressed)
    asked = len(replay.requests)
    await AddressDesk(addressed).look(site)
    assert len(replay.requests) == asked
    assert "offline" in (await AlarmDesk(addressed)._look(site)).error
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": [rows[0] | {"availability-status": "online"}]})
    await central.poll_subclouds()
    assert lane(addressed, Kind.ADDRESS).hastened == [site]

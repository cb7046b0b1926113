"""Signing in, renewing, catalogs, regions, clocks."""

from __future__ import annotations

import asyncio
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from starlingx.catalog import Catalog, Endpoint
from starlingx.connector import USER_AGENT
from starlingx.dcmanager import DcManager
from starlingx.errors import MissingService, Timeout, Unauthorized, Unexpected, Unreachable
from starlingx.fault import FaultManagement
from starlingx.session import CloudSession, Connector, Credentials
from starlingx.sysinv import SysInv
from starlingx.usm import Usm
from starlingx.vim import Vim
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import PASSWORD, Replay, spoken

QUIET = spoken({"alarms": []})


async def test_one_sign_in_serves_all_who_wait(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = QUIET
    await asyncio.gather(*(FaultManagement(session).alarms() for _ in range(20)))
    assert replay.sign_ins == 1


async def test_at_most_so_many_calls_at_once_to_one_cloud(replay: Replay) -> None:
    under_way = 0
    four, go_on = asyncio.Event(), asyncio.Event()

    async def held(request: web.Request) -> web.Response:
        nonlocal under_way
        under_way += 1
        if under_way == 4:
            four.set()
        await go_on.wait()
        return web.json_response({"alarms": []})

    replay.answers["fm"] = held
    async with Connector(per_host=4) as connector:
        session, other = (CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS) for _ in range(2))
        calls = [asyncio.create_task(FaultManagement(session).alarms()) for _ in range(12)]
        await four.wait()
        replay.answers["sysinv"] = spoken({"ihosts": []})
        for _ in range(5):  # the rest would have arrived by now
            await SysInv(other).hosts()
        assert under_way == 4
        go_on.set()
        await asyncio.gather(*calls)
    assert under_way == 12


async def test_a_refused_token_is_renewed_once_for_all(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = QUIET
    await FaultManagement(session).alarms()
    replay.expire_tokens()
    await asyncio.gather(*(FaultManagement(session).alarms() for _ in range(8)))
    assert replay.sign_ins == 2


async def test_a_token_is_renewed_before_it_ends(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = QUIET
    replay.token_life = timedelta(milliseconds=1)
    await FaultManagement(session).alarms()
    await FaultManagement(session).alarms()
    assert replay.sign_ins == 2
    assert all("401" not in str(request) for request in replay.requests)


async def test_a_wrong_server_clock_does_not_shorten_a_tokens_life(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = QUIET
    replay.clock_ahead = timedelta(days=-400)
    await FaultManagement(session).alarms()
    await FaultManagement(session).alarms()
    assert replay.sign_ins == 1


async def test_a_service_that_never_accepts_is_unauthorized(session: CloudSession, replay: Replay) -> None:
    async def never(request: web.Request) -> web.Response:
        return web.json_response({"description": f"bad token {request.headers['X-Auth-Token']}"}, status=401)

    replay.answers["fm"] = never
    with pytest.raises(Unauthorized) as failure:
        await FaultManagement(session).alarms()
    assert replay.sign_ins == 2
    assert len(replay.requests) == 2
    assert "gAAAAA" not in f"{failure.value} {failure.value!r}"


async def test_wrong_credentials_are_unauthorized_and_asked_once(connector: Connector, replay: Replay) -> None:
    session = CloudSession(connector, auth_url=replay.auth_url, credentials=Credentials("portal-reader", "wrong-one"))
    failures = await asyncio.gather(*(FaultManagement(session).alarms() for _ in range(4)), return_exceptions=True)
    assert replay.sign_ins == 1
    assert {type(failure) for failure in failures} == {Unauthorized}
    assert PASSWORD not in str(failures)
    assert "Keystone does not accept these credentials" in str(failures[0])


async def test_a_waiter_that_gives_up_does_not_stop_the_sign_in(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = QUIET
    asked, go_on = asyncio.Event(), asyncio.Event()
    plain = replay._sign_in

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        replay.sign_in = None
        replay.sign_ins -= 1
        return await plain(request)

    replay.sign_in = slow
    patient = asyncio.create_task(FaultManagement(session).alarms())
    await asked.wait()
    with pytest.raises(Timeout, match=r"no answer within 0\.01 s"):
        await FaultManagement(session).alarms(timeout=0.01)
    go_on.set()
    assert await patient == []
    assert replay.sign_ins == 1


async def test_a_slow_service_is_a_timeout(session: CloudSession, replay: Replay) -> None:
    stop = asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await stop.wait()
        return web.Response()

    replay.answers["fm"] = slow
    await session.catalog()
    with pytest.raises(Timeout) as failure:
        await FaultManagement(session).alarms(timeout=0.05)
    stop.set()
    assert isinstance(failure.value, Unreachable)
    assert str(failure.value).startswith("GET faultmanagement/alarms of the cloud at 127.0.0.1:")


async def test_dcmanager_is_found_beside_and_fm_in_the_central_region(session: CloudSession, replay: Replay) -> None:
    replay.answers |= {"fm": QUIET, "dcmanager": spoken({"subclouds": []}), "sysinv": spoken({"ihosts": []})}
    await FaultManagement(session).alarms()
    await DcManager(session).subclouds()
    await SysInv(session).hosts()
    assert [request.path for request in replay.requests] == [
        "/fm/v1/alarms",
        "/dcmanager/v1.0/subclouds",
        "/sysinv/v1/ihosts",
    ]


def test_the_proxies_region_is_never_the_clouds_own() -> None:
    def known(*places: tuple[str, str]) -> Catalog:
        return Catalog(tuple(Endpoint(type_, "public", region, "http://h") for type_, region in places))

    assert known(("platform", "SystemController"), ("platform", "North")).central_region() == "North"
    assert known(("platform", "North"), ("faultmanagement", "South")).central_region() == "South"
    assert known(("platform", "SystemController")).central_region() == ""
    assert known().central_region() == ""


async def test_a_missing_service_is_named_with_what_to_do(connector: Connector, replay: Replay) -> None:
    replay.catalog = [each for each in replay.own_catalog() if each["type"] != "faultmanagement"]
    session = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
    with pytest.raises(MissingService) as missing:
        await FaultManagement(session).alarms()
    for word in ("public", "'faultmanagement'", "'RegionOne'", "check that the service is installed"):
        assert word in str(missing.value)

    admin = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS, interface="admin")
    with pytest.raises(MissingService, match=r"has internal in 'RegionOne'.*choose one"):
        await SysInv(admin).hosts()


async def test_catalog_urls_that_are_no_urls_are_unexpected(session: CloudSession, replay: Replay) -> None:
    endpoint = {"interface": "public", "region": "RegionOne", "url": "file:///etc/passwd"}
    replay.catalog = [{"type": "platform", "endpoints": [endpoint, 5, {"interface": []}]}, "x"]  # type: ignore[list-item]  # hostile on purpose
    with pytest.raises(Unexpected, match="is not an http or https URL"):
        await SysInv(session).hosts()


async def test_the_servers_clock_is_compared_with_ours(session: CloudSession, replay: Replay) -> None:
    async def late(request: web.Request) -> web.Response:
        return web.json_response({"alarms": []}, headers={"Date": "Sun, 22 Nov 2020 13:00:00 GMT"})

    assert session.server_clock_skew is None
    replay.answers["fm"] = QUIET
    await FaultManagement(session).alarms()
    assert session.server_clock_skew is not None
    assert abs(session.server_clock_skew) < 2
    replay.answers["fm"] = late
    await FaultManagement(session).alarms()
    assert session.server_clock_skew < -86_400


async def test_keystone_with_a_broken_answer_is_unexpected(session: CloudSession, replay: Replay) -> None:
    async def no_token(request: web.Request) -> web.Response:
        return web.json_response({"token": {}}, status=201)

    replay.sign_in = no_token
    with pytest.raises(Unexpected, match="no usable X-Subject-Token"):
        await session.catalog()


async def test_usm_and_vim(session: CloudSession, replay: Replay) -> None:
    deploy = {"from_release": "25.09.0", "to_release": "25.09.1", "state": "host", "reboot_required": "N"}
    replay.answers |= {
        "usm/v1/release": spoken([{"release_id": "starlingx-25.09.1", "state": "deployed", "reboot_required": False}]),
        "usm/v1/deploy": spoken([deploy]),
        "usm/v1/deploy_host": spoken([{"hostname": "controller-0", "host_state": "pending"}]),
        "nfv/api/orchestration/current-strategy/strategy": spoken(
            {"strategy": {"name": "sw-upgrade", "state": "new?"}}
        ),
    }
    assert [(r.release_id, r.state) for r in await Usm(session).releases()] == [("starlingx-25.09.1", "deployed")]
    under_way = await Usm(session).deploy()
    assert under_way is not None
    assert (under_way.to_release, under_way.reboot_required) == ("25.09.1", False)
    assert (await Usm(session).deploy_hosts())[0].host_state == "pending"
    strategy = await Vim(session).current_strategy()
    assert strategy is not None
    assert strategy.state == "new?"

    replay.answers["usm/v1/deploy"] = spoken([])
    replay.answers["nfv/api/orchestration/current-strategy/strategy"] = spoken({"strategy": None})
    assert await Usm(session).deploy() is None
    assert await Vim(session).current_strategy() is None


async def test_the_vims_403_for_an_old_token_renews_it(session: CloudSession, replay: Replay) -> None:
    async def like_the_vim(request: web.Request) -> web.Response:
        if replay.sign_ins == 1:
            return web.Response(status=403, text="Authorization failed")
        return web.json_response({"strategy": None})

    replay.answers["nfv"] = like_the_vim
    assert await Vim(session).current_strategy() is None
    assert replay.sign_ins == 2


def test_we_name_ourselves_with_the_projects_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert f"dcportal/{project['version']}" == USER_AGENT
    assert not USER_AGENT.startswith(("mtce", "vim", "cert-mon", "dcmanager"))

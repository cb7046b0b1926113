"""BMCs: the simulated ones, and some that lie or fail."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from starlingx.errors import BadValue, Refused, ServerFailed, Timeout, TlsFailed, Unauthorized, Unexpected, Unreachable
from starlingx.records import ComputerSystem
from starlingx.redfish import RESET_TYPES, Redfish, fitting
from starlingx.rows import Row
from starlingx.secret import Secret
from starlingx.session import Connector
from tests.fixtures.fleet import Simulator
from tests.starlingx.authority import make_authority, server_tls
from tests.starlingx.replay import Answer, Replay, spoken

RACKED = "10.66.0.7"  # a server that waits to become a site
PASSWORD = Secret("not-a-real-bmc-password")
SYSTEM: dict[str, Any] = {
    "@odata.id": "/redfish/v1/Systems/1",
    "Id": "1",
    "PowerState": "On",
    "Actions": {
        "#ComputerSystem.Reset": {
            "target": "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
            "ResetType@Redfish.AllowableValues": ["On", "ForceOff"],
        }
    },
}
RESET = "bmc/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"


@pytest.fixture(scope="module")
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=10, controllers=1, seed=3, speed=600)


@pytest.fixture
def racked(fleet: Simulator, connector: Connector) -> Redfish:
    return Redfish(connector, f"{fleet.url}/c1/bmc/{RACKED}", "sysadmin-bmc", PASSWORD)


@pytest.fixture
def bmc(replay: Replay, connector: Connector) -> Redfish:
    return Redfish(connector, f"{replay.base}/bmc/redfish/v1/", "sysadmin-bmc", PASSWORD)


def system(**changes: object) -> ComputerSystem:
    return ComputerSystem.read(Row({**SYSTEM, **changes}, "system"))


async def test_a_simulated_server_is_looked_at(racked: Redfish) -> None:
    assert await racked.answers()
    (found,) = await racked.systems()
    assert found.power_state in ("On", "Off")
    assert found.health in ("OK", "Warning", "Critical")
    assert found.model
    assert found.serial_number
    assert found.memory_gib == 256
    ports = await racked.ethernet_interfaces(found)
    assert ports
    assert all(port.mac == port.mac.lower() and port.mac.count(":") == 5 for port in ports)
    assert {port.link_status for port in ports} <= {"LinkUp", "LinkDown"}


async def test_a_simulated_server_is_switched(racked: Redfish) -> None:
    (found,) = await racked.systems()
    assert found.power_state == "On"
    assert await racked.switch(found, "off") == "ForceOff"
    assert (await racked.systems())[0].power_state == "Off"
    with pytest.raises(Refused, match="cannot be done while the power is Off") as twice:
        await racked.switch(found, "off")
    assert not twice.value.outcome_unknown
    assert await racked.switch(found, "on") == "On"
    assert (await racked.systems())[0].power_state == "On"


async def test_wrong_credentials_at_a_simulated_bmc(fleet: Simulator, connector: Connector) -> None:
    wrong = Redfish(connector, f"{fleet.url}/c1/bmc/{RACKED}", "sysadmin-bmc", Secret("guessed-wrong"))
    assert await wrong.answers()
    with pytest.raises(Unauthorized, match="does not accept these credentials"):
        await wrong.systems()
    with pytest.raises(Unauthorized) as refused:
        await wrong.switch(system(), "on")
    assert not refused.value.outcome_unknown


async def test_an_address_nobody_has_does_not_answer(fleet: Simulator, connector: Connector) -> None:
    nobody = Redfish(connector, f"{fleet.url}/c1/bmc/192.0.2.77", "u", PASSWORD)
    assert not await nobody.answers()
    with pytest.raises(Unreachable):
        await nobody.systems()


@pytest.mark.parametrize(("status", "yes"), [(200, True), (301, True), (399, True), (401, False), (500, False)])
async def test_a_bmc_answers_with_a_status_below_400(bmc: Redfish, replay: Replay, status: int, yes: bool) -> None:
    replay.answers["bmc"] = Answer(b"", status)
    assert await bmc.answers() is yes
    assert "Authorization" not in replay.requests[0].headers
    assert replay.requests[0].path == "/bmc/redfish/v1/"


async def test_a_bmc_that_takes_too_long_does_not_answer(bmc: Redfish, replay: Replay) -> None:
    stop = asyncio.Event()

    async def stall(request: web.Request) -> web.Response:
        await stop.wait()
        return web.Response()

    replay.answers["bmc"] = stall
    assert not await bmc.answers(timeout=0.05)
    with pytest.raises(Timeout) as late:
        await bmc.switch(system(), "off", timeout=0.2)
    stop.set()
    assert late.value.outcome_unknown


async def test_certificates_are_verified_unless_somebody_chose_otherwise(tmp_path: Path) -> None:
    ours, stranger = make_authority(tmp_path, "ours"), make_authority(tmp_path, "stranger")
    replay = Replay(answers={"bmc": Answer(b"{}")})
    server = await replay.start(tls=server_tls(tmp_path, "stranger", stranger[1]))
    for verify in (True, False):
        async with Connector(ca_file=ours[0], verify=verify) as connector:
            bmc = Redfish(connector, f"{replay.base}/bmc", "u", PASSWORD)
            if verify:
                with pytest.raises(TlsFailed):
                    await bmc.answers()
                with pytest.raises(TlsFailed) as refused:
                    await bmc.switch(system(), "on")
                assert not refused.value.outcome_unknown
            else:
                assert await bmc.answers()
    await server.close()


async def test_types_to_reset_with_may_stand_elsewhere(bmc: Redfish, replay: Replay) -> None:
    asked: list[object] = []

    async def reset(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.Response(status=204)

    values = {"Name": "ResetType", "AllowableValues": ["GracefulShutdown", "ForceOn"]}
    replay.answers |= {
        RESET: reset,
        "bmc/redfish/v1/Systems/1/ResetActionInfo": spoken({"Parameters": [{"Name": "Other"}, values]}),
    }
    action = {
        "target": SYSTEM["Actions"]["#ComputerSystem.Reset"]["target"],
        "@Redfish.ActionInfo": "/redfish/v1/Systems/1/ResetActionInfo",
    }
    elsewhere = system(Actions={"#ComputerSystem.Reset": action})
    assert await bmc.switch(elsewhere, "off") == "GracefulShutdown"
    assert await bmc.switch(elsewhere, "on") == "ForceOn"
    assert asked == [{"ResetType": "GracefulShutdown"}, {"ResetType": "ForceOn"}]
    with pytest.raises(BadValue, match="cannot do restart: it knows GracefulShutdown, ForceOn"):
        await bmc.switch(elsewhere, "restart")


def test_the_fitting_type() -> None:
    assert fitting("off", ("GracefulShutdown", "ForceOff")) == "ForceOff"
    assert fitting("graceful-off", ()) == "GracefulShutdown"
    with pytest.raises(BadValue):
        fitting("graceful-off", ("ForceOff",))
    assert all(RESET_TYPES.values())


async def test_failures_of_a_switch_say_whether_it_may_have_happened(bmc: Redfish, replay: Replay) -> None:
    said = {"MessageId": "Base.1.8.X", "Message": "The chassis has no input power."}
    error = {"error": {"code": "x", "message": "A general error. See ExtendedInfo.", "@Message.ExtendedInfo": [said]}}
    replay.answers[RESET] = spoken(error, 503)
    with pytest.raises(ServerFailed, match=r"503: The chassis has no input power\.") as failed:
        await bmc.switch(system(), "off")
    assert failed.value.outcome_unknown
    replay.answers[RESET] = spoken(error, 400)
    with pytest.raises(Refused) as refused:
        await bmc.switch(system(), "off")
    assert not refused.value.outcome_unknown
    with pytest.raises(BadValue, match="offers no way to switch"):
        await bmc.switch(system(Actions=None), "off")


@pytest.mark.parametrize(
    "path",
    [
        "http://evil.example.test/redfish/v1/Systems/1",
        "//evil.example.test/redfish/v1/x",
        "/redfish/v1/../../admin",
        "/other/v1/Systems/1",
        "/redfish/v1/Systems/1?x=y",
        "/redfish/v1/%2e%2e/x",
        "/redfish/v1/",
        "",
        5,
    ],
)
async def test_places_outside_the_bmc_are_not_gone_to(bmc: Redfish, replay: Replay, path: object) -> None:
    replay.answers["bmc/redfish/v1/Systems"] = spoken({"Members": [{"@odata.id": path}]})
    with pytest.raises(Unexpected):
        await bmc.systems()
    assert [request.path for request in replay.requests] == ["/bmc/redfish/v1/Systems"]
    if isinstance(path, str) and path:
        action = {"target": path, "ResetType@Redfish.AllowableValues": ["On"]}
        with pytest.raises(Unexpected):
            await bmc.switch(system(Actions={"#ComputerSystem.Reset": action}), "on")
        assert len(replay.requests) == 1


async def test_pages_of_a_collection_are_followed_to_their_end(bmc: Redfish, replay: Replay) -> None:
    place = {"@odata.id": "/redfish/v1/Systems/1"}
    more = {"Members": [place], "Members@odata.nextLink": "/redfish/v1/Systems/Next"}
    replay.answers |= {
        "bmc/redfish/v1/Systems": spoken(more),
        "bmc/redfish/v1/Systems/Next": spoken({"Members": [place]}),
        "bmc/redfish/v1/Systems/1": spoken(SYSTEM),
    }
    assert len(await bmc.systems()) == 2
    replay.answers["bmc/redfish/v1/Systems/Next"] = spoken(more)
    with pytest.raises(Unexpected, match="does not end"):
        await bmc.systems()
    replay.answers["bmc/redfish/v1/Systems"] = spoken({"Members": [place] * 200})
    with pytest.raises(Unexpected, match="more than 128 members"):
        await bmc.systems()
    replay.answers["bmc/redfish/v1/Systems"] = spoken({"Members": None})
    with pytest.raises(Unexpected, match="no Members"):
        await bmc.systems()
    assert await bmc.ethernet_interfaces(system()) == []


async def test_a_bmcs_password_shows_nowhere(bmc: Redfish, replay: Replay, connector: Connector) -> None:
    plain, basic = PASSWORD.reveal(), base64.b64encode(f"sysadmin-bmc:{PASSWORD.reveal()}".encode()).decode()

    async def echo(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Basic {basic}"
        return web.Response(text=f"no: {plain} {basic}", status=400)

    replay.answers["bmc"] = echo
    with pytest.raises(Refused) as refused:
        await bmc.systems()
    shown = f"{refused.value} {refused.value!r} {vars(refused.value)} {bmc!r}"
    for secret in (plain, basic, PASSWORD.base64().reveal()):
        assert secret not in shown
    with pytest.raises(BadValue):
        Redfish(connector, replay.base, "a:b", PASSWORD)

"""Orders to hosts: against the simulated site, and as sysinv's wire wants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from starlingx.dcmanager import DcManager
from starlingx.errors import Refused, Unexpected
from starlingx.host_actions import HostActions
from starlingx.records import Host
from starlingx.session import CloudSession, Connector, Credentials
from starlingx.sysinv import SysInv
from tests.fixtures.fleet import Simulator
from tests.starlingx.capture import Capture
from tests.starlingx.replay import Answer, Replay, recorded, spoken

OPERATOR = Credentials("portal-operator", "operator-secret")
UUID = "4c0e8c0a-1111-2222-3333-444444444444"

ACTIONS: dict[str, Callable[[HostActions], Awaitable[Host]]] = {
    "lock": lambda a: a.lock(UUID),
    "force-lock": lambda a: a.lock(UUID, force=True),
    "unlock": lambda a: a.unlock(UUID),
    "force-unlock": lambda a: a.unlock(UUID, force=True),
    "swact": lambda a: a.swact(UUID),
    "force-swact": lambda a: a.swact(UUID, force=True),
    "reboot": lambda a: a.reboot(UUID),
    "reset": lambda a: a.reset(UUID),
    "power-on": lambda a: a.power_on(UUID),
    "power-off": lambda a: a.power_off(UUID),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_is_a_patch_of_the_host(session: CloudSession, replay: Replay, action: str) -> None:
    capture = Capture(spoken({"uuid": UUID, "task": "Locking"}))
    replay.answers["sysinv"] = capture.handler
    host = await ACTIONS[action](HostActions(session))
    assert host.task == "Locking"
    assert capture.calls == [("PATCH", f"/sysinv/v1/ihosts/{UUID}")]
    assert capture.bodies == [[{"op": "replace", "path": "/action", "value": action}]]


async def test_a_refusal_is_sysinvs_sentence(session: CloudSession, replay: Replay) -> None:
    replay.answers["sysinv"] = recorded("sysinv", "err_patch_unlock_unlocked.json")
    with pytest.raises(Refused, match="Avoiding 'unlock' action on already 'unlocked' host") as refused:
        await HostActions(session).unlock(UUID)
    assert not refused.value.outcome_unknown
    replay.answers["sysinv"] = Answer(b"[]")
    with pytest.raises(Unexpected) as unread:
        await HostActions(session).lock("a/../b?c")
    assert unread.value.outcome_unknown
    assert str(replay.requests[-1].rel_url) == "/sysinv/v1/ihosts/a%2F..%2Fb%3Fc"


async def test_only_a_standby_controller_is_locked(
    start_simulator: Callable[..., Simulator], connector: Connector
) -> None:
    fleet = start_simulator(subclouds=20, controllers=1, seed=5, speed=600)
    central = CloudSession(connector, auth_url=fleet.auth_url(), credentials=OPERATOR)
    for subcloud in await DcManager(central).subclouds():
        if subcloud.availability_status != "online":
            continue
        url = f"{fleet.url}/c1/s{subcloud.id}/identity/v3"
        site = CloudSession(connector, auth_url=url, credentials=OPERATOR, region=subcloud.region_name)
        hosts = await SysInv(site).hosts()
        standby = [h for h in hosts if h.controller_state == "Controller-Standby" and h.availability == "available"]
        if standby and not any(host.task for host in hosts):
            break
    else:
        pytest.fail("no duplex site that is well")

    active = next(host for host in hosts if host.controller_state == "Controller-Active")
    actions = HostActions(site)
    with pytest.raises(Refused):
        await actions.lock(active.uuid)
    with pytest.raises(Refused):
        await actions.reboot(standby[0].uuid)
    locked = await actions.lock(standby[0].uuid)
    assert (locked.uuid, bool(locked.task) or locked.administrative == "locked") == (standby[0].uuid, True)

"""Every recorded answer of the real services, through the client that would ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable

import pytest

from starlingx.dcmanager import DcManager
from starlingx.errors import Forbidden, NotFound, Refused, ServerFailed, StarlingXError, Unauthorized, Unexpected
from starlingx.fault import FaultManagement
from starlingx.peers import Peers
from starlingx.session import CloudSession
from starlingx.strategies import Strategies
from starlingx.sysinv import SysInv
from tests.starlingx.replay import Replay, index, recorded

SERVICE = {"dcmanager": "dcmanager", "fm": "faultmanagement", "sysinv": "platform"}
VERSION = {"dcmanager": "v1.0", "fm": "v1", "sysinv": "v1"}
Call = Callable[[CloudSession], Awaitable[object]]

CALLS: dict[str, Call] = {
    r"/v1\.0/subclouds": lambda s: DcManager(s).subclouds(),
    r"/v1\.0/subclouds/[^/]+/detail": lambda s: DcManager(s).subcloud(1, detail=True),
    r"/v1\.0/subclouds/[^/]+": lambda s: DcManager(s).subcloud(1),
    r"/v1\.0/alarms": lambda s: DcManager(s).alarms(),
    r"/v1\.0/subcloud-groups": lambda s: DcManager(s).groups(),
    r"/v1\.0/subcloud-groups/[^/]+/subclouds": lambda s: DcManager(s).group_subclouds(2),
    r"/v1\.0/subcloud-groups/[^/]+": lambda s: DcManager(s).group(2),
    r"/v1\.0/subcloud-deploy": lambda s: DcManager(s).deploy_files(),
    r"/v1\.0/sw-update-strategy(\?type=sw-deploy)?": lambda s: Strategies(s).strategy(),
    r"/v1\.0/sw-update-strategy/steps": lambda s: Strategies(s).steps(),
    r"/v1\.0/sw-update-strategy/steps/[^/]+": lambda s: Strategies(s).step("subcloud1"),
    r"/v1\.0/sw-update-options": lambda s: Strategies(s).options(),
    r"/v1\.0/system-peers": lambda s: Peers(s).system_peers(),
    r"/v1\.0/subcloud-peer-groups": lambda s: Peers(s).peer_groups(),
    r"/v1\.0/peer-group-associations": lambda s: Peers(s).associations(),
    r"/v1/alarms/summary.*": lambda s: FaultManagement(s).summary(),
    r"/v1/alarms(\?.*|/)?": lambda s: FaultManagement(s).alarms(),
    r"/v1/event_log(\?.*|/detail)?": lambda s: FaultManagement(s).event_log(),
    r"/v1/isystems": lambda s: SysInv(s).systems(),
    r"/v1/ihosts": lambda s: SysInv(s).hosts(),
    r"/v1/(ihosts/[^/]+/)?ethernet_ports": lambda s: SysInv(s).ethernet_ports(),
    r"/v1/iinterfaces.*detail|/v1/ihosts/[^/]+/iinterfaces|/v1/iinterfaces\?.*": lambda s: SysInv(s).interfaces(),
    r"/v1/interface_networks": lambda s: SysInv(s).interface_networks(),
    r"/v1/interface_datanetworks": lambda s: SysInv(s).interface_datanetworks(),
    r"/v1/datanetworks": lambda s: SysInv(s).datanetworks(),
    r"/v1/(ihosts/[^/]+/)?lldp_neighbours": lambda s: SysInv(s).lldp_neighbours(),
    r"/v1/lldp_agents": lambda s: SysInv(s).lldp_agents(),
    r"/v1/storage_backend": lambda s: SysInv(s).storage_backends(),
    r"/v1/clusters": lambda s: SysInv(s).clusters(),
    r"/v1/ceph_mon": lambda s: SysInv(s).ceph_mons(),
    r"/v1/(ihosts/[^/]+/)?istors": lambda s: SysInv(s).osds(),
    r"/v1/idisks": lambda s: SysInv(s).disks(),
    r"/v1/certificate": lambda s: SysInv(s).certificates(),
    r"/v1/networks": lambda s: SysInv(s).networks(),
    r"/v1/addrpools": lambda s: SysInv(s).address_pools(),
    r"/v1/kube_versions": lambda s: SysInv(s).kube_versions(),
}


def _raw(folder: str) -> Call:
    return lambda s: s.get(SERVICE[folder], VERSION[folder], "/any", central=folder == "dcmanager")


def _call(folder: str, file: str) -> Call:
    entry = index(folder)[file]
    path = str(entry["path"]) if entry.get("method") == "GET" else ""
    found = next((call for pattern, call in CALLS.items() if re.fullmatch(pattern, path)), None)
    return found or _raw(folder)


def _expected(status: int) -> type[StarlingXError]:
    if status >= 500:
        return ServerFailed
    return {401: Unauthorized, 403: Forbidden, 404: NotFound}.get(status, Refused)


ALL = [(folder, file) for folder in SERVICE for file in index(folder)]


@pytest.mark.parametrize(("folder", "file"), ALL)
async def test_every_recorded_answer_is_read_or_refused_by_its_status(
    folder: str, file: str, session: CloudSession, replay: Replay
) -> None:
    answer = recorded(folder, file)
    replay.answers[folder] = answer
    call = _call(folder, file)

    if answer.status >= 400:
        with pytest.raises(_expected(answer.status)) as failure:
            await call(session)
        assert failure.value.status == answer.status
        assert "\n" not in str(failure.value)
        assert "</" not in failure.value.message
        assert len(str(failure.value)) <= 500
    elif answer.content_type.startswith("application/xml"):
        with pytest.raises(Unexpected, match="not JSON"):
            await call(session)
    else:
        rows = await call(session)
        if isinstance(rows, list) and not isinstance(json.loads(answer.body), list):
            told = next(value for value in json.loads(answer.body).values() if isinstance(value, list))
            assert len(rows) == len(told)


async def test_the_recorded_token_gives_the_recorded_catalog(session: CloudSession, replay: Replay) -> None:
    replay.catalog = json.loads(recorded("dcmanager", "keystone_token_body.json").body)["token"]["catalog"]

    catalog = await session.catalog()

    assert catalog.central_region() == "RegionOne"
    assert catalog.url("dcmanager", "public", "SystemController") == "http://127.0.0.1:15019/v1.0"
    assert catalog.url("faultmanagement", "internal", "RegionOne") == "http://127.0.0.1:15041/fm/sc/v1"


async def test_errors_carry_the_services_own_sentence(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "mut_patch_manage_422_html.json")
    with pytest.raises(Refused, match="deploy_status must be either 'complete' or 'rehome-pending'"):
        await DcManager(session).subclouds()

    replay.answers["sysinv"] = recorded("sysinv", "err_patch_unlock_unlocked.json")
    with pytest.raises(Refused, match="400: Avoiding 'unlock' action on already 'unlocked' host controller-1"):
        await SysInv(session).hosts()

    replay.answers["fm"] = recorded("fm", "sysinv_no_endpoint_alarms.json")
    with pytest.raises(ServerFailed, match="endpoint for platform service named sysinv"):
        await FaultManagement(session).alarms()

"""What the records say about the recorded answers."""

from __future__ import annotations

from datetime import UTC, datetime

from starlingx.dcmanager import DcManager
from starlingx.fault import FaultManagement
from starlingx.session import CloudSession
from starlingx.sysinv import SysInv
from tests.starlingx.replay import Replay, recorded, spoken


async def test_a_subcloud_is_read_from_both_key_styles(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "subclouds_list_4.json")

    first, second, _, last = await DcManager(session).subclouds()

    assert (first.id, first.name, first.region_name) == (1, "subcloud1", "e8e25d940ed944759531985d5d9dc9f8")
    assert (first.software_version, first.group_id, first.openstack_installed) == ("26.03", 2, False)
    assert [e.endpoint_type for e in first.endpoints][:2] == ["platform", "identity"]
    assert first.bmc_address == "192.168.100.1"
    assert first.created_at == datetime(2026, 11, 22, 6, 25, 11, 259508, tzinfo=UTC)
    assert first.backup_status == ""
    assert second.management_start_ip == "fd01:1002::2"
    assert last.backup_datetime == datetime(2026, 11, 17, 9, 41, 55, 95431, tzinfo=UTC)


async def test_detail_tells_the_oam_address(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "subcloud_detail_subcloud1.json")
    subcloud = await DcManager(session).subcloud("a/b c", detail=True)
    assert subcloud.oam_floating_ip == "10.10.10.12"
    assert replay.requests[-1].raw_path == "/dcmanager/v1.0/subclouds/a%2Fb%20c/detail"

    replay.answers["dcmanager"] = recorded("dcmanager", "subcloud_detail_subcloud2.json")
    assert (await DcManager(session).subcloud(2, detail=True)).oam_floating_ip == ""


async def test_counts_of_minus_one_are_not_counts(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", "alarms_4.json")

    unreported, fine, _, degraded = await DcManager(session).alarms()

    assert (unreported.name, unreported.status, unreported.reported) == ("edge-montreal-0010", "disabled", False)
    assert unreported.critical is unreported.major is unreported.minor is unreported.warnings is None
    assert (fine.critical, fine.warnings, fine.reported) == (0, 0, True)
    assert (degraded.major, degraded.minor, degraded.status) == (7, 5, "degraded")


async def test_one_missing_count_makes_the_row_unreported(session: CloudSession, replay: Replay) -> None:
    row = {"region_name": "a", "critical_alarms": 1, "major_alarms": 2, "minor_alarms": None, "warnings": 0}
    replay.answers["dcmanager"] = spoken({"alarm_summary": [row]})
    (summary,) = await DcManager(session).alarms()
    assert (summary.critical, summary.reported) == (None, False)


async def test_alarms_keep_their_ids_as_text(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = recorded("fm", "alarms_expand_suppress_limit2000.json")

    alarms = await FaultManagement(session).alarms()

    assert alarms.complete
    assert len(alarms) == 41
    first = alarms[0]
    assert (first.alarm_id, first.entity_instance_id, first.severity) == ("100.101", "host=compute-0", "critical")
    assert first.timestamp == datetime(2026, 11, 22, 6, 9, 0, 130984, tzinfo=UTC)
    assert (first.mgmt_affecting, first.service_affecting, first.suppression) == (True, False, True)
    request = replay.requests[-1]
    assert request.path_qs == "/fm/v1/alarms?expand=True&include_suppress=True&limit=2000"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"].startswith("dcportal/")


async def test_a_list_at_its_limit_is_not_complete(session: CloudSession, replay: Replay) -> None:
    row = {"alarm_id": "100.101", "entity_instance_id": "host=a"}
    replay.answers["fm"] = spoken({"alarms": [row] * 2000})
    assert not (await FaultManagement(session).alarms()).complete

    replay.answers["fm"] = spoken({"alarms": [row], "next": "http://elsewhere/"})
    assert not (await FaultManagement(session).alarms()).complete


async def test_the_event_log_is_asked_from_a_moment_in_utc(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = recorded("fm", "event_log_logs_expand.json")

    lines = await FaultManagement(session).event_log(datetime.fromisoformat("2026-11-22T08:00:00+02:00"), 7)

    assert {line.suppression_status for line in lines} == {""}
    assert replay.requests[-1].query["q.value"] == "2026-11-22T06:00:00"
    assert replay.requests[-1].query["limit"] == "7"


async def test_sysinv_records(session: CloudSession, replay: Replay) -> None:
    for file in ("isystems", "ihosts", "ethernet_ports", "idisks", "storage_backend"):
        replay.answers[f"sysinv/v1/{file}"] = recorded("sysinv", f"{file}.json")
    replay.answers["sysinv/v1/iinterfaces/detail"] = recorded("sysinv", "iinterfaces_detail.json")
    sysinv = SysInv(session)

    (system,) = await sysinv.systems()
    assert (system.latitude, system.longitude, system.https_enabled) == (52.52, 13.405, True)
    host = (await sysinv.hosts())[0]
    assert host.subfunctions == ("controller", "worker", "lowlatency")
    assert (host.controller_state, host.peer_hosts) == ("Controller-Active", ("controller-0", "controller-1"))
    port = (await sysinv.ethernet_ports())[1]
    assert (port.name, port.speed, port.bootp, port.sriov_vfs_pci_address) == ("enp24s0f1", 10000, True, ())
    interfaces = {each.ifname: each for each in await sysinv.interfaces()}
    assert interfaces["mgmt0"].used_by == ("cluster0",)
    assert interfaces["sriov0"].ipv4_mode == ""
    (backend,) = await sysinv.storage_backends()
    assert (backend.backend, backend.replication, backend.services) == ("ceph", 2, ("cinder", "glance"))
    assert (await sysinv.disks())[0].model == "INTEL SSDSC2KB96"


async def test_sysinv_pages_are_followed_by_our_own_question(session: CloudSession, replay: Replay) -> None:
    import json

    from aiohttp import web

    rows = json.loads(recorded("sysinv", "idisks.json").body)["idisks"]

    async def pages(request: web.Request) -> web.Response:
        marker = request.query.get("marker")
        page = {"idisks": rows[1:]} if marker else {"idisks": rows[:1], "next": "http://192.0.2.1/steal"}
        return web.json_response(page)

    replay.answers["sysinv"] = pages
    disks = await SysInv(session).disks()

    assert [disk.uuid for disk in disks] == [row["uuid"] for row in rows]
    assert replay.requests[-1].query == {"limit": "2000", "marker": rows[0]["uuid"]}

"""Whatever JSON stands in whatever field: a record or Unexpected, never another exception."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starlingx import records
from starlingx.catalog import Catalog
from starlingx.error_text import error_text
from starlingx.errors import MESSAGE_LENGTH, Unexpected
from starlingx.keystone import read_token
from starlingx.kubernetes import WANTED, _links, _pod_path
from starlingx.openmetrics import samples
from starlingx.rows import INT64, Row, clean, read_list
from starlingx.timestamps import parse_http_date, parse_timestamp
from tests.starlingx.replay import WIRE
from tests.starlingx.test_redfish import SYSTEM
from tests.starlingx.test_strategies import VIM

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=300)
    | st.sampled_from(["", "-1", "True", "2026-11-22T00:00:00", "0001-01-01T00:00:00+14:00", "9" * 300, "1e999", "٣"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def _first(folder: str, file: str, key: str) -> dict[str, object]:
    row = json.loads((WIRE / folder / file).read_text())[key][0]
    assert isinstance(row, dict)
    return row


CEPH = {
    "metadata": {"name": "rook-ceph", "namespace": "rook-ceph"},
    "status": {
        "phase": "Ready",
        "ceph": {"health": "HEALTH_OK", "details": {"OSD_DOWN": {"severity": "w", "message": "m"}}, "capacity": {}},
        "version": {"version": "18"},
    },
}
POD = {"metadata": {"name": "nime-1", "namespace": "nime"}, "spec": {"nodeName": "controller-0"}}
READERS: dict[str, tuple[Callable[[Row], object], Mapping[str, object]]] = {
    "subcloud": (records.Subcloud.read, _first("dcmanager", "subclouds_list_4.json", "subclouds")),
    "alarm summary": (records.AlarmSummary.read, _first("dcmanager", "alarms_4.json", "alarm_summary")),
    "own summary": (records.AlarmSummary.read_own, json.loads((WIRE / "fm/alarms_summary.json").read_text())),
    "group": (records.SubcloudGroup.read, _first("dcmanager", "subcloud_groups.json", "subcloud_groups")),
    "alarm": (records.Alarm.read, _first("fm", "alarms_expand.json", "alarms")),
    "event": (records.EventLogEntry.read, _first("fm", "event_log_expand.json", "event_log")),
    "system": (records.System.read, _first("sysinv", "isystems.json", "isystems")),
    "host": (records.Host.read, _first("sysinv", "ihosts.json", "ihosts")),
    "port": (records.EthernetPort.read, _first("sysinv", "ethernet_ports.json", "ethernet_ports")),
    "interface": (records.Interface.read, _first("sysinv", "iinterfaces_detail.json", "iinterfaces")),
    "network": (records.InterfaceNetwork.read, _first("sysinv", "interface_networks.json", "interface_networks")),
    "data": (
        records.InterfaceDataNetwork.read,
        _first("sysinv", "interface_datanetworks.json", "interface_datanetworks"),
    ),
    "datanetwork": (records.DataNetwork.read, _first("sysinv", "datanetworks.json", "datanetworks")),
    "neighbour": (records.LldpNeighbour.read, _first("sysinv", "lldp_neighbours.json", "lldp_neighbours")),
    "agent": (records.LldpAgent.read, _first("sysinv", "lldp_agents.json", "lldp_agents")),
    "backend": (records.StorageBackend.read, _first("sysinv", "storage_backend.json", "storage_backends")),
    "cluster": (records.CephCluster.read, _first("sysinv", "clusters.json", "clusters")),
    "mon": (records.CephMon.read, _first("sysinv", "ceph_mon.json", "ceph_mon")),
    "osd": (records.Osd.read, _first("sysinv", "istors.json", "istors")),
    "disk": (records.Disk.read, _first("sysinv", "idisks.json", "idisks")),
    "certificate": (records.Certificate.read, {"uuid": "u", "certtype": "ssl", "expiry_date": "2027-01-01 00:00:00"}),
    "service group": (records.ServiceGroup.read, {"name": "n", "service_group_name": "n", "node_name": "controller-0"}),
    "release": (records.Release.read, {"release_id": "r", "state": "deployed", "requires": [], "unremovable": True}),
    "deploy": (records.Deploy.read, {"from_release": "a", "to_release": "b", "state": "host"}),
    "deploy host": (records.DeployHost.read, {"hostname": "controller-0", "host_state": "pending"}),
    "strategy": (records.VimStrategy.read, {"name": "sw-upgrade", "state": "applied"}),
    "own strategy": (records.VimStrategyDetail.read, VIM),
    "central strategy": (records.Strategy.read, json.loads((WIRE / "dcmanager/sw_update_strategy.json").read_text())),
    "step": (records.StrategyStep.read, _first("dcmanager", "sw_update_strategy_steps.json", "strategy-steps")),
    "options": (records.SwUpdateOptions.read, _first("dcmanager", "sw_update_options.json", "sw-update-options")),
    "peer": (records.SystemPeer.read, _first("dcmanager", "system_peers.json", "system_peers")),
    "peer group": (
        records.PeerGroup.read,
        _first("dcmanager", "subcloud_peer_groups.json", "subcloud_peer_groups"),
    ),
    "association": (
        records.PeerGroupAssociation.read,
        _first("dcmanager", "peer_group_associations.json", "peer_group_associations"),
    ),
    "deploy files": (records.DeployFiles.read, {"software_version": "26.03", "deploy_chart": "c.tgz"}),
    "server": (records.ComputerSystem.read, SYSTEM),
    "server's port": (records.BmcInterface.read, {"Id": "p", "MACAddress": "AA:BB", "Status": {"Health": "OK"}}),
    "ceph": (records.CephHealth.read, CEPH),
    "pod": (_pod_path, POD),
    "catalog": (Catalog.read, json.loads((WIRE / "dcmanager/keystone_token_body.json").read_text())["token"]),
}


def _is_sound(value: object) -> bool:
    """Whether it can go into a database row and a page: short clean texts, numbers that fit, aware moments."""
    if is_dataclass(value) and not isinstance(value, type):
        return all(_is_sound(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, tuple):
        return all(_is_sound(each) for each in value)
    if isinstance(value, str):
        return len(value) <= 2048 and clean(value, 4096) == value
    if isinstance(value, datetime):
        return value.tzinfo is UTC
    return value is None or isinstance(value, (bool, float)) or (isinstance(value, int) and abs(value) <= INT64)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_value_in_any_field(name: str, data: st.DataObject) -> None:
    read, sample = READERS[name]
    changed = data.draw(st.lists(st.sampled_from(sorted(sample)), min_size=1, max_size=4))
    row = dict(sample) | {key: data.draw(json_values) for key in changed}
    try:
        record = read(Row(orjson.loads(orjson.dumps(row)), "row[0]"))
    except Unexpected as unexpected:
        record = unexpected.message
    assert _is_sound(record)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=30, deadline=None)
@given(body=json_values)
def test_any_body(name: str, body: object) -> None:
    for key in ("", "rows"):
        try:
            read_list({"rows": body} if key else body, key, READERS[name][0])
        except Unexpected:
            continue


@settings(deadline=None)
@given(body=json_values, value=st.none() | st.text(max_size=50))
def test_any_token_body(body: object, value: str | None) -> None:
    for answer in (body, {"token": body}):
        try:
            token = read_token(value, answer, 0.0)
        except Unexpected:
            continue
        assert token.renew_at > 0


@settings(deadline=None)
@given(st.binary(max_size=400) | json_values.map(orjson.dumps) | json_values.map(lambda v: orjson.dumps({"error": v})))
def test_any_error_body_gives_one_short_line(body: bytes) -> None:
    text = error_text(body, ["secret"])
    assert len(text) <= MESSAGE_LENGTH
    assert "\n" not in text
    assert clean(text, MESSAGE_LENGTH) == text


@given(st.text(max_size=60))
def test_any_timestamp(text: str) -> None:
    moment = parse_timestamp(text)
    assert moment is None or moment.tzinfo is UTC
    parse_http_date(text)


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(sorted(WANTED)), st.text(max_size=40), st.text(max_size=20))
def test_any_metrics_text(text: str, name: str, labels: str, value: str) -> None:
    whole = f'{text}\n{name}{{{labels}}} {value}\n{name}{{device="{labels}"}} {value}'
    list(samples(whole, WANTED))
    assert all(_is_sound(link) for link in _links("node", whole))

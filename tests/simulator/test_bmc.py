"""Redfish of a host: who may read what, what it says, and that it agrees with sysinv."""

import json
from http.client import HTTPException
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.bmc_calls import RACK_PASSWORD, RESET, Bmc, bmc_of
from tests.simulator.cloud_calls import Dcmanager, call
from tests.simulator.site_calls import Row, Site

SYSTEM = "/redfish/v1/Systems/1"
DRIVE = "/redfish/v1/Managers/1/VirtualMedia/Cd"


@pytest.fixture(scope="module")
def row(fleet: Simulator, dcmanager: Dcmanager) -> Row:
    """A duplex site that answers and has install values."""
    for row in dcmanager.subclouds():
        online = row["availability-status"] == "online" and row["data_install"]
        if online and len(Site(fleet, cloud(row)).rows("ihosts")) == 2:
            return row
    raise LookupError("no duplex site")


def cloud(row: Row) -> Row:
    return {"controller": 1, "id": row["id"], "name": row["name"]}


@pytest.fixture
def bmc(fleet: Simulator, row: Row) -> Bmc:
    return bmc_of(fleet.url, row)


def test_only_the_root_is_public(bmc: Bmc) -> None:
    root = call(f"{bmc.base}/redfish/v1/")
    assert (root.status, root.json()["RedfishVersion"]) == (200, "1.8.0")
    assert call(f"{bmc.base}/redfish").json() == {"v1": "/redfish/v1/"}
    refused = call(bmc.base + SYSTEM)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="Redfish"')
    assert refused.json()["error"]["@Message.ExtendedInfo"][0]["MessageId"].endswith("NoValidSession")
    assert Bmc(bmc.base, "wrong").ask(SYSTEM).status == 401


def test_every_reference_leads_somewhere(bmc: Bmc) -> None:
    seen, waiting = set(), ["/redfish/v1/"]
    while waiting:
        path = waiting.pop()
        if path in seen or "#" in path:
            continue
        seen.add(path)
        waiting += references(bmc.read(path))
    assert {SYSTEM, DRIVE, "/redfish/v1/Chassis/1/Thermal", "/redfish/v1/Chassis/1/NetworkAdapters/NIC.1"} <= seen


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["@odata.id"]] if "@odata.id" in value else []
        return own + [path for inner in value.values() for path in references(inner)]
    if isinstance(value, list):
        return [path for inner in value for path in references(inner)]
    return []


def test_it_agrees_with_sysinv(fleet: Simulator, row: Row) -> None:
    site = Site(fleet, cloud(row))
    for host in site.rows("ihosts"):
        bmc = bmc_of(fleet.url, row, host["hostname"])
        by_address = Bmc(f"{fleet.url}/c1/bmc/{host['bm_ip']}", bmc.password)
        system = bmc.read(SYSTEM)
        assert system == by_address.read(SYSTEM)
        assert (system["PowerState"], system["Status"]["Health"]) == ("On", "OK")
        ports = [one for one in site.rows("ethernet_ports") if one["host_uuid"] == host["uuid"]]
        listed = bmc.read(f"{SYSTEM}/EthernetInterfaces")["Members"]
        found = [bmc.read(member["@odata.id"]) for member in listed]
        assert {(one["Id"], one["MACAddress"].lower()) for one in found} == {(one["name"], one["mac"]) for one in ports}
        sensors = [one["sensorname"] for one in site.rows("isensors") if one["host_uuid"] == host["uuid"]]
        thermal, power = (bmc.read(f"/redfish/v1/Chassis/1/{name}") for name in ("Thermal", "Power"))
        names = [one["Name"] for one in [*thermal["Temperatures"], *thermal["Fans"]]]
        assert set(names) == {name for name in sensors if not name.startswith("PS")}
        assert 200 < power["PowerControl"][0]["PowerConsumedWatts"] < 500


def test_bad_sensor_is_bad_here_too(fleet: Simulator, row: Row, bmc: Bmc) -> None:
    site = Site(fleet, cloud(row))
    site.raise_alarm("200.007", "host=controller-0.sensor=Fan 2", "major")
    fans = {fan["Name"]: fan for fan in bmc.read("/redfish/v1/Chassis/1/Thermal")["Fans"]}
    assert fans["Fan 2"]["Status"]["Health"] == "Warning"
    assert fans["Fan 2"]["Reading"] < fans["Fan 2"]["LowerThresholdNonCritical"] <= fans["Fan 1"]["Reading"]
    assert bmc.read(SYSTEM)["Status"]["Health"] == "Warning"


def test_pulled_cable_is_seen_by_the_port(fleet: Simulator, row: Row, bmc: Bmc) -> None:
    """Even of a pci-sriov port, which no alarm tells of."""
    path = f"{SYSTEM}/EthernetInterfaces/enp177s0f1"
    assert bmc.read(path)["LinkStatus"] == "LinkUp"
    site = Site(fleet, cloud(row))
    fault = site.break_it("cable-pulled", host="controller-0", port="enp177s0f1")
    assert (bmc.read(path)["LinkStatus"], bmc.read(path)["SpeedMbps"]) == ("LinkDown", None)
    site.mend(fault)


def test_sessions(bmc: Bmc) -> None:
    assert Bmc(bmc.base, "wrong").log_in().status == 401
    opened = bmc.log_in()
    assert (opened.status, bmc.power) == (201, "On")
    elsewhere = Bmc(bmc.base + "/controller-1", bmc.password)
    elsewhere.session = bmc.session
    assert elsewhere.ask(SYSTEM).status == 401  # good for its own BMC only
    location = opened.headers["Location"]
    assert location in [member["@odata.id"] for member in bmc.read("/redfish/v1/SessionService/Sessions")["Members"]]
    assert bmc.ask(location, "DELETE").status == 204
    assert bmc.ask(SYSTEM).status == 401


def test_virtual_media_and_boot(bmc: Bmc) -> None:
    insert, eject = (f"{DRIVE}/Actions/VirtualMedia.{verb}Media" for verb in ("Insert", "Eject"))
    assert bmc.read(DRIVE)["Inserted"] is False
    image = {"Image": "https://192.168.204.2:8443/iso/26.09/nodes/bootimage.iso"}
    assert bmc.ask(insert, "POST", image).status == 204
    assert bmc.ask(insert, "POST", image).status == 409
    assert (bmc.read(DRIVE)["Inserted"], bmc.read(DRIVE)["ImageName"]) == (True, "bootimage.iso")
    boot = {"Boot": {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Cd"}}
    assert bmc.ask(SYSTEM, "PATCH", boot).json()["Boot"]["BootSourceOverrideTarget"] == "Cd"
    assert bmc.ask(eject, "POST", {}).status == 204
    assert bmc.read(DRIVE)["Image"] is None


def test_server_in_the_rack(fleet: Simulator) -> None:
    bmc = Bmc(f"{fleet.url}/c1/bmc/10.66.3.7", RACK_PASSWORD)
    system = bmc.read(SYSTEM)
    assert (system["PowerState"], system["HostName"]) == ("On", "")
    assert Bmc(f"{fleet.url}/c1/bmc/10.66.3.8", RACK_PASSWORD).read(SYSTEM)["SerialNumber"] != system["SerialNumber"]
    assert bmc.reset("ForceOff") == 204
    assert bmc.power == "Off"
    with pytest.raises((OSError, HTTPException)):
        call(f"{fleet.url}/c1/bmc/10.99.0.1/redfish/v1/")  # an address nobody has


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", RESET, b"{}", 400),
        ("POST", RESET, b'{"ResetType": "Explode"}', 400),
        ("POST", RESET, b'{"ResetType": ["On"]}', 400),
        ("POST", RESET, b'{"ResetType": "On"}', 409),
        ("POST", RESET, b"[1", 400),
        ("POST", RESET, b"[]", 400),
        ("GET", RESET, None, 405),
        ("PATCH", SYSTEM, b'{"Boot": {"Else": "Cd"}}', 400),
        ("PATCH", SYSTEM, b'{"Boot": {"BootSourceOverrideTarget": {}}}', 400),
        ("PATCH", SYSTEM, b'{"AssetTag": "x"}', 400),
        ("POST", f"{DRIVE}/Actions/VirtualMedia.InsertMedia", b'{"Image": "ftp://x/y"}', 400),
        ("POST", f"{DRIVE}/Actions/VirtualMedia.InsertMedia", b'{"Image": "http://["}', 400),
        ("GET", "/redfish/v1/Systems/2", None, 404),
        ("GET", "/redfish/v1/Chassis/1/NetworkAdapters/NIC.9/NetworkPorts/1", None, 404),
        ("GET", "/redfish/v1/Chassis/1/NetworkAdapters/NIC.1/NetworkPorts/x", None, 404),
    ],
)
def test_nonsense_is_refused(bmc: Bmc, method: str, path: str, body: bytes | None, status: int) -> None:
    bmc.log_in()
    answer = call(bmc.base + path, method, body, X_Auth_Token=bmc.session)
    assert answer.status == status
    assert json.loads(answer.body)["error"]["@Message.ExtendedInfo"][0]["Message"]

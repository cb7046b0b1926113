"""The inventory of every site fits together: ports, interfaces, networks, switches, hosts, disks, Ceph."""

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.site_calls import Row, Site, site_like, sites
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def inventory(start_simulator: Callable[..., Simulator]) -> Simulator:
    fleet = start_simulator(subclouds=60, controllers=1, seed=5, speed=60)
    fleet.control("churn", {"on": False})
    return fleet


@pytest.fixture(scope="module")
def all_sites(inventory: Simulator) -> list[Site]:
    return sites(inventory)


def by(rows: list[Row], key: str) -> dict[str, Row]:
    found = {row[key]: row for row in rows}
    assert len(found) == len(rows), f"{key} is not unique"
    return found


def test_ports_lead_to_interfaces_and_networks(all_sites: list[Site]) -> None:
    for site in all_sites:
        hosts, ports = by(site.rows("ihosts"), "uuid"), by(site.rows("ethernet_ports"), "uuid")
        interfaces = by(site.rows("iinterfaces/detail"), "uuid")
        assert len({(port["host_uuid"], port["name"]) for port in ports.values()}) == len(ports)
        assert len({(port["host_uuid"], port["pciaddr"]) for port in ports.values()}) == len(ports)
        assert len({port["mac"] for port in ports.values()}) == len(ports)
        for port in ports.values():
            assert port["host_uuid"] in hosts
            assert re.fullmatch(r"0000:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", port["pciaddr"])
            addresses = list(filter(None, port["sriov_vfs_pci_address"].split(",")))
            assert len(set(addresses)) == port["sriov_numvfs"] <= port["sriov_totalvfs"]
            if port["interface_uuid"] is not None:
                interface = interfaces[port["interface_uuid"]]
                assert interface["ihost_uuid"] == port["host_uuid"]
                assert interface["imac"] == port["mac"]
                assert (interface["sriov_numvfs"] or 0) == port["sriov_numvfs"]
        check_interfaces(site, interfaces)


def check_interfaces(site: Site, interfaces: dict[str, Row]) -> None:
    names = {(row["ihost_uuid"], row["ifname"]): row for row in interfaces.values()}
    for row in interfaces.values():
        for name in row["uses"]:
            assert row["ifname"] in names[(row["ihost_uuid"], name)]["used_by"]
    networks, datanetworks = by(site.rows("networks"), "uuid"), by(site.rows("datanetworks"), "uuid")
    roles = Counter()
    for join in site.rows("interface_networks"):
        assert interfaces[join["interface_uuid"]]["ifclass"] == "platform"
        assert interfaces[join["interface_uuid"]]["ifname"] == join["ifname"]
        assert networks[join["network_uuid"]]["type"] == join["network_type"]
        roles[(join["forihostid"], join["network_type"])] += 1
    hosts = {row["id"] for row in site.rows("ihosts")}
    assert roles == Counter({(host, network): 1 for host in hosts for network in ("oam", "mgmt", "cluster-host")})
    for join in site.rows("interface_datanetworks"):
        assert interfaces[join["interface_uuid"]]["ifclass"] in ("data", "pci-sriov")
        assert datanetworks[join["datanetwork_uuid"]]["name"] == join["datanetwork_name"]


def test_short_ports_are_the_same_ports(all_sites: list[Site]) -> None:
    for site in all_sites[:10]:
        long = by(site.rows("ethernet_ports"), "uuid")
        for port in site.rows("ports"):
            shared = port.keys() - {"links", "lldp_agents", "lldp_neighbours"}
            assert {key: port[key] for key in shared} == {key: long[port["uuid"]][key] for key in shared}


def test_switches_are_believable(all_sites: list[Site]) -> None:
    chassis: dict[str, str] = {}
    dark: list[int] = []
    for site in all_sites:
        ports = by(site.rows("ethernet_ports"), "uuid")
        seen = site.rows("lldp_neighbours")
        cabled = {port["uuid"] for port in ports.values() if port["interface_uuid"]}
        dark.append(len(cabled - {row["port_uuid"] for row in seen}))  # a cable that failed by itself
        assert {row["port_uuid"] for row in seen} <= cabled
        assert len({row["msap"] for row in seen}) == len(seen), "two cables in one switch port"
        assert 1 <= len({row["system_name"] for row in seen}) <= 2
        assert len({row["system_description"] for row in seen}) == 1
        for row in seen:
            assert ports[row["port_uuid"]]["name"] == row["port_name"]
            assert re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", row["chassis_id"])
            assert re.fullmatch(r"(Ethernet(1/)?|et-0/0/)\d+", row["port_identifier"])
            assert site.name in row["system_name"]
            assert chassis.setdefault(row["chassis_id"], row["system_name"]) == row["system_name"]
    assert dark.count(0) > 0.8 * len(dark)
    assert max(dark) <= 1


def test_hosts_have_their_roles(all_sites: list[Site]) -> None:
    seen = set()
    for site in all_sites:
        mode, hosts = site.rows("isystems")[0]["system_mode"], site.rows("ihosts")
        personalities = sorted(host["capabilities"]["Personality"] for host in hosts)
        wanted = ["Controller-Active"] if mode == "simplex" else ["Controller-Active", "Controller-Standby"]
        assert personalities == wanted
        assert [host["hostname"] for host in hosts] == ["controller-0", "controller-1"][: len(hosts)]
        groups = Counter((row["service_group_name"], row["state"]) for row in site.rows("servicegroup"))
        assert all(count == 1 for (_, state), count in groups.items() if state == "active")
        seen.add(mode)
        active = next(host for host in hosts if host["capabilities"]["Personality"] == "Controller-Active")
        nodes = {row["node_name"] for row in site.rows("servicegroup") if row["state"] == "active"}
        assert nodes == {active["hostname"]}
    assert seen == {"simplex", "duplex"}


def test_ceph_objects_agree(all_sites: list[Site]) -> None:
    flavours = set()
    for site in all_sites:
        backends = site.rows("storage_backend")
        osds, disks = site.rows("istors"), by(site.rows("idisks"), "uuid")
        flavour = backends[0]["backend"] if backends else "none"
        flavours.add(flavour)
        assert len(site.rows("clusters")) == len(site.rows("storage_tiers")) == len(backends) <= 1
        assert bool(osds) == bool(backends)
        assert len(site.rows("storage_ceph")) == (flavour == "ceph")
        assert len(site.rows("storage_ceph_rook")) == (flavour == "ceph-rook")
        assert [osd["osdid"] for osd in osds] == list(range(len(osds)))
        for osd in osds:
            disk = disks[osd["idisk_uuid"]]
            assert (disk["istor_uuid"], disk["ihost_uuid"]) == (osd["uuid"], osd["ihost_uuid"])
        assert sum(disk["istor_uuid"] is not None for disk in disks.values()) == len(osds)
        if osds:
            hosts = site.rows("ihosts")
            assert len(osds) % len(hosts) == 0
            assert site.rows("storage_tiers")[0]["stors"] == [osd["osdid"] for osd in osds]
            assert backends[0]["capabilities"]["replication"] == str(len(hosts))
            assert len(site.rows("ceph_mon")) == (len(hosts) if flavour == "ceph" else 0)
    assert flavours == {"ceph", "ceph-rook", "none"}


def test_oam_addresses_are_used_once(all_sites: list[Site]) -> None:
    taken = Counter(
        row[key]
        for site in all_sites
        for row in site.rows("iextoam")
        for key in ("oam_floating_ip", "oam_c0_ip", "oam_c1_ip")
    )
    assert set(taken.values()) == {1}


def test_inventory_agrees_with_the_alarms(inventory: Simulator) -> None:
    site = site_like(inventory, mode="simplex", ceph="none")
    site.raise_alarm("750.002", "k8s_application=cert-manager", "major")
    site.raise_alarm("500.210", "system.certificate.mode=ssl", "critical")
    site.raise_alarm("250.001", "host=controller-0", "major")
    site.raise_alarm("200.007", "host=controller-0.sensor=Fan 2", "critical")
    apps, certificates = by(site.rows("apps"), "name"), by(site.rows("certificate"), "certtype")
    host, sensors = site.rows("ihosts")[0], by(site.rows("isensors"), "sensorname")
    assert apps["cert-manager"]["status"] == "apply-failed"
    assert certificates["ssl"]["expiry_date"] < certificates["docker_registry"]["expiry_date"]
    assert (host["config_status"], host["availability"]) == ("Config out-of-date", "degraded")
    assert host["config_applied"] != host["config_target"]
    assert (sensors["Fan 2"]["status"], sensors["Fan 1"]["status"]) == ("critical", "ok")


def test_pages_cover_the_list_once(all_sites: list[Site]) -> None:
    site = all_sites[0]
    whole = [row["uuid"] for row in site.rows("ethernet_ports")]
    found, path = [], "/v1/ethernet_ports?limit=4"
    while path:
        page = site.get(f"/platform{path}").json()
        found += [row["uuid"] for row in page["ethernet_ports"]]
        address = urlsplit(page.get("next", ""))
        path = f"{address.path.partition('/platform')[2]}?{address.query}" if address.path else ""
    assert found == whole


def test_links_lead_to_the_row(all_sites: list[Site]) -> None:
    site = all_sites[0]
    for resource in ("ihosts", "ethernet_ports", "iinterfaces/detail", "lldp_neighbours", "idisks", "isensors"):
        row = site.rows(resource)[0]
        address = urlsplit(row["links"][0]["href"])
        shown = site.get("/platform" + address.path.partition("/platform")[2])
        assert shown.json()["uuid"] == row["uuid"]


def test_per_host_lists_add_up(inventory: Simulator) -> None:
    site = site_like(inventory, mode="duplex", ceph="ceph")
    hosts = [row["uuid"] for row in site.rows("ihosts")]
    for resource in (
        "ports",
        "ethernet_ports",
        "iinterfaces",
        "lldp_neighbours",
        "istors",
        "idisks",
        "isensors",
        "isensorgroups",
        "labels",
        "partitions",
        "imemorys",
        "icpus",
        "host_fs",
        "ceph_mon",
    ):
        rows = [site.rows(f"ihosts/{host}/{resource}") for host in hosts]
        assert len(rows[0]) == len(rows[1]) > 0, resource


def test_vanished_link_takes_its_neighbour_along(simulator: Callable[..., Simulator]) -> None:
    """After the time to live and an audit, seven minutes: 0.7 s at speed 600. `speed` never tells."""
    site = site_like(simulator(subclouds=20, seed=5, speed=600), mode="simplex")
    port = next(row for row in site.rows("ethernet_ports") if row["name"] == "enp177s0f1")
    before = {row["port_uuid"] for row in site.rows("lldp_neighbours")}
    site.break_it("cable-pulled", host="controller-0", port="enp177s0f1")
    assert {row["port_uuid"] for row in site.rows("lldp_neighbours")} == before
    wait_until(
        lambda: {row["port_uuid"] for row in site.rows("lldp_neighbours")} == before - {port["uuid"]},
        timeout=10,
        what="neighbour gone",
    )
    assert next(row for row in site.rows("ethernet_ports") if row["uuid"] == port["uuid"])["speed"] == port["speed"]


def test_swact_and_lock(inventory: Simulator) -> None:
    site = site_like(inventory, mode="duplex")

    def act(host: str, action: str) -> tuple[int, str]:
        answer = site.send(
            "PATCH", f"/platform/v1/ihosts/{host}", [{"op": "replace", "path": "/action", "value": action}]
        )
        return answer.status, str(answer.json())

    def active() -> str:
        return next(
            str(row["hostname"])
            for row in site.rows("ihosts")
            if row["capabilities"]["Personality"] == "Controller-Active"
        )

    first = active()
    second = next(str(row["hostname"]) for row in site.rows("ihosts") if row["hostname"] != first)
    assert act(first, "lock")[0] == 400
    assert act(first, "swact")[0] == 200
    assert active() == second
    assert act(first, "lock")[0] == 200
    assert act(second, "swact")[0] == 400
    assert act(first, "unlock")[0] == 200

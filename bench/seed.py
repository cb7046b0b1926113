"""Fills the database of DATABASE_URL with an invented fleet, straight by COPY: for benchmarks and for looking at pages.

    python -m bench.seed --subclouds 20000 --controllers 2 --alarms 10 [--keep]

Everything is drawn from one seed, so two runs give the same rows. Never run against a database that matters:
without --keep every controller and what hangs on it is deleted first.
"""

import argparse
import os
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bench.filling import copy

CITIES = [  # name, latitude, longitude, region, time zone
    ("Recife", -8.05, -34.90, "Brazil", "America/Recife"),
    ("São Paulo", -23.55, -46.63, "Brazil", "America/Sao_Paulo"),
    ("Belo Horizonte", -19.92, -43.94, "Brazil", "America/Sao_Paulo"),
    ("Chicago", 41.88, -87.63, "North America", "America/Chicago"),
    ("Dallas", 32.78, -96.80, "North America", "America/Chicago"),
    ("New York", 40.71, -74.01, "North America", "America/New_York"),
    ("Seattle", 47.61, -122.33, "North America", "America/Los_Angeles"),
    ("Montréal", 45.50, -73.57, "North America", "America/Toronto"),
    ("Poznań", 52.41, 16.93, "Europe", "Europe/Warsaw"),
    ("Stuttgart", 48.78, 9.18, "Europe", "Europe/Berlin"),
    ("Bilbao", 43.26, -2.93, "Europe", "Europe/Madrid"),
]
ALARMS = [  # alarm_id, severity word and number, entity, reason
    ("100.106", "major", 4, "host=controller-{h}.port=eth1", "'OAM' Port failed"),
    ("800.001", "warning", 2, "cluster=f1e2d3", "Storage alarm: Ceph HEALTH_WARN"),
    ("200.001", "warning", 2, "host=controller-{h}", "controller-{h} was administratively locked"),
    ("400.002", "major", 4, "service_domain=controller.service_group=vim-services", "Service group loss of redundancy"),
    ("100.103", "critical", 5, "host=controller-{h}.memory=platform", "Memory threshold exceeded; 94 % of platform"),
    ("100.114", "minor", 3, "host=controller-{h}.ntp=10.10.59.3", "NTP address 10.10.59.3 is not reachable"),
    ("250.001", "major", 4, "host=controller-{h}", "controller-{h} Configuration is out-of-date"),
    ("500.101", "minor", 3, "namespace=system.certificate=restapi-{n}", "Certificate expires in 14 days"),
]
FACETS = ["subcloud", "alarm_counts", "alarms", "system", "hosts", "ports", "storage", "software", "ceph_health"]
SOURCES = ["dcmanager", "dcmanager", "FM", "sysinv", "sysinv", "sysinv", "sysinv", "USM", "CephCluster"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subclouds", type=int, default=500)
    parser.add_argument("--controllers", type=int, default=2)
    parser.add_argument("--alarms", type=int, default=10, help="on average, on every second subcloud twice as many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="do not delete what is there")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    import django  # after the settings module is named

    django.setup()
    Seed(options.seed).fill(options.subclouds, options.controllers, options.alarms, keep=options.keep)


def _empty() -> None:
    """Everything observed, with all that hangs on it; but what people may see of the whole fleet or a region stays."""
    from django.db import connection

    from sites.models import ScopeGrant

    kept = list(ScopeGrant.objects.filter(controller=None, group=None))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sites_controller CASCADE")
    ScopeGrant.objects.bulk_create(kept)


class Seed:
    """One invented fleet."""

    def __init__(self, seed: int = 1, now: datetime | None = None) -> None:
        from django.utils import timezone

        self.random = random.Random(seed)  # invented data
        self.now = now or timezone.now()

    def fill(self, subclouds: int, controllers: int, alarms: int, *, keep: bool = False) -> None:
        """Rows of every table the pages read, in one transaction, then ANALYZE."""
        from django.db import connection, transaction

        with transaction.atomic():
            if not keep:
                _empty()
            groups = self._controllers(controllers)
            self._clouds(subclouds, groups)
            clouds = self._ids()
            self._facets(clouds)
            self._hosts(clouds)
            self._alarms(clouds, alarms)
            self._storage(clouds)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _controllers(self, count: int) -> dict[int, list[int]]:
        """{controller id: ids of its groups}, with a central cloud and the table of services each."""
        from sites.models import Cloud, Controller, ControllerService, SubcloudGroup

        found: dict[int, list[int]] = {}
        for number in range(1, count + 1):
            controller = Controller.objects.create(
                name=f"central-{number}", auth_url=f"https://10.{number}.0.2:5000/v3", username="reader",
                password_sealed=b"-",
            )  # fmt: skip
            Cloud.objects.create(
                controller=controller, kind="central", name=f"central-{number}", region_name="RegionOne",
                severity=2, critical_alarms=0, major_alarms=0, minor_alarms=0, warning_alarms=1,
                contact="reachable", software_version="10.0.2", system_mode="duplex", hosts_total=2, hosts_ok=2,
                ports_up=4, ports_down=0, ports_unknown=0, nic_status="ok", ceph_status="ok", ceph_source="measured",
                availability_status="online", region="North America", latitude=41.88, longitude=-87.63,
            )  # fmt: skip
            found[controller.pk] = [
                SubcloudGroup.objects.create(
                    controller=controller, dcmanager_id=n, name=name, observed_at=self.now, max_parallel_subclouds=2
                ).pk
                for n, name in enumerate(["Default", "retail", "cell-sites", "factories"], 1)
            ]
            for service in ["keystone", "dcmanager", "faultmanagement", "platform", "usm", "nfv"]:
                ControllerService.objects.create(
                    controller=controller, service=service, url=f"https://10.{number}.0.2/{service}",
                    attempted_at=self.now, succeeded_at=self.now, seconds=0.08,
                )  # fmt: skip
        return found

    def _clouds(self, count: int, groups: dict[int, list[int]]) -> None:
        columns = (
            "controller_id kind dcmanager_id region_name name description location group_id software_version"
            " management_state availability_status deploy_status sync_status endpoint_sync backup_status"
            " prestage_status prestage_versions error_description management_subnet management_start_ip"
            " management_gateway_ip oam_ip system_name system_type system_mode timezone latitude longitude"
            " placed_by_hand region region_by_hand contact contact_error severity critical_alarms major_alarms"
            " minor_alarms warning_alarms ceph_status ceph_source nic_status ports_up ports_down ports_unknown"
            " hosts_total hosts_ok created_at"
        )
        copy("sites_cloud", columns.replace(" ", ", "), self._cloud_rows(count, groups))

    def _cloud_rows(self, count: int, groups: dict[int, list[int]]) -> Iterator[tuple[Any, ...]]:
        draw = self.random
        controllers = list(groups)
        for n in range(count):
            controller = controllers[n % len(controllers)]
            city, latitude, longitude, region, zone = draw.choice(CITIES)
            offline, simplex = draw.random() < 0.03, draw.random() < 0.5
            counts = [draw.random() < p for p in (0.03, 0.08, 0.1, 0.15)]
            severity = next((5 - i for i, any_ in enumerate(counts) if any_), 0)
            hosts = 1 if simplex else 2
            placed = draw.random() > 0.02
            sync = "out-of-sync" if draw.random() < 0.05 else "in-sync"
            net = f"192.{n // 60000 + 100}.{n // 250 % 250}"
            yield (
                controller, "subcloud", n // len(controllers) + 1, f"{n:032x}", f"subcloud{n + 1:05d}",
                f"{city} {n + 1}", f"{city}, cabinet {n % 40}", draw.choice(groups[controller]),
                "10.0.2" if draw.random() < 0.7 else "10.0.1", "managed" if draw.random() < 0.97 else "unmanaged",
                "offline" if offline else "online", "complete", "unknown" if offline else sync,
                f'{{"platform": "{sync}", "identity": "in-sync", "dc-cert": "in-sync", "kubernetes": "in-sync"}}',
                "complete-central" if draw.random() < 0.3 else "", "complete" if draw.random() < 0.2 else "", "", "",
                f"{net}.0/24", f"{net}.2", f"{net}.1", f"10.{n // 62500 + 20}.{n // 250 % 250}.{n % 250 + 2}",
                f"sys-{n + 1:05d}", "All-in-one", "simplex" if simplex else "duplex", zone,
                latitude + draw.gauss(0, 2) if placed else None, longitude + draw.gauss(0, 2) if placed else None,
                False, region, False, "unreachable" if offline else "reachable",
                "no answer within 10 s" if offline else "", severity, *[int(any_) for any_ in counts],
                draw.choices(["ok", "warn", "error", "none"], [85, 7, 2, 6])[0], "inferred",
                draw.choices(["ok", "warn", "error", "unknown"], [88, 5, 3, 4])[0], 3 * hosts, 0, hosts,
                hosts, hosts, self.now,
            )  # fmt: skip

    def _ids(self) -> list[tuple[int, str, int]]:
        """(id, contact, hosts) of every cloud."""
        from sites.models import Cloud

        rows = Cloud.objects.order_by("id").values_list("id", "contact", "hosts_total")
        return [(pk, contact, hosts or 0) for pk, contact, hosts in rows]

    def _facets(self, clouds: list[tuple[int, str, int]]) -> None:
        def rows() -> Iterator[tuple[Any, ...]]:
            for cloud, contact, _ in clouds:
                age = timedelta(hours=2) if contact == "unreachable" else timedelta(seconds=self.random.uniform(1, 50))
                for facet, source in zip(FACETS, SOURCES, strict=True):
                    central = source == "dcmanager"
                    error = "" if central or contact == "reachable" else "no answer within 10 s"
                    yield (
                        cloud,
                        facet,
                        self.now - (timedelta(seconds=20) if central else age),
                        self.now,
                        source,
                        error,
                        0,
                        1,
                    )

        copy(
            "sites_facetstate",
            "cloud_id, facet, observed_at, attempted_at, source, error, failures, lease_token",
            rows(),
        )

    def _hosts(self, clouds: list[tuple[int, str, int]]) -> None:
        from hosts.models import Host

        copy(
            "hosts_host",
            "cloud_id, uuid, hostname, personality, subfunctions, administrative, operational, availability, status,"
            " task, config_status, software_version, management_ip, bmc_ip, bmc_type, clock_synchronization,"
            " install_state, peer_group, uptime_seconds, active_controller, changed_at",
            (
                (c, f"h{c}-{h}", f"controller-{h}", "controller", "controller,worker", "unlocked", "enabled",
                 "available", "ok", "", "", "10.0.2", f"192.168.204.{h + 2}", f"10.9.{c % 250}.{h}", "redfish", "ntp",
                 "completed", "", 864_000 + c, h == 0, self.now)
                for c, _, hosts in clouds for h in range(hosts)
            ),
        )  # fmt: skip
        self._ports(list(Host.objects.order_by("id").values_list("id", "cloud_id", "hostname")))

    def _ports(self, hosts: list[tuple[int, int, str]]) -> None:
        copy(
            "network_port",
            "cloud_id, host_id, uuid, name, pci_address, vendor, device, driver, mac, mtu, speed_mbps, numa_node,"
            " dpdk_support, sriov_total_vfs, sriov_configured_vfs, sriov_vf_driver, link_state, link_evidence,"
            " link_detail, neighbour_system, neighbour_port",
            (
                (cloud, host, f"p{host}-{n}", name, f"0000:{n + 0x18:02x}:00.{n % 2}", "Intel Corporation [8086]",
                 "Ethernet Controller E810-XXV for SFP [159b]", "ice", f"3c:fd:fe:{host % 250:02x}:00:{n:02x}", 1500,
                 25000, n // 2, True, 128 if n > 1 else 0, 16 if n > 1 else None, "iavf" if n > 1 else "",
                 ["up", "up", "unknown", "up"][n], ["inferred", "inferred", "none", "measured"][n], "",
                 f"leaf-{cloud % 400}", f"Ethernet{n}")
                for host, cloud, _ in hosts for n, name in enumerate(["eno1", "eno2", "ens1f0", "ens1f1"])
            ),
        )  # fmt: skip

    def _alarms(self, clouds: list[tuple[int, str, int]], average: int) -> None:
        def rows() -> Iterator[tuple[Any, ...]]:
            draw = self.random
            for cloud, _, _ in clouds:
                for n in range(draw.randint(0, 2 * average)):
                    alarm, word, severity, entity, reason = ALARMS[n % len(ALARMS)]
                    where = {"h": n // len(ALARMS) % 2, "n": n}
                    raised = self.now - timedelta(seconds=draw.expovariate(1 / 40_000))
                    yield (
                        cloud, alarm, f"{entity.format(**where)}.n={n}", f"u{cloud}-{n}", severity, word, "host",
                        reason.format(**where), "equipment", "unknown", "Check the host.", draw.random() < 0.3,
                        draw.random() < 0.3, False, False, raised, raised, raised,
                        raised + timedelta(minutes=9) if draw.random() < 0.1 else None,
                    )  # fmt: skip

        copy(
            "alarms_alarm",
            "cloud_id, alarm_id, entity_instance_id, fm_uuid, severity, severity_word, entity_type_id, reason_text,"
            " alarm_type, probable_cause, proposed_repair_action, service_affecting, management_affecting,"
            " degrade_affecting, suppressed, raised_at, first_seen_at, changed_at, cleared_at",
            rows(),
        )
        self._count_alarms()

    def _count_alarms(self) -> None:
        """The counts and the severity of each cloud follow from its alarms, as ingest would write them."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sites_cloud c SET severity = s.worst, critical_alarms = s.c5, major_alarms = s.c4,"
                " minor_alarms = s.c3, warning_alarms = s.c2 FROM (SELECT c.id, coalesce(max(a.severity), 0) AS worst,"
                " count(*) FILTER (WHERE a.severity = 5) AS c5, count(*) FILTER (WHERE a.severity = 4) AS c4,"
                " count(*) FILTER (WHERE a.severity = 3) AS c3, count(*) FILTER (WHERE a.severity = 2) AS c2"
                " FROM sites_cloud c LEFT JOIN alarms_alarm a ON a.cloud_id = c.id AND a.cleared_at IS NULL"
                " GROUP BY c.id) s WHERE s.id = c.id"
            )

    def _storage(self, clouds: list[tuple[int, str, int]]) -> None:
        copy(
            "ceph_cephcluster",
            "cloud_id, flavour, backend_name, backend_state, backend_task, replication, deployment_model, fsid, health,"
            " health_checks, status, source, detail, changed_at, bytes_total, bytes_used, bytes_available",
            (
                (c, "ceph-rook", "ceph-rook-store", "configured", "", 2, "controller", f"{c:036x}", "HEALTH_OK", "{}",
                 "ok", "measured", "", self.now, 1 << 40, 3 << 38, 1 << 38)
                for c, _, _ in clouds
            ),
        )  # fmt: skip
        copy(
            "ceph_osd", "cloud_id, uuid, osd_id, hostname, function, state, tier_name, disk_uuid",
            (
                (c, f"o{c}-{n}", n, f"controller-{n}", "osd", "configured", "storage", "")
                for c, _, hosts in clouds for n in range(hosts)
            ),
        )  # fmt: skip


if __name__ == "__main__":
    main()

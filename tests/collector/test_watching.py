"""What happens at a subcloud stands in the database soon after, and nothing that was not read does."""

from ipaddress import ip_address, ip_network

import pytest

from sites.choices import Severity
from tests.collector.watching import Watched
from tests.waiting import wait_until

ENTITY = "host=controller-0"


def test_an_alarm_is_raised_and_cleared(fleet: Watched) -> None:
    (number,) = fleet.reachable()
    mark = fleet.last_event()
    fleet.raise_alarm(number, alarm_id="100.103", entity_instance_id=ENTITY)
    wait_until(lambda: ("100.103", ENTITY) in fleet.alarms(number), what="the alarm stands")
    assert fleet.cloud(number)["severity"] == Severity.CRITICAL
    wait_until(lambda: "alarm.raised" in fleet.events(number, mark))
    assert "cloud.alarms" in fleet.events(number, mark)
    fleet.clear_alarm(number, alarm_id="100.103", entity_instance_id=ENTITY)
    wait_until(lambda: ("100.103", ENTITY) not in fleet.alarms(number), what="the alarm was cleared")
    assert "alarm.cleared" in fleet.events(number, mark)


def test_the_portal_has_what_stands_everywhere(fleet: Watched) -> None:
    def same() -> bool:
        for number in fleet.reachable(5):
            told = fleet.simulator.control(f"clouds/1/{number}/alarms")["alarms"]
            assert len(fleet.alarms(number)) == len(told), number
        return True

    wait_until(same, what="the same alarms in the portal and at five subclouds")


def test_ranges_and_bmcs_are_known_for_whom_plans_new_sites(fleet: Watched) -> None:
    ranges = "SELECT management_subnet, management_start_ip, management_end_ip FROM sites_cloud WHERE kind = %s"
    ((subnet, start, end),) = fleet.sql(f"{ranges} AND removed_at IS NULL", "central")
    assert ip_address(start) in ip_network(subnet)
    assert ip_address(start) < ip_address(end)
    for subnet, start, end in fleet.sql(f"{ranges} AND removed_at IS NULL", "subcloud"):
        assert ip_address(start) in ip_network(subnet)
        assert ip_address(start) <= ip_address(end)


def test_a_cut_keeps_what_was_known_and_its_age(fleet: Watched) -> None:
    number = fleet.reachable(1, "critical_alarms + major_alarms + minor_alarms > 0")[0]
    before = fleet.alarms(number)
    fault = fleet.inject("wan-cut", controller=1, subcloud=number)
    wait_until(lambda: fleet.cloud(number)["contact"] == "unreachable", what="contact lost")
    observed_at = fleet.facet(number, "alarms")["observed_at"]
    assert fleet.cloud(number)["contact_error"]
    assert fleet.alarms(number) == before
    wait_until(lambda: fleet.facet(number, "alarms")["failures"] >= 2)
    assert fleet.facet(number, "alarms")["observed_at"] == observed_at, "alarms grew younger without being read"
    fleet.lift(fault)
    wait_until(lambda: fleet.cloud(number)["contact"] == "reachable", timeout=40, what="contact again")
    wait_until(lambda: fleet.facet(number, "alarms")["error"] == "")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("malformed", {"what": "html", "service": "fm"}),
        ("malformed", {"what": "truncated", "service": "fm"}),
        ("malformed", {"what": "huge", "service": "fm"}),
        ("malformed", {"what": "nulls", "service": "fm"}),
        ("error", {"status": 500, "service": "fm"}),
        ("no-service", {"type": "faultmanagement"}),
    ],
    ids=["html", "cut off", "too large", "nulls", "500", "no FM in the catalog"],
)
def test_a_bad_answer_is_said_and_clears_nothing(fleet: Watched, kind: str, options: dict[str, object]) -> None:
    number, other = fleet.reachable(2, "critical_alarms + major_alarms + minor_alarms + warning_alarms > 0")
    before = fleet.alarms(number)
    fault = fleet.inject(kind, controller=1, subcloud=number, options=options)
    if kind == "no-service":  # it has a catalog already; the next sign-in brings the poorer one
        fleet.inject("expired-tokens", controller=1, subcloud=number)
    try:
        wait_until(lambda: fleet.facet(number, "alarms")["error"], timeout=40, what="the fault is told")
        assert fleet.alarms(number) == before
        assert fleet.cloud(number)["contact"] == "reachable", "a cloud that answers nonsense is not lost"
        assert fleet.facet(other, "alarms")["error"] == ""
    finally:
        for each in fleet.simulator.control("faults")["faults"]:
            fleet.lift(each)
    wait_until(lambda: fleet.facet(number, "alarms")["error"] == "", timeout=40, what="read again")
    assert fault["id"]


def test_hostile_text_is_only_text(fleet: Watched) -> None:
    number = fleet.reachable()[0]
    fault = fleet.inject("malformed", controller=1, subcloud=number, options={"what": "script", "service": "fm"})
    fleet.raise_alarm(number, alarm_id="100.104", entity_instance_id=ENTITY)
    query = "SELECT count(*) FROM alarms_alarm WHERE reason_text LIKE %s"
    wait_until(lambda: fleet.sql(query, "%<script%")[0][0] > 0, timeout=40, what="the text as it came")
    fleet.lift(fault)
    fleet.clear_alarm(number, alarm_id="100.104", entity_instance_id=ENTITY)
    wait_until(lambda: ("100.104", ENTITY) not in fleet.alarms(number))


def test_a_pulled_cable_is_seen_by_fm_or_by_the_exporter(fleet: Watched) -> None:
    number, name = fleet.sql(
        "SELECT c.dcmanager_id, p.name FROM network_port p JOIN sites_cloud c ON c.id = p.cloud_id"
        " JOIN hosts_host h ON h.id = p.host_id WHERE p.link_state = 'up' AND c.kind = 'subcloud'"
        " AND h.hostname = 'controller-0' AND c.contact = 'reachable' ORDER BY c.id, p.name LIMIT 1"
    )[0]
    options = {"host": "controller-0", "port": name}
    before = fleet.cloud(number)["nic_status"]
    assert before in ("ok", "partly")
    fault = fleet.inject("cable-pulled", controller=1, subcloud=number, options=options)
    wait_until(lambda: fleet.cloud(number)["nic_status"] == "error", timeout=60, what="the NIC badge is red")
    fleet.lift(fault)
    wait_until(lambda: fleet.cloud(number)["nic_status"] == before, timeout=60, what="the link is back")


def test_a_lost_osd_shows_on_the_ceph_badge(fleet: Watched) -> None:
    number = fleet.reachable(1, "ceph_status = 'ok'")[0]
    fault = fleet.inject("osd-lost", controller=1, subcloud=number)
    wait_until(lambda: fleet.cloud(number)["ceph_status"] in ("warn", "error"), timeout=60, what="the badge")
    fleet.lift(fault)
    wait_until(lambda: fleet.cloud(number)["ceph_status"] == "ok", timeout=60, what="the badge is well again")


def test_an_open_page_has_its_cloud_read_often(fleet: Watched) -> None:
    number, other = fleet.reachable(2)
    fleet.leave_hint(number, "open_page", seconds=10)
    fleet.simulator.control("requests", method="DELETE")

    def host_lists(of: int) -> int:
        requests = fleet.simulator.control("requests?since=0")["requests"]
        return sum(f"/c1/s{of}/platform/v1/ihosts" in each["path"] for each in requests)

    wait_until(lambda: host_lists(number) >= 3, timeout=20, what="hosts are read again and again")
    assert host_lists(other) <= 1


def test_a_site_that_was_worked_on_has_its_hosts_read_once(fleet: Watched) -> None:
    number = fleet.reachable(3)[2]
    before = fleet.facet(number, "hosts")["observed_at"]
    fleet.leave_hint(number, "worked_on", seconds=60)
    wait_until(lambda: fleet.facet(number, "hosts")["observed_at"] > before, timeout=20, what="its hosts are read")


def test_nothing_secret_stands_in_any_log(fleet: Watched) -> None:
    text = fleet.portal.log("collector")
    assert "reader-secret" not in text
    assert "kube-reader-token" not in text
    assert "gAAAA" not in text

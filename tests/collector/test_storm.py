"""A storm over the whole fleet, collectors killed in the middle of it: afterwards the portal has what stands."""

from collections.abc import Callable

import pytest

from tests.collector.watching import Watched
from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.waiting import wait_until

SUBCLOUDS = 30
KILLS = 3

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def storm(simulator: Callable[..., Simulator], portal: Installer) -> Watched:
    fleet = simulator(subclouds=SUBCLOUDS, speed=60)
    installed = portal(fleet, web=False, DCPORTAL_SPEED="60")
    watched = Watched(fleet, installed)
    watched.until_swept()
    return watched


def test_nothing_is_lost_or_doubled(storm: Watched) -> None:
    storm.simulator.control("churn", {"on": True, "per_minute": 1200})
    for _ in range(KILLS):
        mark = storm.last_event()
        wait_until(lambda mark=mark: storm.last_event() > mark + 20, timeout=40, what="alarms come and go")  # type: ignore[misc]
        storm.portal.kill("collector")
        storm.portal.start("collector")
    storm.simulator.control("churn", {"on": False})
    wait_until(lambda: differences(storm) == [], timeout=60, every=0.5, what="the same alarms everywhere")
    counted = storm.sql(
        "SELECT c.name FROM sites_cloud c WHERE c.contact = 'reachable' AND (SELECT count(*) FROM alarms_alarm a"
        " WHERE a.cloud_id = c.id AND a.cleared_at IS NULL AND NOT a.suppressed AND a.severity = 5)"
        " <> c.critical_alarms"
    )
    assert counted == []
    overlapping = storm.sql(
        "SELECT count(*) FROM sites_statusspan a JOIN sites_statusspan b ON a.cloud_id = b.cloud_id"
        " AND a.field = b.field AND a.id < b.id AND a.began_at < coalesce(b.ended_at, 'infinity')"
        " AND b.began_at < coalesce(a.ended_at, 'infinity')"
    )
    assert overlapping == [(0,)]
    assert "Traceback" not in storm.portal.log("collector")


def differences(storm: Watched) -> list[str]:
    """Names of subclouds in reach whose alarms are not the same in the portal."""
    found = []
    for number in storm.reachable(SUBCLOUDS // 2):
        told = storm.simulator.control(f"clouds/1/{number}/alarms")["alarms"]
        standing = {(alarm["alarm_id"], alarm["entity_instance_id"]) for alarm in told}
        if standing != storm.alarms(number):
            found.append(f"{number}: {standing ^ storm.alarms(number)}")
    return found

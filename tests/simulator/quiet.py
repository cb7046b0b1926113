"""A fast fleet without alarms that come and go, for work that alarms would stop."""

import base64
from collections.abc import Callable
from typing import Any

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Dcmanager
from tests.simulator.site_calls import Row, Site

SECRET = "Li69nux*"
PASSWORD = base64.b64encode(SECRET.encode()).decode()


def quiet_fleet(start: Callable[..., Simulator], **options: Any) -> Simulator:
    fleet = start(**{"subclouds": 30, "speed": 600, "seed": 4, **options})
    fleet.control("churn", {"on": False})
    return fleet


def site_of(fleet: Simulator, row: Row, controller: int = 1) -> Site:
    return Site(fleet, {"controller": controller, "id": row["id"], "name": row["name"]})


def healthy(fleet: Simulator, mode: str | None = None, count: int = 1, **wanted: Any) -> list[Row]:
    """Managed online subclouds without a management-affecting alarm, and with these values in dcmanager's list."""
    found = []
    for row in Dcmanager(fleet.url).subclouds():
        good = row["management-state"] == "managed" and row["availability-status"] == "online"
        if not good or any(row[name] != value for name, value in wanted.items()):
            continue
        site = site_of(fleet, row)
        if mode in (None, site.rows("isystems")[0]["system_mode"]) and not affecting(site):
            found.append(row)
            if len(found) == count:
                return found
    raise LookupError(f"not {count} such subclouds in this fleet")


def affecting(site: Site) -> list[str]:
    return [alarm["alarm_id"] for alarm in site.alarms() if alarm["mgmt_affecting"] == "True"]

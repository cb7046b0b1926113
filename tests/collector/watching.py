"""A simulated fleet beside the database that collectors fill."""

from typing import Any

import psycopg

from tests.journeys.installation import Installation
from tests.waiting import wait_until

Row = dict[str, Any]


class Watched(Installation):
    """What tests ask of the rows."""

    def until_swept(self, controllers: int = 1, timeout: float = 60) -> None:
        """T0, T1 and T2 have been round the fleet once."""
        query = "SELECT count(*) FROM sites_collectorbeat WHERE t0_at > 'epoch' AND t1_swept_at > 'epoch'"
        query += " AND t2_swept_at > 'epoch'"
        wait_until(lambda: self.sql(query) == [(controllers,)], timeout=timeout, what="the fleet was read once")

    def cloud(self, number: int) -> Row:
        """The row of subcloud `number`, as far as tests look."""
        names = ("id", "severity", "contact", "contact_error", "critical_alarms", "nic_status", "ceph_status")
        ((*values,),) = self.sql(
            f"SELECT {', '.join(names)} FROM sites_cloud WHERE dcmanager_id = %s AND removed_at IS NULL",  # noqa: S608
            number,
        )
        return dict(zip(names, values, strict=True))

    def facet(self, number: int, facet: str) -> Row:
        """How fresh one facet of a subcloud is."""
        ((observed_at, error, failures),) = self.sql(
            "SELECT f.observed_at, f.error, f.failures FROM sites_facetstate f JOIN sites_cloud c ON c.id = f.cloud_id"
            " WHERE c.dcmanager_id = %s AND f.facet = %s",
            number,
            facet,
        )
        return {"observed_at": observed_at, "error": error, "failures": failures}

    def alarms(self, number: int) -> set[tuple[str, str]]:
        """What stands at a subcloud according to the portal."""
        return set(
            self.sql(
                "SELECT a.alarm_id, a.entity_instance_id FROM alarms_alarm a JOIN sites_cloud c ON c.id = a.cloud_id"
                " WHERE c.dcmanager_id = %s AND a.cleared_at IS NULL",
                number,
            )
        )

    def events(self, number: int, since: int = 0) -> list[str]:
        """Kinds of the events about a subcloud, oldest first."""
        rows = self.sql(
            "SELECT e.kind FROM events_event e JOIN sites_cloud c ON c.id = e.cloud_id"
            " WHERE c.dcmanager_id = %s AND e.id > %s ORDER BY e.id",
            number,
            since,
        )
        return [kind for (kind,) in rows]

    def last_event(self) -> int:
        ((number,),) = self.sql("SELECT coalesce(max(id), 0) FROM events_event")
        return int(number)

    def reachable(self, count: int = 1, where: str = "true") -> list[int]:
        """dcmanager ids of subclouds that answer, managed and online."""
        rows = self.sql(
            "SELECT dcmanager_id FROM sites_cloud WHERE kind = 'subcloud' AND contact = 'reachable' AND"  # noqa: S608
            f" availability_status = 'online' AND management_state = 'managed' AND {where} ORDER BY dcmanager_id"
        )
        assert len(rows) >= count, f"only {len(rows)} such subclouds"
        return [number for (number,) in rows][:count]

    def services(self) -> dict[str, str]:
        """Error by service of the only controller; empty where it answers."""
        return dict(self.sql("SELECT service, error FROM sites_controllerservice"))

    def leave_hint(self, number: int, reason: str, seconds: int) -> None:
        """As a page that is open, or a listener, leaves one."""
        with psycopg.connect(self.portal.database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO sites_hint (cloud_id, reason, at, until)"
                " VALUES (%s, %s, now(), now() + make_interval(secs => %s))"
                " ON CONFLICT (cloud_id, reason) DO UPDATE SET at = excluded.at, until = excluded.until",
                [self.cloud(number)["id"], reason, seconds],
            )

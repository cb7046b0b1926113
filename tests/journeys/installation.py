"""A portal beside the simulated fleet that it watches, and what tests ask both about."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import psycopg

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Portal
from tests.waiting import wait_until

Row = dict[str, Any]
ALARM = {"alarm_id": "100.101", "entity_instance_id": "host=controller-0", "severity": "critical"}


@dataclass(slots=True)
class Installation:
    """One simulator, one portal."""

    simulator: Simulator
    portal: Portal

    def rows(self, what: str, **query: Any) -> list[Row]:
        """All rows of a REST list, page after page."""
        path: str | None = f"/api/v1/{what}/?{urlencode({'limit': 1000, **query}, doseq=True)}"
        found: list[Row] = []
        while path:
            answer = self.portal.get(path)
            found += answer["results"]
            path = answer["next"] and answer["next"].removeprefix(self.portal.url)
        return found

    def subcloud(self, number: int, controller: str = "controller-1") -> Row:
        """REST detail of the subcloud with dcmanager's id `number`."""
        found = [row for row in self.rows("subclouds") if row["dcmanager_id"] == number]
        here = next(row for row in found if row["controller_name"] == controller)
        return self.detail(here["id"])

    def detail(self, pk: int) -> Row:
        return self.portal.get(f"/api/v1/subclouds/{pk}/")

    def until_read(self, subclouds: int, timeout: float = 60) -> None:
        """Wait until every subcloud was looked at, and those that can be reached told their alarms."""

        def all_read() -> bool:
            rows = self.rows("subclouds")
            unread = [row["name"] for row in rows if row["contact"] == "unknown"]
            silent = [r["name"] for r in rows if r["contact"] == "reachable" and not r["alarms_observed_at"]]
            assert len(rows) == subclouds, f"{len(rows)} subclouds are known"
            assert not unread + silent, f"not read: {(unread + silent)[:5]}"
            return True

        wait_until(all_read, timeout=timeout, every=0.5, what="the whole fleet was read once")

    def until_inventoried(self, timeout: float = 60) -> None:
        """Wait until hosts and places of every subcloud that can be reached are known."""

        def all_placed() -> bool:
            rows = [row for row in self.rows("subclouds") if row["contact"] == "reachable"]
            missing = [row["name"] for row in rows if row["hosts_total"] is None]
            assert not missing, f"without inventory: {missing[:5]}"
            return True

        wait_until(all_placed, timeout=timeout, every=0.5, what="the inventory of the fleet was read once")

    def quiet(self, count: int = 1, **wanted: Any) -> list[Row]:
        """Subclouds that are well: managed, online, reached, on the map, without an alarm; first ids first."""
        well = {"contact": "reachable", "availability_status": "online", "management_state": "managed"} | wanted
        rows = [
            row
            for row in sorted(self.rows("subclouds"), key=lambda row: row["id"])
            if row["severity"] == "cleared"
            and row["latitude"]
            and all(row[name] == word for name, word in well.items())
        ]
        assert len(rows) >= count, f"only {len(rows)} quiet subclouds"
        return rows[:count]

    def raise_alarm(self, number: int, **fields: Any) -> None:
        """Raise one alarm at subcloud `number` of controller 1."""
        self.simulator.control("alarms", ALARM | {"subcloud": number} | fields)

    def clear_alarm(self, number: int, **fields: Any) -> None:
        self.simulator.control("alarms", ALARM | {"subcloud": number} | fields, "DELETE")

    def inject(self, kind: str, **body: Any) -> Row:
        return dict(self.simulator.control("faults", {"kind": kind, **body}))

    def lift(self, fault: Row) -> None:
        self.simulator.control(f"faults/{fault['id']}", method="DELETE")

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows straight from the portal's database."""
        with psycopg.connect(self.portal.database_url, autocommit=True) as connection:
            return connection.execute(query, values).fetchall()

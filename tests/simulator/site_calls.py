"""Calls to the services of one simulated cloud, signed in on first use."""

import json
from typing import Any

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Answer, call, sign_in

KUBE_TOKEN = "kube-reader-token"
Row = dict[str, Any]


class Site:
    """`get` and `send` take paths as the catalog has them: /fm/v1/alarms, /platform/v1/ihosts, /kube/api/v1/pods."""

    def __init__(self, fleet: Simulator, cloud: Row) -> None:
        self.fleet = fleet
        self.controller, self.id, self.name = cloud["controller"], cloud["id"], cloud["name"]
        self.url = f"{fleet.url}/c{self.controller}" + (f"/s{self.id}" if self.id else "")
        self._tokens: dict[str, str] = {}

    def _headers(self, path: str, user: str) -> dict[str, str]:
        if path.startswith("/kube/"):
            return {"Authorization": f"Bearer {KUBE_TOKEN}"}
        if user not in self._tokens:
            self._tokens[user] = sign_in(self.url, user).headers["X-Subject-Token"]
        return {"X_Auth_Token": self._tokens[user]}

    def get(self, path: str, user: str = "portal-reader") -> Answer:
        return call(f"{self.url}{path}", **self._headers(path, user))

    def send(self, method: str, path: str, value: Any = None, user: str = "portal-operator") -> Answer:
        body = None if value is None else json.dumps(value).encode()
        return call(f"{self.url}{path}", method, body, Content_Type=JSON, **self._headers(path, user))

    def rows(self, resource: str) -> list[Row]:
        """The rows of a sysinv resource."""
        body: Row = self.get(f"/platform/v1/{resource}").json()
        found: list[Row] = next(value for key, value in body.items() if key != "next")
        return found

    def alarms(self) -> list[Row]:
        found: list[Row] = self.get("/fm/v1/alarms?expand=True&include_suppress=True&limit=2000").json()["alarms"]
        return found

    def raise_alarm(self, alarm_id: str, entity: str, severity: str) -> None:
        self.fleet.control(
            "alarms",
            {
                "controller": self.controller,
                "subcloud": self.id or "central",
                "alarm_id": alarm_id,
                "entity_instance_id": entity,
                "severity": severity,
            },
        )

    def break_it(self, kind: str, **options: Any) -> int:
        """Inject a fault; its number."""
        body = {"kind": kind, "controller": self.controller, "subcloud": self.id, "options": options}
        number: int = self.fleet.control("faults", body)["id"]
        return number

    def mend(self, number: int) -> None:
        self.fleet.control(f"faults/{number}", method="DELETE")


def sites(fleet: Simulator) -> list[Site]:
    """The subclouds that answer."""
    return [Site(fleet, cloud) for cloud in fleet.control("clouds")["clouds"] if cloud["reachable"] and cloud["id"]]


def site_like(fleet: Simulator, *, mode: str = "duplex", ceph: str | None = None, exporter: bool | None = None) -> Site:
    """The first subcloud of that system mode, Ceph flavour ("none" too) and with or without the NIC exporter."""
    for site in sites(fleet):
        backends = [row["backend"] for row in site.rows("storage_backend")] or ["none"]
        has_exporter = any(row["name"] == "node-interface-metrics-exporter" for row in site.rows("apps"))
        if (
            site.rows("isystems")[0]["system_mode"] == mode
            and ceph in (None, backends[0])
            and exporter in (None, has_exporter)
        ):
            return site
    raise LookupError("no such subcloud in this fleet")


def alarm_keys(site: Site) -> set[tuple[str, str, str]]:
    """(id, entity, severity) of what stands."""
    return {(row["alarm_id"], row["entity_instance_id"], row["severity"]) for row in site.alarms()}

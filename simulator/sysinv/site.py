"""What every body builder is given: the cloud, where it is addressed, and what holds there at the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.alarms.conditions import Conditions
from simulator.clock import stamp_sysinv
from simulator.exporters import has_exporter
from simulator.fleet import Cloud
from simulator.hardware import HostSpec
from simulator.identity import stable_fraction

Item = dict[str, Any]
NEWCOMER_SHARE = 0.25  # a new site has all its rows before it is online
Builder = Callable[["Site"], list[Item]]


@dataclass(frozen=True, slots=True)
class Site:
    """`base` is the origin without version, `http://127.0.0.1:9000/c1/s3/platform`; `epoch`, `at` in seconds."""

    cloud: Cloud
    base: str
    epoch: float
    at: float
    conditions: Conditions

    @property
    def hosts(self) -> tuple[HostSpec, ...]:
        return self.cloud.hosts

    @property
    def has_exporter(self) -> bool:
        return has_exporter(self.cloud)

    def links(self, resource: str, uuid: str, *tail: str) -> list[dict[str, str]]:
        """sysinv's pair of references: one with the API version, one without."""
        path = "/".join((resource, uuid, *tail))
        return [
            {"href": f"{self.base}/v1/{path}", "rel": "self"},
            {"href": f"{self.base}/{path}", "rel": "bookmark"},
        ]

    def after_birth(self, seconds: float) -> float:
        """That long after the site was added; sooner at one that has been added here, which lives at --speed."""
        born = self.epoch - self.cloud.age
        return born + (seconds if self.cloud.age > 0 else self.conditions.scaled(NEWCOMER_SHARE * seconds))

    def created(self, *what: object) -> str:
        """When a row was written: within the first hours of the site's life."""
        return stamp_sysinv(self.after_birth(stable_fraction(self.cloud.seed, "made", *what) * 7200))

    def updated(self, *what: object) -> str:
        """When it was last changed: within an hour of its making."""
        made = stable_fraction(self.cloud.seed, "made", *what) * 7200
        later = stable_fraction(self.cloud.seed, "updated", *what) * 3600
        return stamp_sysinv(self.after_birth(made + later))

    def times(self, *what: object) -> Item:
        return {"created_at": self.created(*what), "updated_at": None}

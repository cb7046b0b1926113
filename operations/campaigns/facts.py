"""What is known of a site and of its System Controller when a campaign asks who may take part, with ages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class AlarmKey(NamedTuple):
    """The identity of an alarm at a site: FM's uuid changes with every raise."""

    alarm_id: str
    entity: str

    def __str__(self) -> str:
        return f"{self.alarm_id} on {self.entity}" if self.entity else self.alarm_id


@dataclass(frozen=True, slots=True)
class AlarmFact:
    """An alarm that stands at a site. None: FM did not tell."""

    key: AlarmKey
    severity: str = ""
    mgmt_affecting: bool | None = None
    service_affecting: bool | None = None


class FailedCheck(NamedTuple):
    """A check of a site's own health query, as it names it, and what it adds."""

    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.detail})" if self.detail else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A subcloud as last seen, in StarlingX's words. "" and None mean "not known"; ages are of the facets they name.

    `releases`: release id to USM's state, as the site itself tells; None where it was not asked; `prestaged_since`: one
    may have been copied there since. `ceph`: "ok", "warn",
    "error", "none" or "unknown", with `ceph_reason`; `ceph_measured`: by itself, else it follows from alarms.
    `health_failures`: checks of the site's own health query that are not OK; None where it was never asked;
    `health_error`: why the last try brought nothing. `kubernetes`: version to sysinv's state, as of `releases`.
    `hosts_unfit`: hosts that are not unlocked, enabled and available. `busy_with`: what else works on it.
    `strict_alarms`: its option alarm-restriction-type is strict, so that its VIM stops on any alarm.
    """

    name: str
    removed: bool = False
    management_state: str = ""
    availability_status: str = ""
    deploy_status: str = ""
    backup_status: str = ""
    backup_at: datetime | None = None
    prestage_status: str = ""
    prestage_versions: str = ""
    software_version: str = ""
    endpoint_sync: Mapping[str, str] = field(default_factory=dict)
    peer_group: bool = False
    releases: Mapping[str, str] | None = None
    prestaged_since: bool = False
    alarms: tuple[AlarmFact, ...] | None = None
    ceph: str = "unknown"
    ceph_reason: str = ""
    ceph_measured: bool = False
    system_mode: str = ""
    active_controller: str = ""
    hosts_unfit: tuple[str, ...] | None = None
    health_failures: tuple[FailedCheck, ...] | None = None
    health_error: str = ""
    kubernetes: Mapping[str, str] | None = None
    busy_with: str = ""
    strict_alarms: bool = False
    statuses_at: datetime | None = None
    alarms_at: datetime | None = None
    hosts_at: datetime | None = None
    ceph_at: datetime | None = None
    health_at: datetime | None = None
    kubernetes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerFacts:
    """A System Controller as last seen. `releases`, `kubernetes`: as of sites. `deploying`: it has a deployment of its
    own open."""

    name: str
    reachable: bool | None = None
    writable: bool = True
    software_version: str = ""
    releases: Mapping[str, str] | None = None
    kubernetes: Mapping[str, str] | None = None
    deploying: bool | None = None
    seen_at: datetime | None = None

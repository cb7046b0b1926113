"""What a campaign demands of the sites that take part in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from operations.campaigns.facts import ControllerFacts, SiteFacts
from operations.campaigns.strategy import StrategySpec


class CephGate(StrEnum):
    """Which states of Ceph let a site take part. A site without Ceph always may."""

    OK = "ok"
    NO_ERROR = "no-error"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRules:
    """`strict_alarms`: the sites' option alarm-restriction-type is strict, so that VIMs stop on any alarm.

    `backup_within`: how old the last backup may be; None demands none. `start_backups`: where it is missing or too old,
    one is made before the work begins. `prestaged`: the release must be at the site
    beforehand (never asked where the campaign prestages). `peer_groups_alone`: members of peer groups take part, each
    as a strategy of its own; else they are left out. `*_fresh`: how old facts may be to be believed; a health query is
    repeated shortly before the work begins.
    """

    spec: StrategySpec
    strict_alarms: bool = False
    ceph: CephGate = CephGate.OK
    backup_within: timedelta | None = None
    start_backups: bool = False
    prestaged: bool = True
    health: bool = True
    peer_groups_alone: bool = True
    statuses_fresh: timedelta = timedelta(minutes=3)
    alarms_fresh: timedelta = timedelta(minutes=15)
    ceph_fresh: timedelta = timedelta(hours=3)
    health_fresh: timedelta = timedelta(hours=24)
    controller_fresh: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: a site, what is demanded of it, its System Controller, and when it is asked."""

    site: SiteFacts
    rules: CampaignRules
    controller: ControllerFacts
    now: datetime

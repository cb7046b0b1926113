"""Everything a campaign is run by, as one value; and as the JSON that rows keep and people send.

Ask: the fields of StrategySpec that are set. Rules: {"gates", "limits", "canaries", "waves", "windows", "failures",
"default_zone", "approvals"}; durations are minutes and hours, times of day "HH:MM". What is left out has its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any

from operations.campaigns.approvals import Approvals
from operations.campaigns.failure_limits import ANY_MAY_FAIL, NONE_MAY_FAIL, FailureLimit
from operations.campaigns.plan import ANY_TEN, NO_CANARIES, CanaryRule, Limits, WaveRule
from operations.campaigns.rules import CampaignRules, CephGate
from operations.campaigns.site_time import zone_named
from operations.campaigns.strategy import Kind, StrategySpec
from operations.campaigns.waves import PlanRules
from operations.campaigns.windows import WindowRule

UTC = "UTC"
Json = Mapping[str, Any]
RELEASES_FRESH = timedelta(hours=3)  # a controller's releases are inventory: read once an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """`gates`: who may take part. The rest: how they are cut into batches, and when they may be worked on.

    `default_zone`: of sites that tell none.
    """

    gates: CampaignRules
    limits: Limits = ANY_TEN
    canaries: CanaryRule = NO_CANARIES
    waves: tuple[WaveRule, ...] = ()
    windows: tuple[WindowRule, ...] = ()
    failures: FailureLimit = ANY_MAY_FAIL
    default_zone: str = UTC
    approvals: Approvals = Approvals.ONCE

    @property
    def spec(self) -> StrategySpec:
        return self.gates.spec

    @property
    def needs_password(self) -> bool:
        """Whether a run of it needs the sysadmin password: to prestage, or to back up."""
        return self.spec.prestages or self.gates.start_backups

    def plan_rules(self, starts_at: datetime, neighbours: Iterable[tuple[int, int]] = ()) -> PlanRules:
        return PlanRules(
            spec=self.spec, starts_at=starts_at, limits=self.limits, canaries=self.canaries, waves=self.waves,
            windows=self.windows, failures=self.failures, neighbours=tuple(neighbours),
        )  # fmt: skip


def read_rulebook(ask: Json, rules: Json) -> Rulebook:
    """Raises ValueError with a sentence for what makes no sense, and for kinds, gates and zones that are not known."""
    zone = str(rules.get("default_zone") or UTC)
    zone_named(zone)
    waves = tuple(_wave(each) for each in rules.get("waves") or ())
    twice = [wave.name for number, wave in enumerate(waves) if wave.name in {other.name for other in waves[:number]}]
    if twice:
        raise ValueError(f"Two waves are called {twice[0]}: give each a name of its own.")
    return Rulebook(
        gates=_gates(read_spec(ask), rules.get("gates") or {}),
        limits=_limits(rules.get("limits") or {}),
        canaries=_canaries(rules.get("canaries") or {}),
        waves=waves,
        windows=tuple(read_window(each) for each in rules.get("windows") or ()),
        failures=read_limit(rules.get("failures"), ANY_MAY_FAIL),
        default_zone=zone,
        approvals=_approvals(rules.get("approvals")),
    )


def told_rules(book: Rulebook) -> dict[str, Any]:
    """JSON that read_rulebook() reads as `book`: every key is there, so that defaults of today are kept for good; but
    for rules that came later, which are told where they are set: the hashes of plans from before still hold."""
    gates, limits, canaries = book.gates, book.limits, book.canaries
    within = gates.backup_within
    return {
        "gates": {
            "ceph": gates.ceph.value, "prestaged": gates.prestaged, "health": gates.health,
            "backup_within_hours": None if within is None else _number(within / timedelta(hours=1)),
            "peer_groups_alone": gates.peer_groups_alone, "strict_alarms": gates.strict_alarms,
            **({"start_backups": True} if gates.start_backups else {}),
        },
        "limits": {
            "overall": limits.overall, "per_region": limits.per_region, "per_link": limits.per_link,
            "regions": dict(limits.regions), "links": dict(limits.links),
        },
        "canaries": {
            "chosen": list(canaries.chosen), "each": canaries.each, "soak_minutes": _minutes(canaries.soak),
            "failures": told_limit(canaries.failures),
        },
        "waves": [_told_wave(wave) for wave in book.waves],
        "windows": [told_window(window) for window in book.windows],
        "failures": told_limit(book.failures),
        "default_zone": book.default_zone,
        **({"approvals": book.approvals.value} if book.approvals is not Approvals.ONCE else {}),
    }  # fmt: skip


def read_spec(ask: Json) -> StrategySpec:
    """Raises ValueError for a kind that is not known."""
    given = {field.name: ask[field.name] for field in fields(StrategySpec) if ask.get(field.name)}
    return StrategySpec(**given | {"kind": Kind(str(ask.get("kind", "")))})


def told_spec(spec: StrategySpec) -> dict[str, Any]:
    """Only what is set."""
    told = {field.name: value for field in fields(spec) if (value := getattr(spec, field.name))}
    return told | {"kind": spec.kind.value}


def read_window(rule: Json) -> WindowRule:
    """Raises ValueError."""
    end, minutes = rule.get("end"), rule.get("minutes")
    return WindowRule(
        str(rule.get("name", "")),
        frozenset(rule.get("weekdays") or ()),
        _time(rule.get("start")),
        end=None if not end else _time(end),
        duration=None if minutes is None else timedelta(minutes=minutes),
    )


def told_window(rule: WindowRule) -> dict[str, Any]:
    return {
        "name": rule.name, "weekdays": sorted(rule.weekdays), "start": f"{rule.start:%H:%M}",
        "end": None if rule.end is None else f"{rule.end:%H:%M}",
        "minutes": None if rule.duration is None else _minutes(rule.duration),
    }  # fmt: skip


def read_limit(limit: Json | None, default: FailureLimit) -> FailureLimit:
    """Raises ValueError. None: `default`; {} is no limit."""
    return default if limit is None else FailureLimit(limit.get("count"), limit.get("percent"))


def told_limit(limit: FailureLimit) -> dict[str, Any]:
    return {"count": limit.count, "percent": limit.percent}


def _gates(spec: StrategySpec, gates: Json) -> CampaignRules:
    """Prestaging reboots nothing, so that Ceph may be as it is unless something else is said."""
    usual = CephGate.OFF if spec.kind is Kind.PRESTAGE else CephGate.OK
    hours, backs_up = gates.get("backup_within_hours"), _flag(gates, "start_backups", False)
    if backs_up and hours is None:
        raise ValueError("Say how young a backup must be, or nothing tells which sites are to be backed up first.")
    return CampaignRules(
        spec=spec,
        ceph=CephGate(gates.get("ceph") or usual),
        backup_within=None if hours is None else timedelta(hours=hours),
        start_backups=backs_up,
        prestaged=_flag(gates, "prestaged", True),
        health=_flag(gates, "health", True),
        peer_groups_alone=_flag(gates, "peer_groups_alone", True),
        strict_alarms=_flag(gates, "strict_alarms", False),
        controller_fresh=RELEASES_FRESH,
    )


def _approvals(told: Any) -> Approvals:
    try:
        return Approvals(told or Approvals.ONCE)
    except ValueError:
        raise ValueError(f"{str(told)[:32]!r} is no way to approve: say once, or each-wave.") from None


def _flag(given: Json, name: str, default: bool) -> bool:
    return default if given.get(name) is None else bool(given[name])


def _limits(limits: Json) -> Limits:
    return Limits(
        overall=limits.get("overall") or ANY_TEN.overall,
        per_region=limits.get("per_region"),
        per_link=limits.get("per_link"),
        regions=tuple(sorted((limits.get("regions") or {}).items())),
        links=tuple(sorted((limits.get("links") or {}).items())),
    )


def _canaries(rule: Json) -> CanaryRule:
    return CanaryRule(
        chosen=tuple(rule.get("chosen") or ()),
        each=rule.get("each") or 0,
        soak=_span(rule.get("soak_minutes"), NO_CANARIES.soak),
        failures=read_limit(rule.get("failures"), NONE_MAY_FAIL),
    )


def _wave(rule: Json) -> WaveRule:
    return WaveRule(
        name=str(rule.get("name", "")),
        labels=frozenset(rule.get("labels") or ()),
        regions=frozenset(rule.get("regions") or ()),
        site_types=frozenset(rule.get("site_types") or ()),
        size=rule.get("size"),
        percent=rule.get("percent"),
        soak=_span(rule.get("soak_minutes"), timedelta(0)),
        failures=read_limit(rule.get("failures"), ANY_MAY_FAIL),
    )


def _told_wave(wave: WaveRule) -> dict[str, Any]:
    return {
        "name": wave.name, "labels": sorted(wave.labels), "regions": sorted(wave.regions),
        "site_types": sorted(wave.site_types), "size": wave.size, "percent": wave.percent,
        "soak_minutes": _minutes(wave.soak), "failures": told_limit(wave.failures),
    }  # fmt: skip


def _time(told: object) -> time:
    if isinstance(told, time):
        return told
    try:
        return time.fromisoformat(str(told))
    except ValueError:
        raise ValueError(f"{str(told)[:32]!r} is no time of day; write it like 01:30.") from None


def _span(minutes: float | None, default: timedelta) -> timedelta:
    return default if minutes is None else timedelta(minutes=minutes)


def _minutes(span: timedelta) -> int | float:
    return _number(span / timedelta(minutes=1))


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value

"""The gates of health before work begins at a site: alarms, Ceph, health query, hosts, backup."""

from __future__ import annotations

from collections.abc import Iterator

from operations.campaigns.alarm_gates import alarm_checks
from operations.campaigns.facts import AlarmFact, FailedCheck, SiteFacts
from operations.campaigns.reasons import Reason, hold
from operations.campaigns.rules import CampaignRules, Case, CephGate
from operations.campaigns.site_time import lasting
from operations.campaigns.strategy import Kind
from operations.planning.problems import listed

MOST_NAMED = 8


def alarms(case: Case) -> Iterator[Reason]:
    """Each alarm that would stop the strategy, with id, entity and who would stop on it."""
    site, rules, now = case.site, case.rules, case.now
    if site.alarms is None or site.alarms_at is None:
        yield hold("alarms-unknown", "Its alarms have never been read: wait until they have been.")
        return
    if now - site.alarms_at > rules.alarms_fresh:
        age = lasting(now - site.alarms_at)
        yield hold("alarms-stale", f"Its alarms were read {age} ago: wait for a fresh look.")
    blocking = [(alarm, who) for alarm in site.alarms if (who := _stopped_by(alarm, site, rules))]
    for alarm, who in sorted(blocking, key=lambda pair: pair[0].key)[:MOST_NAMED]:
        yield hold("blocking-alarm", f"Alarm {alarm.key}{_affects(alarm)} stands: {who} would stop on it.")
    if len(blocking) > MOST_NAMED:
        yield hold("blocking-alarm", f"{len(blocking) - MOST_NAMED} more alarms stand that would stop it.")


def _stopped_by(alarm: AlarmFact, site: SiteFacts, rules: CampaignRules) -> str:
    strict = rules.strict_alarms or site.strict_alarms
    checks = alarm_checks(rules.spec, site.software_version, strict=strict, deployment_open=_deployment_open(site))
    return next((check.who for check in checks if check.stops_on(alarm)), "")


def _deployment_open(site: SiteFacts) -> bool:
    return site.releases is not None and "deploying" in site.releases.values()


def _affects(alarm: AlarmFact) -> str:
    return {True: " (management-affecting)", False: "", None: " (perhaps management-affecting)"}[alarm.mgmt_affecting]


def ceph(case: Case) -> Iterator[Reason]:
    """A reboot must not cost data: Ceph has to be well before it, and known to be."""
    site, rules, now = case.site, case.rules, case.now
    if rules.ceph is CephGate.OFF or site.ceph == "none":
        return
    why = f": {site.ceph_reason}" if site.ceph_reason else ""
    if site.ceph == "unknown" or site.ceph_at is None:
        yield hold("ceph-unknown", f"Whether its Ceph is safe is not known{why}.")
        return
    if now - site.ceph_at > rules.ceph_fresh:
        yield hold("ceph-stale", f"Its Ceph was looked at {lasting(now - site.ceph_at)} ago: wait for a fresh look.")
    if site.ceph != "ok" and not (site.ceph == "warn" and rules.ceph is CephGate.NO_ERROR):
        word = {"warn": "warns", "error": "has an error"}.get(site.ceph, f"is in state {site.ceph}")
        yield hold("ceph-unsafe", f"Its Ceph {word}{why}.")


def health(case: Case) -> Iterator[Reason]:
    """What the site says of itself, and of its hosts. dcmanager, VIM and USM ask the same before they begin."""
    site, rules, now = case.site, case.rules, case.now
    if not rules.health:
        return
    if site.hosts_unfit:
        yield hold("hosts-unfit", f"Not unlocked, enabled and available: {listed(site.hosts_unfit, MOST_NAMED)}.")
    if site.health_failures is None or site.health_at is None:
        why = f" ({site.health_error})" if site.health_error else ": it is asked now"
        yield hold("health-unknown", f"Its own health query is not known{why}.")
        return
    if now - site.health_at > rules.health_fresh:
        why = f"; since then: {site.health_error}" if site.health_error else ""
        yield hold("health-stale", f"It was asked for its health {lasting(now - site.health_at)} ago{why}.")
    if failed := [each for each in site.health_failures if not _judged_elsewhere(each, rules)]:
        yield hold("health-failed", f"Its own health query fails: {listed(failed, MOST_NAMED)}.")


def _judged_elsewhere(failed: FailedCheck, rules: CampaignRules) -> bool:
    """Alarms and Ceph have gates of their own, which may be laxer. An open deployment is what a rollback or a clean-up
    is for, and what a deployment goes on with: the gates of releases look at it."""
    return (
        failed.name == "No alarms"
        or (failed.name == "Ceph Storage Healthy" and rules.ceph is not CephGate.OK)
        or (failed.name == "All hosts are patch current" and rules.spec.kind is Kind.SW_DEPLOY)
    )


def backup(case: Case) -> Iterator[Reason]:
    """dcmanager keeps one date, of the last backup that went well, central or local."""
    site, within, now = case.site, case.rules.backup_within, case.now
    if within is None:
        return
    first = ", and made before its turn" if case.rules.start_backups else ""
    demand = f"one younger than {lasting(within)} is demanded{first}."
    if not site.backup_status.startswith("complete") or site.backup_at is None:
        word = f" (backup status {site.backup_status})" if site.backup_status else ""
        yield hold("no-backup", f"It has no backup{word}; {demand}", "backup")
    elif now - site.backup_at > within:
        yield hold("backup-old", f"Its last backup is {lasting(now - site.backup_at)} old; {demand}", "backup")

"""How long sites take, learned from those that earlier campaigns did well. One query, two where some go to another
major release and others do not."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import connection

from operations.campaign_facts.sites import CampaignSite
from operations.campaigns.durations import Duration, Learned, duration_of, is_upgrade
from operations.campaigns.eta import LEAD
from operations.campaigns.strategy import StrategySpec

# "" stands for any release. A step of no length was never seen to run. What a site came from was not always kept:
# then it counts as a patch, which makes those rather too long than too short.
_LEARNED = """
SELECT coalesce(release, ''), profile, count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds)
FROM (
    SELECT coalesce(c.ask->>'release_id', c.ask->>'release', c.ask->>'to_version', '') AS release, t.profile,
        extract(epoch FROM s.step_finished_at - s.step_started_at) AS seconds
    FROM operations_campaigntarget s
    JOIN operations_target t ON t.id = s.target_id AND t.state = 'completed'
    JOIN operations_campaign c ON c.operation_id = t.operation_id
    WHERE c.strategy = %s AND s.step_finished_at > s.step_started_at
        AND coalesce(c.ask->>'rollback', '') = %s AND coalesce(c.ask->>'with_prestage', '') = %s
        AND coalesce(substring(s.before->>'software_version' from '[0-9]+[.][0-9]+')
            <> substring(c.ask->>'release_id' from '[0-9]+[.][0-9]+'), false) = %s
) done
GROUP BY GROUPING SETS ((release, profile), (profile))
"""


def durations_of(sites: Iterable[CampaignSite], spec: StrategySpec) -> dict[int, Duration]:
    """By site."""
    return durations({site.id: (site.site_type, site.facts.software_version) for site in sites}, spec)


def durations(sites: Mapping[int, tuple[str, str]], spec: StrategySpec) -> dict[int, Duration]:
    """By site, of (site type, software version) by site: the one answer for plans, forecasts and windows. Estimates
    are divided by SPEED, as the simulated fleet's work is; what was learned is so already."""
    upgrades = {version: is_upgrade(spec, version) for _, version in sites.values()}
    learned = {far: learned_durations(spec, upgrade=far) for far in sorted(set(upgrades.values()))}
    known = {
        key: _paced(duration_of(key[0], spec, learned[upgrades[key[1]]], from_release=key[1]))
        for key in set(sites.values())
    }
    return {site: known[key] for site, key in sites.items()}


def lead() -> timedelta:
    """What a batch takes around the work at its sites."""
    return LEAD / settings.SPEED


def learned_durations(spec: StrategySpec, *, upgrade: bool = False) -> Learned:
    """By (release, kind of hardware); what else makes work longer is told apart. `upgrade`: from sites that came from
    another major release."""
    flags = ["true" if flag else "" for flag in (spec.rollback, spec.with_prestage)]
    with connection.cursor() as cursor:
        cursor.execute(_LEARNED, [spec.kind.value, *flags, upgrade])
        return {
            (release, profile): Duration(timedelta(seconds=p50), timedelta(seconds=p90), count)
            for release, profile, count, (p50, p90) in cursor.fetchall()
        }


def _paced(duration: Duration) -> Duration:
    if not duration.is_estimate or settings.SPEED == 1:
        return duration
    return replace(duration, p50=duration.p50 / settings.SPEED, p90=duration.p90 / settings.SPEED)

"""Coverage and the gate of campaigns tell the same of every site: what one counts as there, the other lets begin."""

from datetime import timedelta
from itertools import product
from typing import Any

from operations.campaign_facts.sites import campaign_sites
from operations.campaigns.facts import ControllerFacts
from operations.campaigns.release_gates import prestaged
from operations.campaigns.rules import CampaignRules, Case
from operations.campaigns.strategy import Kind, StrategySpec
from sites.choices import Facet
from sites.models import Cloud, FacetState, Release
from sites.prestage import LACKING, PrestageState, with_prestage
from tests.operations.campaign_facts.patchable import RELEASE
from tests.sites.world import World

THERE = (None, "", "unavailable", "available", "deploying", "deployed")
STATUSES = ("", "prestaging", "failed", "complete", "odd")
VERSIONS = ("", "26.09", "for-install:24.09 for-sw-deploy:26.09.2", "27.03")
HOUR = timedelta(hours=1)
RULES = CampaignRules(spec=StrategySpec(kind=Kind.SW_DEPLOY, release_id=RELEASE))


def make_matrix(world: World) -> None:
    """Every combination: a release at the site, its age, dcmanager's words, their age, and when they changed."""
    now = world.now
    read = (None, now - HOUR, now - 4 * HOUR)
    changed = (None, now - 2 * HOUR, now - HOUR / 2)
    told = (now, now - HOUR)
    rows = list(product(THERE, read, STATUSES, VERSIONS, changed, told))
    Cloud.objects.filter(kind="subcloud").delete()
    clouds = Cloud.objects.bulk_create(
        Cloud(
            controller=world.controllers[0], kind="subcloud", dcmanager_id=at, name=f"m-{at}", prestage_status=status,
            prestage_versions=versions, upstream_updated_at=moved,
        )
        for at, (_, _, status, versions, moved, _) in enumerate(rows)
    )  # fmt: skip
    facets: list[FacetState] = []
    releases: list[Release] = []
    for cloud, (there, software, *_, subcloud) in zip(clouds, rows, strict=True):
        facets.append(FacetState(cloud=cloud, facet=Facet.SUBCLOUD, observed_at=subcloud))
        if software is not None:
            facets.append(FacetState(cloud=cloud, facet=Facet.SOFTWARE, observed_at=software))
            releases += [Release(cloud=cloud, release_id=RELEASE, state=there)] if there is not None else []
    FacetState.objects.bulk_create(facets)
    Release.objects.bulk_create(releases)


def test_what_is_counted_as_there_may_begin_and_nothing_else(world: World) -> None:
    make_matrix(world)
    now = world.now
    rows = with_prestage(Cloud.objects.filter(kind="subcloud"), RELEASE, now).values_list("pk", "prestage")
    states: dict[int, Any] = dict(rows)
    assert set(states.values()) == set(PrestageState.values)
    sites = campaign_sites(states, now)
    assert len(states) == len(sites) == 2160
    controller = ControllerFacts(name="central-1")
    for pk, site in sites.items():
        stands = [reason.key for reason in prestaged(Case(site.facts, RULES, controller, now))]
        current = site.facts.statuses_at == now
        if states[pk] in LACKING:
            assert stands or not current, (states[pk], site.facts)
        else:
            assert not stands, (states[pk], site.facts)

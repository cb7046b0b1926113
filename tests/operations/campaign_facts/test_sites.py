"""Rows of the database as campaigns judge them: every reason that a row can give, and how many queries it takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alarms.models import Alarm
from ceph.models import CephCluster
from hosts.models import Host
from operations.campaign_facts.controllers import controller_facts
from operations.campaign_facts.sites import campaign_sites
from operations.campaigns.eligibility import judge
from operations.campaigns.rulebook import read_rulebook
from operations.models import Operation, StrategyOptions, Target
from sites.choices import Facet
from sites.models import (
    Cloud,
    Controller,
    FacetState,
    HealthFailure,
    KubernetesVersion,
    Release,
    Surroundings,
)
from tests.operations.campaign_facts.patchable import RELEASE, leave_open, make_patchable
from tests.sites.world import World, make_cloud, make_world

GATES = {"gates": {"backup_within_hours": 24}}
BOOK = read_rulebook({"kind": "sw-deploy", "release_id": RELEASE}, GATES)


@pytest.fixture
def world(db: Any) -> World:
    made = make_world()
    make_patchable(made)
    return made


def keys(world: World, number: int = 0, **ask: Any) -> list[str]:
    """Of the reasons against that subcloud."""
    pk = world.clouds[number].pk
    site = campaign_sites([pk], world.now)[pk]
    controller = controller_facts([site.controller_id], world.now)[site.controller_id]
    book = read_rulebook({"kind": "sw-deploy", "release_id": RELEASE} | ask, GATES)
    return [reason.key for reason in judge(site.facts, book.gates, controller, world.now)]


def test_a_good_site_has_none_against_it(world: World) -> None:
    assert [keys(world, number) for number in range(4)] == [[], [], [], []]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"management_state": "unmanaged"}, "unmanaged"),
        ({"availability_status": "offline"}, "offline"),
        ({"deploy_status": "bootstrap-failed"}, "deploy-status"),
        ({"deploy_status": "secondary"}, "secondary"),
        ({"endpoint_sync": {"software": "unknown"}}, "unknown-sync"),
        ({"endpoint_sync": {}}, "unknown-sync"),
        ({"endpoint_sync": {"software": "in-sync"}}, "in-sync"),
        ({"ceph_status": "warn"}, "ceph-unsafe"),
        ({"ceph_status": "unknown"}, "ceph-unknown"),
        ({"backup_status": ""}, "no-backup"),
        ({"peer_group_id": 3}, "peer-group"),
        ({"software_version": ""}, "version-unknown"),
        ({"prestage_status": "prestaging"}, "prestage-running"),
    ],
)
def test_its_own_row(change: dict[str, Any], key: str, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(**change)
    assert keys(world) == [key]
    assert keys(world, 1) == []


@pytest.mark.parametrize(
    ("facet", "age", "key"),
    [
        (Facet.SUBCLOUD, 240, "stale"), (Facet.SUBCLOUD, None, "never-seen"), (Facet.ALARMS, 1000, "alarms-stale"),
        (Facet.ALARMS, None, "alarms-unknown"), (Facet.CEPH_HEALTH, 20_000, "ceph-stale"),
        (Facet.CEPH_HEALTH, None, "ceph-unknown"),
    ],
)  # fmt: skip
def test_ages(facet: Facet, age: int | None, key: str, world: World) -> None:
    at = None if age is None else world.now - timedelta(seconds=age)
    FacetState.objects.filter(cloud=world.clouds[0], facet=facet).update(observed_at=at)
    assert keys(world) == [key]


def test_a_backup_that_is_too_old(world: World) -> None:
    Cloud.objects.update(backup_at=world.now - timedelta(hours=25))
    assert keys(world) == ["backup-old"]


@pytest.mark.parametrize(
    ("affecting", "alarm_id", "against"),
    [(True, "100.101", ["blocking-alarm"]), (False, "100.101", []), (None, "100.101", ["blocking-alarm"]),
     (True, "280.002", [])],
)  # fmt: skip
def test_alarms(affecting: bool | None, alarm_id: str, against: list[str], world: World) -> None:
    stands = {"severity": 4, "raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
    Alarm.objects.create(
        cloud=world.clouds[0], alarm_id=alarm_id, entity_instance_id="host=controller-0",
        management_affecting=affecting, **stands,
    )  # fmt: skip
    Alarm.objects.create(
        cloud=world.clouds[1], alarm_id="100.102", management_affecting=True, cleared_at=world.now, **stands
    )
    assert (keys(world), keys(world, 1)) == (against, [])


def test_where_options_are_strict_any_alarm_stops(world: World) -> None:
    stands = {"severity": 2, "raised_at": world.now, "first_seen_at": world.now, "changed_at": world.now}
    for cloud in world.clouds:
        Alarm.objects.create(cloud=cloud, alarm_id="100.101", management_affecting=False, **stands)
    one, other = world.controllers
    StrategyOptions.objects.create(controller=one, alarm_restriction_type="strict", observed_at=world.now)
    StrategyOptions.objects.create(controller=other, alarm_restriction_type="relaxed", observed_at=world.now)
    for number, word in ((1, "relaxed"), (2, "strict")):
        cloud = world.clouds[number]
        StrategyOptions.objects.create(
            controller=cloud.controller, cloud=cloud, alarm_restriction_type=word, observed_at=world.now
        )
    assert [keys(world, number) for number in range(4)] == [["blocking-alarm"], [], ["blocking-alarm"], []]


def test_hosts_that_are_not_fit_are_named(world: World) -> None:
    Host.objects.filter(cloud=world.clouds[0]).update(administrative="locked", operational="disabled")
    site = campaign_sites([world.clouds[0].pk], world.now)[world.clouds[0].pk]
    assert site.facts.hosts_unfit == ("controller-0 (locked-disabled-available)",)
    assert keys(world) == ["hosts-unfit"]


def test_what_its_own_health_query_says(world: World) -> None:
    cloud = world.clouds[0]
    HealthFailure.objects.create(cloud=cloud, name="All kubernetes nodes are ready", word="Fail", detail="controller-0")
    facts = campaign_sites([cloud.pk], world.now)[cloud.pk].facts
    assert facts.health_failures == (("All kubernetes nodes are ready", "controller-0"),)
    assert (keys(world), keys(world, 1)) == (["health-failed"], [])


def test_a_health_query_that_brought_nothing(world: World) -> None:
    rows = FacetState.objects.filter(cloud=world.clouds[0], facet=Facet.HEALTH_QUERY)
    rows.update(observed_at=None, error="sysinv does not answer")
    facts = campaign_sites([world.clouds[0].pk], world.now)[world.clouds[0].pk].facts
    assert (facts.health_failures, facts.health_error) == (None, "sysinv does not answer")
    assert keys(world) == ["health-unknown"]


class TestKubernetes:
    @pytest.fixture(autouse=True)
    def versions(self, world: World) -> None:
        for cloud in (*world.centrals, *world.clouds):
            state = "active" if cloud in world.centrals else "available"
            for version, word in (("v1.33.4", "unavailable" if state == "active" else "active"), ("v1.34.1", state)):
                KubernetesVersion.objects.create(cloud=cloud, version=version, state=word, target=word == "active")

    def against(self, world: World, number: int = 0, to_version: str = "v1.34.1") -> list[str]:
        return keys(world, number, kind="kubernetes", release_id="", to_version=to_version)

    def test_known_and_one_step_away(self, world: World) -> None:
        assert [self.against(world, number) for number in range(4)] == [[], [], [], []]
        assert self.against(world, to_version="") == []

    def test_one_that_the_controller_does_not_know(self, world: World) -> None:
        assert "release-not-on-controller" in self.against(world, to_version="v9.99.9")

    def test_one_that_the_site_cannot_go_to(self, world: World) -> None:
        KubernetesVersion.objects.filter(cloud=world.clouds[0], version="v1.34.1").update(state="unavailable")
        assert (self.against(world), self.against(world, 1)) == (["kubernetes-step"], [])

    def test_old_ones_prove_nothing(self, world: World) -> None:
        old = FacetState.objects.filter(facet=Facet.KUBERNETES)
        old.filter(cloud=world.clouds[0]).update(observed_at=world.now - timedelta(hours=4))
        old.filter(cloud=world.centrals[1]).update(observed_at=world.now - timedelta(hours=4))
        assert (self.against(world), self.against(world, 1)) == (["kubernetes-unknown"], [])
        assert self.against(world, 2) == ["controller-unknown"]


def test_why_ceph_is_not_safe(world: World) -> None:
    cloud = world.clouds[0]
    Cloud.objects.filter(pk=cloud.pk).update(ceph_status="error", ceph_source="alarm")
    CephCluster.objects.create(cloud=cloud, status="error", detail="1 osds down.", changed_at=world.now)
    facts = campaign_sites([cloud.pk], world.now)[cloud.pk].facts
    assert (facts.ceph, facts.ceph_reason) == ("error", "1 osds down")
    assert facts.ceph_at == facts.alarms_at


class TestReleases:
    def test_one_that_is_not_there(self, world: World) -> None:
        Release.objects.filter(cloud=world.clouds[0], release_id=RELEASE).delete()
        assert keys(world) == ["not-prestaged"]
        assert keys(world, with_prestage=True) == []

    def test_one_that_is_deployed(self, world: World) -> None:
        Release.objects.filter(cloud=world.clouds[0], release_id=RELEASE).update(state="deployed")
        assert keys(world) == ["deployed"]

    def test_a_prestage_since_they_were_read_is_believed(self, world: World) -> None:
        Release.objects.filter(cloud=world.clouds[0], release_id=RELEASE).delete()
        changed = {"prestage_status": "complete", "prestage_versions": "26.09", "upstream_updated_at": world.now}
        Cloud.objects.filter(pk=world.clouds[0].pk).update(**changed)
        assert keys(world) == []

    def test_a_move_to_another_group_hides_none(self, world: World) -> None:
        """dcmanager stamps the row then: a rollback took its batch back for ever, as its moves hid what is open."""
        leave_open("edge-0")
        moved = {"prestage_status": "complete", "upstream_updated_at": world.now}
        Cloud.objects.filter(pk=world.clouds[0].pk).update(**moved)
        assert keys(world, rollback=True, release_id="") == []

    def test_old_ones_prove_nothing(self, world: World) -> None:
        FacetState.objects.filter(facet=Facet.SOFTWARE).update(observed_at=world.now - timedelta(hours=4))
        assert campaign_sites([world.clouds[0].pk], world.now)[world.clouds[0].pk].facts.releases is None


class TestBusy:
    @pytest.fixture
    def other(self, world: World) -> Operation:
        made = Operation.objects.create(kind="backup", title="Back up: edge-0", created_at=world.now)
        Target.objects.create(operation=made, number=1, name="edge-0", cloud=world.clouds[0], state="running")
        return made

    def test_with_another_operation(self, other: Operation, world: World) -> None:
        assert (keys(world), keys(world, 1)) == (["busy"], [])
        facts = campaign_sites([world.clouds[0].pk], world.now)[world.clouds[0].pk].facts
        assert facts.busy_with == f"Operation {other.pk} (Back up: edge-0)"

    def test_but_not_with_the_one_that_asks(self, other: Operation, world: World) -> None:
        pk = world.clouds[0].pk
        assert campaign_sites([pk], world.now, but_for=other.pk)[pk].facts.busy_with == ""


class TestController:
    def test_it_has_not_got_the_release(self, world: World) -> None:
        Release.objects.filter(cloud=world.centrals[0], release_id=RELEASE).update(state="available")
        assert (keys(world), keys(world, 2)) == (["release-not-on-controller"], [])

    def test_it_may_not_be_changed_from_here(self, world: World) -> None:
        Controller.objects.filter(pk=world.controllers[0].pk).update(write_username="")
        assert keys(world) == ["read-only"]

    def test_it_is_silent(self, world: World) -> None:
        world.controllers[0].beat.t0_at = world.now - timedelta(minutes=4)  # type: ignore[attr-defined] # reverse
        world.controllers[0].beat.save()  # type: ignore[attr-defined] # reverse
        assert keys(world) == ["controller-unreachable"]

    def test_it_was_never_read(self, world: World) -> None:
        FacetState.objects.filter(cloud=world.centrals[0]).delete()
        assert set(keys(world)) == {"controller-unknown"}

    def test_its_own_deployment_forbids_to_prestage(self, world: World) -> None:
        Release.objects.filter(cloud=world.centrals[0], release_id="starlingx-26.09.0").update(state="deploying")
        assert keys(world) == []
        assert keys(world, kind="prestage", release_id="", release="26.09") == ["controller-deploying"]


def test_what_planning_asks_for(world: World) -> None:
    cloud = world.clouds[1]
    Surroundings.objects.create(cloud=cloud, labels=["shop", "north"], wan_link="wan-7", ring="R3")
    Cloud.objects.filter(pk=cloud.pk).update(system_mode="duplex", timezone="Europe/Lisbon")
    site = campaign_sites([cloud.pk], world.now)[cloud.pk]
    assert (site.labels, site.wan_link, site.ring) == ({"shop", "north"}, "wan-7", "R3")
    assert (site.site_type, site.timezone, site.region) == ("AIO-DX", "Europe/Lisbon", "Europe")
    assert (site.controller, site.home_group) == ("central-1", 1)


def test_as_many_queries_however_many_sites(world: World) -> None:
    for number in range(10, 30):
        make_cloud(world.controllers[0], world.groups[0], f"edge-{number}", world.now, dcmanager_id=number + 1)
    ids = list(Cloud.objects.filter(kind="subcloud").values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as few:
        campaign_sites(ids[:1], world.now)
    with CaptureQueriesContext(connection) as many:
        assert len(campaign_sites(ids, world.now)) == 24
    assert len(few) == len(many) == 9
    with CaptureQueriesContext(connection) as controllers:
        controller_facts([controller.pk for controller in world.controllers], world.now)
    assert len(controllers) == 5

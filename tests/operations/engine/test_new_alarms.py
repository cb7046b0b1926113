"""Alarms that are new at sites which are done: the same by PostgreSQL as by the rule, for whatever number of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms.models import Alarm
from events.models import AuditEntry
from operations.campaigns.baseline import new_alarms
from operations.campaigns.batch import Member, Memory
from operations.campaigns.facts import AlarmFact, AlarmKey, SiteFacts
from operations.campaigns.strategy import Kind, StrategySpec
from operations.engine.campaign.book import open_book
from operations.engine.campaign.halting import results
from operations.engine.campaign.new_alarms import note_new_alarms, sites_with_new_alarms
from operations.engine.campaign.records import baseline_of, by_parts
from operations.engine.campaign.targets import begin as begin_batch
from operations.engine.campaign.targets import check
from operations.models import CampaignTarget, Operation, Wave
from operations.services.campaign_sites import excuse_site
from sites.models import Cloud, FacetState
from sites.services.actors import Actor
from tests.operations.views.campaigns.made import begin, make_campaign, set_site
from tests.sites.world import World, make_world

MANY = 1200  # more than twice as many as were once kept


@pytest.fixture
def world(db: Any) -> World:
    return make_world()


@pytest.fixture
def operation(world: World) -> Operation:
    found = make_campaign(world, rules={"gates": {"prestaged": False}})
    begin(found, world)
    return found


def stand(cloud: Cloud, *alarms: AlarmFact) -> None:
    """These alarms stand there, and no others."""
    now = timezone.now()
    Alarm.objects.filter(cloud=cloud).delete()
    Alarm.objects.bulk_create(
        Alarm(
            cloud=cloud, alarm_id=each.key.alarm_id, entity_instance_id=each.key.entity, severity=3,
            severity_word="major", management_affecting=each.mgmt_affecting, service_affecting=each.service_affecting,
            raised_at=now, first_seen_at=now, changed_at=now,
        )
        for each in alarms
    )  # fmt: skip


def alarm(number: int, alarm_id: str = "100.101", *, affects: bool | None = True) -> AlarmFact:
    return AlarmFact(AlarmKey(alarm_id, f"host=worker-{number:04}"), "major", affects, affects)


def done(operation: Operation, name: str, before: list[AlarmFact]) -> CampaignTarget:
    """The site is done, and its alarms were read since."""
    now = timezone.now()
    known = SiteFacts(name=name, alarms=tuple(before), ceph="ok", hosts_unfit=(), software_version="26.09")
    facts = baseline_of(known, StrategySpec(kind=Kind.SW_DEPLOY))
    target = set_site(operation, name, "completed", step_finished_at=now - timedelta(minutes=9), new_alarms=[], **facts)
    FacetState.objects.filter(cloud=target.cloud, facet="alarms").update(observed_at=now)
    return CampaignTarget.objects.get(pk=target.pk)


def note(operation: Operation) -> list[int]:
    found = sites_with_new_alarms(operation.pk, Kind.SW_DEPLOY)
    note_new_alarms(operation.pk, Kind.SW_DEPLOY, found, timezone.now())
    return found


def test_a_storm_that_stood_before_is_not_new_and_hides_nothing(operation: Operation, world: World) -> None:
    storm = [alarm(number) for number in range(MANY)]
    row = done(operation, "edge-0", storm)
    stand(world.clouds[0], *storm)
    assert note(operation) == []
    stand(world.clouds[0], *storm, alarm(0, "800.001"))
    assert note(operation) == [row.pk]
    row.refresh_from_db()
    assert row.new_alarms == [{"alarm_id": "800.001", "entity": "host=worker-0000"}]
    assert note(operation) == [], "it is noted once"


def test_a_storm_that_is_new_is_counted_and_not_held(operation: Operation, world: World) -> None:
    row = done(operation, "edge-0", [])
    stand(world.clouds[0], *(alarm(number) for number in range(MANY)))
    note(operation)
    row.refresh_from_db()
    assert len(row.new_alarms) == MANY
    book = open_book(operation.pk)
    kept = book.sites[world.clouds[0].pk].row.get_deferred_fields()
    assert kept == {"baseline", "after", "new_alarms"}
    (result,) = results(book)
    assert result.failed
    assert result.told == f"edge-0 (new alarm 100.101 on host=worker-0000 and {MANY - 1:,} more)"


def test_its_alarms_before_and_after_are_all_kept(operation: Operation, world: World) -> None:
    """From the look when its batch begins to the check after the work."""
    cloud, storm = world.clouds[0], [alarm(number) for number in range(MANY)]
    stand(cloud, *storm)
    book = open_book(operation.pk)
    batch = next(each for each in book.batches.values() if cloud.pk in book.members[each.number])
    begin_batch(book, batch, [Member(cloud.pk, 1, cloud.name, 1)], world.now)
    row = CampaignTarget.objects.get(target__cloud=cloud)
    assert row.baseline is not None
    assert len(row.baseline) == MANY
    now = timezone.now()
    FacetState.objects.filter(cloud=cloud).update(observed_at=now)
    stand(cloud, *storm, alarm(0, "800.001"))
    memory = Memory(ended_at=now - timedelta(seconds=30))
    check(open_book(operation.pk), [cloud.pk], memory, now, late=False)
    row.refresh_from_db()
    assert row.new_alarms == [{"alarm_id": "800.001", "entity": "host=worker-0000"}]
    assert (row.after["health"], len(row.after["alarms"])) == ("bad", MANY + 1)


def test_alarms_that_were_not_read_since_prove_nothing(operation: Operation, world: World) -> None:
    row = done(operation, "edge-0", [])
    stand(world.clouds[0], alarm(1))
    FacetState.objects.filter(cloud=world.clouds[0]).update(observed_at=timezone.now() - timedelta(hours=1))
    assert note(operation) == []
    FacetState.objects.filter(cloud=world.clouds[0]).update(observed_at=timezone.now())
    CampaignTarget.objects.filter(pk=row.pk).update(baseline=None)
    assert note(operation) == [], "what stood before is not known"


FLAGS = st.sampled_from([True, False, None])
ALARMS = st.lists(
    st.builds(
        AlarmFact,
        st.builds(AlarmKey, st.sampled_from(["100.101", "800.001", "900.005", "900.021"]), st.sampled_from(["", "a"])),
        st.just("major"), FLAGS, FLAGS,
    ),
    unique_by=lambda each: each.key, max_size=6,
)  # fmt: skip


@given(before=ALARMS, after=ALARMS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_it_is_the_same_rule(
    before: list[AlarmFact], after: list[AlarmFact], operation: Operation, world: World
) -> None:
    row = done(operation, "edge-0", before)
    stand(world.clouds[0], *after)
    note(operation)
    row.refresh_from_db()
    noted = {AlarmKey(each["alarm_id"], each["entity"]) for each in row.new_alarms}
    assert noted == set(new_alarms(before, after, Kind.SW_DEPLOY))


def test_parts() -> None:
    assert [len(part) for part in by_parts(range(250))] == [100, 100, 50]


def test_one_that_is_new_since_a_site_was_excused_counts(operation: Operation) -> None:
    """Who excused it did not know of that one."""
    site = done(operation, "edge-0", [])
    cloud = site.target.cloud
    assert cloud is not None
    stand(cloud, alarm(1))
    note(operation)
    excuse_site(site.pk, "Harmless here", Actor("olga", "test"), timezone.now())
    assert not [result for result in results(open_book(operation.pk)) if result.failed]
    stand(cloud, alarm(1), alarm(2, "800.001"))
    note(operation)
    (result,) = results(open_book(operation.pk))
    assert result.failed
    entry = AuditEntry.objects.get(verb="campaign.excuse_over")
    assert "800.001 at host=worker-0002" in entry.detail["reason"]
    assert "100.101" not in entry.detail["reason"]
    assert "olga" in entry.detail["reason"]


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("worked", "soaked", "counts"),
    [(10 * DAY, 9 * DAY, False), (10 * DAY, None, True), (0.9 * DAY, 0.8 * DAY, True)],
    ids=["long after the soak", "while it soaks", "within a day of the work"],
)
def test_until_when_a_new_alarm_counts(
    operation: Operation, worked: timedelta, soaked: timedelta | None, counts: bool
) -> None:
    """A technician locks a host ten days later, while other waves run: that says nothing of the work."""
    now = timezone.now()
    site = done(operation, "edge-0", [])
    cloud, batch = site.target.cloud, site.batch
    assert cloud is not None
    assert batch is not None
    CampaignTarget.objects.filter(pk=site.pk).update(step_finished_at=now - worked)
    Wave.objects.filter(pk=batch.wave_id).update(ended_at=None if soaked is None else now - soaked)
    stand(cloud, alarm(1))
    assert note(operation) == ([site.pk] if counts else [])

"""dcmanager's list becomes clouds: identity, home groups, sync, positions; what is older or foreign is dropped."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from sites.choices import Contact, Facet
from sites.ingest import (
    ContactResult,
    FailedLook,
    RecordedSubclouds,
    ReleaseSnapshot,
    ServiceLook,
    SystemSnapshot,
    failed,
    record_contact,
    record_groups,
    record_releases,
    record_services,
    record_subclouds,
    record_systems,
)
from sites.models import Cloud, Controller, ControllerService, FacetState, Release, StatusSpan, SubcloudGroup
from starlingx import records
from starlingx.rows import Row
from tests.observed import NOW, controller, group, later, subcloud, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Controller:
    return controller()


def take(
    owner: Controller, *listed: records.Subcloud, at: float = 0, token: int = 1, **more: Any
) -> RecordedSubclouds | None:
    return record_subclouds(owner.pk, listed, requested_at=later(at), lease_token=token, now=later(at), **more)


def standing() -> dict[str, Cloud]:
    return {cloud.name: cloud for cloud in Cloud.objects.filter(removed_at=None, kind="subcloud")}


def events() -> list[tuple[str, dict[str, Any]]]:
    return [(event.kind, event.data) for event in Event.objects.order_by("id")]


def test_a_controller_has_a_cloud_of_its_own(owner: Controller) -> None:
    take(owner)
    take(owner, at=1)
    assert Cloud.objects.get().kind == "central"


def test_new_subclouds_are_told_and_get_their_spans(owner: Controller) -> None:
    take(owner, subcloud(1), subcloud(2, **{"availability-status": "offline"}))
    assert [kind for kind, _ in events()] == ["cloud.added", "cloud.added"]
    spans = {(s.cloud.name, s.field): s.value for s in StatusSpan.objects.filter(ended_at=None)}
    assert spans["cell-0002", "availability"] == "offline"
    assert spans["cell-0001", "sync"] == "in-sync"


def test_a_change_is_told_with_its_fields_and_ends_the_span(owner: Controller) -> None:
    take(owner, subcloud(1))
    Event.objects.all().delete()
    take(owner, subcloud(1, **{"availability-status": "offline", "description": "roof"}), at=5)
    assert events() == [("cloud.changed", {"fields": {"availability_status": "offline", "description": "roof"}})]
    ended = StatusSpan.objects.get(field="availability", value="online")
    assert (ended.began_at, ended.ended_at) == (NOW, later(5))


def test_a_rename_keeps_the_row(owner: Controller) -> None:
    take(owner, subcloud(1))
    before = standing()["cell-0001"].pk
    take(owner, subcloud(1, name="porto"), at=1)
    assert standing()["porto"].pk == before


def test_the_same_id_with_another_region_name_is_another_subcloud(owner: Controller) -> None:
    take(owner, subcloud(1))
    before = standing()["cell-0001"].pk
    recorded = take(owner, subcloud(1, **{"region-name": "f" * 32}), at=1)
    assert recorded is not None
    assert recorded.removed == {before}
    assert standing()["cell-0001"].pk != before
    assert "cloud.removed" in [kind for kind, _ in events()]
    assert not StatusSpan.objects.filter(cloud=before, ended_at=None).exists()


def test_what_is_not_listed_any_more_is_removed(owner: Controller) -> None:
    take(owner, subcloud(1), subcloud(2))
    take(owner, subcloud(2), at=1)
    assert list(standing()) == ["cell-0002"]


def test_an_older_list_or_one_under_an_older_lease_is_dropped(owner: Controller) -> None:
    take(owner, subcloud(1), at=10, token=2)
    assert take(owner, at=5, token=2) is None
    assert take(owner, at=15, token=1) is None
    assert list(standing()) == ["cell-0001"]


def test_an_unchanged_list_changes_nothing_but_ages(owner: Controller) -> None:
    take(owner, subcloud(1))
    before = list(Cloud.objects.values())
    Event.objects.all().delete()
    take(owner, subcloud(1), at=9)
    assert list(Cloud.objects.values()) == before
    assert events() == []
    assert FacetState.objects.get(cloud__kind="subcloud", facet="subcloud").observed_at == later(9)


def test_only_what_the_caller_names_is_compared(owner: Controller) -> None:
    take(owner, subcloud(1), subcloud(2))
    take(owner, subcloud(1, location="Porto"), subcloud(2, location="Faro"), at=1, changed=[2])
    assert {cloud.location for cloud in standing().values()} == {"", "Faro"}


def test_the_home_group_is_not_one_the_portal_made(owner: Controller) -> None:
    record_groups(owner.pk, [group(1), group(7, "dcportal-12")], requested_at=NOW, now=NOW)
    take(owner, subcloud(1))
    take(owner, subcloud(1, group_id=7), at=1)
    home = standing()["cell-0001"].group
    assert home is not None
    assert home.name == "Default"


def test_groups_change_and_vanish(owner: Controller) -> None:
    record_groups(owner.pk, [group(1), group(2, "north")], requested_at=NOW, now=NOW)
    record_groups(owner.pk, [group(1, "All")], requested_at=later(1), now=later(1))
    assert [g.name for g in SubcloudGroup.objects.filter(removed_at=None)] == ["All"]
    record_groups(owner.pk, [], requested_at=NOW, now=later(2))
    assert SubcloudGroup.objects.filter(removed_at=None).count() == 1, "an older list was taken"


def test_unknown_beside_in_sync_is_unknown(owner: Controller) -> None:
    statuses = [{"endpoint_type": "a", "sync_status": "in-sync"}, {"endpoint_type": "b", "sync_status": "unknown"}]
    take(owner, subcloud(1, endpoint_sync_status=statuses, sync_status="out-of-sync"))
    cloud = standing()["cell-0001"]
    assert cloud.sync_status == "unknown"
    assert cloud.endpoint_sync == {"a": "in-sync", "b": "unknown"}


def test_a_position_gives_the_region(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    record_systems([SystemSnapshot(pk, NOW, system())], lease_token=1, now=NOW)
    cloud = Cloud.objects.get(pk=pk)
    assert (cloud.latitude, cloud.region, cloud.system_mode) == (-23.55, "Brazil", "duplex")


def test_what_people_placed_stays(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    Cloud.objects.filter(pk=pk).update(
        placed_by_hand=True, latitude=48.0, longitude=11.0, region="Campus", region_by_hand=True
    )
    record_systems([SystemSnapshot(pk, NOW, system())], lease_token=1, now=NOW)
    cloud = Cloud.objects.get(pk=pk)
    assert (cloud.latitude, cloud.region) == (48.0, "Campus")


def test_an_unusable_position_changes_nothing(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    record_systems([SystemSnapshot(pk, NOW, system())], lease_token=1, now=NOW)
    record_systems([SystemSnapshot(pk, later(1), system(latitude="roof", longitude=None))], lease_token=1, now=later(1))
    assert Cloud.objects.get(pk=pk).latitude == -23.55


def test_contact_is_told_once_and_facts_stay(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    Event.objects.all().delete()
    for second in (1, 2):
        record_contact([ContactResult(pk, later(second), False, "refused")], lease_token=1, now=later(second))
        failed(Facet.ALARMS, [FailedLook(pk, later(second), "refused")], lease_token=1, now=later(second))
    cloud = Cloud.objects.get(pk=pk)
    assert (cloud.contact, cloud.contact_error, cloud.contact_changed_at) == (Contact.UNREACHABLE, "refused", later(1))
    assert events() == [("cloud.contact", {"contact": "unreachable"})]
    record_contact([ContactResult(pk, later(3), True)], lease_token=1, now=later(3))
    assert events()[-1] == ("cloud.contact", {"contact": "reachable", "stale": True})  # its alarms were never read
    record_contact([ContactResult(pk, later(2), False, "late")], lease_token=1, now=later(4))
    cloud.refresh_from_db()
    assert (cloud.contact, cloud.contact_error) == (Contact.REACHABLE, "")


def test_a_failed_look_keeps_the_age_and_counts(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    failed(Facet.SUBCLOUD, [FailedLook(pk, later(5), "503\x00")], lease_token=1, now=later(5))
    failed(Facet.SUBCLOUD, [FailedLook(pk, later(6), "504")], lease_token=1, now=later(6))
    state = FacetState.objects.get(cloud=pk, facet="subcloud")
    assert (state.observed_at, state.attempted_at, state.error, state.failures) == (NOW, later(6), "504", 2)


def test_releases_come_and_go(owner: Controller) -> None:
    take(owner, subcloud(1))
    pk = standing()["cell-0001"].pk
    for second, names in ((1, ["26.09.0", "26.09.1"]), (2, ["26.09.1"])):
        releases = [records.Release.read(Row({"release_id": name, "state": "deployed"}, "r")) for name in names]
        record_releases([ReleaseSnapshot(pk, later(second), releases)], lease_token=1, now=later(second))
    assert [release.release_id for release in Release.objects.all()] == ["26.09.1"]


def test_a_service_that_fails_says_since_when(owner: Controller) -> None:
    for second in (1, 2):
        record_services(owner.pk, [ServiceLook("dcmanager", later(second), error="refused")], now=later(second))
    row = ControllerService.objects.get()
    assert (row.failing_since, row.succeeded_at, row.error) == (later(1), None, "refused")
    record_services(owner.pk, [ServiceLook("dcmanager", later(3), seconds=0.1)], now=later(3))
    row.refresh_from_db()
    assert (row.failing_since, row.succeeded_at, row.error) == (None, later(3), "")
    assert [data["fields"] for _, data in events()] == [{"dcmanager": "failing"}, {"dcmanager": "answering"}]


def test_the_number_of_statements_does_not_grow_with_the_list(owner: Controller) -> None:
    with CaptureQueriesContext(connection) as ten:
        take(owner, *[subcloud(n) for n in range(1, 11)])
    with CaptureQueriesContext(connection) as hundred:
        take(owner, *[subcloud(n, location="Porto") for n in range(1, 101)], at=1)
    assert len(hundred) <= len(ten) + 2


def test_a_subcloud_that_comes_back_is_the_same_row(owner: Controller) -> None:
    take(owner, subcloud(1), subcloud(2))
    before = standing()["cell-0001"].pk
    Cloud.objects.filter(pk=before).update(severity=5, critical_alarms=3, latitude=1.5)
    FacetState.objects.create(cloud_id=before, facet="alarms", observed_at=NOW)
    take(owner, subcloud(2), at=1)
    Event.objects.all().delete()
    take(owner, subcloud(1, description="roof"), subcloud(2), at=2)
    cloud = standing()["cell-0001"]
    assert (cloud.pk, cloud.latitude, cloud.description) == (before, 1.5, "roof")
    assert [kind for kind, _ in events()] == ["cloud.added", "cloud.changed"]
    spans = StatusSpan.objects.filter(cloud=before, field="availability").order_by("began_at")
    assert [(span.began_at, span.ended_at) for span in spans] == [(NOW, later(1)), (later(2), None)]
    # its alarms ended when it went: what stands there now nobody knows until they are read
    assert (cloud.severity, cloud.critical_alarms) == (1, None)
    assert FacetState.objects.get(cloud=before, facet="alarms").observed_at is None


def test_of_several_rows_of_one_id_that_with_the_region_name_returns(owner: Controller) -> None:
    other = {"region-name": "f" * 32}
    take(owner, subcloud(1))
    first = standing()["cell-0001"].pk
    take(owner, subcloud(1, **other), at=1)
    second = standing()["cell-0001"].pk
    take(owner, subcloud(1), at=2)
    assert standing()["cell-0001"].pk == first
    take(owner, subcloud(1, **other), at=3)
    assert standing()["cell-0001"].pk == second
    assert Cloud.objects.filter(kind="subcloud").count() == 2

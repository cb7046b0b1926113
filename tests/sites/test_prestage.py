"""How far a release is prestaged: what counts as what, with the age of what says so, counted and filtered alike."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.access import Scopes
from sites.choices import Facet
from sites.models import Cloud, FacetState, Release
from sites.prestage import PrestageState, with_prestage
from sites.prestage_coverage import coverage, known_releases
from sites.selectors import subclouds
from tests.sites.world import World

R = "starlingx-26.09.1"
FLEET = Scopes(fleet=True)
S = PrestageState


def told(world: World, at: int = 0, there: str | None = None, **values: Any) -> tuple[str, Any]:
    """(state, when that was read) of a site that has the release in that state."""
    cloud = world.clouds[at]
    Release.objects.filter(cloud=cloud).delete()
    if there is not None:
        Release.objects.create(cloud=cloud, release_id=R, state=there)
    Cloud.objects.filter(pk=cloud.pk).update(**{"prestage_status": "", "prestage_versions": ""} | values)
    rows = with_prestage(Cloud.objects.filter(pk=cloud.pk), R, world.now)
    [found] = rows.values_list("prestage", "prestage_read_at")
    return found


def read(world: World, facet: Facet, ago: timedelta | None) -> None:
    at = None if ago is None else world.now - ago
    FacetState.objects.filter(facet=facet).update(observed_at=at)


@pytest.mark.parametrize(
    ("there", "status", "state"),
    [
        ("deployed", "complete", S.DEPLOYED), ("committed", "", S.DEPLOYED), ("available", "", S.PRESTAGED),
        ("available", "failed", S.PRESTAGED),  # an older one failed, or a later one
        ("unavailable", "", S.ABSENT), (None, "", S.ABSENT),
        (None, "prestaging", S.PRESTAGING), (None, "failed", S.FAILED),
        (None, "complete", S.ABSENT), (None, "a-new-word", S.ABSENT),
    ],
)  # fmt: skip
def test_the_site_itself_is_believed_first(there: str | None, status: str, state: str, world: World) -> None:
    read(world, Facet.SOFTWARE, timedelta(minutes=50))
    found, at = told(world, there=there, prestage_status=status)
    assert found == state
    by_dcmanager = state in (S.PRESTAGING, S.FAILED)
    assert at == world.now - (timedelta(seconds=1) if by_dcmanager else timedelta(minutes=50))


@pytest.mark.parametrize(
    ("status", "versions", "state"),
    [
        ("", "", S.UNKNOWN), ("prestaging", "26.09", S.PRESTAGING), ("failed", "26.09", S.FAILED),
        ("complete", "26.09", S.PRESTAGED), ("complete", "for-install:24.09 for-sw-deploy:26.09.1", S.PRESTAGED),
        ("complete", "24.09, 26.03", S.ABSENT), ("complete", "", S.UNKNOWN), ("a-new-word", "26.09", S.UNKNOWN),
    ],
)  # fmt: skip
def test_where_the_site_was_not_read_dcmanagers_words_have_to_do(
    status: str, versions: str, state: str, world: World
) -> None:
    for ago in (timedelta(hours=4), None):
        read(world, Facet.SOFTWARE, ago)
        found, at = told(world, there="available", prestage_status=status, prestage_versions=versions)
        assert (found, at) == (state, None if state == S.UNKNOWN else world.now - timedelta(seconds=1))


def test_what_is_old_is_not_known(world: World) -> None:
    read(world, Facet.SOFTWARE, timedelta(hours=4))
    read(world, Facet.SUBCLOUD, timedelta(hours=1))
    for status in ("prestaging", "failed", "complete"):
        found = told(world, there="available", prestage_status=status, prestage_versions="26.09")
        assert found == (S.UNKNOWN, None)


def test_a_prestage_that_ended_since_the_site_was_read_counts(world: World) -> None:
    read(world, Facet.SOFTWARE, timedelta(minutes=50))
    complete = {"prestage_status": "complete", "prestage_versions": "26.09"}
    assert told(world, **complete, upstream_updated_at=world.now - timedelta(minutes=5))[0] == S.PRESTAGED
    assert told(world, **complete, upstream_updated_at=world.now - timedelta(minutes=55))[0] == S.ABSENT
    assert told(world, **complete, upstream_updated_at=None)[0] == S.ABSENT


def test_a_release_without_numbers_is_never_found_in_a_text(world: World) -> None:
    read(world, Facet.SOFTWARE, None)
    told(world, prestage_status="complete", prestage_versions="26.09")
    rows = with_prestage(Cloud.objects.filter(pk=world.clouds[0].pk), "no-numbers", world.now)
    assert [*rows.values_list("prestage", flat=True)] == [S.ABSENT]


def mixed(world: World) -> None:
    """edge-0 prestaged, edge-1 failed, edge-2 not known, edge-3 deployed."""
    told(world, 0, there="available")
    told(world, 1, prestage_status="failed")
    told(world, 2)
    told(world, 3, there="deployed")
    FacetState.objects.filter(cloud=world.clouds[2], facet=Facet.SOFTWARE).update(observed_at=None)
    FacetState.objects.filter(cloud=world.clouds[0], facet=Facet.SOFTWARE).update(
        observed_at=world.now - timedelta(minutes=40)
    )


def test_coverage_is_counted_by_place_with_its_oldest_reading(world: World) -> None:
    mixed(world)
    with CaptureQueriesContext(connection) as captured:
        found = coverage(subclouds(FLEET), R, world.now)
    assert len(captured) == 1
    assert {state: n for state, n in found.all.counts.items() if n} == {
        "prestaged": 1, "failed": 1, "unknown": 1, "deployed": 1,
    }  # fmt: skip
    assert (found.all.have, found.all.total, found.all.percent) == (2, 4, 50)
    assert found.all.oldest == world.now - timedelta(minutes=40)
    assert [(tally.name, tally.have, tally.total) for tally in found.controllers] == [
        ("central-1", 1, 2), ("central-2", 1, 2),
    ]  # fmt: skip
    assert [(tally.name, tally.have, tally.total) for tally in found.regions] == [("Brazil", 1, 2), ("Europe", 1, 2)]
    assert coverage(subclouds(FLEET).none(), R, world.now).all.percent is None


def test_releases_are_those_of_controllers_in_scope_newest_first(world: World) -> None:
    for at, release in ((0, "starlingx-26.9.9"), (0, "starlingx-26.9.10"), (1, "starlingx-26.9.10"), (1, "other")):
        Release.objects.create(cloud=world.centrals[at], release_id=release, state="deployed")
    Release.objects.create(cloud=world.clouds[0], release_id="starlingx-99.9", state="available")
    assert known_releases(FLEET) == [
        {"release_id": "starlingx-26.9.10", "states": {"deployed": 2}},
        {"release_id": "starlingx-26.9.9", "states": {"deployed": 1}},
        {"release_id": "other", "states": {"deployed": 1}},
    ]
    second = Scopes(controllers=frozenset({world.controllers[1].pk}))
    assert [row["release_id"] for row in known_releases(second)] == ["starlingx-26.9.10", "other"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (f"prestaged={R}", {"edge-0"}), (f"not_prestaged={R}", {"edge-1", "edge-2"}),
        (f"prestage=failed:{R}", {"edge-1"}), (f"prestage=failed:{R}&prestage=deployed:{R}", {"edge-1", "edge-3"}),
        (f"prestage=unknown:{R}&region=Europe", set()), (f"prestaged={R}&prestage=failed:other", set()),
        ("prestaged=other", set()),
    ],
)  # fmt: skip
def test_list_rest_and_csv_filter_by_it(query: str, names: set[str], fleet_client: Client, world: World) -> None:
    mixed(world)
    client = fleet_client
    rows = client.get(f"/api/v1/subclouds/?{query}").json()["results"]
    assert {row["name"] for row in rows} == names
    page = client.get(f"/subclouds/?{query}")
    assert page.status_code == 200
    assert "Take this filter away" in page.content.decode()  # the list says what it was narrowed by
    assert {f"edge-{n}" for n in range(4) if f">edge-{n}<" in page.content.decode()} == names
    lines = b"".join(client.get(f"/subclouds/export.csv?{query}").streaming_content).decode()  # type: ignore[attr-defined] # streamed
    assert {f"edge-{n}" for n in range(4) if f",edge-{n}," in lines} == names


@pytest.mark.parametrize(
    "query",
    [
        "prestage=prestaged",
        "prestage=no-state:x",
        "prestage=absent:",
        "prestage=absent:a%00b",
        "prestage=absent:" + "x" * 129,
        "&".join(f"prestage=absent:r{n}" for n in range(4)),
        "prestaged=" + "x" * 200,
    ],
)
def test_a_bad_filter_is_refused_with_what_to_do(query: str, fleet_client: Client, world: World) -> None:
    answer = fleet_client.get(f"/api/v1/subclouds/?{query}")
    assert answer.status_code == 400
    assert "prestage" in answer.json()["error"]["fields"] or "prestaged" in answer.json()["error"]["fields"]

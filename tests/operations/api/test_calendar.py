"""Maintenance windows and freezes over REST: what makes no sense is refused, and who may set and lift what."""

from typing import Any

import pytest
from django.test import Client

from events.models import AuditEntry
from operations.models import FreezeSpan, MaintenanceWindow
from sites.models import Region
from tests.operations.api.asking import faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.test_permits import refusals
from tests.sites.world import World

WINDOWS, FREEZES = "/api/v1/maintenance-windows/", "/api/v1/freezes/"
NIGHT = {"name": "Night", "weekdays": [6], "start": "01:30", "end": "03:30"}
FAIR = {"name": "Fair", "first": "2026-12-01", "last": "2026-12-08"}


@pytest.fixture(autouse=True)
def regions(world: World) -> None:
    for name in ("Brazil", "Europe"):
        Region.objects.get_or_create(name=name)


def patch(client: Client, path: str, body: Any) -> Any:
    return client.patch(path, body, content_type="application/json")


def test_a_window_from_birth_to_death(api: Client) -> None:
    made = post(api, WINDOWS, NIGHT)
    assert (made.status_code, made.json()["weekdays"], made.json()["start"]) == (201, [6], "01:30:00")
    place = f"{WINDOWS}{made.json()['id']}/"
    longer = patch(api, place, {"end": None, "minutes": 90}).json()
    assert (longer["name"], longer["end"], longer["minutes"]) == ("Night", None, 90)
    assert api.get(WINDOWS).json()["results"] == [longer]
    assert api.delete(place).status_code == 204
    verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["window.add", "window.change", "window.delete"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": []}, "window"), ({"weekdays": [7]}, "weekdays"), ({"start": "25:00"}, "start"),
        ({"minutes": 5}, "window"), ({"end": None}, "window"), ({"ends": "03:00"}, "ends"), ({"name": ""}, "name"),
    ],
)  # fmt: skip
def test_windows_that_could_never_be(change: dict[str, Any], field: str, api: Client) -> None:
    answer = post(api, WINDOWS, NIGHT | change)
    assert (answer.status_code, list(faults_of(answer))) == (400, [field])
    assert not MaintenanceWindow.objects.exists()


def test_two_windows_of_one_name(api: Client) -> None:
    post(api, WINDOWS, NIGHT)
    assert list(faults_of(post(api, WINDOWS, NIGHT))) == ["name"]


class TestOccurrences:
    def test_in_each_zone(self, api: Client) -> None:
        pk = post(api, WINDOWS, NIGHT).json()["id"]
        answer = api.get(f"{WINDOWS}{pk}/occurrences/?zone=Europe/Lisbon&zone=America/Sao_Paulo&count=2").json()
        assert [zone["zone"] for zone in answer["zones"]] == ["Europe/Lisbon", "America/Sao_Paulo"]
        assert [len(zone["spans"]) for zone in answer["zones"]] == [2, 2]
        first = answer["zones"][1]["spans"][0]
        assert ("01:30 America/Sao_Paulo (04:30 UTC)" in first["opens_local"], first["minutes"]) == (True, 120)

    def test_of_one_that_is_not_saved(self, api: Client) -> None:
        body = {"name": "N", "weekdays": list(range(7)), "start": "23:00", "minutes": 90, "zones": ["Europe/Berlin"]}
        answer = post(api, f"{WINDOWS}preview/", body)
        assert (answer.status_code, len(answer.json()["zones"][0]["spans"])) == (200, 3)
        assert not MaintenanceWindow.objects.exists()

    @pytest.mark.parametrize("query", ["zone=Mars", "count=0", "count=x", "zones=UTC"])
    def test_nonsense(self, query: str, api: Client) -> None:
        pk = post(api, WINDOWS, NIGHT).json()["id"]
        assert api.get(f"{WINDOWS}{pk}/occurrences/?{query}").status_code == 400

    def test_of_a_freeze(self, api: Client) -> None:
        pk = post(api, FREEZES, FAIR).json()["id"]
        (zone,) = api.get(f"{FREEZES}{pk}/occurrences/?zone=America/Sao_Paulo").json()["zones"]
        assert zone["spans"][0]["opens"] == "2026-12-01T03:00:00Z"


class TestFreezes:
    def test_from_birth_to_death(self, api: Client) -> None:
        made = post(api, FREEZES, FAIR | {"region": "Europe", "zone": "Europe/Lisbon"})
        assert (made.status_code, made.json()["region"]) == (201, "Europe")
        place = f"{FREEZES}{made.json()['id']}/"
        assert patch(api, place, {"last": "2026-12-20"}).json()["last"] == "2026-12-20"
        assert api.delete(place).status_code == 204
        verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["freeze.add", "freeze.change", "freeze.delete"]

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"last": "2026-11-30"}, "freeze"), ({"zone": "Mars"}, "freeze"), ({"region": "Atlantis"}, "region"),
         ({"first": "soon"}, "first"), ({"regoin": "Europe"}, "regoin")],
    )  # fmt: skip
    def test_nonsense(self, change: dict[str, Any], field: str, api: Client) -> None:
        assert list(faults_of(post(api, FREEZES, FAIR | change))) == [field]
        assert not FreezeSpan.objects.exists()

    @pytest.mark.parametrize(
        ("role", "sets", "lifts"),
        [("Viewer", 403, 403), ("Operator", 201, 403), ("Approver", 201, 403), ("Engineer", 201, 204)],
    )
    def test_whoever_may_stop_sets_it_and_whoever_may_let_go_lifts_it(
        self, role: str, sets: int, lifts: int, client_of: Clients
    ) -> None:
        client = client_of(role, fleet=True)
        assert post(client, FREEZES, FAIR).status_code == sets
        row = FreezeSpan.objects.create(name="Fair", first="2026-12-01", last="2026-12-08")
        assert client.delete(f"{FREEZES}{row.pk}/").status_code == lifts
        assert len(refusals()) == (sets == 403) + (lifts == 403)

    def test_a_region_is_for_those_who_act_there(self, client_of: Clients) -> None:
        client = client_of("Engineer", region="Europe")
        assert post(client, FREEZES, FAIR).status_code == 403
        assert post(client, FREEZES, FAIR | {"region": "Brazil"}).status_code == 403
        mine = post(client, FREEZES, FAIR | {"region": "Europe"})
        assert mine.status_code == 201
        assert patch(client, f"{FREEZES}{mine.json()['id']}/", {"region": ""}).status_code == 403
        assert len(refusals()) == 3
        assert client.get(f"{FREEZES}?count=1").json()["count"] == 1


@pytest.mark.parametrize(("role", "status"), [("Viewer", 403), ("Operator", 403), ("Engineer", 201)])
def test_windows_are_for_whoever_plans(role: str, status: int, client_of: Clients) -> None:
    assert post(client_of(role, fleet=True), WINDOWS, NIGHT).status_code == status

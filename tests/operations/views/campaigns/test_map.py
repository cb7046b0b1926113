"""A campaign on the map: what its feed tells, to whom, and at which price."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from operations.models import CampaignTarget, Operation
from sites.models import Cloud
from tests.operations.conftest import SignIn
from tests.operations.views.campaigns.made import begin, make_campaign, set_site
from tests.sites.world import World


@pytest.fixture
def runs(world: World) -> Operation:
    operation = make_campaign(world, title="Patch & go")
    begin(operation, world)
    set_site(operation, "edge-0", "running")
    set_site(operation, "edge-1", "completed", new_alarms=[{"alarm_id": "800.001", "entity": ""}])
    set_site(operation, "edge-2", "ready", held_by="olga", hold_reason="fibre works")
    set_site(operation, "edge-3", "refused")
    CampaignTarget.objects.filter(target__name="edge-3").update(batch=None)
    return operation


def feed(client: Client, operation: Operation) -> dict[str, Any]:
    answer = client.get(f"/operations/{operation.pk}/campaign/map")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def sites(told: dict[str, Any]) -> dict[str, tuple[str, int | None]]:
    names = dict(Cloud.objects.values_list("pk", "name"))
    return {names[pk]: (word, wave) for pk, word, wave in zip(*told["values"], strict=True)}


def test_each_site_has_its_wave_and_how_it_stands(sign_in: SignIn, runs: Operation) -> None:
    told = feed(sign_in("Viewer"), runs)
    assert told["columns"] == ["id", "standing", "wave"]
    assert sites(told) == {
        "edge-0": ("running", 0), "edge-1": ("alarmed", 0), "edge-2": ("on_hold", 1), "edge-3": ("refused", None)
    }  # fmt: skip
    assert (told["title"], told["address"]) == ("Patch & go", f"/operations/{runs.pk}/")
    assert told["waves"] == [[0, "Canaries"], [1, "Brazil"]]


def test_sites_out_of_scope_are_not_in_it(sign_in: SignIn, runs: Operation) -> None:
    told = feed(sign_in("Viewer", region="Europe"), runs)
    assert sites(told).keys() == {"edge-1", "edge-3"}
    assert told["waves"] == [[0, "Canaries"]]
    path = f"/operations/{runs.pk}/campaign/map"
    assert sign_in("Viewer", region="Nowhere").get(path).status_code == 404


def test_the_map_asks_for_it_only_when_it_is_meant(sign_in: SignIn, runs: Operation) -> None:
    client = sign_in("Viewer")
    text = client.get(f"/?campaign={runs.pk}").content.decode()
    assert f'data-campaign="/operations/{runs.pk}/campaign/map"' in text
    assert f'data-topics="fleet,operation:{runs.pk}"' in text
    assert f'href="/?campaign={runs.pk}"' in client.get(f"/operations/{runs.pk}/").content.decode()
    with override_settings(CAMPAIGNS=False):
        assert "data-campaign" not in client.get(f"/?campaign={runs.pk}").content.decode()
    for query in ("", "?campaign=", "?campaign=x", "?campaign=-1", "?campaign=²"):
        text = client.get(f"/{query}").content.decode()
        assert "data-campaign" not in text
        assert 'data-topics="fleet"' in text


@pytest.mark.parametrize("many", [1, 60])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    operation = make_campaign(world, more=many)
    client = sign_in("Viewer")
    feed(client, operation)
    with CaptureQueriesContext(connection) as captured:
        feed(client, operation)
    assert len(captured) == 6  # session, user, standing; campaign, sites, waves

"""The brake on the pages: seen by everybody, pulled and released by those who may."""

import pytest

from events.models import AuditEntry, Event
from sites.models import Brake
from sites.services.actors import Actor
from sites.services.brake import pull
from tests.operations.asked import make_operation
from tests.operations.conftest import SignIn
from tests.sites.world import World

WHY = "Fibre cut <b>now</b>"
SOMEBODY = Actor("noc-lead", "10.0.0.9")


@pytest.mark.parametrize("page", ["/", "/subclouds/", "/alarms/", "/operations/", "/controllers/", "/tokens/"])
def test_everybody_sees_it_on_every_page(page: str, sign_in: SignIn, world: World) -> None:
    client = sign_in("Viewer", region="Europe")
    assert "is on:" not in client.get(page).content.decode()
    pull("", WHY, SOMEBODY, world.now)
    text = client.get(page).content.decode()
    assert "The brake of the whole fleet is on:" in text
    assert "Fibre cut &lt;b&gt;now&lt;/b&gt;" in text
    assert "noc-lead" in text
    assert text.count('data-refetch-kinds="brake.changed"') == 2


def test_the_control_is_for_those_who_may(sign_in: SignIn) -> None:
    assert "Brake: stop every change" in sign_in("Operator").get("/operations/").content.decode()
    assert "Brake: stop every change" not in sign_in("Viewer").get("/operations/").content.decode()


def test_pulled_with_a_reason(sign_in: SignIn) -> None:
    client = sign_in("Operator")
    assert client.get("/operations/brake/").status_code == 200
    refused = client.post("/operations/brake/pull", {"region": "*", "reason": " "})
    assert refused.status_code == 400
    assert not Brake.objects.filter(on=True).exists()
    answer = client.post("/operations/brake/pull", {"region": "*", "reason": WHY}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert Brake.objects.get(on=True).reason == WHY
    assert Event.objects.filter(kind="brake.changed").count() == 1
    assert "the whole fleet</option>" not in client.get("/operations/brake/").content.decode()  # it is stopped already


def test_a_region_by_those_who_see_all_of_it(sign_in: SignIn) -> None:
    client = sign_in("Operator", region="Europe")
    asked = client.get("/operations/brake/").content.decode()
    assert "Europe</option>" in asked
    assert "Brazil" not in asked
    assert "whole fleet</option>" not in asked
    client.post("/operations/brake/pull", {"region": "Europe", "reason": WHY})
    assert Brake.objects.get(on=True).region == "Europe"
    for region in ("*", "Brazil"):
        assert client.post("/operations/brake/pull", {"region": region, "reason": WHY}).status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").count() == 2


def test_a_viewer_may_not_pull_it(sign_in: SignIn) -> None:
    client = sign_in("Viewer")
    assert "Your role may look, but not pull it." in client.get("/operations/brake/").content.decode()
    assert client.post("/operations/brake/pull", {"region": "*", "reason": WHY}).status_code == 403
    assert not Brake.objects.filter(on=True).exists()


def test_released_after_a_question(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["waiting", "completed"])
    pull("", WHY, SOMEBODY, world.now)
    client = sign_in("Engineer")
    assert "under way: 1 subcloud" in client.get("/operations/brake/release?region=").content.decode()
    client.post("/operations/brake/release?region=")
    assert not Brake.objects.filter(on=True).exists()


def test_an_operator_pulls_but_does_not_release(sign_in: SignIn, world: World) -> None:
    pull("", WHY, SOMEBODY, world.now)
    client = sign_in("Operator")
    assert "Release</a>" not in client.get("/operations/brake/").content.decode()
    assert client.post("/operations/brake/release?region=").status_code == 403
    assert Brake.objects.filter(on=True).exists()


def test_a_region_that_does_not_exist(sign_in: SignIn) -> None:
    client = sign_in("Engineer")
    assert client.post("/operations/brake/pull", {"region": "Atlantis", "reason": WHY}).status_code == 400
    assert client.post("/operations/brake/release?region=Atlantis").status_code == 400


def test_only_a_page_of_ours_is_gone_back_to(sign_in: SignIn) -> None:
    client = sign_in("Operator")
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/alarms/?severity=major"}
    answer = client.post("/operations/brake/pull", {"region": "Europe", "reason": WHY}, headers=here)
    assert answer["HX-Redirect"] == "/alarms/?severity=major"
    elsewhere = {"HX-Request": "true", "HX-Current-URL": "http://testserver.example.org/alarms/"}
    answer = client.post("/operations/brake/pull", {"region": "Brazil", "reason": WHY}, headers=elsewhere)
    assert answer["HX-Redirect"] == "/operations/"

"""Asking for an operation from the page of a subcloud, or from the list: what is offered, refused, and made once."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import AuditEntry
from operations.kinds import ON_SUBCLOUDS
from operations.models import Operation, RunSecret, Target
from operations.views.cloudacts import GROUPS
from sites.models import Cloud, Controller, FacetState, SubcloudGroup
from tests.operations.asked import make_operation
from tests.operations.conftest import SignIn
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"
SECRET = "Li69nux*secret"


@pytest.fixture(autouse=True)
def writable(world: World) -> None:
    Controller.objects.update(write_username="portal-operator")


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


class TestActions:
    """The menu of a subcloud."""

    def test_every_kind_is_there(self) -> None:
        assert {kind for kinds in GROUPS.values() for kind in kinds} == set(ON_SUBCLOUDS)

    def test_legal_verbs_are_links_the_others_have_reasons(self, sign_in: SignIn, world: World) -> None:
        pk = world.clouds[0].pk
        text = sign_in("Engineer").get(f"/operations/of/{pk}/actions").content.decode()
        assert f'href="/operations/ask/unmanage?cloud={pk}"' in text
        assert f'href="/operations/ask/manage?cloud={pk}"' not in text
        assert "It is managed: nothing is left to do." in text
        assert 'data-facet="subcloud"' in text  # the age of what it is judged by

    @pytest.mark.parametrize("status", ["secondary", "rehome-pending", "pre-rehome", "something-new"])
    def test_what_another_controller_runs_is_not_touched(self, status: str, sign_in: SignIn, world: World) -> None:
        Cloud.objects.update(deploy_status=status, management_state="unmanaged")
        text = sign_in("Engineer").get(f"/operations/of/{world.clouds[0].pk}/actions").content.decode()
        assert "/operations/ask/redeploy?" not in text
        assert status in text

    def test_a_role_sees_what_it_lacks(self, sign_in: SignIn, world: World) -> None:
        text = sign_in("Viewer").get(f"/operations/of/{world.clouds[0].pk}/actions").content.decode()
        assert "/operations/ask/" not in text
        assert "Your role may not: it needs operations.run_manage." in text

    def test_what_works_on_it_stands_in_the_way(self, sign_in: SignIn, world: World) -> None:
        operation = make_operation(world, ["running"])
        text = sign_in("Engineer").get(f"/operations/of/{world.clouds[0].pk}/actions").content.decode()
        assert f"Operation {operation.pk} works on it" in text
        assert "/operations/ask/" not in text

    def test_out_of_scope_is_not_there(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Engineer", region="Europe")
        assert client.get(f"/operations/of/{world.clouds[0].pk}/actions").status_code == 404
        assert client.get(f"/operations/of/{world.clouds[0].pk}/panel").status_code == 404


class TestPanel:
    def test_what_runs_now_and_what_ran_last(self, sign_in: SignIn, world: World) -> None:
        make_operation(world, ["failed"], title="Old one")
        operation = make_operation(world, ["running"], title="New one")
        text = sign_in("Viewer").get(f"/subclouds/{world.clouds[0].pk}/").content.decode()
        panel = text[text.index('id="operations-panel"') :]
        assert "Operation under way" in panel
        assert panel.index("New one") < panel.index("Old one")
        assert f"/operations/{operation.pk}/targets/" in panel

    def test_text_is_escaped(self, sign_in: SignIn, world: World) -> None:
        make_operation(world, ["failed"], title=EVIL, requester_name=EVIL)
        Target.objects.update(error=EVIL, message=EVIL)
        assert EVIL not in sign_in("Viewer").get(f"/operations/of/{world.clouds[0].pk}/panel").content.decode()


class TestOne:
    """A question about one subcloud."""

    def test_it_names_the_site_and_the_age_of_what_it_is_judged_by(self, sign_in: SignIn, world: World) -> None:
        Cloud.objects.update(system_mode="simplex")
        text = sign_in("Operator").get(f"/operations/ask/unmanage?cloud={world.clouds[0].pk}").content.decode()
        for word in ("edge-0", "AIO-SX", "Brazil", "central-1", "data-age", "alarm counts are unknown until"):
            assert word in text

    def test_stale_knowledge_is_called_so(self, sign_in: SignIn, world: World) -> None:
        FacetState.objects.update(observed_at=world.now - timedelta(hours=3))
        text = sign_in("Operator").get(f"/operations/ask/unmanage?cloud={world.clouds[0].pk}").content.decode()
        assert 'data-state="stale"' in text

    def test_an_illegal_verb_has_no_button(self, sign_in: SignIn, world: World) -> None:
        text = sign_in("Operator").get(f"/operations/ask/manage?cloud={world.clouds[0].pk}").content.decode()
        assert "nothing is left to do" in text
        assert "<button" not in text.split("<footer>")[1].split("</footer>")[0]

    def test_force_may_make_it_legal(self, sign_in: SignIn, world: World) -> None:
        pk = world.clouds[0].pk
        Cloud.objects.filter(pk=pk).update(management_state="unmanaged", availability_status="offline")
        client = sign_in("Operator")
        assert "It is offline: it must be online" in client.get(f"/operations/ask/manage?cloud={pk}").content.decode()
        client.post("/operations/ask/manage", {"cloud": pk, "force": "on"})
        assert (Operation.objects.get().state, Target.objects.get().facts) == ("processing", {"force": True})

    def test_asked_and_begun(self, sign_in: SignIn, world: World) -> None:
        pk = world.clouds[0].pk
        client = sign_in("Operator")
        form = {"cloud": pk, "reason": "CHG-7", "sysadmin_password": SECRET, "local_only": "on"}
        answer = client.post("/operations/ask/backup", form, headers={"HX-Request": "true"})
        operation, target = Operation.objects.get(), Target.objects.get()
        assert answer["HX-Redirect"] == f"/operations/{operation.pk}/targets/{target.pk}/"
        assert (operation.reason, operation.state, operation.options) == ("CHG-7", "processing", {"local_only": True})
        assert target.state == "waiting"

    def test_secrets_are_not_given_back(self, sign_in: SignIn, world: World) -> None:
        form = {"cloud": world.clouds[0].pk, "sysadmin_password": SECRET, "registry_images": "on"}
        answer = sign_in("Operator").post("/operations/ask/backup", form)
        text = answer.content.decode()
        assert answer.status_code == 400
        assert "set local_only too" in text
        assert SECRET not in text
        assert "checked" in text  # but what is no secret is kept
        assert not RunSecret.objects.exists()

    @pytest.mark.parametrize(("typed", "made"), [("edge-1", 0), ("", 0), ("edge-0", 1)])
    def test_an_outage_is_typed(self, typed: str, made: int, sign_in: SignIn, world: World) -> None:
        pk = world.clouds[0].pk
        Cloud.objects.filter(pk=pk).update(
            management_state="unmanaged", availability_status="offline", system_mode="simplex"
        )
        client = sign_in("Engineer")
        text = client.get(f"/operations/ask/redeploy?cloud={pk}").content.decode()
        assert "one server (AIO-SX)" in text
        assert "all that runs there and is stored there is lost" in text
        form = {"cloud": pk, "sysadmin_password": SECRET, "typed": typed}
        client.post("/operations/ask/redeploy", form)
        assert Operation.objects.count() == made

    def test_moving_offers_the_groups_of_its_controller(self, sign_in: SignIn, world: World) -> None:
        other = SubcloudGroup.objects.create(
            controller=world.controllers[0], dcmanager_id=7, name=EVIL, observed_at=world.now
        )
        client = sign_in("Engineer")
        text = client.get(f"/operations/ask/move_group?cloud={world.clouds[0].pk}").content.decode()
        assert f'value="{other.pk}"' in text
        assert f'value="{world.groups[1].pk}"' not in text
        assert EVIL not in text
        client.post("/operations/ask/move_group", {"cloud": world.clouds[0].pk, "group": other.pk})
        assert Target.objects.get().facts["group_id"] == 7

    def test_editing_begins_with_what_is_known(self, sign_in: SignIn, world: World) -> None:
        Cloud.objects.update(location="Recife Norte", description=EVIL)
        text = sign_in("Engineer").get(f"/operations/ask/edit?cloud={world.clouds[0].pk}").content.decode()
        assert 'value="Recife Norte"' in text
        assert EVIL not in text

    @pytest.mark.parametrize("kind", ON_SUBCLOUDS)
    def test_every_kind_can_be_asked_about(self, kind: str, sign_in: SignIn, world: World) -> None:
        answer = sign_in("Engineer").get(f"/operations/ask/{kind}?cloud={world.clouds[0].pk}")
        assert answer.status_code == 200
        assert "edge-0" in answer.content.decode()


class TestRefusals:
    @pytest.mark.parametrize("kind", ["redeploy", "backup", "manage", "decommission"])
    def test_a_viewer(self, kind: str, sign_in: SignIn, world: World) -> None:
        client = sign_in("Viewer")
        form = {"cloud": world.clouds[0].pk, "sysadmin_password": SECRET, "typed": "edge-0"}
        assert client.post(f"/operations/ask/{kind}", form).status_code == 403
        assert not Operation.objects.exists()
        assert AuditEntry.objects.filter(outcome="refused").count() == 1

    def test_out_of_scope(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Operator", region="Europe")
        form = {"cloud": [world.clouds[0].pk, world.clouds[1].pk]}
        assert client.post("/operations/ask/unmanage", form).status_code == 403
        assert not Operation.objects.exists()

    @pytest.mark.parametrize(
        ("query", "status"),
        [("", 400), ("cloud=x", 400), ("cloud=99999999999999999999", 400), ("all=1", 400), ("all=1&filter=sort=x", 400),
         ("all=1&filter=controller=x", 400), ("all=1&filter=region=Nowhere", 400)],
    )  # fmt: skip
    def test_nothing_to_act_on(self, query: str, status: int, sign_in: SignIn) -> None:
        assert sign_in("Operator").get(f"/operations/ask/unmanage?{query}").status_code == status

    def test_a_kind_that_is_none(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Engineer")
        for kind in ("deploy", "campaign", "destroy"):
            assert client.get(f"/operations/ask/{kind}?cloud={world.clouds[0].pk}").status_code == 404


class TestSeveral:
    """From the list: some that were chosen, or all that match."""

    def test_the_list_offers_it_to_those_who_may(self, sign_in: SignIn) -> None:
        assert 'form="bulk"' in sign_in("Operator").get("/subclouds/").content.decode()
        assert 'form="bulk"' not in sign_in("Viewer").get("/subclouds/").content.decode()

    def test_only_filtered_lists_offer_all_of_it(self, sign_in: SignIn) -> None:
        client = sign_in("Operator")
        assert "data-all" not in client.get("/subclouds/").content.decode()
        text = client.get("/subclouds/?region=Brazil&sort=-name&limit=1").content.decode()
        assert "all <b>2</b> that match" in text

    def test_a_verdict_for_each_before_anything_is_made(self, sign_in: SignIn, world: World) -> None:
        Cloud.objects.filter(pk=world.clouds[1].pk).update(management_state="unmanaged")
        query = "&".join(f"cloud={cloud.pk}" for cloud in world.clouds)
        text = sign_in("Operator").get(f"/operations/ask/unmanage?{query}").content.decode()
        assert "4 subclouds: 3 may be acted on now, 1 may not." in text
        assert "It is unmanaged: nothing is left to do." in text

    def test_planned_and_started_later(self, sign_in: SignIn, world: World) -> None:
        form = {"cloud": [cloud.pk for cloud in world.clouds], "max_at_once": "2", "start": "later"}
        answer = sign_in("Operator").post("/operations/ask/unmanage", form)
        operation = Operation.objects.get()
        assert answer["Location"] == f"/operations/{operation.pk}/"
        assert (operation.state, operation.max_at_once, operation.targets.count()) == ("planned", 2, 4)

    def test_all_that_match(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Operator")
        asked = client.get("/operations/ask/unmanage?all=1&filter=?region=Brazil%26sort=-name").content.decode()
        assert "2 subclouds: 2 may be acted on now" in asked
        client.post("/operations/ask/unmanage", hidden(asked) | {"max_at_once": "10", "start": "now"})
        assert set(Target.objects.values_list("name", flat=True)) == {"edge-0", "edge-2"}

    def test_a_filter_that_matches_others_by_now_is_asked_again(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Operator")
        asked = client.get("/operations/ask/unmanage?all=1&filter=region=Brazil").content.decode()
        Cloud.objects.filter(pk=world.clouds[1].pk).update(region="Brazil")
        Cloud.objects.filter(pk=world.clouds[0].pk).update(region="Europe")  # as many, but others
        answer = client.post("/operations/ask/unmanage", hidden(asked) | {"max_at_once": "10", "start": "now"})
        assert answer.status_code == 400
        assert "matches other subclouds than a moment ago" in answer.content.decode()
        assert not Operation.objects.exists()
        again = hidden(answer.content.decode()) | {"max_at_once": "10", "start": "now"}
        client.post("/operations/ask/unmanage", again)
        assert set(Target.objects.values_list("name", flat=True)) == {"edge-1", "edge-2"}

    def test_scope_holds_for_filters_too(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Operator", region="Europe")
        asked = client.get("/operations/ask/unmanage?all=1&filter=management=managed").content.decode()
        assert "2 subclouds" in asked

    def test_an_outage_of_several_is_typed_as_their_number(self, sign_in: SignIn, world: World) -> None:
        Cloud.objects.update(management_state="unmanaged", availability_status="offline")
        form = {"cloud": [cloud.pk for cloud in world.clouds[:3]], "sysadmin_password": SECRET, "max_at_once": "1",
                "start": "now"}  # fmt: skip
        client = sign_in("Engineer")
        assert "Type exactly 3" in client.post("/operations/ask/redeploy", form | {"typed": "4"}).content.decode()
        client.post("/operations/ask/redeploy", form | {"typed": "3"})
        assert Operation.objects.get().targets.count() == 3

    @pytest.mark.parametrize("number", [1, 4])
    def test_queries_do_not_grow(self, number: int, sign_in: SignIn, world: World) -> None:
        query = "&".join(f"cloud={cloud.pk}" for cloud in world.clouds[:number])
        client = sign_in("Operator")
        client.get(f"/operations/ask/unmanage?{query}", headers={"HX-Request": "true"})
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/operations/ask/unmanage?{query}", headers={"HX-Request": "true"})
        # session, user; two for the permission; standing, clouds, two for busy, ages
        assert len(captured) == 9


def test_a_form_sent_twice_makes_one_operation(sign_in: SignIn, world: World) -> None:
    client = sign_in("Operator")
    form = {"cloud": world.clouds[0].pk, "once": uuid.uuid4().hex}
    first = client.post("/operations/ask/unmanage", form)
    second = client.post("/operations/ask/unmanage", form)
    assert first["Location"] == second["Location"]
    assert Operation.objects.count() == 1


def test_a_form_that_asks_for_something_else_is_another_one(sign_in: SignIn, world: World) -> None:
    """The key of a form that came back from the browser's history stands for what was asked with it."""
    client = sign_in("Operator")
    form = {"cloud": world.clouds[0].pk, "once": uuid.uuid4().hex, "sysadmin_password": SECRET}
    client.post("/operations/ask/unmanage", form)
    answer = client.post("/operations/ask/unmanage", form | {"cloud": world.clouds[1].pk})
    assert Operation.objects.count() == 2
    assert str(Target.objects.get(cloud=world.clouds[1]).operation_id) in answer["Location"]


def test_a_form_that_was_refused_may_be_sent_again(sign_in: SignIn, world: World) -> None:
    client = sign_in("Operator")
    form = {"cloud": world.clouds[0].pk, "once": uuid.uuid4().hex, "sysadmin_password": SECRET}
    assert client.post("/operations/ask/backup", form | {"registry_images": "on"}).status_code == 400
    assert client.post("/operations/ask/backup", form).status_code == 302

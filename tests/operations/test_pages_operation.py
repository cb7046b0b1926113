"""The page of one operation, and what may be done there by whom."""

import csv
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import AuditEntry
from operations.models import Operation, RunSecret, Target
from tests.operations.asked import make_operation, make_target
from tests.operations.conftest import SignIn
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"
TROUBLE = ["completed", "waiting", "running", "failed"]


def body(text: str) -> str:
    return text.split("<tbody data-rows>", 1)[1].split("</tbody>", 1)[0]


def test_what_is_in_trouble_stands_on_top(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, TROUBLE)
    text = body(sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode())
    places = [text.index(f">{cloud.name}<") for cloud in (world.clouds[3], world.clouds[2], world.clouds[1])]
    assert places == sorted(places)
    assert text.index(f">{world.clouds[0].name}<") > places[-1]


def test_a_phase_stands_beside_what_is_usual_for_it(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["running"])
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()
    assert "data-elapsed" in text
    assert "estimated" in text  # nobody has seen five installations end


def test_refused_rows_are_named_with_their_reasons(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["ready"])
    reasons = [{"field": "name", "message": "It is taken."}, {"field": "", "message": EVIL}]
    make_target(operation, world, 6, "refused", name="store-7", problems=reasons)
    text = sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()
    refused = text[text.index("refusals") : text.index("target-rows")]
    assert all(word in refused for word in (">7<", "store-7", "It is taken."))
    assert EVIL not in text


def test_out_of_scope_is_not_there(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["completed"])
    client = sign_in("Viewer", region="Europe")
    for path in ("", "head", "targets.csv", "targets.json"):
        assert client.get(f"/operations/{operation.pk}/{path}").status_code == 404


def test_only_targets_in_scope_are_shown_and_counted(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed", "failed"])
    text = sign_in("Operator", region="Europe").get(f"/operations/{operation.pk}/").content.decode()
    assert world.clouds[1].name in text
    assert world.clouds[0].name not in text
    assert "that you may see" in text
    assert "not in your scope: it is not yours to change" in text


@pytest.mark.parametrize(
    ("state", "targets", "offered"),
    [("planned", ["ready"], {"Start", "Cancel"}), ("processing", ["waiting"], {"Hold", "Cancel the rest"}),
     ("processing", ["failed"], {"Hold", "Try 1 again", "Cancel the rest"}),
     ("failed_temp", ["failed"], {"Try 1 again"}), ("completed", ["completed"], set())],
)  # fmt: skip
def test_what_is_offered_fits_the_state(
    state: str, targets: list[str], offered: set[str], sign_in: SignIn, world: World
) -> None:
    began = None if state == "planned" else world.now
    operation = make_operation(world, targets, state=state, started_at=began)
    text = sign_in("Operator").get(f"/operations/{operation.pk}/head").content.decode()
    every = {"Start", "Cancel", "Cancel the rest", "Hold", "Go on", "Try 1 again"}
    assert {word for word in every if f">{word}</" in text} == offered


def test_a_viewer_sees_why_nothing_can_be_pressed(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["ready"], state="planned", started_at=None)
    client = sign_in("Viewer")
    text = client.get(f"/operations/{operation.pk}/head").content.decode()
    assert "disabled" in text
    assert "needs operations.run_backup" in text
    for action in ("start", "cancel", "hold", "release", "retry"):
        assert client.post(f"/operations/{operation.pk}/{action}").status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").count() == 5
    assert Operation.objects.get().state == "planned"


def test_start_after_a_question(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["ready", "refused"], state="planned", started_at=None, kind="unmanage")
    client = sign_in("Operator")
    asked = client.get(f"/operations/{operation.pk}/start", headers={"HX-Request": "true"}).content.decode()
    assert "1 subcloud" in asked
    assert operation.plan_hash[:16] in asked
    assert Operation.objects.get().state == "planned"
    answer = client.post(f"/operations/{operation.pk}/start", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/operations/{operation.pk}/")
    assert Operation.objects.get().state == "processing"
    assert Target.objects.get(number=1).state == "waiting"


def test_a_risky_plan_is_started_by_typing_its_number(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["ready", "ready"], state="planned", started_at=None, kind="decommission")
    client = sign_in("Engineer")
    refused = client.post(f"/operations/{operation.pk}/start", {"typed": "3"})
    assert refused.status_code == 400
    assert "Type exactly 2" in refused.content.decode()
    assert Operation.objects.get().state == "planned"
    assert client.post(f"/operations/{operation.pk}/start", {"typed": "2"}).status_code == 302
    assert Operation.objects.get().state == "processing"


def test_a_plan_that_lay_too_long_is_asked_for_its_secrets(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["ready"], state="planned", started_at=None)
    client = sign_in("Operator")
    assert "were erased and are needed again" in client.get(f"/operations/{operation.pk}/start").content.decode()
    assert client.post(f"/operations/{operation.pk}/start").status_code == 400
    client.post(f"/operations/{operation.pk}/start", {"sysadmin_password": "Li69nux*secret"})
    assert Operation.objects.get().state == "processing"


def test_hold_and_go_on_without_a_question(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["waiting"])
    client = sign_in("Operator")
    client.post(f"/operations/{operation.pk}/hold")
    assert Operation.objects.get().held
    assert "StarlingX cannot pause it" in client.get(f"/operations/{operation.pk}/head").content.decode()
    client.post(f"/operations/{operation.pk}/release")
    assert not Operation.objects.get().held


def test_trying_again_asks_for_the_secrets_again(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed", "completed"], state="failed_temp")
    client = sign_in("Operator")
    asked = client.get(f"/operations/{operation.pk}/retry").content.decode()
    assert 'type="password"' in asked
    assert 'autocomplete="off"' in asked
    without = client.post(f"/operations/{operation.pk}/retry", {"sysadmin_password": ""})
    assert without.status_code == 400
    answer = client.post(f"/operations/{operation.pk}/retry", {"sysadmin_password": "Li69nux*secret"})
    assert answer.status_code == 302
    assert [target.state for target in Target.objects.order_by("number")] == ["waiting", "completed"]
    assert b"secret" not in bytes(RunSecret.objects.get().sealed)


def test_a_refused_form_does_not_give_the_secret_back(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed"], state="failed_temp", kind="redeploy")
    form = {"sysadmin_password": "Li69nux*secret", "typed": "no"}
    answer = sign_in("Engineer").post(f"/operations/{operation.pk}/retry", form)
    assert answer.status_code == 400
    assert "Li69nux" not in answer.content.decode()


def test_what_waits_for_a_decision_is_not_tried_again_with_the_others(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed", "held"])
    client = sign_in("Operator")
    client.post(f"/operations/{operation.pk}/retry", {"sysadmin_password": "Li69nux*secret"})
    assert [target.state for target in Target.objects.order_by("number")] == ["waiting", "held"]


def test_cancelling_leaves_what_runs(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["running", "waiting"])
    client = sign_in("Operator")
    assert "1 subcloud at work" in client.get(f"/operations/{operation.pk}/cancel").content.decode()
    told = client.post(f"/operations/{operation.pk}/cancel", follow=True).content.decode()
    assert "1 subcloud not begun: will not. 1 subcloud at work: what is under way goes on" in told
    assert [target.state for target in Target.objects.order_by("number")] == ["running", "cancelled"]


def test_what_is_over_cannot_be_cancelled(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["completed"], state="completed")
    answer = sign_in("Operator").post(f"/operations/{operation.pk}/cancel")
    assert answer.status_code == 400
    assert "It is over" in answer.content.decode()


def test_an_action_that_does_not_exist(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["completed"])
    assert sign_in("Operator").post(f"/operations/{operation.pk}/destroy").status_code == 404


def test_the_rows_to_take_away(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed", "completed"])
    problems = [{"field": "name", "message": "=bad"}]
    make_target(operation, world, 5, "refused", name="=cmd()", problems=problems)
    client = sign_in("Viewer")
    stream = client.get(f"/operations/{operation.pk}/targets.csv").streaming_content  # type: ignore[attr-defined]
    rows = list(csv.DictReader(b"".join(stream).decode().splitlines()))
    assert [row["state"] for row in rows] == ["failed", "completed", "refused"]
    assert (rows[2]["name"], rows[2]["problems"]) == ("'=cmd()", "name: =bad")
    stream = client.get(f"/operations/{operation.pk}/targets.json?state=refused").streaming_content  # type: ignore[attr-defined]
    assert [row["problems"] for row in json.loads(b"".join(stream))] == [problems]
    assert client.get(f"/operations/{operation.pk}/targets.csv?state=x").status_code == 400


@pytest.mark.parametrize("query", ["sort=x", "state=x", "cursor=x"])
def test_a_filter_that_cannot_be_followed_leaves_the_page_standing(query: str, sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["failed"])
    answer = sign_in("Viewer").get(f"/operations/{operation.pk}/?{query}")
    assert answer.status_code == 400
    assert operation.title in answer.content.decode()


def test_text_from_upstream_is_escaped(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, [], title=EVIL, reason=EVIL, options={EVIL: EVIL}, source=EVIL)
    evil = {"name": EVIL, "region": EVIL, "deploy_status": EVIL, "message": EVIL}
    make_target(operation, world, 0, "running", steps=[EVIL], **evil)
    make_target(operation, world, 1, "failed", error=EVIL, cause=EVIL, **evil)
    assert EVIL not in sign_in("Viewer").get(f"/operations/{operation.pk}/").content.decode()


@pytest.mark.parametrize("many", [1, 60])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["running", "failed", "refused"])
    for at in range(many):
        make_target(operation, world, 10 + at, "waiting")
    client = sign_in("Viewer")
    client.get(f"/operations/{operation.pk}/")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/operations/{operation.pk}/")
    # session, user, standing; operation, rows with their phases, refused rows; alarm counts of the top bar
    assert len(captured) == 7

"""The flight recorder: what it tells of a target, and what may be done to it by whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import AuditEntry
from operations.models import Attempt, Intent, PhaseSpan, Target, VimStrategySeen
from tests.operations.asked import make_operation, make_target
from tests.operations.conftest import SignIn
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"
DEPLOY = {"steps": ["add", "online", "manage"], "deploy_status": "installing", "dcmanager_id": 7}


@pytest.fixture
def target(world: World) -> Target:
    """A site whose server is being installed."""
    operation = make_operation(world, [], kind="deploy", title="Deploy: 1 site")
    make_target(operation, world, 0, "running", **DEPLOY)
    return Target.objects.get()


def path(target: Target, rest: str = "") -> str:
    return f"/operations/{target.operation_id}/targets/{target.pk}/{rest}"


def stop(target: Target, state: str, status: str, error: str = "", cause: str = "") -> None:
    Target.objects.filter(pk=target.pk).update(state=state, deploy_status=status, error=error, cause=cause)
    Attempt.objects.update(outcome=state, error=error)


def test_a_phase_under_way_with_its_age_and_what_is_usual(sign_in: SignIn, target: Target) -> None:
    text = sign_in("Viewer").get(path(target)).content.decode()
    assert "data-elapsed" in text
    assert "about 35 min 0 s, estimated" in text
    assert "Between two looks nothing is guessed" in text
    assert "data-stale-after" in text


def test_usual_says_how_many_were_seen(sign_in: SignIn, target: Target, world: World) -> None:
    attempt = Attempt.objects.get()
    for minutes in range(20, 27):
        began = world.now.replace(minute=0)
        ended = began.replace(minute=minutes)
        PhaseSpan.objects.create(
            attempt=attempt, phase="bootstrapping", profile="AIO-SX", began_at=began, ended_at=ended, completed=True
        )
    assert "usual 23 min 0 s, 9 of 10 in 25 min 24 s (7 seen)" in sign_in("Viewer").get(path(target)).content.decode()


def test_stuck_is_said_in_words(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(stuck=True)
    text = sign_in("Viewer").get(path(target)).content.decode()
    assert "Install takes unusually long." in text
    assert "StarlingX tells no more than the phase" in text


def test_an_error_has_a_cause_and_what_to_do(sign_in: SignIn, target: Target) -> None:
    error = "FAILED bootstrapping playbook of (edge-0).\nTASK [common/x : Pull]\nerr_code = images_download_failure"
    stop(target, "failed", "bootstrap-failed", error)
    text = sign_in("Engineer").get(path(target)).content.decode()
    assert "Container images could not be downloaded." in text
    assert "common/x : Pull" in text
    actions = text[text.index('class="actions"') : text.index("notice")]
    assert "Resume" in actions
    assert "Bootstrap again" in actions
    assert "Configure again" not in actions  # not legal: it stands below, with the reason
    assert "configure needs one of" in text


@pytest.mark.parametrize(
    "cause", ["refused", "not-legal", "read-only", "aborted", "interrupted", "given-up", "not-sent", "other"]
)
def test_every_cause_of_ours_is_explained(cause: str, sign_in: SignIn, target: Target) -> None:
    stop(target, "failed", "complete", "What was said.", cause)
    assert "What was said." in sign_in("Viewer").get(path(target)).content.decode()


def test_every_request_with_what_became_of_it(sign_in: SignIn, target: Target) -> None:
    Intent.objects.update(outcome="unknown", detail="no answer within 25 s")
    text = sign_in("Viewer").get(path(target)).content.decode()
    assert "no answer: outcome unknown" in text
    assert "no answer within 25 s" in text


@pytest.mark.parametrize(("status", "word"), [(422, "refused"), (None, "not sent")])
def test_a_request_that_was_never_sent_is_not_called_refused(
    status: int | None, word: str, sign_in: SignIn, target: Target
) -> None:
    Intent.objects.update(outcome="refused", status=status, detail="a value that cannot be sent")
    text = sign_in("Viewer").get(path(target)).content.decode()
    sent = text[text.index("Requests sent") :]
    assert [each for each in ("refused", "not sent") if each in sent] == [word]


def test_attempts_stand_side_by_side(sign_in: SignIn, target: Target, world: World) -> None:
    Attempt.objects.create(target=target, number=2, verb="resume", requester_name="anna", began_at=world.now)
    Target.objects.update(attempt=2)
    text = sign_in("Viewer").get(path(target)).content.decode()
    assert "Attempts side by side" in text
    assert "2 · resume" in text


def test_steps_of_the_site_s_own_orchestration_as_they_are_told(sign_in: SignIn, target: Target, world: World) -> None:
    steps = [{"name": "lock-hosts", "entity_names": ["controller-0"], "result": "success", "reason": ""}]
    VimStrategySeen.objects.create(
        cloud=world.clouds[0], uuid="u", name="sw-upgrade", state="applying", phase="apply", percent=40,
        stages=[{"phase": "apply", "name": "sw-upgrade-worker-hosts", "steps": steps}],
    )  # fmt: skip
    text = sign_in("Viewer").get(path(target)).content.decode()
    assert "lock-hosts" in text
    assert "40 % of it, as the VIM tells" in text


def test_masked_parameters_only(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(facts={"install_values": {"bmc_password": "•••"}})
    assert "•••" in sign_in("Viewer").get(path(target)).content.decode()


def test_out_of_scope_is_not_there(sign_in: SignIn, target: Target) -> None:
    client = sign_in("Engineer", region="Europe")
    for rest in ("", "look", "abort"):
        assert client.get(path(target, rest)).status_code == 404


def test_another_operation_s_address_is_not_its_own(sign_in: SignIn, target: Target) -> None:
    assert sign_in("Viewer").get(f"/operations/{target.operation_id + 1}/targets/{target.pk}/").status_code == 404


def test_abort(sign_in: SignIn, target: Target) -> None:
    client = sign_in("Engineer")
    assert "powers the server off" in client.get(path(target, "abort")).content.decode()
    assert client.post(path(target, "abort")).status_code == 302
    assert Target.objects.get().abort_requested
    assert "Abort was asked for" in client.get(path(target)).content.decode()


def test_what_cannot_be_aborted_says_why(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(deploy_status="creating")
    client = sign_in("Engineer")
    assert "creating cannot be aborted" in client.get(path(target)).content.decode()
    answer = client.post(path(target, "abort"))
    assert answer.status_code == 400
    assert "creating cannot be aborted" in answer.content.decode()


@pytest.mark.parametrize("verb", ["abort", "give_up", "retry", "resume", "install"])
def test_an_operator_may_look_but_not_touch(verb: str, sign_in: SignIn, target: Target) -> None:
    client = sign_in("Operator")
    assert "it needs operations.run_deploy" in client.get(path(target)).content.decode()
    assert client.post(path(target, verb), {"sysadmin_password": "x"}).status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").count() == 1


def test_resuming_asks_for_the_password_again(sign_in: SignIn, target: Target) -> None:
    stop(target, "failed", "bootstrap-failed", "it failed")
    client = sign_in("Engineer")
    assert 'type="password"' in client.get(path(target, "resume")).content.decode()
    assert client.post(path(target, "resume")).status_code == 400
    client.post(path(target, "resume"), {"sysadmin_password": "Li69nux*secret"})
    after = Target.objects.get()
    assert (after.state, after.steps[0]) == ("waiting", "resume")


def test_installing_again_is_typed(sign_in: SignIn, target: Target) -> None:
    stop(target, "failed", "install-failed", "it failed")
    client = sign_in("Engineer")
    assert "whatever is on its disks is lost" in client.get(path(target, "install")).content.decode()
    form = {"sysadmin_password": "Li69nux*secret", "typed": "edge-1"}
    assert "Type exactly edge-0" in client.post(path(target, "install"), form).content.decode()
    assert client.post(path(target, "install"), form | {"typed": "edge-0"}).status_code == 302


def test_an_illegal_verb_is_refused_before_anything_is_sent(sign_in: SignIn, target: Target) -> None:
    stop(target, "failed", "bootstrap-failed", "it failed")
    answer = sign_in("Engineer").post(path(target, "complete"), {"sysadmin_password": "Li69nux*secret"})
    assert answer.status_code == 400
    assert "complete needs one of" in answer.content.decode()
    assert Target.objects.get().state == "failed"


def test_a_held_target_waits_for_a_decision(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(state="held", message="It was made by somebody else.")
    client = sign_in("Engineer")
    text = client.get(path(target)).content.decode()
    assert "A person must decide." in text
    assert "It was made by somebody else." in text
    client.post(path(target, "give_up"))
    assert (Target.objects.get().state, Target.objects.get().cause) == ("failed", "given-up")


def test_text_from_upstream_is_escaped(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(
        name=EVIL, region=EVIL, deploy_status=EVIL, message=EVIL, error=EVIL, cause=EVIL, steps=[EVIL], profile=EVIL,
        state="failed", facts={EVIL: EVIL}, warnings=[{"field": EVIL, "message": EVIL}],
        problems=[{"field": EVIL, "message": EVIL}],
    )  # fmt: skip
    Attempt.objects.update(verb=EVIL[:24], requester_name=EVIL, error=EVIL)
    PhaseSpan.objects.update(phase=EVIL)
    Intent.objects.update(verb=EVIL[:24], detail=EVIL)
    client = sign_in("Engineer")
    for rest in ("", "look", "retry", "install"):
        assert "<script>alert" not in client.get(path(target, rest)).content.decode()


@pytest.mark.parametrize("many", [1, 20])
def test_queries_are_pinned(many: int, sign_in: SignIn, target: Target, world: World) -> None:
    attempt = Attempt.objects.get()
    for at in range(many):
        PhaseSpan.objects.create(attempt=attempt, phase=f"phase {at}", profile="AIO-SX", began_at=world.now)
        Intent.objects.create(target=target, attempt=1, number=9 + at, verb="x", step="add", created_at=world.now)
    client = sign_in("Viewer")
    client.get(path(target))
    with CaptureQueriesContext(connection) as captured:
        client.get(path(target))
    # session, user, standing; target, attempts, phases, usual, requests, those under way, VIM; alarm counts on top
    assert len(captured) == 11


def test_what_only_waits_can_be_given_up(sign_in: SignIn, target: Target) -> None:
    Target.objects.update(state="running", steps=["add", "online", "manage"], step=1, deploy_status="complete")
    client = sign_in("Engineer")
    asked = client.get(path(target, "give_up")).content.decode()
    assert "Not done: wait until online, manage." in asked
    assert client.post(path(target, "give_up")).status_code == 302
    told = client.get(path(target)).content.decode()
    assert "A person stopped it while it only waited." in told
    assert Target.objects.get().state == "failed"

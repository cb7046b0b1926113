"""One subcloud of an operation: its attempts and phases, its requests, and what may be asked for it next."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from operations.choices import OperationState, Outcome, TargetState
from operations.models import Attempt, Intent, Operation, PhaseSpan, RunSecret, Target
from tests.operations.api.asking import OPERATIONS, PASSWORD, planned, post
from tests.sites.test_schema import faults
from tests.sites.world import World


@pytest.fixture
def target(api: Client, world: World) -> Target:
    """An installation that runs, with a phase that ended and one that has begun, and its request."""
    made = planned(api, "install", [world.clouds[0].pk], secrets={"sysadmin_password": PASSWORD})
    now = timezone.now()
    Operation.objects.filter(pk=made["id"]).update(state=OperationState.PROCESSING)
    target = Target.objects.get(operation=made["id"])
    target.state, target.deploy_status, target.attempt, target.seen_at = TargetState.RUNNING, "installing", 1, now
    target.problems, target.profile = [], "AIO-SX"
    target.save()
    began = now - timedelta(minutes=10)
    attempt = Attempt.objects.create(target=target, number=1, verb="install", requester_name="robot-0", began_at=began)
    early = {"phase": "pre-install", "began_at": began, "ended_at": began + timedelta(minutes=1), "completed": True}
    PhaseSpan.objects.create(attempt=attempt, profile="AIO-SX", **early)
    PhaseSpan.objects.create(attempt=attempt, phase="installing", began_at=began + timedelta(minutes=1))
    Intent.objects.create(
        target=target, attempt=1, number=1, verb="install", step="install", outcome=Outcome.EFFECTIVE, created_at=began
    )
    return target


def place(target: Target) -> str:
    return f"{OPERATIONS}{target.operation_id}/targets/{target.pk}/"


def legal(answer: dict[str, Any]) -> list[str]:
    return [each["verb"] for each in answer["next"] if each["legal"]]


def test_all_that_is_known_of_it(api: Client, target: Target) -> None:
    answer = api.get(place(target)).json()
    (attempt,) = answer["attempts"]
    ended, running = attempt["phases"]
    assert (ended["phase"], ended["seconds"], ended["usual"]["learned"]) == ("pre-install", 60.0, False)
    assert 540 <= running["seconds"] < 600
    assert (running["usual"]["p50"], running["usual"]["count"]) == (None, 0)  # of that hardware nothing was learned
    assert [(each["verb"], each["outcome"]) for each in answer["intents"]] == [("install", "effective")]
    assert legal(answer) == ["abort"]
    assert all(each["reason"] for each in answer["next"] if not each["legal"])


def test_it_is_as_the_schema_says(api: Client, target: Target) -> None:
    schema: Any = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call] # few types
    addresses = {
        "/api/v1/operations/{id}/targets/": f"{OPERATIONS}{target.operation_id}/targets/",
        "/api/v1/operations/{id}/targets/{target}/": place(target),
        "/api/v1/subclouds/{id}/verbs/": f"/api/v1/subclouds/{target.cloud_id}/verbs/",
    }
    for path, address in addresses.items():
        assert list(faults(schema, path, "get", 200, api.get(address).json())) == []


def test_learned_figures_say_from_how_many(api: Client, target: Target) -> None:
    attempt = Attempt.objects.get()
    now = timezone.now()
    for minutes in range(1, 7):
        began = now - timedelta(days=1)
        ended = began + timedelta(minutes=minutes)
        PhaseSpan.objects.create(
            attempt=attempt, phase="pre-install", profile="AIO-SX", began_at=began, ended_at=ended, completed=True
        )
    usual = api.get(place(target)).json()["attempts"][0]["phases"][0]["usual"]
    assert (usual["learned"], usual["count"]) == (True, 7)
    assert 60 <= usual["p50"] <= usual["p90"] <= 360


def test_aborted(api: Client, target: Target) -> None:
    Target.objects.update(steps=["add"])
    answer = post(api, f"{place(target)}abort/")
    assert (answer.status_code, answer.json()["abort_requested"]) == (200, True)
    Target.objects.update(deploy_status="pre-bootstrap", abort_requested=False)
    refused = post(api, f"{place(target)}abort/")
    assert (refused.status_code, "cannot be aborted" in refused.json()["error"]["message"]) == (409, True)


def test_given_up_only_where_a_decision_is_waited_for(api: Client, target: Target) -> None:
    assert post(api, f"{place(target)}give-up/").status_code == 409
    Target.objects.update(state=TargetState.HELD, message="Is it ours?")
    assert set(legal(api.get(place(target)).json())) == {"give_up", "retry"}
    answer = post(api, f"{place(target)}give-up/").json()
    assert (answer["state"], answer["cause"], answer["error"]) == ("failed", "given-up", "Is it ours?")


class TestFailed:
    @pytest.fixture(autouse=True)
    def failed(self, target: Target) -> None:
        changed = {"state": TargetState.FAILED, "deploy_status": "bootstrap-failed", "dcmanager_id": 1}
        Target.objects.update(**changed, steps=["add", "online", "manage"])
        Operation.objects.update(kind="deploy", state=OperationState.FAILED_TEMP)
        RunSecret.objects.all().delete()

    def test_only_legal_verbs_are_offered(self, api: Client, target: Target) -> None:
        assert legal(api.get(place(target)).json()) == ["retry", "resume", "bootstrap"]

    def test_the_cause_is_told_in_plain_words(self, api: Client, target: Target) -> None:
        assert api.get(place(target)).json()["explanation"] is None
        error = "FAILED bootstrapping playbook of (edge).\ndetail: TASK [Pull images] err_code=images_download_failure"
        Target.objects.update(error=error, cause="images_download_failure")
        told = api.get(place(target)).json()["explanation"]
        assert (told["summary"], told["task"]) == ("Container images could not be downloaded.", "Pull images")
        assert "registry" in told["advice"]

    def test_where_creation_failed_it_is_begun_anew(self, api: Client, target: Target) -> None:
        Target.objects.update(deploy_status="create-failed")
        assert legal(api.get(place(target)).json()) == ["retry"]
        answer = post(api, f"{place(target)}retry/", {"secrets": {"sysadmin_password": PASSWORD}})
        assert answer.json()["steps"] == ["delete", "add", "online", "manage"]

    def test_it_is_resumed_not_added_again(self, api: Client, target: Target) -> None:
        answer = post(api, f"{place(target)}retry/", {"secrets": {"sysadmin_password": PASSWORD}})
        assert (answer.status_code, answer.json()["steps"]) == (200, ["resume", "online", "manage"])
        assert (answer.json()["state"], RunSecret.objects.get().target_id) == ("waiting", target.pk)

    def test_a_phase_that_is_run_again_is_followed_by_the_rest(self, api: Client, target: Target) -> None:
        body = {"secrets": {"sysadmin_password": PASSWORD}, "verb": "bootstrap"}
        assert post(api, f"{place(target)}retry/", body).json()["steps"] == ["bootstrap", "resume", "online", "manage"]
        Target.objects.update(state=TargetState.FAILED)
        assert post(api, f"{place(target)}retry/", body).json()["steps"] == ["bootstrap", "resume", "online", "manage"]
        Target.objects.update(state=TargetState.FAILED)
        body["verb"] = "resume"
        assert post(api, f"{place(target)}retry/", body).json()["steps"] == ["resume", "online", "manage"]

    @pytest.mark.parametrize(
        ("step", "steps"),
        [(1, ["add", "configure", "online", "manage"]), (2, ["add", "online", "configure", "online", "manage"])],
    )
    def test_a_phase_once_more_is_followed_by_what_failed(
        self, step: int, steps: list[str], api: Client, target: Target
    ) -> None:
        """Manage failed on what its configuration left undone: configured again, the site is still to be managed."""
        Target.objects.update(step=step, deploy_status="complete", facts={"phases": ["create", "configure"]})
        body = {"secrets": {"sysadmin_password": PASSWORD}, "verb": "configure"}
        answer = post(api, f"{place(target)}retry/", body)
        assert (answer.status_code, answer.json().get("steps")) == (200, steps), answer.content
        Target.objects.update(state=TargetState.FAILED)
        assert post(api, f"{place(target)}retry/", body).json()["steps"] == steps  # no second one of each

    def test_what_failed_after_the_phases_is_tried_again_alone(self, api: Client, target: Target) -> None:
        Target.objects.update(step=2, deploy_status="complete")
        answer = post(api, f"{place(target)}retry/", {"secrets": {"sysadmin_password": PASSWORD}})
        assert answer.json()["steps"] == ["add", "online", "manage"]

    def test_an_illegal_verb_is_refused_with_the_reason(self, api: Client, target: Target) -> None:
        body = {"secrets": {"sysadmin_password": PASSWORD}, "verb": "configure"}
        answer = post(api, f"{place(target)}retry/", body)
        assert answer.status_code == 409
        assert "Its deploy status is bootstrap-failed; configure needs" in answer.json()["error"]["message"]
        assert not RunSecret.objects.exists()

    @pytest.mark.parametrize("verb", ["delete", "add", "", "rm -rf"])
    def test_other_verbs_are_no_way_around_a_role(self, verb: str, api: Client, target: Target) -> None:
        body = {"secrets": {"sysadmin_password": PASSWORD}, "verb": verb}
        assert post(api, f"{place(target)}retry/", body).status_code == 400


def test_a_backup_is_not_retried_as_a_deployment(api: Client, target: Target) -> None:
    Operation.objects.update(kind="backup")
    Target.objects.update(state=TargetState.FAILED, deploy_status="bootstrap-failed", dcmanager_id=1)
    assert legal(api.get(place(target)).json()) == ["retry"]
    body = {"secrets": {"sysadmin_password": PASSWORD}, "verb": "bootstrap"}
    assert post(api, f"{place(target)}retry/", body).status_code == 409


def test_a_target_of_another_operation_is_not_there(api: Client, target: Target, world: World) -> None:
    other = planned(api, "unmanage", [world.clouds[1].pk])
    assert api.get(f"{OPERATIONS}{other['id']}/targets/{target.pk}/").status_code == 404
    assert post(api, f"{OPERATIONS}{other['id']}/targets/{target.pk}/abort/").status_code == 404


class TestVerbs:
    def test_every_kind_with_the_reason(self, api: Client, world: World) -> None:
        cloud = world.clouds[0]
        answer = api.get(f"/api/v1/subclouds/{cloud.pk}/verbs/").json()
        kinds = {each["kind"]: each for each in answer["verbs"]}
        assert (answer["deploy_status"], answer["stale"], answer["operation"]) == ("complete", False, None)
        assert kinds["unmanage"]["legal"] is True
        assert "It is managed" in kinds["manage"]["reason"]
        assert "deploy" not in kinds
        assert kinds["backup"]["secrets"] == ["sysadmin_password"]

    def test_while_something_works_on_it_nothing_is_legal(self, api: Client, target: Target) -> None:
        answer = api.get(f"/api/v1/subclouds/{target.cloud_id}/verbs/").json()
        assert answer["operation"] == target.operation_id
        assert not any(each["legal"] for each in answer["verbs"])


QUERIES = {
    OPERATIONS: 3,
    f"{OPERATIONS}?count=1&kind=install&cloud=1": 4,
    f"{OPERATIONS}{{operation}}/": 3,
    f"{OPERATIONS}{{operation}}/targets/": 4,
    f"{OPERATIONS}{{operation}}/targets/{{target}}/": 9,
    "/api/v1/subclouds/{cloud}/verbs/": 6,
    "/api/v1/brakes/": 2,
    "/api/v1/site-templates/": 4,
}


@pytest.mark.parametrize("address", QUERIES)
def test_query_counts(address: str, api: Client, target: Target) -> None:
    path = address.format(operation=target.operation_id, target=target.pk, cloud=target.cloud_id)
    assert api.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        api.get(path)
    sent = "\n".join(query["sql"][:160] for query in captured.captured_queries)
    assert len(captured) == QUERIES[address], f"{len(captured)} queries:\n{sent}"


def test_a_decommission_that_waits_can_be_stopped(api: Client, target: Target) -> None:
    """Else any later outage would delete the site."""
    Target.objects.update(state="running", steps=["unmanage", "offline", "delete"], step=1, deploy_status="complete")
    Operation.objects.update(kind="decommission")
    where = f"{OPERATIONS}{target.operation_id}/"
    held = post(api, f"{where}hold/").json()
    assert f"going on when it comes: {target.name}." in held["did"]
    assert post(api, f"{where}release/").json()["did"] == "Not on hold any more: further ones start."
    aborted = post(api, f"{where}targets/{target.pk}/abort/")
    assert "Give it up instead" in aborted.content.decode()
    stopped = post(api, f"{where}cancel/").json()
    assert f"1 subcloud only waited, and stopped: {target.name}." in stopped["did"]
    target.refresh_from_db()
    assert (target.state, target.cause) == ("failed", "stopped")

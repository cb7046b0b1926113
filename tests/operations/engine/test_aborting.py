"""What an abort comes to: of a foreign deployment, an operation of its own; of ours, a wish that may come too late."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.choices import Outcome
from operations.engine import commit, jobs
from operations.engine.decide import decide
from operations.engine.drive import view_of
from operations.engine.seen import Decision, Done, Fail, Seen, Send, Wait
from operations.models import Intent, Job, Operation, Target
from operations.services.control import abort_target, retry
from sites.models import Cloud, Controller
from starlingx.dcmanager import DcManager
from starlingx.records import Subcloud
from starlingx.session import CloudSession, Connector
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, SYSADMIN, add_clouds, add_controller, ask, drive, ended
from tests.operations.engine.seeing import PACE, after, seen, sent, subcloud, view
from tests.operations.engine.sites import deploy
from tests.operations.engine.test_deploying import fault, orders
from tests.operations.engine.test_foreign_work import THEIRS, somebody
from tests.operations.engine.upstream import site_inputs


def building(word: str, moved: float = 60) -> Subcloud:
    return subcloud(deploy_status=word, created_at=after(1), updated_at=after(moved))


INSTALLING = seen(0, building("installing", -10))
ASKED = view("abort", sent("abort", 0, INSTALLING), last="installing")


def judged(word: str, at: float = 15, moved: float = 5, of: Any = ASKED) -> Decision:
    return decide(of, seen(at, building(word, moved)), after(at), PACE)


def test_it_is_sent_once() -> None:
    assert decide(view("abort", last="installing"), INSTALLING, after(0), PACE).action == Send("abort")
    assert isinstance(judged("installing", moved=-10).action, Wait)


def test_it_is_under_way_while_it_aborts_and_done_when_aborted() -> None:
    told = judged("aborting-install")
    assert (isinstance(told.action, Wait), told.outcome) == (True, Outcome.EFFECTIVE)
    long = view("abort", sent("abort", 0, INSTALLING, Outcome.EFFECTIVE), last="aborting-install")
    assert isinstance(judged("aborting-install", at=600, of=long).action, Wait)
    assert judged("install-aborted", at=610, moved=605, of=long) == Decision(Done(), Outcome.EFFECTIVE)


def test_what_others_have_aborted_needs_no_request() -> None:
    assert decide(view("abort"), seen(0, building("install-aborted")), after(0), PACE).action == Done()


@pytest.mark.parametrize("word", ["install-complete", "install-failed", "complete"])
def test_a_phase_that_ended_by_itself_is_named(word: str) -> None:
    told = judged(word)
    assert told.action == Done(f"installing had ended before it was aborted: dcmanager says {word}.")
    assert told.outcome == Outcome.LOST


def test_an_abort_that_was_cut_off() -> None:
    aborting = view("abort", sent("abort", 0, INSTALLING, Outcome.EFFECTIVE), last="aborting-install")
    told = judged("install-failed", of=aborting)
    assert told.action == Done("It was being aborted, and ended otherwise: dcmanager says install-failed.")


def test_a_deployment_that_went_on_is_not_called_aborted() -> None:
    told = judged("bootstrapping")
    assert isinstance(told.action, Fail)
    assert (told.action.cause, told.outcome) == ("too-late", Outcome.LOST)
    assert "went on to bootstrapping" in told.action.error


def test_what_cannot_be_sent_ends() -> None:
    unsent = [sent("abort", at, INSTALLING, Outcome.UNSENT) for at in range(10)]
    told = decide(view("abort", *unsent), INSTALLING, after(60), PACE)
    assert isinstance(told.action, Fail)
    assert told.action.cause == "unsent"


def test_an_abort_without_an_effect_is_sent_again_after_two_minutes_and_then_asked_about() -> None:
    told = judged("installing", at=130, moved=-10)
    assert (isinstance(told.action, Wait), told.outcome) == (True, Outcome.LOST)
    lost = [sent("abort", at, INSTALLING, Outcome.LOST) for at in (0, 130)]
    assert judged("installing", 260, -10, view("abort", *lost)).action == Send("abort")
    late = judged("aborting-install", 260, 255, view("abort", *lost))
    assert (isinstance(late.action, Wait), late.outcome) == (True, Outcome.EFFECTIVE)


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=6, speed=1200, seed=7)


@pytest.fixture
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


@pytest.mark.django_db(transaction=True)
def test_a_foreign_deployment_is_aborted(fleet: Simulator, fast: None) -> None:
    fault(fleet, "deploy-stuck", "new-0001", phase="install")
    made = somebody(fleet, lambda writes: writes.add_subcloud(site_inputs(1)))
    controller = add_controller(fleet)
    cloud = next(each for each in add_clouds(fleet, controller) if each.dcmanager_id == made.id)
    Cloud.objects.filter(pk=cloud.pk).update(deploy_status="installing", management_state="unmanaged")
    drive(lambda: status(fleet, made.id) == "installing", timeout=60)
    cloud.refresh_from_db()
    operation = ask("abort", [cloud])
    drive(ended(operation), timeout=60)
    target = Target.objects.get()
    assert (operation.state, target.state, target.deploy_status) == ("completed", "completed", "install-aborted")
    assert list(Intent.objects.values_list("verb", "outcome")) == [("abort", "effective")]
    assert orders(fleet)["PATCH", f"phased-subcloud-deploy/{made.id}/abort"] == 1


def status(fleet: Simulator, number: int) -> str:
    """dcmanager's word now."""

    async def asked() -> str:
        async with Connector() as connector:
            session = CloudSession(connector, auth_url=fleet.auth_url(), credentials=THEIRS)
            return (await DcManager(session).subcloud(number)).deploy_status

    return asyncio.run(asked())


@pytest.fixture
def site(db: Any) -> Target:
    """A deployment of ours that is about to be complete, at its first of three steps."""
    controller = Controller.objects.create(name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s")
    operation = Operation.objects.create(
        kind="deploy", title="t", requester_name="e", created_at=timezone.now(), state="processing",
        controller=controller,
    )  # fmt: skip
    target = Target.objects.create(
        operation=operation, number=1, controller=controller, name="edge-7", steps=["add", "online", "manage"],
        state="running", attempt=1, dcmanager_id=7, region_name="r7", deploy_status="configuring",
        started_at=timezone.now(),
    )  # fmt: skip
    target.attempts.create(number=1, verb="add", requester_name="e", began_at=timezone.now())
    Job.objects.create(operation=operation, target=target, next_at=timezone.now())
    Job.objects.create(operation=operation)
    return target


def finish(target: Target) -> Target:
    """A look finds it complete."""
    now = timezone.now()
    (claim,) = jobs.claim(now, 9, 9)
    look = Seen(now, subcloud(deploy_status="complete", updated_at=now))
    commit.advance(claim, view_of(target), Decision(Done(), Outcome.EFFECTIVE), look, now)
    target.refresh_from_db()
    return target


def test_an_abort_that_comes_too_late_is_said_and_stops_what_follows(site: Target) -> None:
    abort_target(site.pk, ROBOT, timezone.now())
    told = finish(site)
    assert (told.state, told.cause) == ("failed", "too-late")
    assert told.error == (
        "The abort came too late: deploy had ended before it could be stopped (dcmanager says complete). "
        "Not done, as it was aborted: wait until online, manage."
    )
    assert Job.objects.get(target=site).next_at is None
    operation = retry(site.operation_id, [site.pk], {"sysadmin_password": SYSADMIN}, ROBOT, timezone.now())
    site.refresh_from_db()
    assert (operation.state, site.state, site.steps[site.step :]) == ("processing", "waiting", ["online", "manage"])
    assert not site.abort_requested


def test_where_nothing_follows_it_is_complete_all_the_same(site: Target) -> None:
    Target.objects.update(steps=["add"])
    site.refresh_from_db()
    abort_target(site.pk, ROBOT, timezone.now())
    told = finish(site)
    assert (told.state, told.error) == ("completed", "")
    assert told.message.startswith("The abort came too late: deploy had ended")


def test_without_an_abort_the_next_step_begins(site: Target) -> None:
    assert (finish(site).state, site.step) == ("running", 1)


def test_an_abort_asked_for_in_an_older_release_tells_no_lie() -> None:
    """It stood in the row, and the next step had begun."""
    waits = view("online", last="complete", abort_requested=True)
    told = decide(waits, seen(0, building("complete")), after(0), PACE).action
    assert isinstance(told, Fail)
    assert (told.cause, "nothing" in told.error.lower()) == ("too-late", False)
    first = decide(view("add", abort_requested=True), seen(0, None), after(0), PACE).action
    assert first == Fail("Stopped before anything was sent.", "aborted")


@pytest.mark.django_db(transaction=True)
def test_too_late_at_the_simulator(fleet: Simulator, fast: None) -> None:
    """The last phase ends in the moment in which somebody asks."""
    operation = deploy(add_controller(fleet), [51])
    drive(lambda: Target.objects.get().deploy_status in ("configuring", "pre-config"), timeout=60)
    Target.objects.update(abort_requested=True)
    fleet.control("requests", method="DELETE")
    body = {"controller": 1, "subcloud": Target.objects.get().dcmanager_id, "status": "complete", "initial": False}
    fleet.control("deploy-status", body)
    drive(ended(operation), timeout=60)
    target = Target.objects.get()
    assert (target.state, target.cause, target.deploy_status) == ("failed", "too-late", "complete")
    assert not [key for key in orders(fleet) if key[0] == "PATCH"]

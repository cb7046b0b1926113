"""Others work at the same System Controller, past the portal: what they do is shown, and left alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.models import Intent, Operation, Target
from operations.services.control import retry
from operations.verdicts import next_verbs
from starlingx.dcmanager_writes import DcManagerWrites, DeployInputs
from starlingx.errors import Refused
from starlingx.secret import Secret
from starlingx.session import CloudSession, Connector, Credentials
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, SYSADMIN, add_controller, beside, drive, ended, turn
from tests.operations.engine.sites import SECRETS, deploy
from tests.operations.engine.upstream import site_inputs

pytestmark = pytest.mark.django_db(transaction=True)
THEIRS = Credentials("admin", "St4rlingX*")
PASSWORD = DeployInputs(sysadmin_password=Secret("Somebody-else*4"))


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=4, speed=1200, seed=13)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.SPEED = 1200
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


def somebody(fleet: Simulator, order: Callable[[DcManagerWrites], Awaitable[Any]]) -> Any:
    """Orders something with an account of their own."""

    async def ordered() -> Any:
        async with Connector() as connector:
            session = CloudSession(connector, auth_url=fleet.auth_url(), credentials=THEIRS)
            return await order(DcManagerWrites(session))

    return asyncio.run(ordered())


def fault(fleet: Simulator, kind: str, subcloud: str, **options: Any) -> int:
    body = {"kind": kind, "controller": 1, "subcloud": subcloud, "options": options}
    return int(fleet.control("faults", body)["id"])


def mine(name: str) -> Target:
    return Target.objects.get(name=name)


def writes(fleet: Simulator, since: int = 0) -> list[str]:
    """Orders to dcmanager that came in, like "POST subclouds"."""
    rows = fleet.control(f"requests?since={since}")["requests"]
    orders = [row for row in rows if row["method"] != "GET" and "/dcmanager/" in row["path"]]
    return [f"{row['method']} {row['path'].split('/v1.0/', 1)[1]}" for row in orders]


def next_request(fleet: Simulator) -> int:
    return int(fleet.control("requests?since=999999999")["next"])


def test_a_name_that_somebody_took_meanwhile(fleet: Simulator) -> None:
    """The second site waits for its turn; by then it is there, made by somebody else."""
    fault(fleet, "deploy-stuck", "new-0002", phase="install")
    stuck = fault(fleet, "deploy-stuck", "new-0001", phase="install")
    operation = deploy(add_controller(fleet), [1, 2], max_at_once=1)
    drive(lambda: mine("new-0001").deploy_status == "installing", timeout=60)
    theirs = somebody(fleet, lambda writes: writes.add_subcloud(site_inputs(2)))
    fleet.control(f"faults/{stuck}", method="DELETE")
    drive(ended(operation), timeout=90)
    taken = mine("new-0002")
    assert (mine("new-0001").state, taken.state, taken.cause) == ("completed", "failed", "not-legal")
    assert "was not made by this" in taken.error
    assert (taken.dcmanager_id, taken.deploy_status) == (None, "")  # no verb of ours may reach theirs
    assert theirs.name == "new-0002"
    assert not Intent.objects.filter(target=taken).exists()
    assert writes(fleet).count("POST subclouds") == 2


@pytest.mark.parametrize("number", [11, 12, 13])
def test_both_ask_for_the_same_name_at_the_same_time(fleet: Simulator, number: int) -> None:
    """Whoever comes second is refused: the site is made once, and nobody's work is touched."""
    operation = deploy(add_controller(fleet), [number])
    drive(lambda: Target.objects.filter(state="running").exists(), timeout=60)
    late = {"kind": "slow", "controller": 1, "subcloud": "central", "options": {"seconds": 0.2, "service": "dcmanager"}}
    fleet.control("faults", late | {"seconds": 2})
    _, theirs = beside(turn, lambda: attempt(fleet, number))
    drive(ended(operation), timeout=90)
    target = Target.objects.get()
    if theirs:
        assert target.state == "completed"
    else:
        assert (target.state, target.cause in ("refused", "not-legal")) == ("failed", True)
        assert "there already" in target.error or "exists" in target.error
    made = [row for row in fleet.control("requests")["requests"] if row["effect"] and row["method"] != "PATCH"]
    assert len([row for row in made if row["path"].endswith("/dcmanager/v1.0/subclouds")]) == 1
    assert not [row for row in made if row["method"] == "DELETE"]


def attempt(fleet: Simulator, number: int) -> str:
    """What dcmanager says against it; "" when it is done."""
    try:
        somebody(fleet, lambda writes: writes.add_subcloud(site_inputs(number)))
    except Refused as refusal:
        return str(refusal)
    return ""


def test_somebody_aborts_what_we_deploy(fleet: Simulator) -> None:
    """It stops here too, says so, and is not taken up again by itself."""
    fault(fleet, "deploy-stuck", "new-0021", phase="bootstrap")
    operation = deploy(add_controller(fleet), [21])
    drive(lambda: mine("new-0021").deploy_status == "bootstrapping", timeout=60)
    number = mine("new-0021").dcmanager_id or 0
    somebody(fleet, lambda writes: writes.deploy_abort(number))
    drive(ended(operation), timeout=60)
    target = mine("new-0021")
    assert (target.state, target.cause, target.deploy_status) == ("failed", "aborted", "bootstrap-aborted")
    assert not Intent.objects.filter(verb__in=("abort", "resume")).exists()


def test_somebody_takes_up_what_failed_here(fleet: Simulator) -> None:
    """A retry from here finds their work under way: it is refused with the reason, and nothing is sent."""
    fault(fleet, "deploy-fails", "new-0031", phase="install", times=1)
    operation = deploy(add_controller(fleet), [31])
    drive(ended(operation), timeout=60)
    fault(fleet, "deploy-stuck", "new-0031", phase="install")
    number = mine("new-0031").dcmanager_id or 0
    somebody(fleet, lambda writes: writes.deploy_resume(number, PASSWORD))
    since = next_request(fleet)
    retry(operation.pk, [mine("new-0031").pk], {"sysadmin_password": SYSADMIN}, ROBOT, timezone.now())
    drive(lambda: Operation.objects.get(pk=operation.pk).state == "failed_temp", timeout=60)
    target = mine("new-0031")
    assert (target.state, target.cause) == ("failed", "not-legal")
    assert "installing" in target.error
    assert writes(fleet, since) == []


def test_somebody_deletes_what_we_deploy(fleet: Simulator) -> None:
    """A person is asked; the name is not added again, and whoever takes it is not taken for ours."""
    fault(fleet, "deploy-stuck", "new-0041", phase="bootstrap")
    operation = deploy(add_controller(fleet), [41])
    drive(lambda: mine("new-0041").deploy_status == "bootstrapping", timeout=60)
    number = mine("new-0041").dcmanager_id or 0
    fleet.control("deploy-status", {"controller": 1, "subcloud": number, "status": "bootstrap-failed"})
    somebody(fleet, lambda writes: writes.delete_subcloud(number))
    somebody(fleet, lambda writes: writes.add_subcloud(site_inputs(41)))
    drive(lambda: mine("new-0041").state in ("held", "failed"), timeout=60)
    target = mine("new-0041")
    assert target.state == "held", (target.state, target.error)
    assert target.message
    assert Intent.objects.filter(verb="add").count() == 1
    assert Operation.objects.get(pk=operation.pk).state == "processing"


def test_what_somebody_deleted_is_deployed_anew(fleet: Simulator) -> None:
    """There is nothing to resume: a retry forgets what stood there, and adds the site once more."""
    stuck = fault(fleet, "deploy-stuck", "new-0045", phase="bootstrap")
    operation = deploy(add_controller(fleet), [45])
    drive(lambda: mine("new-0045").deploy_status == "bootstrapping", timeout=60)
    number = mine("new-0045").dcmanager_id or 0
    fleet.control("deploy-status", {"controller": 1, "subcloud": number, "status": "bootstrap-failed"})
    somebody(fleet, lambda writes: writes.delete_subcloud(number))
    fleet.control(f"faults/{stuck}", method="DELETE")
    drive(lambda: mine("new-0045").state in ("held", "failed"), timeout=60)
    target = mine("new-0045")
    legal = {each.verb for each in next_verbs(target, operation.kind) if each.legal}
    assert (target.deploy_status, "retry" in legal, "resume" in legal) == ("", True, False)
    retry(operation.pk, [target.pk], SECRETS, ROBOT, timezone.now())
    drive(ended(operation), timeout=90)
    target = mine("new-0045")
    assert (target.state, target.attempt) == ("completed", 2), (target.message, target.error)
    assert target.dcmanager_id not in (None, number)
    assert [each for each in writes(fleet) if not each.startswith("GET")].count("POST subclouds") == 2


def test_what_was_given_up_and_comes_late_is_ours(fleet: Simulator) -> None:
    """Both requests to add were given up, the second even refused; a new attempt finds the site being made."""
    stuck = fault(fleet, "deploy-stuck", "new-0051", phase="install")
    operation = deploy(add_controller(fleet), [51])
    drive(lambda: mine("new-0051").deploy_status == "installing", timeout=60)
    first = Intent.objects.get()
    Intent.objects.update(outcome="lost")
    refused = {"outcome": "refused", "status": 409, "detail": "exists", "created_at": timezone.now()}
    Intent.objects.create(
        target=first.target, attempt=1, number=2, verb="add", step="add", before=first.before, **refused
    )
    drive(lambda: Intent.objects.get(number=1).outcome == "effective", timeout=30)
    Intent.objects.filter(number=1).update(outcome="lost")
    Target.objects.update(state="held", dcmanager_id=None, region_name="")
    retry(operation.pk, [mine("new-0051").pk], SECRETS, ROBOT, timezone.now())
    drive(lambda: Intent.objects.get(number=1).outcome == "effective", timeout=30)
    fleet.control(f"faults/{stuck}", method="DELETE")
    drive(ended(operation), timeout=90)
    assert (mine("new-0051").state, mine("new-0051").attempt) == ("completed", 2)
    assert writes(fleet).count("POST subclouds") == 1

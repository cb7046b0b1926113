"""What is not legal is refused in the portal with its reason, and nothing is sent: every verb in every deploy state.

Twice: by what the portal has in its books, and, where its books are out of date, by the look before the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from operations.choices import TargetState
from operations.kinds import KINDS, ON_SUBCLOUDS
from operations.models import Intent, Operation, Target
from operations.planning.legality import SubcloudState, refusal
from operations.services.control import abort_target
from operations.services.start import NotNowError
from operations.states import stored_state
from operations.verdicts import refused
from sites.models import Cloud, Controller, SubcloudGroup
from starlingx.deploy_states import STATES
from tests.fixtures.fleet import Simulator
from tests.operations.driving import ROBOT, SYSADMIN, add_clouds, add_controller, ask, drive

pytestmark = pytest.mark.django_db(transaction=True)
NETWORK = {
    "management_subnet": "10.250.0.0/24", "management_gateway_ip": "10.250.0.1",
    "management_start_ip": "10.250.0.2", "management_end_ip": "10.250.0.50", "bootstrap_address": "10.220.0.3",
}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {"rename": {"name": "renamed"}, "reconfigure_network": NETWORK}
ONE_AT_A_TIME = tuple(OPTIONS)
LEGAL_EVERYWHERE = ("edit", "move_group")
KINDS_OF_SUBCLOUDS = [kind for kind in ON_SUBCLOUDS if kind not in LEGAL_EVERYWHERE]


@pytest.fixture
def fleet(start_simulator: Callable[..., Simulator]) -> Simulator:
    return start_simulator(subclouds=len(STATES), controllers=1, seed=31, speed=60)


@pytest.fixture(autouse=True)
def fast(settings: Any) -> None:
    settings.OPERATION_SECONDS = {"poll": 0.5, "unmoved": 5.0}


def writes(fleet: Simulator) -> list[dict[str, Any]]:
    rows = fleet.control("requests")["requests"]
    return [row for row in rows if row["method"] != "GET" and "/identity/" not in row["path"] and row["cloud"]]


def in_every_state(fleet: Simulator) -> list[Cloud]:
    """A subcloud in each deploy state, there and in the portal's books, unmanaged and offline in both."""
    clouds = add_clouds(fleet, add_controller(fleet))
    assert len(clouds) == len(STATES)
    for cloud, status in zip(clouds, STATES, strict=True):
        body = {"controller": 1, "subcloud": cloud.dcmanager_id, "status": status}
        fleet.control("deploy-status", body)
        cloud.deploy_status, cloud.management_state, cloud.availability_status = status, "unmanaged", "offline"
    Cloud.objects.bulk_update(clouds, ["deploy_status", "management_state", "availability_status"])
    fleet.control("requests", method="DELETE")
    return clouds


def request(kind: str, clouds: list[Cloud]) -> list[Operation]:
    """One operation for all of them, or one for each where the kind takes no more."""
    spec = KINDS[kind]
    secrets = dict.fromkeys(spec.secrets, SYSADMIN)
    batches = [[cloud] for cloud in clouds] if kind in ONE_AT_A_TIME else [clouds]
    options = OPTIONS.get(kind, {})
    return [ask(kind, batch, options=options, secrets=secrets, max_at_once=100) for batch in batches]


def test_by_what_the_portal_knows(fleet: Simulator) -> None:
    clouds = in_every_state(fleet)
    assert SubcloudGroup.objects.count() == 0
    count = 0
    for kind in KINDS_OF_SUBCLOUDS:
        illegal = {cloud.pk: why for cloud in clouds if (why := refused(KINDS[kind], {}, cloud))}
        for operation in request(kind, [cloud for cloud in clouds if cloud.pk in illegal]):
            assert (operation.state, bool(operation.ended_at)) == ("failed", True)
        for target in Target.objects.filter(operation__kind=kind):
            assert target.state == TargetState.REFUSED
            assert [problem["message"] for problem in target.problems] == [illegal[target.cloud_id or 0]]
            count += 1
    assert count > 600
    assert writes(fleet) == []
    assert Intent.objects.count() == 0


def test_by_the_look_before_the_request(fleet: Simulator) -> None:
    """The books are out of date: by them the verb is legal, dcmanager knows better. A quarter of the states each."""
    clouds = in_every_state(fleet)
    kinds = [kind for kind in KINDS_OF_SUBCLOUDS if kind != "decommission"]  # its first steps wait for what is missing
    for at, kind in enumerate(kinds):
        legal = legal_words(kind)
        for cloud in clouds:
            for name, word in legal.items():
                setattr(cloud, name, word)
        Cloud.objects.bulk_update(clouds, list(legal))
        illegal = [cloud for cloud, word in zip(clouds, STATES, strict=True) if illegal_there(kind, word)]
        if illegal:
            request(kind, illegal[at % 4 :: 4])
        drive(lambda: not Operation.objects.filter(ended_at=None).exists(), timeout=120)
    stopped = list(Target.objects.all())
    done = [target for target in stopped if target.state == TargetState.COMPLETED]
    assert {target.operation.kind for target in done} <= {"manage", "abort"}  # some are there already
    failed = [target for target in stopped if target.state == TargetState.FAILED]
    assert len(done) + len(failed) == len(stopped)
    assert {target.cause for target in failed} == {"not-legal"}
    assert all(target.deploy_status in target.error for target in failed)
    assert len(failed) > 100
    assert {target.deploy_status for target in failed} == set(STATES)
    assert writes(fleet) == []
    assert Intent.objects.count() == 0


def legal_words(kind: str) -> dict[str, str]:
    """What the books would have to say for the verb to be legal."""
    for word in STATES:
        for management in ("managed", "unmanaged"):
            for availability in ("online", "offline"):
                told = {
                    "deploy_status": word, "management_state": management, "availability_status": availability,
                    "backup_status": "complete-central",
                }  # fmt: skip
                if refusal(verb_of(kind), stored_state(Cloud(**told))) is None:
                    return told
    raise AssertionError(kind)


def verb_of(kind: str) -> str:
    return {"delete_backup": "backup_delete_central"}.get(kind, KINDS[kind].verb)


def illegal_there(kind: str, word: str) -> bool:
    """Whatever else is so of the subcloud there, the deploy status alone stands against the verb."""
    every = (
        SubcloudState(deploy_status=word, management_state=management, availability_status=availability)
        for management in ("managed", "unmanaged")
        for availability in ("online", "offline")
    )
    return all(refusal(verb_of(kind), state) for state in every)


@pytest.mark.parametrize(
    ("step", "status", "why"),
    [
        ("redeploy", "installing", "Only a first deployment can be aborted"),
        ("restore", "installing", "Only a first deployment can be aborted"),
        ("add", "pre-bootstrap", "pre-bootstrap cannot be aborted"),
        ("add", "installing", ""),
        ("add", "", ""),
    ],
)
def test_abort(step: str, status: str, why: str) -> None:
    """dcmanager stops only a phase of a first deployment; asking for anything else changes nothing."""
    controller = Controller.objects.create(name="c", auth_url="http://127.0.0.1:1", username="u", password_sealed=b"s")
    operation = Operation.objects.create(kind="deploy", title="t", requester_name="e", created_at=timezone.now())
    target = Target.objects.create(
        operation=operation, number=1, controller=controller, name="edge", steps=[step], state=TargetState.RUNNING,
        deploy_status=status,
    )  # fmt: skip
    if why:
        with pytest.raises(NotNowError, match=why):
            abort_target(target.pk, ROBOT, timezone.now())
    else:
        abort_target(target.pk, ROBOT, timezone.now())
    target.refresh_from_db()
    assert target.abort_requested == (not why)

"""One operation at a time works on a site, also while a deployment of it has not been joined with what was read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from operations.busy import busy, busy_clouds, who
from operations.choices import Outcome
from operations.engine import commit, jobs
from operations.engine.drive import view_of
from operations.engine.seen import Decision, Seen, Wait
from operations.models import Intent, Job, Operation, Target
from operations.selectors import active_target
from sites.access import EVERYTHING
from sites.models import Cloud
from tests.operations.asked import make_operation, make_target
from tests.operations.driving import ask
from tests.operations.engine.seeing import subcloud
from tests.sites.world import World

pytestmark = pytest.mark.django_db


def deploying(world: World, cloud: Cloud, **values: object) -> Target:
    """A deployment that runs, of which the collector has read the cloud, and which has not been joined with it."""
    operation = make_operation(world, [], kind="deploy", title="d")
    Operation.objects.filter(pk=operation.pk).update(state="processing")
    usual: dict[str, object] = {
        "cloud": None, "controller": cloud.controller, "name": cloud.name, "dcmanager_id": cloud.dcmanager_id,
        "region_name": cloud.region_name, "steps": ["add", "online"],
    }  # fmt: skip
    return make_target(operation, world, 0, "running", **usual | values)


@pytest.mark.parametrize("known", ["by name", "by id"])
def test_an_operation_on_a_site_that_is_being_deployed(world: World, known: str) -> None:
    cloud = world.clouds[0]
    other: dict[str, object] = {"dcmanager_id": None} if known == "by name" else {"name": "was-called-so"}
    deployment = deploying(world, cloud, **other).operation
    operation = make_operation(world, ["ready"], kind="edit")
    operation.targets.update(dcmanager_id=cloud.dcmanager_id)
    (target,) = operation.targets.all()
    assert busy([target]) == {who(target): deployment.pk}
    assert busy_clouds(world.clouds) == {cloud.pk: deployment.pk}
    seen = active_target(EVERYTHING, cloud.pk)
    assert seen is not None
    assert seen.operation_id == deployment.pk


def test_it_is_refused_and_the_deployment_goes_on(world: World) -> None:
    deployment = deploying(world, world.clouds[0]).operation
    Cloud.objects.filter(pk=world.clouds[0].pk).update(deploy_status="complete")
    world.clouds[0].refresh_from_db()
    world.clouds[0].controller.write_username = "w"
    operation = ask("edit", [world.clouds[0]], options={"location": "roof"})
    target = operation.targets.get()
    assert target.state == "refused"
    assert f"Operation {deployment.pk} works on it" in target.problems[0]["message"]


def test_a_deployment_of_a_site_that_something_works_on(world: World) -> None:
    operation = make_operation(world, ["running"], kind="edit")
    begins = deploying(world, world.clouds[0])
    Target.objects.filter(pk=begins.pk).update(state="failed")
    assert busy([begins]) == {who(begins): operation.pk}


def test_groups_and_other_controllers_have_names_of_their_own(world: World) -> None:
    cloud = world.clouds[0]
    group = make_operation(world, [], kind="group_update", title="g")
    make_target(group, world, 0, "running", cloud=None, controller=cloud.controller, name=cloud.name)
    deploying(world, cloud, controller=world.controllers[1])
    assert busy(list(make_operation(world, ["ready"], kind="edit").targets.all())) == {}
    make_target(make_operation(world, [], kind="edit"), world, 0, "running")
    other = make_operation(world, [], kind="group_update")
    named = make_target(other, world, 0, "failed", cloud=None, controller=world.controllers[1], name=cloud.name)
    assert busy([named])[who(named)] == Operation.objects.get(kind="deploy").pk  # no two of a name without a cloud


def test_joining_raises_nothing_where_somebody_else_works(world: World) -> None:
    """As it may have been begun by an older release: the look is kept, and they are joined when the other has ended."""
    target = deploying(world, world.clouds[0])
    Intent.objects.filter(target=target).update(verb="add", step="add", outcome=Outcome.EFFECTIVE)
    other = make_operation(world, ["running"], kind="edit")
    job = Job.objects.create(operation=target.operation, target=target)
    assert look(job).cloud_id is None
    other.targets.update(state="completed")
    assert look(job).cloud_id == world.clouds[0].pk


def test_nor_where_it_begins_in_the_same_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    target = deploying(world, world.clouds[0])
    make_operation(world, ["running"], kind="edit")
    monkeypatch.setattr(commit, "ACTIVE_TARGETS", ())  # it was not there yet when it was asked for
    assert look(Job.objects.create(operation=target.operation, target=target)).cloud_id is None


def look(job: Job) -> Target:
    """One that finds it installing."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(next_at=now, lease_until=None)
    (claim,) = jobs.claim(now, 10, 10)
    target = Target.objects.get(job=job)
    found = subcloud(id=target.dcmanager_id, region_name=target.region_name, deploy_status="installing", updated_at=now)
    commit.advance(claim, view_of(target), Decision(Wait(timedelta(seconds=15), "x")), Seen(now, found), now)
    return Target.objects.get(pk=target.pk)

"""Deleting in the admin console: what goes, what stays, and that the audit tells."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.models import AuditEntry
from operations.choices import OperationState
from operations.models import Operation
from sites.models import Cloud, Controller
from tests.operations.asked import make_operation
from tests.sites.world import World, make_user

DELETE = {"post": "yes", "action": "delete_selected"}


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(make_user("boss", "Administrator", fleet=True))
    User.objects.filter(username="boss").update(is_staff=True)
    return client


def verbs() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", "outcome"))


def test_a_disabled_controller_goes_with_all_that_was_observed_there(client: Client, world: World) -> None:
    gone, kept = world.controllers
    Controller.objects.filter(pk=gone.pk).update(enabled=False)
    address = f"/admin/sites/controller/{gone.pk}/delete/"
    assert b"everything observed there" in client.get(address).content
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert list(Controller.objects.all()) == [kept]
    assert set(Cloud.objects.values_list("controller_id", flat=True)) == {kept.pk}
    assert verbs() == [("controller.delete", "done")]


def test_an_enabled_controller_stays(client: Client, world: World) -> None:
    held = world.controllers[0]
    assert client.post(f"/admin/sites/controller/{held.pk}/delete/", {"post": "yes"}).status_code == 403
    answer = client.post("/admin/sites/controller/", {**DELETE, "_selected_action": [held.pk]})
    assert b"Disable it first" in answer.content
    assert Controller.objects.filter(pk=held.pk).exists()


def test_a_controller_where_something_is_done_stays(client: Client, world: World) -> None:
    held = world.controllers[0]
    Controller.objects.filter(pk=held.pk).update(enabled=False)
    operation = make_operation(world, ["running"])
    address = f"/admin/sites/controller/{held.pk}/delete/"
    assert operation.title.encode() in client.get(address).content
    client.post(address, {"post": "yes"})
    assert Controller.objects.filter(pk=held.pk).exists()
    Operation.objects.update(state=OperationState.COMPLETED)
    client.post(address, {"post": "yes"})
    assert not Controller.objects.filter(pk=held.pk).exists()


def test_users_deleted_by_the_dozen_are_in_the_audit_too(client: Client, world: World) -> None:
    gone = [make_user("one"), make_user("two")]
    client.post("/admin/auth/user/", {**DELETE, "_selected_action": [user.pk for user in gone]})
    assert not User.objects.filter(username__in=["one", "two"]).exists()
    assert verbs() == [("user.delete", "done"), ("user.delete", "done")]


def test_a_new_password_is_in_the_audit(world: World) -> None:
    user = make_user("somebody", fleet=True)
    user.set_password("an-odd-phrase-for-tests")
    user.save()
    client = Client()
    client.force_login(user)
    new = {"new_password1": "another-odd-phrase", "new_password2": "another-odd-phrase"}
    client.post("/password/", {"old_password": "an-odd-phrase-for-tests", **new})
    assert verbs() == [("password.change", "done")]

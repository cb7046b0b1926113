"""The admin console shows django-q2's tasks, and lets nobody make the worker run something."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events.models import AuditEntry
from operations.models import FreezeSpan, Intent, Job, Operation, SiteTemplate, Target
from sites.models import Brake, Region
from tests.sites.world import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("table", ["schedule", "ormq", "success", "failure"])
def test_not_even_a_superuser_adds_what_the_worker_runs(client: Client, table: str) -> None:
    asked = {"name": "x", "func": "os.system", "args": "'true'", "schedule_type": "O", "repeats": -1}
    assert client.post(f"/admin/django_q/{table}/add/", asked).status_code in (403, 404)


@pytest.mark.parametrize("table", ["ormq", "success", "failure"])
def test_tasks_can_be_looked_at(client: Client, table: str) -> None:
    assert client.get(f"/admin/django_q/{table}/").status_code == 200


@pytest.fixture
def rows() -> dict[str, int]:
    """A row in each table of the app, by path in the console."""
    now = timezone.now()
    operation = Operation.objects.create(kind="manage", title="Manage: a", requester_name="a", created_at=now)
    target = Target.objects.create(operation=operation, number=1, name="a", steps=["manage"])
    return {
        "operations/operation": operation.pk,
        "operations/target": target.pk,
        "operations/intent": Intent.objects.create(target=target, attempt=1, number=1, created_at=now).pk,
        "operations/job": Job.objects.create(operation=operation, target=target).pk,
    }


def test_operations_are_looked_at_and_changed_by_nobody(client: Client, rows: dict[str, int]) -> None:
    for table, pk in rows.items():
        assert client.get(f"/admin/{table}/?q=a").status_code == 200, table
        assert client.get(f"/admin/{table}/{pk}/change/").status_code == 200, table
        assert client.post(f"/admin/{table}/{pk}/change/", {"title": "b"}).status_code == 403, table
        assert client.post(f"/admin/{table}/{pk}/delete/", {"post": "yes"}).status_code == 403, table
        assert client.get(f"/admin/{table}/add/").status_code == 403, table


TEMPLATE = {"name": "small", "description": "", "bootstrap_values": "a: 1", "install_values": "", "deploy_config": ""}


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_templates_are_changed_through_their_service(client: Client) -> None:
    place = "/admin/operations/sitetemplate/"
    secret = TEMPLATE | {"bootstrap_values": "admin_password: hunter2"}
    answer = client.post(f"{place}add/", secret)
    assert b"may hold no secret" in answer.content
    assert client.post(f"{place}add/", TEMPLATE).status_code == 302
    pk = SiteTemplate.objects.get().pk
    assert client.post(f"{place}{pk}/change/", TEMPLATE | {"description": "one"}).status_code == 302
    assert (SiteTemplate.objects.get().description, SiteTemplate.objects.get().changed_by) == ("one", "root")
    assert client.post(f"{place}{pk}/change/", secret).status_code == 200
    assert client.post(f"{place}{pk}/delete/", {"post": "yes"}).status_code == 302
    assert not SiteTemplate.objects.exists()
    assert verbs() == ["template.add", "template.change", "template.delete"]


def test_the_brake_is_pulled_and_released_with_a_reason(client: Client) -> None:
    place = f"/admin/sites/brake/{Brake.objects.get().pk}/change/"
    assert b"everybody will read it" in client.post(place, {"on": "on", "reason": " "}).content
    assert client.post(place, {"on": "on", "reason": "smoke"}).status_code == 302
    assert (Brake.objects.get().on, Brake.objects.get().changed_by) == (True, "root")
    assert client.post(place, {"reason": "over"}).status_code == 302
    assert b"no such region" in client.post("/admin/sites/brake/add/", {"region": "Atlantis"}).content
    Region.objects.get_or_create(name="Europe")
    assert client.post("/admin/sites/brake/add/", {"region": "Europe", "on": "on", "reason": "x"}).status_code == 302
    assert verbs() == ["brake.pull", "brake.release", "brake.pull"]


def test_whoever_sees_a_part_pulls_no_brake_here() -> None:
    user = make_user("part", "Administrator", region="Europe")
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.post(f"/admin/sites/brake/{Brake.objects.get().pk}/change/", {"on": "on"}).status_code == 403


def test_secrets_have_no_page(client: Client) -> None:
    assert client.get("/admin/operations/runsecret/").status_code == 404


def test_the_calendar_is_changed_through_its_service(client: Client) -> None:
    windows, freezes = "/admin/operations/maintenancewindow/", "/admin/operations/freezespan/"
    night = {"name": "Night", "weekdays": "[6]", "start": "01:30", "end": "03:30", "minutes": ""}
    assert b"either its end or its duration" in client.post(f"{windows}add/", night | {"end": ""}).content
    assert client.post(f"{windows}add/", night).status_code == 302
    fair = {"name": "Fair", "first": "2026-12-08", "last": "2026-12-01", "region": "", "zone": ""}
    assert b"before it begins" in client.post(f"{freezes}add/", fair).content
    assert client.post(f"{freezes}add/", fair | {"last": "2026-12-09"}).status_code == 302
    pk = FreezeSpan.objects.get().pk
    assert client.post(f"{freezes}{pk}/delete/", {"post": "yes"}).status_code == 302
    assert verbs() == ["window.add", "freeze.add", "freeze.delete"]


def test_the_calendar_is_not_for_everybody(db: None) -> None:
    user = make_user("some", "Operator", fleet=True)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get("/admin/operations/freezespan/").status_code == 403
    assert client.get("/admin/operations/maintenancewindow/").status_code == 403

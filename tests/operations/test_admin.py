"""The admin console shows django-q2's tasks, and lets nobody make the worker run something."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from operations.models import Intent, Job, Operation, SiteTemplate, Target
from sites.models import Brake

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
    texts = {"changed_at": now, "changed_by": "a", "created_at": now}
    return {
        "operations/operation": operation.pk,
        "operations/target": target.pk,
        "operations/intent": Intent.objects.create(target=target, attempt=1, number=1, created_at=now).pk,
        "operations/job": Job.objects.create(operation=operation, target=target).pk,
        "operations/sitetemplate": SiteTemplate.objects.create(name="t", bootstrap_values="a: 1", **texts).pk,
        "sites/brake": Brake.objects.get().pk,
    }


def test_operations_are_looked_at_and_changed_by_nobody(client: Client, rows: dict[str, int]) -> None:
    for table, pk in rows.items():
        assert client.get(f"/admin/{table}/?q=a").status_code == 200, table
        assert client.get(f"/admin/{table}/{pk}/change/").status_code == 200, table
        assert client.post(f"/admin/{table}/{pk}/change/", {"title": "b"}).status_code == 403, table
        assert client.post(f"/admin/{table}/{pk}/delete/", {"post": "yes"}).status_code == 403, table
        assert client.get(f"/admin/{table}/add/").status_code == 403, table


def test_secrets_have_no_page(client: Client) -> None:
    assert client.get("/admin/operations/runsecret/").status_code == 404

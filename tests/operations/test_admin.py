"""The admin console shows django-q2's tasks, and lets nobody make the worker run something."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

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

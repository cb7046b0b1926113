"""The REST list of alarms: what stands, unless more is asked for."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alarms.models import Alarm
from sites.models import Cloud
from tests.observed import NOW, controller

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def cloud() -> Cloud:
    return Cloud.objects.create(controller=controller(), kind="subcloud", dcmanager_id=1, name="edge-1")


def make(cloud: Cloud, entity: str, **fields: Any) -> None:
    times = {"raised_at": NOW, "first_seen_at": NOW, "changed_at": NOW}
    facts = {"alarm_id": "100.101", "severity": 4, "severity_word": "major"} | times | fields
    Alarm.objects.create(cloud=cloud, entity_instance_id=entity, **facts)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"stands"}),
        ("?limit=5", {"stands"}),
        ("?severity=major", {"stands"}),
        ("?state=cleared", {"cleared"}),
        ("?state=all", {"stands", "cleared"}),
        ("?suppressed=true", {"suppressed"}),
    ],
)
def test_what_stands_unless_more_is_asked_for(client: Client, cloud: Cloud, query: str, expected: set[str]) -> None:
    make(cloud, "stands")
    make(cloud, "cleared", cleared_at=NOW)
    make(cloud, "suppressed", suppressed=True)
    rows = client.get(f"/api/v1/alarms/{query}").json()["results"]
    assert {row["entity_instance_id"] for row in rows} == expected

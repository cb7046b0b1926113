"""The fleet-wide alarm list in a browser: searching, and the filters beside it."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alarms.badges import record_badges
from alarms.models import Alarm
from sites.models import Cloud, Controller, SubcloudGroup
from tests.observed import NOW, controller

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def alarm() -> Alarm:
    """On a subcloud in the group with id 1 of the controller with id 1; and one on the central cloud, in no group."""
    home = controller()
    Controller.objects.filter(pk=home.pk).update(id=1)
    group = SubcloudGroup.objects.create(id=1, controller_id=1, dcmanager_id=1, name="Default", observed_at=NOW)
    edge = Cloud.objects.create(controller_id=1, kind="subcloud", dcmanager_id=1, name="edge-1", group=group)
    make(Cloud.objects.create(controller_id=1, kind="central", name="central"), "central", None)
    return make(edge, "edge", True)


def make(cloud: Cloud, entity: str, affecting: bool | None) -> Alarm:
    times = {"raised_at": NOW, "first_seen_at": NOW, "changed_at": NOW}
    facts = {"alarm_id": "100.101", "severity": 4, "severity_word": "major", "management_affecting": affecting}
    alarm = Alarm.objects.create(cloud=cloud, entity_instance_id=entity, **facts, **times)
    record_badges([cloud.pk], baseline=(), now=NOW)
    return alarm


def links(page: str) -> list[tuple[str, bool]]:
    """Address of each filter, and whether it is shown as chosen."""
    aside = page[page.index('class="facets"') : page.index("</aside>")]
    found = re.findall(r'<li><a href="([^"]*)"([^>]*)>', aside)
    return [(unescape(href), "aria-current" in rest) for href, rest in found]


@pytest.mark.parametrize("text", ["-", "*", "%", "&|!"])
def test_a_search_without_a_word_in_it_finds_nothing(client: Client, alarm: Alarm, text: str) -> None:
    answer = client.get("/alarms/", {"q": text})
    assert answer.status_code == 200
    assert answer.context["rows"] == []


def test_every_filter_that_is_offered_can_be_followed_and_shows_as_chosen(client: Client, alarm: Alarm) -> None:
    offered = links(client.get("/alarms/").content.decode())
    assert {"?group=1", "?group=-", "?controller=1", "?severity=major", "?management_affecting=-"} <= {
        href for href, _ in offered
    }
    for href, chosen in offered:
        answer = client.get(f"/alarms/{href}")
        assert (answer.status_code, chosen) == (200, False), href
        assert [on for _, on in links(answer.content.decode())].count(True) == 1, href


@pytest.mark.parametrize(
    ("query", "shown"),
    [("group=1", {"edge"}), ("group=-", {"central"}), ("group=-&group=1", {"edge", "central"}),
     ("management_affecting=true", {"edge"}), ("management_affecting=-", {"central"})],
)  # fmt: skip
def test_none_can_be_asked_for_like_a_value(client: Client, alarm: Alarm, query: str, shown: set[str]) -> None:
    rows = client.get(f"/api/v1/alarms/?{query}").json()["results"]
    assert {row["entity_instance_id"] for row in rows} == shown


@pytest.mark.parametrize("name", ["suppressed", "management_affecting", "service_affecting"])
def test_a_flag_that_is_neither_true_nor_false_is_refused(client: Client, alarm: Alarm, name: str) -> None:
    assert client.get(f"/api/v1/alarms/?{name}=banana").status_code == 400
    assert client.get(f"/alarms/?{name}=banana").status_code == 400

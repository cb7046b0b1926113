"""Every number beside a filter is what following the link shows, however it was counted."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alarms import tallies
from alarms.badges import record_badges
from alarms.models import Alarm
from sites.choices import Severity
from tests.sites.world import World, make_user, make_world

pytestmark = pytest.mark.django_db
QUERIES = [
    "", "severity=major", "severity=major&severity=critical", "severity=indeterminate", "region=Europe",
    "region=Europe&severity=minor", "alarm_id=100.101", "management_affecting=true", "management_affecting=-",
    "management_affecting=false&region=Brazil", "q=port", "q=port&severity=major&region=Brazil", "state=standing",
    "state=all", "state=cleared&severity=major", "suppressed=true", "group=-", "service_affecting=-", "sort=-raised",
]  # fmt: skip


@pytest.fixture
def world() -> World:
    """On every cloud an alarm of each severity, some of them cleared, some suppressed; the first one has most."""
    world = make_world()
    clouds = [*world.clouds, *world.centrals]
    for n, (cloud, severity) in enumerate(itertools.product(clouds, sorted(Severity)[1:])):
        for m in range(1 + (n < 9)):
            standing = n % 7 != 3
            Alarm.objects.create(
                cloud=cloud, alarm_id=f"100.10{n % 3}", entity_instance_id=f"{'port' if n % 2 else 'host'}={n}.{m}",
                severity=severity, severity_word=severity.label if severity > 1 else "dire",
                management_affecting=[True, False, None][(n + m) % 3], suppressed=n % 11 == 5,
                raised_at=world.now - timedelta(seconds=n), first_seen_at=world.now, changed_at=world.now,
                cleared_at=None if standing else world.now,
            )  # fmt: skip
    record_badges([cloud.pk for cloud in clouds], baseline=(), now=world.now)
    return world


def offered(client: Client, query: str) -> Iterator[tuple[str, int, bool, str]]:
    """(title of the facet, number, whether chosen, the address behind it)."""
    for section in client.get(f"/alarms/?{query}").context["sections"]:
        for value in section["values"]:
            yield section["name"], value["count"], value["selected"], value["href"]


@pytest.mark.parametrize("scope", ["fleet", "controllers", "controller", "region", "group"])
def test_numbers_are_what_the_links_show(client: Client, world: World, scope: str) -> None:
    client.force_login(reader(world, scope))
    for query in QUERIES if scope == "controllers" else QUERIES[::4]:
        for name, number, chosen, href in offered(client, query):
            asked = [part for part in query.split("&") if part.startswith(f"{name}=")]
            if asked and (not chosen or len(asked) > 1):
                continue  # the link adds to what is chosen; the number is that of the value alone
            followed = f"?{query}" if chosen else href
            answer = client.get(f"/api/v1/alarms/{followed}&count=1&limit=1")
            assert answer.json()["count"] == number, (query, name, href)


def test_the_total_is_that_of_the_rows(client: Client, world: World) -> None:
    client.force_login(reader(world, "controllers"))
    for query in QUERIES:
        context = client.get(f"/alarms/?{query}&limit=1000").context
        assert context["total"] == str(len(context["rows"])), query


def test_a_chosen_value_without_alarms_can_be_unchosen(client: Client, world: World) -> None:
    client.force_login(reader(world, "fleet"))
    found = {(number, href) for name, number, chosen, href in offered(client, "alarm_id=999.999") if chosen}
    assert found == {(0, "?")}


def test_long_history_is_counted_up_to_a_bound(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_OF_HISTORY", 10)
    client.force_login(reader(world, "fleet"))
    answer = client.get("/alarms/?state=all")
    assert answer.context["total"] == "at least 10"
    assert 'title="at least"' in answer.content.decode()
    assert client.get("/alarms/").context["total"].isdecimal()


def test_history_begins_with_the_newest(client: Client, world: World) -> None:
    client.force_login(reader(world, "fleet"))
    page = client.get("/alarms/?state=all").content.decode()
    raised = re.findall(r'data-alarm="\d+".*?<time datetime="([^"]+)"', page)
    assert len(raised) > 1
    assert raised == sorted(raised, reverse=True)


def reader(world: World, scope: str) -> User:
    match scope:
        case "fleet":
            return make_user("reader", fleet=True)
        case "controllers":
            user = make_user("reader", controller=world.controllers[0])
            user.scope_grants.create(controller=world.controllers[1])
            return user
        case "controller":
            return make_user("reader", controller=world.controllers[0])
        case "region":
            return make_user("reader", region="Europe")
    return make_user("reader", group=world.groups[1])

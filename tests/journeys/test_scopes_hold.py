"""Who may see one group of subclouds sees that group, whichever way it is asked."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext

from tests.fixtures.portal import Portal
from tests.journeys.browsing import sign_in, until, until_live
from tests.journeys.installation import Installation, Row
from tests.journeys.person import Person
from tests.journeys.streaming import Follower
from tests.journeys.test_wan_cut import feed_rows, listed_rows
from tests.waiting import wait_until

NAME, PASSWORD = "night-shift", "only one group of them"
MAKE_USER = """
from django.contrib.auth.models import Group, User
from django.utils import timezone
from sites import tokens
from sites.models import ScopeGrant
user = User.objects.create_user({name!r}, password={password!r})
user.groups.add(Group.objects.get(name="Viewer"))
ScopeGrant.objects.create(user=user, group_id={group})
print("token:", tokens.create(user, "journey", timezone.now() + timezone.timedelta(hours=1))[1])
"""


@dataclass
class Scoped:
    """A user who may see one group, and what is inside and outside of it."""

    person: Person
    portal: Portal  # with the user's own token
    inside: dict[int, Row]
    outside: dict[int, Row]
    group: int

    def __post_init__(self) -> None:
        assert self.inside
        assert self.outside


class OwnPortal(Portal):
    """The same portal asked with another token."""

    own_token = ""

    @property
    def token(self) -> str:
        return self.own_token


@pytest.fixture(scope="module")
def scoped(calm: Installation) -> Iterator[Scoped]:
    rows = {row["id"]: row for row in calm.rows("subclouds")}
    sizes = {row["group"]: 0 for row in rows.values()}
    for row in rows.values():
        sizes[row["group"]] += 1
    group = min((number for number in sizes if number), key=lambda number: sizes[number])
    told = calm.portal.manage("shell", "-c", MAKE_USER.format(name=NAME, password=PASSWORD, group=group))
    portal = OwnPortal(calm.portal.url, calm.portal.database_url, calm.portal.environment, calm.portal.var)
    portal.own_token = told.split("token:")[1].strip()
    inside = {pk: row for pk, row in rows.items() if row["group"] == group}
    outside = {pk: row for pk, row in rows.items() if row["group"] != group}
    loud = reached(inside)[:1] + reached(outside)[:3]
    for row in loud:
        calm.raise_alarm(row["dcmanager_id"])
    wanted = {row["id"] for row in loud}  # others may have had this alarm before
    wait_until(lambda: wanted <= subclouds_with_alarm(calm), what="an alarm inside and three outside")
    yield Scoped(Person(calm.portal, NAME, PASSWORD), portal, inside, outside, group)
    for row in loud:
        calm.clear_alarm(row["dcmanager_id"])


def reached(rows: dict[int, Row]) -> list[Row]:
    return [row for row in rows.values() if row["contact"] == "reachable" and row["management_state"] == "managed"]


def subclouds_with_alarm(calm: Installation) -> set[int]:
    return {row["cloud"] for row in calm.rows("alarms", alarm_id="100.101")}


def seen_by(calm: Installation, scoped: Scoped) -> Installation:
    return Installation(calm.simulator, scoped.portal)


def test_list_map_and_counts(calm: Installation, scoped: Scoped) -> None:
    assert listed_rows(scoped.person, "").keys() == scoped.inside.keys()
    assert feed_rows(scoped.person).keys() == scoped.inside.keys()
    counts = scoped.person.json("/map/counts")
    own = [calm.detail(pk) for pk in scoped.inside]
    assert counts["critical"] == sum(row["critical_alarms"] or 0 for row in own)
    everybody = Person(calm.portal).json("/map/counts")
    assert everybody["critical"] > counts["critical"]


def test_search_and_export(scoped: Scoped) -> None:
    stranger = next(iter(scoped.outside.values()))
    assert listed_rows(scoped.person, f"q={stranger['name']}") == {}
    exported = csv.DictReader(io.StringIO(scoped.person.page("/subclouds/export.csv")))
    assert {int(row["id"]) for row in exported} == scoped.inside.keys()
    alarms = csv.DictReader(io.StringIO(scoped.person.page("/alarms/export.csv")))
    names = {row["name"] for row in scoped.outside.values()}
    told = list(alarms)
    assert told
    assert not [row for row in told if names & set(row.values())]


def test_rest(calm: Installation, scoped: Scoped) -> None:
    own = seen_by(calm, scoped)
    assert {row["id"] for row in own.rows("subclouds")} == scoped.inside.keys()
    for what in ("alarms", "hosts", "ports", "ceph"):
        clouds = {row["subcloud"] for row in own.rows(what)}
        assert clouds <= scoped.inside.keys(), what
        assert what == "ceph" or clouds, f"nothing at all of {what}"
    assert {row["id"] for row in own.rows("subcloud-groups")} == {scoped.group}


def test_pages_of_others_do_not_exist(scoped: Scoped) -> None:
    stranger, own = next(iter(scoped.outside)), next(iter(scoped.inside))
    for path in ("/subclouds/{}/", "/subclouds/{}/panel", "/alarms/of/{}/panel/", "/network/of/{}/panel/",
                 "/hosts/of/{}/panel/", "/ceph/of/{}/panel/", "/subclouds/{}/timeline"):  # fmt: skip
        assert scoped.person.ask(path.format(own)).status == 200, path
        assert scoped.person.ask(path.format(stranger)).status == 404, path
    assert scoped.person.ask(f"/api/v1/subclouds/{stranger}/").status == 404
    alarms = scoped.person.page("/alarms/")
    assert not [row["name"] for row in scoped.outside.values() if f">{row['name']}<" in alarms]


def test_stream(calm: Installation, scoped: Scoped) -> None:
    mine, theirs = reached(scoped.inside)[0], reached(scoped.outside)[0]
    spare = {"alarm_id": "100.104", "entity_instance_id": "host=controller-0.filesystem=/var"}
    topics = f"fleet,alarms,cloud:{theirs['id']}"
    address = calm.portal.url
    with (
        Follower(address, topics, Authorization=f"Bearer {scoped.portal.token}") as scoped_script,
        Follower(address, topics, Authorization=f"Bearer {calm.portal.token}") as everything,
    ):
        wait_until(lambda: scoped_script.cursor and everything.cursor, what="both follow")
        calm.raise_alarm(theirs["dcmanager_id"], **spare)
        wait_until(lambda: about(everything, theirs), what="the alarm outside is told to those who may see it")
        calm.raise_alarm(mine["dcmanager_id"], **spare)
        wait_until(lambda: about(scoped_script, mine), what="the alarm inside is told")
        calm.clear_alarm(mine["dcmanager_id"], **spare)
        calm.clear_alarm(theirs["dcmanager_id"], **spare)
        wait_until(lambda: len(about(everything, theirs)) == 2, what="both are over")
        assert about(scoped_script, theirs) == []
        assert {event["cloud"] for event in scoped_script.events} <= scoped.inside.keys()


def about(follower: Follower, row: Row) -> list[Row]:
    """Raises and clears of the spare alarm at this site."""
    return [e for e in follower.events if e["cloud"] == row["id"] and e["data"].get("alarm_id") == "100.104"]


def test_browser(calm: Installation, scoped: Scoped, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, calm.portal, NAME, PASSWORD)
    until_live(page)
    until(page, f"document.querySelector('[data-map-total]').textContent === '{len(scoped.inside)} sites'")
    heard = """async (pk) => {
      const answer = await fetch(`/subclouds/${pk}/panel`);
      return answer.status;
    }"""
    assert page.evaluate(heard, next(iter(scoped.outside))) == 404

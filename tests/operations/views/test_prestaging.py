"""The page of how far a release is prestaged, and the same over REST: numbers that lead to just those subclouds."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sites.models import Cloud, Release
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable
from tests.operations.conftest import SignIn
from tests.sites.world import World, make_cloud

PATH = "/operations/prestage/"
REST = "/api/v1/prestage/"
EVIL = "<script>alert(1)</script>"


def make_mixed(world: World) -> None:
    """The release is available at edge-0 and edge-1, gone from edge-2, and runs at edge-3."""
    make_patchable(world)
    Release.objects.filter(cloud=world.clouds[2], release_id=RELEASE).delete()
    Release.objects.filter(cloud=world.clouds[3], release_id=RELEASE).update(state="deployed")


def test_the_newest_release_is_shown_by_place(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client = sign_in("Viewer")
    text = client.get(PATH).content.decode()
    assert f"<h2>{RELEASE}</h2> <b>75 %</b>" in text
    assert "at System Controllers: deployed at 2" in text
    assert 'aria-label="1 deployed already, 2 prestaged, 1 not prestaged"' in text
    assert all(name in text for name in ("central-1", "central-2", "Brazil", "Europe", "oldest reading"))
    older = client.get(f"{PATH}?of=starlingx-26.09.0").content.decode()
    assert "<b>100 %</b>" in older


def test_each_number_leads_to_just_those(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client = sign_in("Viewer")
    text = client.get(f"{PATH}?management=managed").content.decode()
    found = re.findall(r'<a href="(/subclouds/\?[^"]*prestage=[^"]*)">(\d+)</a>', text)
    assert len(found) == 7
    for address, number in found:
        listed = client.get(unescape(address))
        assert f"<b>{number}</b> of 4 subclouds" in listed.content.decode(), address


def test_only_what_is_in_scope_is_counted(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client = sign_in("Viewer", region="Europe")
    text = client.get(PATH).content.decode()
    assert "<b>2</b> subclouds" in text
    assert "Brazil" not in text
    told = client.get(REST).json()
    assert (told["all"]["total"], told["all"]["prestaged"], told["all"]["deployed"]) == (2, 1, 1)
    assert [row["region"] for row in told["regions"]] == ["Europe"]


def test_rest_tells_the_same(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    told = sign_in("Viewer").get(f"{REST}?of={RELEASE}&region=Brazil").json()
    oldest = told["all"].pop("oldest_reading")
    assert oldest is not None
    assert told["of"] == RELEASE
    assert told["all"] == {
        "total": 2, "deployed": 0, "prestaged": 1, "prestaging": 0, "failed": 0, "absent": 1, "unknown": 0,
        "percent": 50,
    }  # fmt: skip
    assert [(row["name"], row["total"]) for row in told["controllers"]] == [("central-1", 1), ("central-2", 1)]
    assert told["releases"][0] == {"release_id": RELEASE, "states": {"deployed": 2}}


@pytest.mark.parametrize(
    "query", ["of=" + "x" * 129, "of=a%00b", "nonsense=1", "prestage=nonsense", "controller=x"]
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(query: str, sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client = sign_in("Viewer")
    assert client.get(f"{REST}?{query}").status_code == 400
    if "nonsense=1" not in query:
        assert client.get(f"{PATH}?{query}").status_code == 400


def test_no_release_is_known(sign_in: SignIn, world: World) -> None:
    client = sign_in("Viewer")
    assert "No release is known" in client.get(PATH).content.decode()
    assert "Name a release" in client.get(REST).json()["error"]["fields"]["of"]


def test_words_from_elsewhere_are_escaped(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    Cloud.objects.filter(pk=world.clouds[0].pk).update(region=EVIL)
    Release.objects.filter(release_id=RELEASE).update(release_id=EVIL, state=EVIL)
    assert EVIL not in sign_in("Viewer").get(PATH, {"of": EVIL}).content.decode()


@pytest.mark.parametrize("many", [1, 40])
def test_queries_do_not_grow_with_the_fleet(many: int, sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    for at in range(many):
        make_cloud(world.controllers[0], world.groups[0], f"more-{at}", world.now, dcmanager_id=100 + at)
    client: Any
    viewer = sign_in("Viewer")
    for client, path, most in ((sign_in("Engineer"), PATH, 10), (viewer, REST, 7), (viewer, f"{PATH}map", 5)):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        assert len(captured) <= most, "\n".join(query["sql"][:90] for query in captured)


def test_pages_where_people_plan_lead_to_it(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client: Client = sign_in("Engineer")
    assert f'href="{PATH}"' in client.get("/operations/").content.decode()
    assert f'href="{PATH}?region=Europe"' in client.get("/operations/campaigns/new/?region=Europe").content.decode()
    text = client.get(PATH).content.decode()
    assert "Plan a campaign for the 1 without it" in text
    assert f"/operations/campaigns/new/?not_prestaged={RELEASE}" in text
    assert "Plan a campaign" not in sign_in("Viewer").get(PATH).content.decode()


def test_the_map_gets_each_site_in_scope(sign_in: SignIn, world: World) -> None:
    make_mixed(world)
    client = sign_in("Viewer")
    told = client.get(f"{PATH}map").json()
    assert (told["of"], told["releases"]) == (RELEASE, [RELEASE, "starlingx-26.09.0"])
    assert told["address"] == f"{PATH}?of={RELEASE}"
    assert told["values"] == [[cloud.pk for cloud in world.clouds], ["prestaged", "prestaged", "absent", "deployed"]]
    assert client.get(f"{PATH}map?of=starlingx-26.09.0").json()["values"][1] == ["deployed"] * 4
    assert client.get(f"{PATH}map?of={'x' * 129}").status_code == 400
    narrow = sign_in("Viewer", region="Europe").get(f"{PATH}map").json()
    assert narrow["values"] == [[world.clouds[1].pk, world.clouds[3].pk], ["prestaged", "deployed"]]
    assert 'data-prestage="/operations/prestage/map"' in client.get("/").content.decode()


def test_the_map_where_no_release_is_known(sign_in: SignIn, world: World) -> None:
    told = sign_in("Viewer").get(f"{PATH}map").json()
    assert (told["of"], told["releases"]) == ("", [])
    assert set(told["values"][1]) == {"unknown"}

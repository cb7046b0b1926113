"""Keyset paging: nothing skipped, nothing twice, and a cursor that cannot be abused."""

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from sites.models import Cloud
from sites.paging import PagingError, plan
from tests.sites.world import World, make_cloud

SORTS = {"name": ("name", "id"), "severity": ("severity", "name", "id")}


def walk(api: Client, path: str) -> list[str]:
    names: list[str] = []
    while path:
        answer = api.get(path).json()
        names += [row["name"] for row in answer["results"]]
        path = answer["next"]
    return names


@pytest.fixture
def many(world: World) -> list[str]:
    clouds = [
        make_cloud(world.controllers[n % 2], world.groups[n % 2], f"site-{n:02d}", world.now, dcmanager_id=100 + n,
                   severity=n % 4)
        for n in range(25)
    ]  # fmt: skip
    return sorted([cloud.name for cloud in clouds] + [cloud.name for cloud in world.clouds])


@pytest.mark.parametrize(
    "sort", ["name", "-name", "severity", "-severity", "region", "controller", "id", "-id", "release"]
)
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_every_row_once_in_every_order(sort: str, limit: int, api: Client, many: list[str]) -> None:
    names = walk(api, f"/api/v1/subclouds/?sort={sort}&limit={limit}")
    assert sorted(names) == many


def test_worst_first_then_by_name(api: Client, many: list[str]) -> None:
    rows = list(Cloud.objects.filter(kind="subcloud").values_list("severity", "name"))
    expected = [name for _, name in sorted(rows, key=lambda row: (-row[0], row[1]))]
    assert walk(api, "/api/v1/subclouds/?sort=-severity&limit=4") == expected


def test_back_again(api: Client, many: list[str]) -> None:
    first = api.get("/api/v1/subclouds/?limit=10").json()
    second = api.get(first["next"]).json()
    again = api.get(second["previous"]).json()
    assert [row["id"] for row in again["results"]] == [row["id"] for row in first["results"]]
    assert first["previous"] is None
    assert again["previous"] is None
    assert again["next"]


def test_rows_that_come_and_go_move_nothing(api: Client, world: World, many: list[str]) -> None:
    first = api.get("/api/v1/subclouds/?limit=10").json()
    seen = [row["name"] for row in first["results"]]
    make_cloud(world.controllers[0], world.groups[0], "aaa-new", world.now, dcmanager_id=500)
    Cloud.objects.filter(name=seen[2]).delete()
    Cloud.objects.filter(name=seen[-1]).delete()  # the very row the cursor stands on
    rest = walk(api, first["next"])
    assert seen + rest == many


def test_a_cursor_is_good_for_its_own_question_only(api: Client, many: list[str]) -> None:
    cursor = api.get("/api/v1/subclouds/?limit=10").json()["next"].split("cursor=")[1]
    for other in ("sort=-name", "severity=minor", "q=site"):
        answer = api.get(f"/api/v1/subclouds/?limit=10&{other}&cursor={cursor}")
        assert answer.status_code == 400
        assert "without a cursor" in answer.json()["error"]["message"]
    assert api.get(f"/api/v1/subclouds/?limit=3&fields=name&cursor={cursor}").status_code == 200


def test_the_page_says_what_to_do_with_a_bad_cursor(fleet_client: Client) -> None:
    answer = fleet_client.get("/subclouds/?severity=minor&cursor=nonsense")
    assert answer.status_code == 400
    assert b"Start again without a cursor" in answer.content
    assert b'href="/subclouds/?severity=minor"' in answer.content


@pytest.mark.parametrize(
    "limit", ["0", "1001", "-1", "x", "1e3", "9" * 30, "0" * 8 + "199999", "0" * 8 + "1" + "9" * 4400, "١"]
)
def test_limits(limit: str, api: Client) -> None:
    answer = api.get("/api/v1/subclouds/", {"limit": limit})
    assert answer.status_code == 400


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_cursor_is_read_or_refused(text: str) -> None:
    params = QueryDict(mutable=True)
    params["cursor"] = text
    if text == "":
        assert plan(params, SORTS, "name").after is None
        return
    with pytest.raises(PagingError) as refused:
        plan(params, SORTS, "name")
    assert refused.value.field == "cursor"

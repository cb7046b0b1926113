"""The REST interface of sites: fields, filters, errors, tokens, and the schema that describes them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from sites import tokens
from sites.access import EVERYTHING
from sites.listing import Scoped
from sites.models import ApiToken, FacetState
from tests.sites.test_scopes import addresses, at
from tests.sites.world import World, make_cloud, make_user


def view_classes() -> list[type[Any]]:
    found = []
    for path, _ in addresses():
        if path.startswith("/api/"):
            callback: Any = get_resolver().resolve(at(path, 1)).func
            if issubclass(getattr(callback, "cls", object), Scoped):
                found.append(callback.cls)
    return found


@pytest.mark.parametrize("view_class", view_classes(), ids=lambda cls: cls.__name__)
def test_the_schema_names_exactly_the_fields_that_are_sent(view_class: type[Any], world: World) -> None:
    view = view_class()
    view.request = type("R", (), {"scopes": EVERYTHING, "user": make_user("u"), "now": world.now})()
    sent = set(view.columns(world.now)) | set(getattr(view_class, "beside", ()))
    described = {n for n, field in view.serializer_class().fields.items() if not field.write_only}
    assert described == sent


def test_the_schema_can_be_drawn_without_an_error(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", f"--file={tmp_path / 'schema.yml'}")
    assert "openapi: 3.1" in (tmp_path / "schema.yml").read_text()


def test_the_docs_page_loads_nothing_from_elsewhere(fleet_client: Client) -> None:
    answer = fleet_client.get("/api/v1/docs/")
    assert answer.status_code == 200
    assert b"/api/v1/subclouds/" in answer.content
    assert b"//cdn" not in answer.content


def test_a_list_has_ages(api: Client, world: World) -> None:
    rows = {row["name"]: row for row in api.get("/api/v1/subclouds/").json()["results"]}
    assert set(rows) == {"edge-0", "edge-1", "edge-2", "edge-3"}
    assert rows["edge-0"]["stale"] is False
    assert rows["edge-0"]["severity"] == "minor"
    assert rows["edge-0"]["alarms_observed_at"].endswith("+00:00")


def test_what_is_old_or_was_never_read_is_stale(api: Client, world: World) -> None:
    make_cloud(world.controllers[0], None, "old", world.now, age=100_000, dcmanager_id=50)
    never = make_cloud(world.controllers[0], None, "never", world.now, dcmanager_id=51)
    FacetState.objects.filter(cloud=never).delete()
    answer = api.get("/api/v1/subclouds/?stale=true&fields=name,stale&count=1").json()
    assert answer == {
        "next": None, "previous": None, "count": 2,
        "results": [{"name": "never", "stale": True}, {"name": "old", "stale": True}],
    }  # fmt: skip
    detail = api.get(f"/api/v1/subclouds/{world.clouds[0].pk}/").json()
    assert {facet["facet"]: facet["stale"] for facet in detail["facets"]}["alarms"] is False


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=edge", 4), ("q=EDG", 4), ("q=brazil+edge", 2), ("q=nothing+here", 0), ("q=%27%28%29%26%7C%21", 0),
        ("region=Brazil", 2),
        ("region=Brazil&region=Europe", 4), ("region=-", 0), ("severity=minor", 4), ("severity=critical", 0),
        ("availability=online&contact=reachable", 4), ("name=edge-1", 1), ("stale=false", 4),
    ],
)  # fmt: skip
def test_filters(query: str, expected: int, api: Client) -> None:
    assert api.get(f"/api/v1/subclouds/?count=1&{query}").json()["count"] == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("severitty=minor", "severitty"), ("severity=bad", "severity"), ("controller=x", "controller"),
        ("fields=id,secret", "fields"), ("sort=password", "sort"), ("stale=maybe", "stale"), ("ceph=green", "ceph"),
        ("region=a%00b", "region"), ("controller=99999999999999999999", "controller"),
        ("count=true", "count"), ("count=2", "count"), ("count=", "count"), ("limit=%D9%A1", "limit"),
        ("controller=%D9%A1", "controller"),
    ],
)  # fmt: skip
def test_errors_say_which_parameter_and_what_is_known(query: str, field: str, api: Client) -> None:
    answer = api.get(f"/api/v1/subclouds/?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"
    assert answer.json()["error"]["message"].startswith(f"{field}: ")


def test_unknown_addresses_and_methods_answer_in_json(api: Client) -> None:
    assert api.get("/api/v1/nothing/").json()["error"]["code"] == "not_found"
    assert api.delete("/api/v1/subclouds/").json()["error"]["code"] == "method_not_allowed"
    assert api.post("/api/v1/tokens/", "{", content_type="application/json").status_code == 400


class TestTokens:
    def test_no_token_and_a_bad_token_are_401(self, world: World) -> None:
        for headers in ({}, {"Authorization": "Bearer dcp_wrong"}, {"Authorization": "Bearer x y"}):
            answer = Client(headers=headers).get("/api/v1/subclouds/")
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_expired_revoked_and_inactive(self, world: World) -> None:
        user = make_user("somebody", fleet=True)
        now = timezone.now()
        row, text = tokens.create(user, "t", now + timedelta(seconds=5))
        assert tokens.user_of_token(text, now) == user
        assert tokens.user_of_token(text, now + timedelta(seconds=6)) is None
        tokens.revoke(row, now)
        assert tokens.user_of_token(text, now) is None
        _, text = tokens.create(user, "t", None)
        user.is_active = False
        user.save()
        assert tokens.user_of_token(text, now) is None

    def test_only_a_digest_is_kept(self, world: World) -> None:
        row, text = tokens.create(make_user("somebody"), "t", None)
        assert text not in str(ApiToken.objects.filter(pk=row.pk).values())

    def test_use_is_noted_to_the_minute(self, world: World) -> None:
        row, text = tokens.create(make_user("somebody"), "t", None)
        now = timezone.now()
        tokens.user_of_token(text, now)
        tokens.user_of_token(text, now + timedelta(seconds=59))
        row.refresh_from_db()
        assert row.used_at == now
        tokens.user_of_token(text, now + timedelta(seconds=61))
        row.refresh_from_db()
        assert row.used_at == now + timedelta(seconds=61)

    def test_made_shown_once_and_revoked(self, api: Client, narrow_api: Client) -> None:
        made = api.post("/api/v1/tokens/", {"name": "ci"}, content_type="application/json")
        assert made.status_code == 201
        text, pk = made.json()["token"], made.json()["id"]
        assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/").status_code == 200
        assert text not in api.get("/api/v1/tokens/").content.decode()
        assert narrow_api.delete(f"/api/v1/tokens/{pk}/").status_code == 404
        assert api.delete(f"/api/v1/tokens/{pk}/").status_code == 204
        assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/").status_code == 401

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": ""},
            {"name": "x", "expires_at": "2020-01-01T00:00:00Z"},
            {"name": "x", "expires_at": "2999-01-01T00:00:00Z"},
        ],
    )
    def test_bad_wishes(self, body: dict[str, str], api: Client) -> None:
        assert api.post("/api/v1/tokens/", body, content_type="application/json").status_code == 400

    def test_one_made_with_a_token_does_not_outlive_it(self, world: World) -> None:
        end = timezone.now() + timedelta(days=5)
        _, text = tokens.create(make_user("somebody", fleet=True), "parent", end)
        client = Client(headers={"Authorization": f"Bearer {text}"})
        assert client.post("/api/v1/tokens/", {"name": "usual"}, content_type="application/json").status_code == 201
        assert ApiToken.objects.get(name="usual").expires_at == end
        later = {"name": "later", "expires_at": (end + timedelta(seconds=1)).isoformat()}
        refused = client.post("/api/v1/tokens/", later, content_type="application/json")
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["expires_at"])
        sooner = {"name": "sooner", "expires_at": (end - timedelta(seconds=1)).isoformat()}
        assert client.post("/api/v1/tokens/", sooner, content_type="application/json").status_code == 201

    @pytest.mark.parametrize("body", [{"name": "x", "days": 3}, {"name": "x", "token": "dcp_mine"}])
    def test_unknown_keys_are_named(self, body: dict[str, Any], api: Client) -> None:
        answer = api.post("/api/v1/tokens/", body, content_type="application/json")
        assert (answer.status_code, len(answer.json()["error"]["fields"])) == (400, 1)
        assert set(answer.json()["error"]["fields"]) < set(body)

    def test_of_headers(self, world: World) -> None:
        user = make_user("somebody")
        _, text = tokens.create(user, "t", None)
        assert tokens.user_of_headers([(b"host", b"x"), (b"authorization", b"Bearer " + text.encode())]) == user
        assert tokens.user_of_headers([(b"authorization", b"Basic " + text.encode())]) is None
        assert tokens.user_of_headers([(b"authorization", b"Bearer \xff\xfe")]) is None


class TestTokenPage:
    def test_made_on_the_page_and_revoked(self, fleet_client: Client) -> None:
        page = fleet_client.post("/tokens/", {"name": "laptop", "days": "30"})
        assert page.status_code == 200
        text = re.search(r"dcp_[\w-]{43}", page.content.decode())
        assert text is not None
        headers = {"Authorization": f"Bearer {text.group()}"}
        assert Client(headers=headers).get("/api/v1/subclouds/").status_code == 200
        assert text.group() not in fleet_client.get("/tokens/").content.decode()
        pk = ApiToken.objects.get(name="laptop").pk
        assert fleet_client.post(f"/tokens/{pk}/revoke").status_code == 302
        assert Client(headers=headers).get("/api/v1/subclouds/").status_code == 401

    def test_others_tokens_do_not_exist(self, fleet_client: Client, narrow_client: Client) -> None:
        fleet_client.post("/tokens/", {"name": "laptop", "days": "30"})
        assert narrow_client.post(f"/tokens/{ApiToken.objects.get().pk}/revoke").status_code == 404

    @pytest.mark.parametrize("form", [{"name": "", "days": "30"}, {"name": "x", "days": "9999"}])
    def test_bad_wishes(self, form: dict[str, str], fleet_client: Client) -> None:
        assert fleet_client.post("/tokens/", form).status_code == 400
        assert not ApiToken.objects.exists()

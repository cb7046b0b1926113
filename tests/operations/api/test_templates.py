"""Templates of sites over REST: made, changed, deleted; never with a secret in them."""

from typing import Any

import pytest
from django.test import Client

from events.models import AuditEntry
from operations.models import SiteTemplate
from tests.operations.api.asking import faults_of, post
from tests.operations.api.conftest import Clients
from tests.operations.api.sheets import TEXTS

TEMPLATES = "/api/v1/site-templates/"


def patch(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.patch(path, body, content_type="application/json")


@pytest.fixture
def small(api: Client) -> dict[str, Any]:
    answer = post(api, TEMPLATES, {"name": "small", "description": "one server", **TEXTS})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    assert answer.headers["Location"].endswith(f"{TEMPLATES}{made['id']}/")
    return made


def test_made_changed_and_deleted(api: Client, small: dict[str, Any]) -> None:
    place = f"{TEMPLATES}{small['id']}/"
    assert (small["description"], small["changed_by"]) == ("one server", "robot-0")
    changed = patch(api, place, {"description": "two servers"}).json()
    assert (changed["description"], changed["bootstrap_values"]) == ("two servers", small["bootstrap_values"])
    (row,) = api.get(f"{TEMPLATES}?q=two&fields=name,description").json()["results"]
    assert row == {"name": "small", "description": "two servers"}
    assert api.delete(place).status_code == 204
    assert api.get(place).status_code == api.delete(place).status_code == patch(api, place, {}).status_code == 404
    verbs = AuditEntry.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["template.add", "template.change", "template.delete"]


def test_of_two_who_change_it_the_later_is_told(api: Client, small: dict[str, Any]) -> None:
    place, seen = f"{TEMPLATES}{small['id']}/", small["changed_at"]
    assert patch(api, place, {"description": "mine", "seen": seen}).status_code == 200
    answer = patch(api, place, {"description": "theirs", "seen": seen})
    assert (answer.status_code, "meanwhile" in answer.json()["error"]["message"]) == (409, True)
    assert SiteTemplate.objects.get().description == "mine"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"), ({"bootstrap_values": "- a"}, "bootstrap_values"),
        ({"bootstrap_values": "admin_password: hunter2"}, "bootstrap_values/admin_password"),
        ({"install_values": "bmc_password: hunter2"}, "install_values/bmc_password"),
        ({"deploy_config": "kind: Secret\napiVersion: v1\nstringData: {a: hunter2}"}, "deploy_config/0/stringData/a"),
        ({"bootstrap_values": "proxy: http://joe:hunter2@proxy"}, "bootstrap_values/proxy"),
        ({"bootstrap_values": "name: same"}, "bootstrap_values/name"), ({"owner": "me"}, "owner"),
        ({"bootstrap_values": "a: \ud800"}, "bootstrap_values"), ({"description": "a\x00b"}, "description"),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_is_refused(
    changed: dict[str, Any], field: str, api: Client, small: dict[str, Any]
) -> None:
    for answer in (
        post(api, TEMPLATES, {"name": "other", **TEXTS} | changed),
        patch(api, f"{TEMPLATES}{small['id']}/", changed),
    ):
        assert answer.status_code == 400, answer.content
        assert field in faults_of(answer)
        assert "hunter2" not in answer.content.decode()
    assert SiteTemplate.objects.count() == 1


def test_a_name_is_there_once(api: Client, small: dict[str, Any]) -> None:
    answer = post(api, TEMPLATES, {"name": "small", **TEXTS})
    assert (answer.status_code, list(faults_of(answer))) == (400, ["name"])


@pytest.mark.parametrize(
    ("role", "read", "write"), [("Viewer", 403, 403), ("Operator", 403, 403), ("Engineer", 200, 201)]
)
def test_roles(role: str, read: int, write: int, client_of: Clients, small: dict[str, Any]) -> None:
    client = client_of(role, fleet=True)
    assert client.get(TEMPLATES).status_code == read
    assert client.get(f"{TEMPLATES}{small['id']}/").status_code == read
    assert post(client, TEMPLATES, {"name": "other", **TEXTS}).status_code == write
    assert AuditEntry.objects.filter(outcome="refused").count() == (write == 403)

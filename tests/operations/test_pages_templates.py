"""Templates of sites: read by those who deploy, written by those who may, and never with a secret in them."""

from datetime import timedelta
from typing import Any

import pytest

from operations.models import SiteTemplate
from tests.operations.api.sheets import TEXTS
from tests.operations.conftest import SignIn
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"


def body(**changes: Any) -> dict[str, Any]:
    return {"name": "cell", "description": "one server", **TEXTS} | changes


@pytest.fixture
def template(world: World) -> SiteTemplate:
    return SiteTemplate.objects.create(
        name="cell", created_at=world.now, changed_at=world.now, changed_by=EVIL, description=EVIL, **TEXTS
    )


def test_made(sign_in: SignIn) -> None:
    client = sign_in("Engineer")
    assert "No templates yet" in client.get("/operations/templates/").content.decode()
    assert client.post("/operations/templates/new", body()).status_code == 302
    assert SiteTemplate.objects.get().name == "cell"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"bootstrap_values": "admin_password: hunter2hunter2"}, "secret"), ({"bootstrap_values": "a: ["}, "not the YAML"),
     ({"name": ""}, "required"), ({"bootstrap_values": "name: always-the-same"}, "is the same for every site")],
)  # fmt: skip
def test_refused_with_the_reason_and_the_text_kept(changes: dict[str, Any], says: str, sign_in: SignIn) -> None:
    answer = sign_in("Engineer").post("/operations/templates/new", body(**changes))
    text = answer.content.decode()
    assert answer.status_code == 400
    assert says in text
    assert "bootstrap_interface: eno1" in text
    assert not SiteTemplate.objects.exists()


def test_changed_unless_somebody_else_was_quicker(sign_in: SignIn, template: SiteTemplate) -> None:
    client = sign_in("Engineer")
    path = f"/operations/templates/{template.pk}/"
    text = client.get(path).content.decode()
    assert "deploy_config/0/data/password" in text  # a secret that a run is asked for
    assert EVIL not in text
    seen = template.changed_at.isoformat()
    assert client.post(path, body(description="new", seen=seen)).status_code == 302
    answer = client.post(path, body(description="newer", seen=(template.changed_at - timedelta(1)).isoformat()))
    assert "Somebody has changed this template meanwhile" in answer.content.decode()
    assert client.post(path, body(seen="yesterday")).status_code == 400
    assert SiteTemplate.objects.get().description == "new"


def test_deleted_after_a_question(sign_in: SignIn, template: SiteTemplate) -> None:
    client = sign_in("Engineer")
    path = f"/operations/templates/{template.pk}/delete"
    assert "keep their own copy" in client.get(path).content.decode()
    client.post(path)
    assert not SiteTemplate.objects.exists()


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Approver"])
def test_roles_that_do_not_deploy(role: str, sign_in: SignIn, template: SiteTemplate) -> None:
    client = sign_in(role)
    paths = ["/operations/templates/", "/operations/templates/new", f"/operations/templates/{template.pk}/"]
    for path in paths:
        assert client.get(path).status_code == 403
    for path in [*paths[1:], f"/operations/templates/{template.pk}/delete"]:
        assert client.post(path, body()).status_code == 403
    assert SiteTemplate.objects.get().description == EVIL


def test_one_that_is_not_there(sign_in: SignIn, world: World) -> None:
    client = sign_in("Engineer")
    for path in ("/operations/templates/9/", "/operations/templates/9/delete"):
        assert client.get(path).status_code == 404

"""Deploying from the page: bad input loses nothing, bad rows are never sent, and what was looked at is what runs."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from events.models import AuditEntry
from operations.models import DeployPlan, Operation, RunSecret, SiteTemplate, Target
from sites.models import Controller
from tests.operations.api.sheets import GIVEN, TEXTS, csv, ready
from tests.operations.conftest import SignIn
from tests.operations.planning.site_template import line
from tests.sites.world import World

DEPLOY = "/operations/deploy/"
EVIL = "<script>alert(1)</script>"
HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def fleet(world: World) -> None:
    Controller.objects.update(write_username="portal-operator")
    ready(world.controllers[0])


@pytest.fixture
def client(sign_in: SignIn) -> Client:
    return sign_in("Engineer")


def form(world: World, *lines: str, **changes: Any) -> dict[str, Any]:
    """As a browser sends it, with a file of these rows."""
    rows = csv(*(lines or (line(1), line(2))))
    usual = {
        "controller": world.controllers[0].pk, "template": "", "how": "file", "max_at_once": "10", "manage": "on",
        "sites_file": SimpleUploadedFile("sites.csv", rows.encode()), "do": "check", **TEXTS,
    }  # fmt: skip
    secrets = {f"secret:{name}": text for name, text in GIVEN.items()}
    return usual | secrets | changes


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" form="deploy" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def test_the_page_offers_controllers_and_templates_in_scope(client: Client, world: World, sign_in: SignIn) -> None:
    SiteTemplate.objects.create(name=EVIL, created_at=world.now, changed_at=world.now, changed_by="x", **TEXTS)
    text = client.get(DEPLOY).content.decode()
    assert "central-1" in text
    assert "central-2" in text
    assert EVIL not in text
    narrow = sign_in("Engineer", controller=world.controllers[1]).get(DEPLOY).content.decode()
    assert "central-1" not in narrow


@pytest.mark.parametrize("role", ["Viewer", "Operator", "Approver"])
def test_roles_that_may_not(role: str, sign_in: SignIn, world: World) -> None:
    other = sign_in(role)
    assert DEPLOY not in other.get("/operations/").content.decode()
    assert other.get(DEPLOY).status_code == 403
    assert other.post(DEPLOY, form(world)).status_code == 403
    assert AuditEntry.objects.filter(outcome="refused").count() == 2


def test_a_template_brings_its_columns_and_secrets(client: Client, world: World) -> None:
    stored = SiteTemplate.objects.create(
        name="cell", created_at=world.now, changed_at=world.now, changed_by="x", **TEXTS
    )
    text = client.get(f"{DEPLOY}?template={stored.pk}").content.decode()
    assert 'name="cell:mtu"' in text
    assert 'name="secret:deploy_config/0/data/password"' in text
    assert f"template.csv?template={stored.pk}" in text
    part = client.post(DEPLOY, {"template": stored.pk, "do": "read", "cell:mtu": "9000"}, headers=HX).content.decode()
    assert part.startswith('<div id="deploy-asks"')
    assert 'value="9000"' in part


def test_a_pasted_template_that_is_no_good_says_why(client: Client) -> None:
    part = client.post(DEPLOY, {"bootstrap_values": "a: [", "do": "read"}, headers=HX).content.decode()
    assert "This is not the YAML that is taken" in part


def test_a_verdict_for_each_row_and_nothing_is_stored(client: Client, world: World) -> None:
    answer = client.post(DEPLOY, form(world, line(1), line(2, mode="triplex"), line(3, name="bad name")), headers=HX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "system_mode is" in text
    assert text.index("bad name") < text.index("cell-0001")  # the refused first
    assert hidden(text)["wanted"] == "1"
    assert not Operation.objects.exists()
    assert not RunSecret.objects.exists()


def test_no_secret_is_in_any_answer(client: Client, world: World) -> None:
    bad = form(world, line(1, mode="triplex"))
    answers = [
        client.post(DEPLOY, form(world), headers=HX), client.post(DEPLOY, form(world)), client.post(DEPLOY, bad),
        client.post(f"{DEPLOY}row/2", form(world)), client.post(f"{DEPLOY}verdicts.csv", form(world)),
        client.post(DEPLOY, form(world, do="read")), client.post(DEPLOY, form(world, max_at_once="x")),
    ]  # fmt: skip
    for answer in answers:
        assert not [secret for secret in GIVEN.values() if secret in unescape(answer.content.decode())]


def test_what_would_be_sent_for_a_row_with_masked_secrets(client: Client, world: World) -> None:
    text = unescape(client.post(f"{DEPLOY}row/3", form(world)).content.decode())
    assert "name: cell-0002" in text
    assert "sysadmin_password: '[hidden]'" in text
    assert "password: '[hidden]'" in text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sites_file": SimpleUploadedFile("s.csv", b"")}, "The file is empty."),
        ({"sites_file": SimpleUploadedFile("s.csv", b"\xff\xfe\x00\xd8\x00")}, "sites/file"),
        ({"sites_file": SimpleUploadedFile("s.csv", b"name\ncell-1\n")}, "Column mode is missing"),
        ({"sites_file": ""}, "Choose a file."),
        ({"how": "text", "sites_text": ""}, "Paste the rows"),
        ({"bootstrap_values": ""}, "Choose a template, or paste"),
        ({"bootstrap_values": "a: ["}, "This is not the YAML that is taken"),
        ({"max_at_once": "0"}, "At once"),
        ({"controller": "999"}, "System Controller"),
        ({"template": "999"}, "Template"),
    ],
)
def test_bad_input_is_named_and_loses_nothing(changes: dict[str, Any], says: str, client: Client, world: World) -> None:
    if isinstance(changes.get("sites_file"), SimpleUploadedFile):
        changes["sites_file"].seek(0)
    sent = form(world, reason="CHG-7") | changes
    answer = client.post(DEPLOY, sent)
    text = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert says in text
    assert 'value="CHG-7"' in text  # without scripts the page comes back with what was typed
    assert "bootstrap_interface: eno1" in text
    assert not Operation.objects.exists()


def test_ten_thousand_rows_are_read_and_the_first_shown(client: Client, world: World) -> None:
    lines = [line(number) for number in range(1, 2001)] + [line(2001, mode="x")]
    text = client.post(DEPLOY, form(world, *lines), headers=HX).content.decode()
    assert "200 are shown" in text
    assert "2,000" in text
    assert text.index("cell-2001") < text.index("cell-0001")


def test_deployed_after_it_was_looked_at(client: Client, world: World) -> None:
    rows = (line(1), line(2, mode="triplex"))
    seen = hidden(client.post(DEPLOY, form(world, *rows), headers=HX).content.decode())
    answer = client.post(DEPLOY, form(world, *rows) | seen | {"do": "deploy", "typed": "1"}, headers=HX)
    operation = Operation.objects.get()
    assert answer["HX-Redirect"] == f"/operations/{operation.pk}/"
    assert sorted(Target.objects.values_list("name", "state")) == [("cell-0001", "checking"), ("cell-0002", "refused")]
    assert DeployPlan.objects.get().template_name == ""
    page = client.get(f"/operations/{operation.pk}/").content.decode()
    assert "1 refused before anything was sent" in page
    target = Target.objects.get(number=2)
    assert client.get(f"/operations/{operation.pk}/targets/{target.pk}/").status_code == 200
    sent = unescape(client.get(f"/operations/{operation.pk}/targets/{target.pk}/payload").content.decode())
    assert "name: cell-0001" in sent
    assert "[hidden]" in sent


@pytest.mark.parametrize("typed", ["", "2", "one"])
def test_the_number_has_to_be_typed(typed: str, client: Client, world: World) -> None:
    seen = hidden(client.post(DEPLOY, form(world, line(1)), headers=HX).content.decode())
    answer = client.post(DEPLOY, form(world, line(1)) | seen | {"do": "deploy", "typed": typed}, headers=HX)
    assert answer.status_code == 400
    assert "Type exactly 1." in answer.content.decode()
    assert not Operation.objects.exists()


def test_what_was_not_looked_at_does_not_run(client: Client, world: World) -> None:
    seen = hidden(client.post(DEPLOY, form(world, line(1)), headers=HX).content.decode())
    answer = client.post(DEPLOY, form(world, line(7)) | seen | {"do": "deploy", "typed": "1"}, headers=HX)
    assert answer.status_code == 400
    assert "is not what you looked at" in answer.content.decode()
    assert "cell-0007" in answer.content.decode()
    assert not Operation.objects.exists()


def test_missing_secrets_are_named_beside_the_verdicts(client: Client, world: World) -> None:
    without = {name: "" for name in form(world) if name.startswith("secret:")} | {"start": "on"}
    seen = hidden(client.post(DEPLOY, form(world, line(1)) | without, headers=HX).content.decode())
    answer = client.post(DEPLOY, form(world, line(1)) | without | seen | {"do": "deploy", "typed": "1"}, headers=HX)
    text = answer.content.decode()
    assert "The secret sysadmin_password is missing" in text
    assert "cell-0001" in text


def test_sent_twice_is_one_operation(client: Client, world: World) -> None:
    seen = hidden(client.post(DEPLOY, form(world, line(1)), headers=HX).content.decode())
    for _ in range(2):
        answer = client.post(DEPLOY, form(world, line(1)) | seen | {"do": "deploy", "typed": "1"}, headers=HX)
        assert answer.status_code == 204
    assert Operation.objects.count() == 1


def test_other_sites_from_the_same_page_are_another_operation(client: Client, world: World) -> None:
    """Deployed, went back, changed the sheet: the key of the form travels along, and must not stand for the first."""
    first = hidden(client.post(DEPLOY, form(world, line(1)), headers=HX).content.decode())
    client.post(DEPLOY, form(world, line(1)) | first | {"do": "deploy", "typed": "1"}, headers=HX)
    rows = (line(2), line(3))
    second = hidden(client.post(DEPLOY, form(world, *rows, once=first["once"]), headers=HX).content.decode())
    places = [
        client.post(DEPLOY, form(world, *rows) | second | {"do": "deploy", "typed": "2"}, headers=HX)["HX-Redirect"]
        for _ in range(2)
    ]
    assert len(set(places)) == 1
    assert Operation.objects.count() == 2
    assert sorted(Target.objects.values_list("name", flat=True)) == ["cell-0001", "cell-0002", "cell-0003"]


def test_one_site_by_its_form(client: Client, world: World) -> None:
    names = csv().split(",")
    cells = {f"cell:{name.strip()}": cell for name, cell in zip(names, line(9).split(","), strict=True)}
    text = client.post(DEPLOY, form(world, how="one", sites_file="", **cells), headers=HX).content.decode()
    assert "cell-0009" in text
    assert hidden(text)["wanted"] == "1"


def test_pasted_rows(client: Client, world: World) -> None:
    sent = form(world, how="text", sites_file="", sites_text=csv(line(4)))
    assert hidden(client.post(DEPLOY, sent, headers=HX).content.decode())["wanted"] == "1"


def test_verdicts_to_take_away(client: Client, world: World) -> None:
    answer = client.post(f"{DEPLOY}verdicts.csv", form(world, line(1), line(2, name="=cmd()")))
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv")
    assert "refused" in text
    assert ",=cmd()" not in text


def test_hostile_cells_are_escaped(client: Client, world: World) -> None:
    text = client.post(DEPLOY, form(world, line(1, name=EVIL, group=EVIL)), headers=HX).content.decode()
    assert EVIL not in text

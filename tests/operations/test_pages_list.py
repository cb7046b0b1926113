"""The list of operations: what it shows to whom, and that its address holds its whole state."""

import csv
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.choices import TargetState
from operations.marks import OPERATION_MARKS, TARGET_MARKS
from operations.models import Operation
from tests.operations.asked import make_operation
from tests.operations.conftest import SignIn
from tests.sites.world import World

EVIL = "<script>alert(1)</script>"


def test_nobody_has_asked_for_anything_yet(sign_in: SignIn) -> None:
    text = sign_in("Viewer").get("/operations/").content.decode()
    assert "No operations yet" in text
    assert 'aria-current="page"' in text  # its entry in the navigation


def test_an_operation_shows_its_targets_by_state(sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["completed", "completed", "failed", "waiting"], reason="CHG-1")
    text = sign_in("Viewer").get("/operations/").content.decode()
    assert "2 completed, 1 failed, 1 waiting" in text
    assert f"/operations/{operation.pk}/" in text
    assert "CHG-1" in text


def test_counts_are_of_the_targets_in_scope(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed", "failed", "running", "waiting"])  # Brazil, Europe, Brazil, Europe
    text = sign_in("Viewer", region="Europe").get("/operations/").content.decode()
    assert "1 failed, 1 waiting" in text
    assert "completed" not in text.split("<tbody", 1)[1].split("</tbody")[0]


def test_what_has_no_target_in_scope_is_not_listed(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed"])
    answer = sign_in("Viewer", region="Europe").get("/operations/")
    assert answer.context["rows"] == []


def test_nothing_to_filter_shows_no_filter(sign_in: SignIn, world: World) -> None:
    page = sign_in("Viewer").get("/operations/").content.decode()
    assert "No operations yet" in page
    assert '<section class="facet' not in page


def test_every_filter_that_is_offered_can_be_followed(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed"], state="completed", kind="manage", requester_name="anna")
    make_operation(world, ["failed"], state="failed_temp", controller=None)
    client = sign_in("Viewer")
    page = client.get("/operations/").content.decode()
    aside = page[page.index('class="facets"') : page.index("</aside>")]
    links = [unescape(href) for href in re.findall(r'<li><a href="([^"]*)"', aside)]
    assert {"?state=completed", "?kind=manage", "?controller=-", "?requester=anna"} <= set(links)
    for link in links:
        answer = client.get(f"/operations/{link}")
        found = 2 if "asked=" in link else 1  # both were asked for just now
        assert (answer.status_code, len(answer.context["rows"]), answer.context["total"]) == (200, found, found), link


@pytest.mark.parametrize(
    ("text", "found"),
    [("edge-0", True), ("up back", True), ("chg-7", True), ("operator", True), ("#{pk}", True), ("nothing", False),
     ("-", True), ("%", False)],
)  # fmt: skip
def test_search(text: str, found: bool, sign_in: SignIn, world: World) -> None:
    operation = make_operation(world, ["completed"], reason="CHG-7")
    answer = sign_in("Viewer").get("/operations/", {"q": text.format(pk=operation.pk)})
    assert len(answer.context["rows"]) == found


@pytest.mark.parametrize("query", ["sort=nonsense", "state=nonsense", "controller=x", "cursor=x", "cloud=1.5x"])
def test_what_cannot_be_followed_is_named(query: str, sign_in: SignIn) -> None:
    answer = sign_in("Viewer").get(f"/operations/?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.content.decode()


@pytest.mark.parametrize("sort", ["created", "-created", "title", "kind", "state", "requester", "id"])
def test_pages_go_on_and_back(sort: str, sign_in: SignIn, world: World) -> None:
    for n in range(5):
        make_operation(world, [], title=f"operation {n}")
        make_operation(world, ["completed"], title=f"operation {n}")
    client = sign_in("Viewer")
    seen, path = [], f"/operations/?sort={sort}&limit=4"
    while path:
        answer = client.get(path)
        seen += [row["id"] for row in answer.context["rows"]]
        cursor = answer.context["next"]
        path = f"/operations/?sort={sort}&limit=4&cursor={cursor}" if cursor else ""
    assert sorted(seen) == sorted(Operation.objects.values_list("pk", flat=True))


def test_htmx_gets_only_the_rows(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed"])
    text = sign_in("Viewer").get("/operations/", headers={"HX-Request": "true"}).content.decode()
    assert text.startswith('<div id="operation-rows"')
    assert "<html" not in text


def test_export_is_safe_for_spreadsheets(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed"], title="=cmd()", reason="+1")
    answer = sign_in("Viewer").get("/operations/export.csv")
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert (rows[0]["title"], rows[0]["reason"]) == ("'=cmd()", "'+1")


def test_text_of_people_is_escaped(sign_in: SignIn, world: World) -> None:
    make_operation(world, ["completed"], title=EVIL, reason=EVIL, requester_name=EVIL, state_reason=EVIL)
    assert EVIL not in sign_in("Viewer").get("/operations/").content.decode()


@pytest.mark.parametrize("many", [1, 30])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    for _ in range(many):
        make_operation(world, [])
    make_operation(world, ["completed", "failed"])
    client = sign_in("Viewer")
    client.get("/operations/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/operations/")
    assert len(captured) == 7  # session, user, standing; rows, facets, names of controllers, alarm counts


def test_every_state_has_a_mark() -> None:
    assert set(TARGET_MARKS) == set(TargetState)
    assert set(OPERATION_MARKS) == {state for state, _ in Operation._meta.get_field("state").choices or ()}

"""Who may do what to campaigns: role by scope, and that refusals are audited."""

from typing import Any

import pytest
from django.test import Client

from operations.models import Operation, Target
from sites import tokens
from tests.operations.api.asking import post
from tests.operations.api.conftest import Clients
from tests.operations.api.test_campaigns import CAMPAIGNS, body
from tests.operations.api.test_permits import refusals
from tests.operations.campaign_facts.patchable import make_patchable
from tests.operations.services.campaigning import Crew
from tests.sites.world import World, make_user

BODIES: dict[str, Any] = {
    "approve": {"plan_hash": "0" * 64}, "abort": {"reason": "x"}, "roll-back": {"sites": [1]},
}  # fmt: skip
ACTS = ("approve", "revoke", "start", "hold", "release", "abort", "retry-failed", "roll-back")
PLANNERS = {"start", "release", "abort", "retry-failed", "roll-back", "hold"}
MAY = {
    "Viewer": set[str](), "Operator": {"hold"}, "Approver": {"approve", "revoke", "hold"}, "Engineer": PLANNERS,
    "Administrator": {*PLANNERS, "approve", "revoke"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def patchable(world: World) -> None:
    make_patchable(world)


@pytest.fixture
def theirs(world: World) -> Operation:
    """Over all four subclouds: two controllers, two regions."""
    crew = Crew(world, make_user("boss", "Engineer", fleet=True), make_user("second", "Approver", fleet=True))
    return crew.plan()


def act(client: Client, operation: Operation, verb: str) -> Any:
    return post(client, f"{CAMPAIGNS}{operation.pk}/{verb}/", BODIES.get(verb))


@pytest.mark.parametrize("verb", ACTS)
@pytest.mark.parametrize("role", MAY)
def test_roles(role: str, verb: str, client_of: Clients, theirs: Operation) -> None:
    answer = act(client_of(role, fleet=True), theirs, verb)
    if verb in MAY[role]:
        assert answer.status_code in (200, 409), answer.content
    else:
        assert answer.status_code == 403
        assert refusals() == [(f"campaign.{verb.replace('-', '_')}", f"operation:{theirs.pk}")]


@pytest.mark.parametrize("role", MAY)
def test_who_may_plan(role: str, client_of: Clients, world: World) -> None:
    client = client_of(role, fleet=True)
    expected = 200 if "start" in MAY[role] else 403
    assert post(client, f"{CAMPAIGNS}preview/", body(world)).status_code == expected
    assert post(client, CAMPAIGNS, body(world)).status_code == (201 if expected == 200 else 403)


@pytest.mark.parametrize("verb", ACTS)
def test_whoever_sees_a_part_changes_none_of_it(verb: str, client_of: Clients, world: World, theirs: Operation) -> None:
    part = client_of("Administrator", group=world.groups[0])
    assert act(part, theirs, verb).status_code == 403
    assert refusals() == [(f"campaign.{verb.replace('-', '_')}", f"operation:{theirs.pk}")]
    far = client_of("Administrator", region="Asia")
    assert act(far, theirs, verb).status_code == 404
    assert refusals() == [(f"campaign.{verb.replace('-', '_')}", f"operation:{theirs.pk}")] * 2


def test_sites_out_of_scope_are_refused_and_audited(narrow_api: Client, world: World) -> None:
    assert post(narrow_api, CAMPAIGNS, body(world)).status_code == 403
    assert post(narrow_api, f"{CAMPAIGNS}preview/", body(world)).status_code == 403
    assert refusals() == [("operation.request", "clouds")] * 2
    assert not Operation.objects.exists()
    mine = body(world, clouds=[world.clouds[0].pk, world.clouds[1].pk])
    assert post(narrow_api, CAMPAIGNS, mine).status_code == 201


def test_a_part_is_seen_as_a_part(narrow_api: Client, api: Client, theirs: Operation) -> None:
    path = f"{CAMPAIGNS}{theirs.pk}/"
    whole, part = api.get(path).json(), narrow_api.get(path).json()
    assert [len(each["waves"][0]["batches"]) for each in (whole, part)] == [2, 1]
    assert [each["waves"][0]["sites"]["total"] for each in (whole, part)] == [4, 2]
    assert [each["counts"]["total"] for each in (whole, part)] == [4, 2]
    rows = narrow_api.get(f"{path}sites/").json()["results"]
    assert {row["name"] for row in rows} == {"edge-0", "edge-1"}
    assert narrow_api.get(f"{CAMPAIGNS}?count=1").json()["count"] == 1


def test_another_plan_for_one_out_of_scope_is_audited(client_of: Clients, theirs: Operation) -> None:
    far = client_of("Administrator", region="Asia")
    for pk in (theirs.pk, theirs.pk + 99):
        path = f"{CAMPAIGNS}{pk}/"
        assert far.patch(path, {"title": "x"}, content_type="application/json").status_code == 404
    assert refusals() == [("campaign.change", f"operation:{theirs.pk}")]


def test_nothing_of_what_is_not_seen(client_of: Clients, theirs: Operation) -> None:
    far = client_of("Administrator", region="Asia")
    assert far.get(f"{CAMPAIGNS}{theirs.pk}/").status_code == 404
    assert far.get(f"{CAMPAIGNS}{theirs.pk}/sites/").status_code == 404
    assert refusals() == [("read", f"operation:{theirs.pk}")]


@pytest.mark.parametrize(
    ("verb", "roles"), [("hold", {"Operator", "Approver", "Engineer"}), ("skip", {"Engineer"}),
                        ("release", {"Engineer"}), ("excuse", {"Engineer"})],
)  # fmt: skip
def test_single_sites_are_for_whoever_acts_there(
    verb: str, roles: set[str], client_of: Clients, world: World, theirs: Operation
) -> None:
    mine, other = (Target.objects.get(cloud=world.clouds[number]) for number in (1, 2))
    given = {} if verb == "release" else {"reason": "x"}
    for role in ("Viewer", "Operator", "Approver", "Engineer"):
        client = client_of(role, group=world.groups[0])
        allowed = post(client, f"{CAMPAIGNS}{theirs.pk}/sites/{mine.pk}/{verb}/", given).status_code
        assert (allowed != 403) == (role in roles), role
        assert post(client, f"{CAMPAIGNS}{theirs.pk}/sites/{other.pk}/{verb}/", given).status_code == 404
        assert refusals()[-1] == (f"campaign.{verb}_site", f"target:{other.pk}")


def test_an_approver_by_token_is_the_same_person(client_of: Clients, world: World) -> None:
    """Whoever planned in a browser does not approve by a token: both are one user."""
    crew = Crew(world, make_user("both", "Administrator", fleet=True), make_user("second", "Approver", fleet=True))
    operation = crew.plan()
    _, text = tokens.create(crew.planner, "mine", None)
    answer = post(
        Client(headers={"Authorization": f"Bearer {text}"}), f"{CAMPAIGNS}{operation.pk}/approve/",
        {"plan_hash": operation.plan_hash},
    )  # fmt: skip
    assert answer.status_code == 403
    assert refusals() == [("campaign.approve", f"operation:{operation.pk}")]


def test_other_verbs_of_operations_are_no_way_around(api: Client, theirs: Operation) -> None:
    for verb in ("start", "retry"):
        assert post(api, f"/api/v1/operations/{theirs.pk}/{verb}/").status_code == 409

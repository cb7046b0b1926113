"""Role by scope: who may ask for what, that what is out of scope does not exist, and that refusals are audited."""

from typing import Any

import pytest
from django.test import Client

from events.models import AuditEntry
from operations.choices import TargetState
from operations.models import Operation, Target
from operations.services.requests import Ask, request_operation
from sites.models import Cloud, SubcloudGroup
from sites.services.actors import Actor
from tests.operations.api.asking import OPERATIONS, PASSWORD, asked, faults_of, planned, post
from tests.operations.api.conftest import Clients
from tests.sites.world import World, make_user

SECRETS = {"backup": {"sysadmin_password": PASSWORD}, "prestage": {"sysadmin_password": PASSWORD}}
KINDS = ("unmanage", "backup", "edit", "prestage", "decommission")
MAY = {
    "Viewer": set[str](),
    "Approver": set[str](),
    "Operator": {"unmanage", "backup"},
    "Engineer": set(KINDS),
    "Administrator": set(KINDS),
}
ACTS = ("start", "hold", "release", "cancel", "retry")
TARGET_ACTS = ("abort", "give-up", "retry")


def refusals() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(outcome="refused").order_by("id").values_list("verb", "subject"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", MAY)
def test_who_may_ask_for_what(role: str, kind: str, client_of: Clients, world: World) -> None:
    options = {"description": "x"} if kind == "edit" else {}
    more = {"secrets": SECRETS.get(kind, {}), "options": options}
    answer = asked(client_of(role, fleet=True), kind, [world.clouds[0].pk], **more)
    if kind in MAY[role]:
        assert answer.status_code == 201, answer.content
        assert refusals() == []
    else:
        assert answer.status_code == 403
        assert not Operation.objects.exists()
        assert refusals() == [(f"operation.{kind}", "operation:new")]


@pytest.fixture
def theirs(world: World) -> Operation:
    """On clouds[1] and [2]: two controllers, two regions."""
    user = make_user("boss", "Engineer", fleet=True)
    clouds = list(Cloud.objects.filter(pk__in=[world.clouds[1].pk, world.clouds[2].pk]).select_related("controller"))
    ask = Ask("unmanage", [cloud.pk for cloud in clouds])
    return request_operation(ask, clouds, user, Actor("boss", "test"), world.now)


@pytest.mark.parametrize(
    ("grant", "seen"),
    [
        ({"fleet": True}, 2), ({"controller": 0}, 1), ({"controller": 1}, 1), ({"group": 0}, 1), ({"group": 1}, 1),
        ({"region": "Europe"}, 1), ({"region": "Brazil"}, 1), ({"region": "Asia"}, 0), ({}, 0),
    ],
)  # fmt: skip
def test_an_operation_is_seen_as_far_as_its_subclouds_are(
    grant: dict[str, Any], seen: int, client_of: Clients, world: World, theirs: Operation
) -> None:
    scope = dict(grant)
    for name, of in (("controller", world.controllers), ("group", world.groups)):
        if name in scope:
            scope[name] = of[scope[name]]
    client = client_of("Viewer", **scope)
    rows = client.get(OPERATIONS).json()["results"]
    assert len(rows) == (1 if seen else 0)
    assert client.get(f"{OPERATIONS}{theirs.pk}/").status_code == (200 if seen else 404)
    targets = client.get(f"{OPERATIONS}{theirs.pk}/targets/")
    assert targets.status_code == (200 if seen else 404)
    if seen:
        assert len(targets.json()["results"]) == rows[0]["counts"]["total"] == seen
    for target in Target.objects.all():
        answer = client.get(f"{OPERATIONS}{theirs.pk}/targets/{target.pk}/")
        visible = seen and target.pk in {row["id"] for row in targets.json()["results"]}
        assert answer.status_code == (200 if visible else 404)


def test_others_clouds_do_not_tell_of_themselves_by_filters(
    narrow_api: Client, world: World, theirs: Operation
) -> None:
    assert narrow_api.get(f"{OPERATIONS}?cloud={world.clouds[1].pk}&count=1").json()["count"] == 1
    assert narrow_api.get(f"{OPERATIONS}?cloud={world.clouds[2].pk}&count=1").json()["count"] == 0


def test_clouds_out_of_scope_cannot_be_asked_for(narrow_api: Client, world: World) -> None:
    answer = asked(narrow_api, "unmanage", [world.clouds[0].pk, world.clouds[2].pk])
    assert answer.status_code == 403
    assert str(world.clouds[2].pk) in answer.json()["error"]["message"]
    assert refusals() == [("operation.request", "clouds")]
    assert not Operation.objects.exists()


def test_a_filter_finds_only_what_is_in_scope(narrow_api: Client, world: World) -> None:
    answer = post(narrow_api, OPERATIONS, {"kind": "unmanage", "filter": {"q": "edge"}, "start": False})
    assert answer.json()["matched"] == 2


@pytest.mark.parametrize("act", ACTS)
def test_whoever_sees_a_part_changes_none_of_it(
    act: str, narrow_api: Client, client_of: Clients, world: World, theirs: Operation
) -> None:
    answer = post(narrow_api, f"{OPERATIONS}{theirs.pk}/{act}/")
    assert answer.status_code == 403
    assert refusals() == [("operation.unmanage", f"operation:{theirs.pk}")]
    nobody = client_of("Engineer", region="Asia")
    assert post(nobody, f"{OPERATIONS}{theirs.pk}/{act}/").status_code == 404
    assert refusals() == [("operation.unmanage", f"operation:{theirs.pk}")] * 2
    assert post(nobody, f"{OPERATIONS}{theirs.pk + 99}/{act}/").status_code == 404
    assert len(refusals()) == 2, "nobody touched what is not there"


@pytest.mark.parametrize("act", ACTS)
def test_whoever_only_looks_changes_nothing(act: str, client_of: Clients, theirs: Operation) -> None:
    assert post(client_of("Viewer", fleet=True), f"{OPERATIONS}{theirs.pk}/{act}/").status_code == 403
    assert len(refusals()) == 1


@pytest.mark.parametrize("act", TARGET_ACTS)
def test_targets_are_for_whoever_acts_on_that_subcloud(
    act: str, narrow_api: Client, client_of: Clients, world: World, theirs: Operation
) -> None:
    Target.objects.update(state=TargetState.FAILED)
    mine = Target.objects.get(cloud=world.clouds[1])
    other = Target.objects.get(cloud=world.clouds[2])
    expected = {"abort": 409, "give-up": 409, "retry": 200}[act]
    assert post(client_of("Viewer", fleet=True), f"{OPERATIONS}{theirs.pk}/targets/{mine.pk}/{act}/").status_code == 403
    assert post(narrow_api, f"{OPERATIONS}{theirs.pk}/targets/{other.pk}/{act}/").status_code == 404
    assert refusals()[1:] == [("operation.unmanage", f"target:{other.pk}")]
    assert post(narrow_api, f"{OPERATIONS}{theirs.pk}/targets/{other.pk + 99}/{act}/").status_code == 404
    assert len(refusals()) == 2
    assert post(narrow_api, f"{OPERATIONS}{theirs.pk}/targets/{mine.pk}/{act}/").status_code == expected


def test_verbs_say_what_the_role_allows(client_of: Clients, narrow_api: Client, world: World) -> None:
    path = f"/api/v1/subclouds/{world.clouds[0].pk}/verbs/"
    kinds = {each["kind"]: each["permitted"] for each in client_of("Operator", fleet=True).get(path).json()["verbs"]}
    assert (kinds["unmanage"], kinds["backup"], kinds["redeploy"], kinds["decommission"]) == (True, True, False, False)
    assert narrow_api.get(f"/api/v1/subclouds/{world.clouds[2].pk}/verbs/").status_code == 404


class TestBrakes:
    def pull(self, client: Client, region: str = "", reason: str = "smoke") -> Any:
        return post(client, "/api/v1/brakes/pull/", {"region": region, "reason": reason})

    @pytest.fixture(autouse=True)
    def regions(self, world: World) -> None:
        from sites.models import Region

        for name in ("Brazil", "Europe"):
            Region.objects.get_or_create(name=name)

    def test_pulled_and_released(self, api: Client) -> None:
        answer = self.pull(api)
        assert (answer.status_code, answer.json()["on"], answer.json()["reason"]) == (200, True, "smoke")
        assert api.get("/api/v1/brakes/").json()["results"][0]["changed_by"] == "robot-0"
        assert post(api, "/api/v1/brakes/release/", {"region": ""}).json()["on"] is False

    def test_of_one_region(self, api: Client) -> None:
        assert self.pull(api, "Europe").json()["region"] == "Europe"
        rows = api.get("/api/v1/brakes/").json()["results"]
        assert [(row["region"], row["on"]) for row in rows] == [("", False), ("Europe", True)]

    @pytest.mark.parametrize(("region", "reason", "field"), [("", "", "reason"), ("Atlantis", "x", "region")])
    def test_bad_input(self, region: str, reason: str, field: str, api: Client) -> None:
        answer = self.pull(api, region, reason)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])

    @pytest.mark.parametrize(
        ("role", "pull", "release"), [("Viewer", 403, 403), ("Operator", 200, 403), ("Approver", 200, 403),
                                      ("Engineer", 200, 200)],
    )  # fmt: skip
    def test_roles(self, role: str, pull: int, release: int, client_of: Clients) -> None:
        client = client_of(role, fleet=True)
        assert self.pull(client).status_code == pull
        assert post(client, "/api/v1/brakes/release/").status_code == release
        assert len(refusals()) == (pull == 403) + (release == 403)

    def test_a_region_s_is_for_those_who_act_there(self, client_of: Clients) -> None:
        client = client_of("Engineer", region="Europe")
        assert self.pull(client, "Europe").status_code == 200
        assert self.pull(client, "Brazil").status_code == 403
        assert self.pull(client).status_code == 403
        assert refusals() == [("brake.pull", "brake:Brazil"), ("brake.pull", "brake:fleet")]
        assert len(client.get("/api/v1/brakes/").json()["results"]) == 2  # but everybody sees them


def test_an_operation_nobody_else_sees_is_audited_when_looked_for(
    narrow_api: Client, api: Client, world: World
) -> None:
    hidden = planned(api, "unmanage", [world.clouds[2].pk])
    assert narrow_api.get(f"{OPERATIONS}{hidden['id']}/").status_code == 404
    assert refusals() == [("read", f"operation:{hidden['id']}")]


class TestMovingToAGroup:
    """A site that leaves the scope of whoever moves it is lost from their view."""

    @pytest.fixture
    def other(self, world: World) -> SubcloudGroup:
        return SubcloudGroup.objects.create(
            controller=world.controllers[0], dcmanager_id=7, name="Brazil", observed_at=world.now
        )

    def test_only_to_groups_in_scope(
        self, narrow_api: Client, client_of: Clients, other: SubcloudGroup, world: World
    ) -> None:
        wish = {"options": {"group": other.pk}}
        refused = asked(narrow_api, "move_group", [world.clouds[0].pk], **wish)
        assert (refused.status_code, list(faults_of(refused))) == (400, ["group"])
        assert "Brazil" not in refused.content.decode()
        region = client_of("Engineer", region="Brazil")  # its sites lie in some groups, which are not its own
        assert asked(region, "move_group", [world.clouds[0].pk], **wish).status_code == 400
        both = client_of("Engineer", controller=world.controllers[0])
        assert asked(both, "move_group", [world.clouds[0].pk], **wish).status_code == 201

"""What is backed up and what is not, and taking a subcloud out of service."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.models import Operation, Target
from sites.backups import BackupState, state_of
from sites.models import Cloud, Controller
from tests.operations.conftest import SignIn
from tests.sites.world import World, make_cloud

EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def backed_up(world: World) -> None:
    """edge-0 long ago and here, edge-1 lately and there, edge-2 failed, edge-3 never."""
    Controller.objects.update(write_username="portal-operator")
    for cloud, status, days in zip(
        world.clouds, ["complete-central", "complete-local", "failed", ""], [30, 1, None, None], strict=True
    ):
        at = world.now - timedelta(days=days) if days else None
        Cloud.objects.filter(pk=cloud.pk).update(backup_status=status, backup_at=at)


def names(sign_in: SignIn, query: str = "", **scope: str) -> list[str]:
    answer = sign_in("Viewer", **scope).get(f"/operations/backups/{query}")
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["edge-2", "edge-3", "edge-0", "edge-1"]),  # none and the oldest first
        ("?sort=-age", ["edge-1", "edge-0", "edge-2", "edge-3"]),
        ("?backup=never", ["edge-3"]),
        ("?backup=failed", ["edge-2"]),
        ("?backup=central&backup=local", ["edge-0", "edge-1"]),
        ("?backup_older=7", ["edge-2", "edge-3", "edge-0"]),
        ("?backup_older=7&backup=central", ["edge-0"]),
        ("?backup=running", []),
        ("?name=edge-1", ["edge-1"]),
    ],
)
def test_sorted_and_filtered(query: str, expected: list[str], sign_in: SignIn) -> None:
    assert names(sign_in, query) == expected


def test_tiles_count_what_they_lead_to(sign_in: SignIn) -> None:
    client = sign_in("Viewer")
    tiles = client.get("/operations/backups/").context["tiles"]
    for tile in tiles:
        assert len(client.get(tile["href"]).context["rows"]) == tile["number"], tile


def test_only_what_is_in_scope(sign_in: SignIn) -> None:
    assert names(sign_in, region="Europe") == ["edge-3", "edge-1"]


@pytest.mark.parametrize("query", ["?backup=x", "?backup_older=-1", "?backup_older=x", "?sort=x", "?cursor=x"])
def test_what_cannot_be_followed_is_named(query: str, sign_in: SignIn) -> None:
    assert sign_in("Viewer").get(f"/operations/backups/{query}").status_code == 400


def test_the_same_filters_in_rest_and_in_the_list(sign_in: SignIn) -> None:
    client = sign_in("Viewer")
    assert client.get("/api/v1/subclouds/?backup=never&count=1").json()["count"] == 1
    assert "<b>1</b> of 4 subclouds" in client.get("/subclouds/?backup=never").content.decode()


def test_a_button_that_cannot_be_had_says_why(sign_in: SignIn, world: World) -> None:
    client = sign_in("Engineer")
    Cloud.objects.filter(pk=world.clouds[0].pk).update(management_state="unmanaged")
    rows = {row["name"]: row for row in client.get("/operations/backups/").context["rows"]}
    assert "It is unmanaged: manage it first." in rows["edge-0"]["no_backup"]
    assert rows["edge-0"]["no_restore"] == ""
    assert rows["edge-1"]["no_backup"] == ""
    assert "It is managed: unmanage it first." in rows["edge-1"]["no_restore"]
    text = client.get("/operations/backups/?name=edge-1").content.decode()
    assert "/operations/ask/backup?cloud=" in text
    assert "/operations/ask/restore?cloud=" not in text
    assert 'aria-disabled="true"' in text
    Controller.objects.update(write_username="")
    (row,) = client.get("/operations/backups/?name=edge-1").context["rows"]
    assert "read-only from here" in row["no_backup"]


def test_from_there_to_a_backup_of_all_that_match(sign_in: SignIn, world: World) -> None:
    client = sign_in("Operator")
    text = client.get("/operations/backups/?backup=never").content.decode()
    assert "all <b>1</b> that match" in text
    asked = client.get("/operations/ask/backup?all=1&filter=?backup=never").content.decode()
    assert "Back up: edge-3" in asked
    seen = asked.split('name="seen" value="')[1][:32]
    form = {"all": "1", "filter": "?backup=never", "sysadmin_password": "x", "seen": seen}
    client.post("/operations/ask/backup", form)
    assert Target.objects.get().name == "edge-3"


def test_a_filter_nobody_knows_does_not_widen_the_choice(sign_in: SignIn) -> None:
    answer = sign_in("Operator").get("/operations/ask/backup?all=1&filter=?backup=never%26bakup=failed")
    assert answer.status_code == 400


def test_export(sign_in: SignIn) -> None:
    Cloud.objects.update(name="=cmd()")
    stream = sign_in("Viewer").get("/operations/backups/export.csv").streaming_content  # type: ignore[attr-defined]
    rows = list(csv.DictReader(b"".join(stream).decode().splitlines()))
    assert {row["name"] for row in rows} == {"'=cmd()"}


def test_text_from_upstream_is_escaped(sign_in: SignIn) -> None:
    Cloud.objects.update(name=EVIL, backup_status=EVIL, software_version=EVIL, deploy_status=EVIL, region=EVIL)
    assert EVIL not in sign_in("Operator").get("/operations/backups/").content.decode()


def test_a_new_word_is_no_success() -> None:
    assert state_of("complete-somewhere", None) is None
    assert state_of("unknown", None) == BackupState.NEVER


@pytest.mark.parametrize("many", [0, 40])
def test_queries_are_pinned(many: int, sign_in: SignIn, world: World) -> None:
    for at in range(many):
        make_cloud(world.controllers[0], world.groups[0], f"more-{at}", world.now, dcmanager_id=900 + at)
    client = sign_in("Operator")
    client.get("/operations/backups/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/operations/backups/")
    assert len(captured) == 7  # session, user, standing; rows, count, tiles; alarm counts of the top bar


class TestDecommission:
    def test_steps_and_what_is_lost(self, sign_in: SignIn, world: World) -> None:
        Cloud.objects.filter(pk=world.clouds[1].pk).update(hosts_total=2, system_mode="duplex", ceph_status="ok")
        text = sign_in("Engineer").get(f"/operations/ask/decommission?cloud={world.clouds[1].pk}").content.decode()
        for said in ("Wait until offline", "2 hosts (AIO-DX)", "goes with it", "Ceph storage", "keeps its history",
                     "Type edge-1 to go on"):  # fmt: skip
            assert said in text

    @pytest.mark.parametrize(
        ("states", "current"),
        [({}, "Unmanage"), ({"management_state": "unmanaged"}, "Power down"),
         ({"management_state": "unmanaged", "availability_status": "offline"}, "Delete")],
    )  # fmt: skip
    def test_where_it_stands(self, states: dict[str, str], current: str, sign_in: SignIn, world: World) -> None:
        Cloud.objects.filter(pk=world.clouds[0].pk).update(**states)
        text = sign_in("Engineer").get(f"/operations/ask/decommission?cloud={world.clouds[0].pk}").content.decode()
        assert current in text.split('data-step="current"')[1][:120]

    def test_by_hand_says_so_while_it_waits(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Engineer")
        client.post("/operations/ask/decommission", {"cloud": world.clouds[0].pk, "typed": "edge-0"})
        target = Target.objects.get()
        assert target.steps == ["unmanage", "offline", "delete"]
        Target.objects.update(state="running", step=1)
        text = client.get(f"/operations/{target.operation_id}/targets/{target.pk}/").content.decode()
        assert "Power its servers down now, by hand." in text

    def test_only_those_who_may(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("Operator")
        form = {"cloud": world.clouds[0].pk, "typed": "edge-0"}
        assert client.post("/operations/ask/decommission", form).status_code == 403
        assert not Operation.objects.exists()

"""Options of what is asked for: said in words, bounded by scopes, cleared where that is meant."""

import pytest

from operations.models import Operation, Target
from sites.models import Cloud, Controller, SubcloudGroup
from tests.operations.conftest import SignIn
from tests.sites.world import World

SECRET = "Li69nux*secret"


@pytest.fixture(autouse=True)
def writable(world: World) -> None:
    Controller.objects.update(write_username="portal-operator")


def test_a_restore_without_a_known_backup_is_asked_for_in_words(sign_in: SignIn, world: World) -> None:
    pk = world.clouds[0].pk
    Cloud.objects.filter(pk=pk).update(management_state="unmanaged", availability_status="offline")
    client = sign_in("Engineer")
    text = client.get(f"/operations/ask/restore?cloud={pk}").content.decode()
    assert "No backup of it is known" in text
    assert "Restore though no backup is known" in text
    form = {"cloud": pk, "sysadmin_password": SECRET, "typed": "edge-0"}
    client.post("/operations/ask/restore", form)
    assert Target.objects.get().state == "refused"
    client.post("/operations/ask/restore", form | {"without_known_backup": "on"})
    assert Target.objects.order_by("pk").last().state == "waiting"  # type: ignore[union-attr]


def test_a_release_is_restored_only_with_an_installation(sign_in: SignIn, world: World) -> None:
    pk = world.clouds[0].pk
    Cloud.objects.filter(pk=pk).update(management_state="unmanaged")
    form = {"cloud": pk, "sysadmin_password": SECRET, "typed": "edge-0", "release": "26.09"}
    answer = sign_in("Engineer").post("/operations/ask/restore", form)
    assert "only where the server is installed first" in answer.content.decode()
    assert not Operation.objects.exists()


def test_a_name_that_is_taken_is_refused_before_anything_is_sent(sign_in: SignIn, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(management_state="unmanaged")
    form = {"cloud": world.clouds[0].pk, "name": world.clouds[1].name}
    client = sign_in("Engineer")
    assert "exists already" in client.post("/operations/ask/rename", form).content.decode()
    assert not Operation.objects.exists()
    Cloud.objects.filter(pk=world.clouds[1].pk).update(removed_at=world.now)
    client.post("/operations/ask/rename", form)
    assert Operation.objects.exists()


def test_moving_offers_only_groups_in_scope(sign_in: SignIn, world: World) -> None:
    other = SubcloudGroup.objects.create(
        controller=world.controllers[0], dcmanager_id=7, name="elsewhere", observed_at=world.now
    )
    client = sign_in("Engineer", group=world.groups[0])
    text = client.get(f"/operations/ask/move_group?cloud={world.clouds[0].pk}").content.decode()
    assert f'value="{world.groups[0].pk}"' in text
    assert "elsewhere" not in text
    client.post("/operations/ask/move_group", {"cloud": world.clouds[0].pk, "group": other.pk})
    assert not Operation.objects.exists()


def test_a_text_is_cleared_where_that_is_ticked(sign_in: SignIn, world: World) -> None:
    Cloud.objects.update(location="Recife Norte", description="roof")
    form = {"cloud": world.clouds[0].pk, "description": "roof", "location": "", "clear_description": "on"}
    client = sign_in("Engineer")
    operation = client.post("/operations/ask/edit", form | {"location": "Olinda", "clear_location": "on"})
    assert "Give a text or clear it, not both" in operation.content.decode()
    client.post("/operations/ask/edit", form)
    assert Target.objects.get().facts == {"description": ""}
    assert "no description" in client.get(f"/operations/{Operation.objects.get().pk}/").content.decode()

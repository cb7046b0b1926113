"""What is wrong with a System Controller is said once, with its remedy."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from sites.models import ControllerService
from sites.reachability import service_states
from sites.troubles import Trouble, troubles
from starlingx import connector
from starlingx.errors import StarlingXError
from tests.sites.world import World

REFUSED = "POST https://10.0.0.2:5000/v3/auth/tokens: Keystone does not accept these credentials"


def failing(world: World, errors: dict[str, str]) -> list[Trouble]:
    for number, (service, error) in enumerate(errors.items()):
        ControllerService.objects.create(
            controller=world.controllers[0], service=service, error=error, attempted_at=world.now,
            failing_since=world.now - timedelta(minutes=number),
        )  # fmt: skip
    return troubles(service_states([world.controllers[0].pk], world.now))


def test_one_reason_is_one_trouble(world: World) -> None:
    found = failing(world, {"identity": REFUSED, "dcmanager": REFUSED, "faultmanagement": "500 of FM"})
    assert [trouble.services for trouble in found] == [("dcmanager", "identity"), ("faultmanagement",)]
    assert "password" in found[0].remedy
    assert found[0].since == world.now - timedelta(minutes=1)
    assert (found[1].remedy, found[1].error) == ("", "500 of FM")


@pytest.mark.parametrize(
    ("caught", "remedy"),
    [
        (connector._translated(ssl.SSLError(), None), "CA bundle"),
        (connector._translated(TimeoutError(), None), "address"),
        (connector._translated(ConnectionResetError(), None), "address"),
    ],
)
def test_the_words_of_our_own_clients_are_known(world: World, caught: StarlingXError, remedy: str) -> None:
    assert remedy in failing(world, {"identity": str(caught)})[0].remedy


def test_a_bundle_that_cannot_be_used(world: World, tmp_path: Path) -> None:
    with pytest.raises(StarlingXError) as caught:
        connector._tls_context(tmp_path / "none.pem", verify=True)
    assert "CA bundle" in failing(world, {"identity": str(caught.value)})[0].remedy


def test_the_page_says_it_once_and_where_to_change_it(world: World, fleet_client: Client) -> None:
    failing(world, {"identity": REFUSED, "dcmanager": REFUSED})
    path = f"/controllers/{world.controllers[0].pk}/"
    page = fleet_client.get(path).content.decode()
    assert page.count("Keystone does not accept these credentials") == 1
    assert page.count("enter its password again") == 1
    assert "Change it" not in page
    User.objects.get(username="fleet-viewer").groups.add(Group.objects.get(name="Administrator"))
    assert "Change it" in fleet_client.get(path).content.decode()

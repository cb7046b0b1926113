"""What is wrong with a System Controller is said once, with its remedy."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from collector.problems import problem_of
from sites.ingest import ServiceLook, record_services
from sites.reachability import service_states
from sites.troubles import Trouble, troubles
from starlingx import connector
from starlingx.errors import MissingService, ServerFailed, StarlingXError, Unauthorized
from tests.sites.world import World

REFUSED = Unauthorized("Keystone does not accept these credentials", place="POST https://10.0.0.2:5000/v3/auth/tokens")
FAILED = ServerFailed("500 of FM")


def failing(world: World, errors: dict[str, StarlingXError]) -> list[Trouble]:
    """As the collector notes it."""
    for number, (service, error) in enumerate(errors.items()):
        at = world.now - timedelta(minutes=number)
        look = ServiceLook(service, at, error=str(error), problem=problem_of(error))
        record_services(world.controllers[0].pk, [look], now=at)
    return troubles(service_states([world.controllers[0].pk], world.now))


def test_one_reason_is_one_trouble(world: World) -> None:
    found = failing(world, {"identity": REFUSED, "dcmanager": REFUSED, "faultmanagement": FAILED})
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
        (MissingService("the catalog has no public endpoint of type 'faultmanagement'"), "region"),
    ],
)
def test_errors_of_our_own_clients_have_their_remedy(world: World, caught: StarlingXError, remedy: str) -> None:
    assert remedy in failing(world, {"identity": caught})[0].remedy


def test_a_bundle_that_cannot_be_used(world: World, tmp_path: Path) -> None:
    with pytest.raises(StarlingXError) as caught:
        connector._tls_context(tmp_path / "none.pem", verify=True)
    assert "CA bundle" in failing(world, {"identity": caught.value})[0].remedy


def test_what_answers_again_has_no_problem(world: World) -> None:
    failing(world, {"identity": REFUSED})
    record_services(world.controllers[0].pk, [ServiceLook("identity", world.now, seconds=0.1)], now=world.now)
    (state,) = service_states([world.controllers[0].pk], world.now)
    assert (state.mark, state.problem, troubles([state])) == ("ok", "", [])


def test_the_page_says_it_once_and_where_to_change_it(world: World, fleet_client: Client) -> None:
    failing(world, {"identity": REFUSED, "dcmanager": REFUSED})
    path = f"/controllers/{world.controllers[0].pk}/"
    page = fleet_client.get(path).content.decode()
    assert page.count("Keystone does not accept these credentials") == 1
    assert page.count("enter its password again") == 1
    assert "Change it" not in page
    User.objects.get(username="fleet-viewer").groups.add(Group.objects.get(name="Administrator"))
    assert "Change it" in fleet_client.get(path).content.decode()

"""The number of queries of each page is pinned, and does not grow with the fleet."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sites.world import World, make_cloud

PINNED = {  # session, user and scopes are three of each
    "/map/feed": 5,
    "/map/counts": 4,
    "/map/unlocated": 4,
    "/subclouds/": 7,
    "/subclouds/?q=edge&severity=minor&sort=-severity&stale=false": 7,
    "/controllers/": 8,
    "/subclouds/{cloud}/panel": 5,
    "/subclouds/{cloud}/timeline": 5,
    "/subclouds/{cloud}/": 12,
}
REST = {
    "/api/v1/subclouds/": 3,
    "/api/v1/subclouds/?count=1&severity=minor&fields=id,name": 4,
    "/api/v1/subclouds/{cloud}/": 3,
    "/api/v1/subcloud-groups/": 3,
    "/api/v1/controllers/": 3,
    "/api/v1/controllers/{controller}/": 3,
    "/api/v1/subclouds/{cloud}/history/": 4,
    "/api/v1/events/": 3,
    "/api/v1/tokens/": 2,
}


@pytest.fixture(params=[0, 40], ids=["small", "larger"])
def fleet(request: pytest.FixtureRequest, world: World) -> World:
    for n in range(request.param):
        make_cloud(world.controllers[n % 2], world.groups[n % 2], f"more-{n}", world.now, dcmanager_id=900 + n)
    return world


@pytest.mark.parametrize("path", PINNED)
def test_pages(path: str, fleet: World, fleet_client: Client) -> None:
    count(fleet_client, path.format(cloud=fleet.clouds[0].pk), PINNED[path])


@pytest.mark.parametrize("path", REST)
def test_rest(path: str, fleet: World, api: Client) -> None:
    api.get("/api/v1/")  # notes the use of the token, once a minute
    count(api, path.format(cloud=fleet.clouds[0].pk, controller=fleet.controllers[0].pk), REST[path])


def count(client: Client, path: str, most: int) -> None:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    sent = "\n".join(query["sql"][:160] for query in captured.captured_queries)
    assert len(captured) == most, f"{len(captured)} queries, not {most}:\n{sent}"

"""Times in filters: any offset that ISO 8601 allows is taken, what is no time is refused with its name."""

import pytest
from django.test import Client

from tests.sites.world import World

PATHS = {
    "/api/v1/alarms/?raised_after=": "raised_after",
    "/api/v1/events/?since=": "since",
    "/api/v1/operations/?since=": "since",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("offset", ["%2B16:00", "-23:59", "Z", "%2B05:30"])
def test_any_offset(path: str, offset: str, api: Client, world: World) -> None:
    assert api.get(f"{path}2026-01-01T00:00:00{offset}").status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "1e9", "%00"]
)
def test_no_time(path: str, text: str, api: Client, world: World) -> None:
    answer = api.get(path + text)
    assert answer.status_code == 400
    assert PATHS[path] in answer.content.decode()


def test_the_history_of_a_subcloud(api: Client, world: World) -> None:
    path = f"/api/v1/subclouds/{world.clouds[0].pk}/history/?at=2026-01-01T00:00:00%2B16:00"
    assert api.get(path).status_code == 200

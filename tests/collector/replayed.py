"""One controller that a collector reads from a replayed cloud: real HTTP, real rows, no lanes that run."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest_asyncio
from django.db import connection

from collector.config import ControllerConfig
from collector.doors import Doors
from collector.reading import Reading
from collector.roster import Roster
from collector.services import Services
from collector.site import Kind, Site
from collector.writer import Writer
from sites.ingest import ensure_central
from starlingx.session import Connector
from tests.observed import controller
from tests.starlingx.conftest import CREDENTIALS, connector, replay, small_bundle
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "lane", "lose_database", "reading", "replay", "small_bundle"]


class NoLane:
    """Takes what is planned, and runs nothing."""

    def __init__(self) -> None:
        self.planned: list[Site] = []
        self.hastened: list[Site] = []

    def put(self, site: Site, at: float) -> None:
        self.planned.append(site)

    def hasten(self, site: Site, at: float) -> None:
        self.hastened.append(site)


def lane(reading: Reading, kind: Kind = Kind.ALARMS) -> NoLane:
    """What was planned for looks of this kind."""
    return cast(NoLane, reading.lanes[kind])


async def lose_database(writer: Writer) -> None:
    """The next function that `writer` runs finds its connection broken."""
    pid = await writer.run(_backend)
    other = Writer("other")
    await other.run(_terminate, pid)
    await other.close()


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _terminate(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest_asyncio.fixture
async def reading(replay: Replay, connector: Connector) -> AsyncIterator[Reading]:
    writer = Writer("test")
    owner = await writer.run(controller)
    central = await writer.run(ensure_central, owner.pk)
    config = ControllerConfig(owner.pk, "brazil", replay.auth_url, "public", "admin", None, "", credentials=CREDENTIALS)
    doors = Doors(config, connector)
    services = Services("brazil", doors, "public", 60.0)
    replay.answers["dcmanager/v1.0/subcloud-groups"] = spoken({"subcloud_groups": []})
    lanes = cast(Any, {Kind.ALARMS: NoLane()})
    yield Reading(config, 1, writer, doors, services, Roster(Site(central, None, "brazil")), lanes)
    await writer.close()

"""A text that only Python's JSON knows, on its way from a cloud to rows, REST, page and event frame."""

import json

import orjson
import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from collector.alarm_desk import AlarmDesk
from collector.central import Central
from collector.progress import Sweeps
from collector.reading import Reading
from events.models import Event
from sites.models import Cloud
from tests.collector.replayed import connector, reading, replay, small_bundle
from tests.sites.world import make_user
from tests.starlingx.replay import Answer, Replay

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)
HALF = "half \ud800 pair"


def tell(replay: Replay, path: str, key: str, **fields: object) -> None:
    replay.answers[path] = Answer(json.dumps({key: [fields | {"odd": float("inf")}]}).encode())


async def test_it_reaches_every_outlet_as_text(reading: Reading, replay: Replay) -> None:
    tell(replay, "dcmanager/v1.0/subclouds", "subclouds", id=1, name="cell-1", location=HALF, **{"region-name": "r1"})
    tell(
        replay, "fm/v1/alarms", "alarms", uuid="u1", alarm_id="100.101", entity_instance_id=f"host={HALF}",
        severity="major", timestamp="2026-11-22T11:00:00", reason_text=HALF,
    )  # fmt: skip
    await Central(reading, Sweeps(reading)).poll_subclouds()
    site = next(site for site in reading.roster.sites if not site.central)
    site.session = reading.doors.central
    desk = AlarmDesk(reading)
    look = await desk._look(site)
    await desk._store([look])
    await sync_to_async(outlets)(site.cloud_id)


def outlets(cloud_id: int) -> None:
    client = Client()
    client.force_login(make_user("viewer", fleet=True))
    assert Cloud.objects.get(pk=cloud_id).location == "half \ufffd pair"
    (alarm,) = client.get("/api/v1/alarms/").json()["results"]
    assert alarm["reason_text"] == "half \ufffd pair"
    assert client.get("/api/v1/subclouds/").json()["results"][0]["location"] == "half \ufffd pair"
    assert "half \ufffd pair" in client.get(f"/alarms/of/{cloud_id}/panel/").content.decode()
    assert "half \ufffd pair" in client.get("/subclouds/").content.decode()
    assert all(orjson.dumps(event.data) for event in Event.objects.all())

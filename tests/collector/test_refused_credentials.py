"""Credentials that a Keystone refuses are shown to it once by all tiers together, and the page says when again."""

from dataclasses import replace

import pytest

from collector.alarm_desk import AlarmDesk
from collector.doors import Doors
from collector.inventory_desk import InventoryDesk
from collector.reading import Reading
from collector.site import Site
from starlingx.session import Connector, Credentials
from tests.collector.replayed import connector, reading, replay, small_bundle
from tests.starlingx.replay import Replay

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_an_open_page_does_not_lock_the_account(reading: Reading, replay: Replay, connector: Connector) -> None:
    config = replace(
        reading.config, credentials=Credentials("portal-reader", "wrong"), subcloud_auth_url=replay.auth_url
    )
    reading.doors = Doors(config, connector)
    site = Site(reading.roster.central.cloud_id, 1, "cell-1", watched_until=1e12)
    alarms, inventory = AlarmDesk(reading), InventoryDesk(reading)
    for _ in range(10):
        await alarms.look(site)
        await inventory.look(site)
        await inventory.look_closer(site)
    assert replay.sign_ins == 1
    await alarms.look(reading.roster.central)
    await inventory.look(reading.roster.central)
    assert replay.sign_ins == 2, "the System Controller's own Keystone, once"
    errors = {look.service: look.error for look in reading.services.take_looks()}
    assert "they are tried again at" in errors["identity"]

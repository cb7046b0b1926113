"""A fault of ours in one part of a reader: the row says so, the part begins anew, and nothing else ends."""

import asyncio

import pytest
from django.utils import timezone

from collector import alarm_desk, health_desk, inventory_desk
from collector import lasting as module
from collector.alarm_desk import AlarmDesk
from collector.health_desk import HealthDesk
from collector.inventory_desk import InventoryDesk
from collector.inventory_looks import INVENTORY_FACETS
from collector.lasting import lasting
from collector.reading import Reading
from collector.redo import Redo
from collector.site import Kind, Site
from sites.choices import Facet
from sites.models import FacetState
from starlingx.errors import Forbidden
from starlingx.kubernetes import Kubernetes
from starlingx.session import Connector
from tests.collector.replayed import connector, reading, replay, small_bundle
from tests.collector.waiting import until

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_part_begins_anew_and_its_fault_stands_until_it_has_settled(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(module, "SETTLED_SECONDS", 0.2)
    runs: list[int] = []
    services = reading.services

    async def stumble() -> None:
        runs.append(len(runs))
        if len(runs) < 4:
            raise UnicodeError("nobody expected this")
        await asyncio.Event().wait()

    task = asyncio.create_task(lasting(services, "identity", "certificates", stumble))
    await until(lambda: len(runs) == 4)
    errors = {look.service: look.error for look in services.take_looks()}
    assert "the portal itself failed (UnicodeError)" in errors["identity"]
    assert caplog.text.count("a part of the reader (certificates) failed") == 1
    await until(lambda: services.well("identity"))
    assert not task.done()
    task.cancel()


async def test_a_catalog_of_nonsense_costs_the_date_alone(reading: Reading, caplog: pytest.LogCaptureFixture) -> None:
    for url in ("https://10.0.0.1:99999/v3", "https://host:port", "https://a..b:5000", f"https://{'l' * 64}:5000"):
        reading.services._urls["identity"] = url
        for _ in range(2):
            await reading.services.read_certificates(None)
    assert caplog.text.count("the certificate of identity fails") == 1


async def test_the_row_says_what_was_answered_last_once_a_part_works_again(reading: Reading) -> None:
    services = reading.services
    await services.note_success("platform", timezone.now(), 0.5)
    (answered, _) = services.take_looks()
    assert services.stumbled("platform", "looks", UnicodeError())
    assert not services.stumbled("platform", "looks", UnicodeError())
    services.recovered("platform", "looks")
    assert services.take_looks() == [answered]


async def test_a_fault_at_one_site_stands_beside_its_facts(
    reading: Reading, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(*_: object) -> None:
        raise UnicodeError("nobody expected this")

    monkeypatch.setattr(alarm_desk, "look_at_alarms", stumble)
    monkeypatch.setattr(inventory_desk, "look_at_inventory", stumble)
    monkeypatch.setattr(health_desk, "_ask", stumble)
    reading.roster.central.kube = Kubernetes(connector, "http://127.0.0.1:1", "token")
    desks = AlarmDesk(reading), InventoryDesk(reading), HealthDesk(reading)
    storing = [asyncio.create_task(desk.batches.run()) for desk in desks]
    for desk in desks:
        await desk.look(reading.roster.central)
        await desk.batches.drained()
    told = await reading.writer.run(facet_errors)
    assert set(told) == {Facet.ALARMS, Facet.CEPH_HEALTH, Facet.NIC_LINKS, *INVENTORY_FACETS}
    assert all("the portal itself failed (UnicodeError)" in error for error in told.values())
    for task in storing:
        task.cancel()


async def test_what_cannot_be_stored_is_said_beside_the_facts(reading: Reading) -> None:
    site = reading.roster.central
    redo = Redo[Site](reading, Kind.ALARMS, lambda each: each, (Facet.ALARMS,))
    await redo.refused(site, ValueError("poison"))
    assert "cannot be stored (ValueError)" in (await reading.writer.run(facet_errors))["alarms"]


def facet_errors() -> dict[str, str]:
    return dict(FacetState.objects.values_list("facet", "error"))


async def test_what_was_noted_is_not_lost_with_the_database(reading: Reading) -> None:
    services = reading.services
    services.note_failure("platform", timezone.now(), Forbidden("first"))
    services.note_failure("usm", timezone.now(), Forbidden("first"))
    lost = services.take_looks()
    services.note_failure("usm", timezone.now(), Forbidden("second"))
    services.give_back(lost)
    assert {look.service: look.error for look in services.take_looks()} == {"platform": "first", "usm": "second"}

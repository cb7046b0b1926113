"""A fault of ours in one part of a reader: the row says so, the part begins anew, and nothing else ends."""

import asyncio

import pytest

from collector import lasting as module
from collector.lasting import lasting
from collector.reading import Reading
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

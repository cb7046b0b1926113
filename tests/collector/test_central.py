"""What becomes of dcmanager's list when it tells of a fleet that went overnight. Real HTTP, real rows."""

import pytest

from collector.central import Central
from collector.progress import Sweeps
from collector.reading import Reading
from collector.roster import Roster
from sites.models import Cloud, FacetState
from starlingx.dcmanager import DcManager
from starlingx.errors import Unexpected
from tests.collector.replayed import connector, reading, replay, small_bundle
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)


def tell(replay: Replay, *numbers: int, state: str = "managed") -> None:
    rows = [{"id": n, "name": f"cell-{n}", "region-name": f"r{n}", "management-state": state} for n in numbers]
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": rows})


def standing() -> list[str]:
    rows = Cloud.objects.filter(kind="subcloud", removed_at=None).order_by("dcmanager_id")
    return list(rows.values_list("name", flat=True))


def rows() -> dict[int | None, int]:
    return dict(Cloud.objects.filter(removed_at=None).values_list("dcmanager_id", "pk"))


def errors_by_number() -> list[tuple[int | None, str]]:
    return list(FacetState.objects.filter(facet="subcloud").values_list("cloud__dcmanager_id", "error"))


def facet_errors() -> set[str]:
    return set(FacetState.objects.filter(facet="subcloud").values_list("error", flat=True))


def error(reading: Reading) -> str:
    return {look.service: look.error for look in reading.services.take_looks()}["dcmanager"]


async def test_an_empty_list_takes_nothing_away_until_it_is_told_again(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, 1, 2, 3, 4)
    await central.poll_subclouds()
    assert error(reading) == ""
    tell(replay)
    with pytest.raises(Unexpected, match="names 0 of 4 known subclouds"):
        await central.poll_subclouds()
    assert len(await reading.writer.run(standing)) == 4
    assert "waiting for a second answer" in error(reading)
    assert {"waiting for a second" in text for text in await reading.writer.run(facet_errors)} == {True}
    await central.poll_subclouds()
    assert await reading.writer.run(standing) == []
    assert error(reading) == ""


async def test_a_fleet_that_is_back_ends_the_doubt(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, *range(1, 9))
    await central.poll_subclouds()
    for told in (1,), (2,):  # two that do not agree
        tell(replay, *told)
        with pytest.raises(Unexpected, match="names 1 of 8"):
            await central.poll_subclouds()
    tell(replay, *range(1, 9))
    await central.poll_subclouds()
    assert (error(reading), await reading.writer.run(facet_errors)) == ("", {""})
    tell(replay, 2)
    with pytest.raises(Unexpected):  # the doubt before was forgotten
        await central.poll_subclouds()
    assert len(await reading.writer.run(standing)) == 8


async def test_one_managed_subcloud_is_missed_twice_and_returns_as_itself(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, *range(1, 9))
    await central.poll_subclouds()
    before = await reading.writer.run(rows)
    tell(replay, *range(2, 9))
    with pytest.raises(Unexpected, match="names 7 of 8"):
        await central.poll_subclouds()
    assert len(await reading.writer.run(standing)) == 8
    failing = {number for number, text in await reading.writer.run(errors_by_number) if text}
    assert failing == {None, 1}, "the others were told of, and are not in doubt"
    await central.poll_subclouds()
    assert len(await reading.writer.run(standing)) == 7
    tell(replay, *range(1, 9))
    await central.poll_subclouds()
    assert await reading.writer.run(rows) == before


async def test_what_dcmanager_had_let_go_of_is_gone_at_once(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, *range(1, 9), state="unmanaged")
    await central.poll_subclouds()
    reading.roster = Roster(reading.roster.central)  # known from the rows, too
    tell(replay, *range(2, 9), state="unmanaged")
    await Central(reading, Sweeps(reading)).poll_subclouds()
    assert len(await reading.writer.run(standing)) == 7


async def test_a_new_reader_knows_the_fleet_from_the_rows(replay: Replay, reading: Reading) -> None:
    tell(replay, 1, 2, 3, 4)
    await Central(reading, Sweeps(reading)).poll_subclouds()
    reading.roster = Roster(reading.roster.central)
    tell(replay)
    with pytest.raises(Unexpected):
        await Central(reading, Sweeps(reading)).poll_subclouds()
    assert len(await reading.writer.run(standing)) == 4


async def test_an_id_told_twice_stops_nothing_and_is_shown(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, 1, 2, 2)
    with pytest.raises(Unexpected, match="more than one row with id 2"):
        await central.poll_subclouds()
    await reading.services.ask("dcmanager", DcManager(reading.doors.central).groups())  # other answers do not hide it
    assert "more than one row with id 2" in error(reading)
    tell(replay, 1, 2)
    await central.poll_subclouds()
    assert (error(reading), await reading.writer.run(standing)) == ("", ["cell-1", "cell-2"])

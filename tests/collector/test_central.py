"""What becomes of dcmanager's list when it tells of a fleet that went overnight. Real HTTP, real rows."""

from dataclasses import replace
from typing import Any

import pytest

from collector.central import Central, _polled
from collector.doors import Doors
from collector.progress import Sweeps
from collector.reading import Reading
from collector.roster import Roster
from collector.writer import DatabaseLostError
from sites import ingest
from sites.models import Cloud, FacetState, SubcloudGroup
from starlingx.dcmanager import DcManager
from starlingx.errors import Forbidden, Unexpected
from tests.collector.replayed import connector, lane, lose_database, reading, replay, small_bundle
from tests.starlingx.replay import Replay, spoken

__all__ = ["connector", "reading", "replay", "small_bundle"]
pytestmark = pytest.mark.django_db(transaction=True)


def tell(replay: Replay, *numbers: int, state: str = "managed", group: int = 1) -> None:
    rows = [
        {"id": n, "name": f"cell-{n}", "region-name": f"r{n}", "management-state": state, "group_id": group}
        for n in numbers
    ]
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
    await reading.services.ask(
        "dcmanager", "groups", DcManager(reading.doors.central).groups()
    )  # other answers do not hide it
    assert "more than one row with id 2" in error(reading)
    tell(replay, 1, 2)
    await central.poll_subclouds()
    assert (error(reading), await reading.writer.run(standing)) == ("", ["cell-1", "cell-2"])


def tell_groups(replay: Replay, **names: str) -> None:
    rows = [{"id": int(number[1:]), "name": name} for number, name in names.items()]
    replay.answers["dcmanager/v1.0/subcloud-groups"] = spoken({"subcloud_groups": rows})


def homes() -> dict[str, str | None]:
    return dict(Cloud.objects.filter(kind="subcloud").values_list("name", "group__name"))


async def test_groups_fail_alone_and_their_error_stands(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell_groups(replay, g1="Default")
    tell(replay, 1)
    await central.poll_subclouds()
    replay.answers["dcmanager/v1.0/subcloud-groups"] = spoken({"error": "no role"}, 403)
    tell(replay, 1, 2)
    await central.poll_subclouds()
    assert await reading.writer.run(standing) == ["cell-1", "cell-2"]
    assert "subcloud-groups" in error(reading)
    await central.poll_subclouds()
    assert "subcloud-groups" in error(reading), "that the other list answers does not hide it"
    tell_groups(replay, g1="Default")
    await central.poll_subclouds()
    assert error(reading) == ""


async def test_a_list_that_fails_shows_although_others_answer(
    replay: Replay, reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    central, dcmanager = Central(reading, Sweeps(reading)), DcManager(reading.doors.central)
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"error": "no role"}, 403)
    for _ in range(3):
        with pytest.raises(Forbidden):
            await central.poll_subclouds()
        await reading.services.ask("dcmanager", "groups", dcmanager.groups())
        looks = {look.service: look for look in reading.services.take_looks()}
        assert "/subclouds" in looks["dcmanager"].error
        assert looks["identity"].error == ""
    assert caplog.text.count("dcmanager fails") == 1
    tell(replay, 1)
    await central.poll_subclouds()
    assert error(reading) == ""


async def test_a_group_that_is_new_between_two_calls_becomes_the_home(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell_groups(replay, g1="Default")
    tell(replay, 1, 2)
    await central.poll_subclouds()
    tell(replay, 1, 2, group=5)  # moved after the groups were asked for
    await central.poll_subclouds()
    assert set((await reading.writer.run(homes)).values()) == {"Default"}
    tell_groups(replay, g1="Default", g5="north")
    await central.poll_subclouds()
    assert await reading.writer.run(homes) == {"cell-1": "north", "cell-2": "north"}
    assert await reading.writer.run(SubcloudGroup.objects.count) == 2


async def test_counts_that_changed_are_followed_though_the_database_is_lost(replay: Replay, reading: Reading) -> None:
    central = Central(reading, Sweeps(reading))
    tell(replay, 1, 2)
    await central.poll_subclouds()
    count(replay, critical=0)
    await central.poll_counts()
    count(replay, critical=1)
    await lose_database(reading.writer)
    with pytest.raises(DatabaseLostError):
        await central.poll_counts()
    assert [site.name for site in lane(reading).hastened] == ["cell-1"]


def count(replay: Replay, critical: int) -> None:
    counts = {"critical_alarms": critical, "major_alarms": 0, "minor_alarms": 0, "warnings": 0}
    replay.answers["dcmanager/v1.0/alarms"] = spoken({"alarm_summary": [{"region_name": "cell-1", **counts}]})


async def test_new_sites_are_planned_though_the_database_is_lost_once(replay: Replay, reading: Reading) -> None:
    """Whatever breaks after the list is stored, the next round plans what this one did not."""
    central = Central(reading, Sweeps(reading))
    reading.config = replace(reading.config, subcloud_auth_url="http://{oam_ip}/v3")
    reading.doors = Doors(reading.config, reading.doors._connector)
    tell(replay, 1, 2)
    run = reading.writer.run

    async def break_before_addresses(function: Any, *args: Any, **kwargs: Any) -> Any:
        if function is ingest.oam_ips:
            await lose_database(reading.writer)
        return await run(function, *args, **kwargs)

    reading.writer.run = break_before_addresses  # type: ignore[method-assign]
    with pytest.raises(DatabaseLostError):
        await central.poll_subclouds()
    reading.writer.run = run  # type: ignore[method-assign]
    assert lane(reading).planned == []
    await central.poll_subclouds()
    assert [site.name for site in lane(reading).planned] == ["cell-1", "cell-2"]


async def test_a_fault_of_ours_stands_in_the_row_until_the_poll_works(replay: Replay, reading: Reading) -> None:
    async def stumble() -> None:
        raise AssertionError("nobody expected this")

    async def work() -> None: ...

    tell(replay, 1)
    assert await _polled("subclouds", reading, stumble, 0) == 1
    assert "the portal itself failed (AssertionError)" in error(reading)
    assert await _polled("subclouds", reading, work, 1) == 0
    await Central(reading, Sweeps(reading)).poll_subclouds()
    assert error(reading) == ""

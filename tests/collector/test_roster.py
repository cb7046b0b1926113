"""What is new in a list of subclouds, and whose counts changed."""

from collector.roster import Roster
from collector.site import Site
from starlingx.records import AlarmSummary
from starlingx.rows import Row
from tests.observed import subcloud

CENTRAL = 1


def roster(*numbers: int) -> Roster:
    """Subcloud n has cloud id 100 + n."""
    made = Roster(Site(CENTRAL, None, "brazil"))
    listed = [subcloud(number) for number in numbers]
    made.stored(listed, {number: 100 + number for number in numbers})
    return made


def counts(name: str, major: int) -> AlarmSummary:
    row = {"region_name": name, "critical_alarms": 0, "major_alarms": major, "minor_alarms": 0, "warnings": 0}
    return AlarmSummary.read(Row(row, "summary"))


def test_everything_differs_at_first_and_nothing_in_the_same_list() -> None:
    made = Roster(Site(CENTRAL, None, "brazil"))
    listed = [subcloud(1), subcloud(2)]
    assert made.differing(listed) is None
    assert {site.name for site in made.stored(listed, {1: 101, 2: 102}).added} == {"cell-0001", "cell-0002"}
    assert made.differing(listed) == []
    assert made.differing([subcloud(1), subcloud(2, description="roof")]) == [2]


def test_nothing_is_known_of_a_list_once_the_database_was_lost() -> None:
    made, listed = roster(1, 2), [subcloud(1), subcloud(2)]
    assert made.differing(listed) == []
    assert made.differing(listed, memory=1) is None
    made.stored(listed, {1: 101, 2: 102}, memory=1)
    assert made.differing(listed, memory=1) == []


def test_a_change_of_status_or_address_is_a_reason_to_look() -> None:
    made = roster(1, 2, 3)
    listed = [subcloud(1, location="Porto"), subcloud(2, **{"availability-status": "offline"})]
    listed.append(subcloud(3, **{"management-start-ip": "192.0.2.9"}))
    news = made.stored(listed, {1: 101, 2: 102, 3: 103})
    assert [site.number for site in news.changed] == [2, 3]
    assert not made.by_cloud[102].online


def test_who_left_is_gone_and_the_central_cloud_never_is() -> None:
    made = roster(1, 2)
    left = made.by_cloud[101]
    news = made.stored([subcloud(2)], {2: 102})
    assert news.gone == [left]
    assert left.gone
    assert set(made.by_cloud) == {CENTRAL, 102}


def test_counts_are_a_reason_to_look_when_they_change() -> None:
    made = roster(1, 2)
    reported, changed = made.count_changes([counts("cell-0001", 1), counts("cell-0002", -1), counts("nobody", 1)])
    assert (reported, changed) == ([101], []), "the first counts are no change; -1 is no count"
    _, changed = made.count_changes([counts("cell-0001", 2)])
    assert [site.number for site in changed] == [1]
    assert made.count_changes([counts("cell-0001", 2)])[1] == []


def test_counts_of_a_name_that_two_subclouds_have_are_nobodys() -> None:
    made = roster(1, 2, 3)
    made.stored([subcloud(1, name="twin"), subcloud(2, name="twin"), subcloud(3)], {1: 101, 2: 102, 3: 103})
    reported, _ = made.count_changes([counts("twin", 1), counts("cell-0003", 1)])
    assert reported == [103]
    assert len(made.by_cloud) == 4, "both are looked at all the same"

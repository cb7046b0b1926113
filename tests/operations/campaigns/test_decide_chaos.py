"""A batch against a dcmanager in memory, with crashes at every arrow, lost answers, and people who meddle.

Whatever happens: no strategy of others is touched, no site is worked on twice, every site is back in its group at the
end, no group of ours is left, and what the batch says of each site is what really happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from operations.campaigns.batch import OPEN, Controls, End, Planned, Verb
from operations.campaigns.strategy import Kind, StrategySpec
from tests.operations.campaigns.dcmanager_model import DcManager, Refused, Site
from tests.operations.campaigns.engine_model import SPEC, Batch, Luck, turn

PLANNED = range(1, 6)
OTHERS = range(91, 94)
OTHER_KIND = StrategySpec(kind=Kind.FIRMWARE)


@dataclass
class World:
    dcmanager: DcManager
    batch: Batch
    homes: dict[int, int]
    paused: str = ""
    abort: str = ""
    brake: str = ""
    held: dict[int, str] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)  # groups that nothing proves ours: renamed before anybody saw them

    @property
    def controls(self) -> Controls:
        return Controls(paused=self.paused, abort=self.abort, brake=self.brake, held=self.held)


def world(fails: frozenset[int], skew: float, alone: bool) -> World:
    planned = [1] if alone else PLANNED
    sites = [Site(n, f"cell-{n}", 1 + n % 3, works=n not in fails) for n in (*PLANNED, *OTHERS)]
    dcmanager = DcManager(sites, skew=skew)
    batch = Batch("dcportal-7-1", dcmanager, tuple(Planned(n, n, f"region-{n}") for n in planned), alone)
    return World(dcmanager, batch, {site.id: site.group for site in sites})


def meddle(it: World, how: str) -> None:
    """What other people do; what dcmanager refuses them does not happen."""
    dcmanager, batch = it.dcmanager, it.batch
    running = dcmanager.running
    ours = running is not None and running.owner == "us"
    temporary = [group for group in dcmanager.groups if group > 3]
    try:
        match how:
            case "pause" | "resume":
                it.paused = "Paused by Ann." if how == "pause" else ""
            case "brake" | "release":
                it.brake = "The brake is on." if how == "brake" else ""
            case "hold" | "let go":
                it.held = {2: "Ann looks at it."} if how == "hold" else {}
            case "abort":
                it.abort = "Ended by Ann."
            case "their strategy":
                dcmanager.create_strategy(SPEC, group=1, owner="them")
            case "their single one":
                dcmanager.create_strategy(SPEC, name="cell-3", parallel=5, owner="them")
            case "their other kind":
                dcmanager.create_strategy(OTHER_KIND, group=None, owner="them")
            case "they delete theirs" if running and not ours:
                dcmanager.delete("them")
            case "they delete ours" if ours:
                dcmanager.delete()
            case "they apply ours" if ours:
                dcmanager.apply()
            case "they abort ours" if ours:
                dcmanager.abort()
            case "they delete our group" if temporary:
                dcmanager.delete_group(temporary[0])
            case "they rename our group" if temporary:
                dcmanager.rename_group(temporary[-1], f"Theirs {dcmanager.now:%H %M %S}")
            case "they make our group theirs" if temporary:
                made_theirs(it, temporary[-1])
            case "they name it back" if temporary:
                dcmanager.rename_group(temporary[-1], f"{batch.label}-{batch.memory.attempt}")
            case "they rename a site":
                dcmanager.rename_site(3, f"cell-3 at {dcmanager.now:%H %M %S}")
            case "they move a site" if not _moving(batch, 4):
                dcmanager.move(4, 3)
                it.homes[4] = 3
    except Refused:
        return


def made_theirs(it: World, group: int) -> None:
    """Name and description are changed: then only what was seen or answered before tells whose it is."""
    answered = {each.answered_id for each in it.batch.intents if each.verb is Verb.CREATE_GROUP}
    it.dcmanager.rename_group(group, f"Theirs {it.dcmanager.now:%H %M %S}", "Theirs now")
    if group not in answered | it.batch.known_groups():
        it.unknown.add(group)


def _moving(batch: Batch, site: int) -> bool:
    """A request about it is under way, or has just been carried out for a site that stands in our group."""
    return any(each.subject == site and each.outcome in OPEN for each in batch.intents)


MEDDLING = (
    "pause", "resume", "brake", "release", "hold", "let go", "abort", "their strategy", "their single one",
    "their other kind", "they delete theirs", "they delete ours", "they apply ours", "they abort ours",
    "they delete our group", "they move a site", "they rename our group", "they make our group theirs",
    "they name it back", "they rename a site",
)  # fmt: skip
LUCKS = st.sampled_from([Luck.FINE] * 5 + list(Luck))
WAITS = st.sampled_from((1, 20, 50, 90, 200)).map(lambda seconds: timedelta(seconds=seconds))
EVENTS = st.lists(st.one_of(LUCKS, LUCKS, LUCKS, WAITS, st.sampled_from(MEDDLING)), max_size=40)
ACTIONS = ("Begin", "CreateGroup", "Move", "CreateStrategy", "Restore", "DeleteGroup", "Apply", "Watch", "Abort",
           "Archive", "DeleteStrategy", "PostCheck")  # fmt: skip


@dataclass
class Incident:
    """When the batch is about to do `at`, `luck` befalls it; `then` others meddle, and time passes."""

    at: str
    luck: Luck
    then: list[str | timedelta]


INCIDENTS = st.lists(
    st.builds(
        Incident, st.sampled_from(ACTIONS), st.sampled_from(Luck),
        st.lists(st.one_of(st.sampled_from(MEDDLING), WAITS), max_size=4),
    ),
    max_size=6,
)  # fmt: skip


def happen(it: World, events: Sequence[Luck | timedelta | str]) -> None:
    for event in events:
        if isinstance(event, Luck):
            if it.batch.ends is None:
                turn(it.batch, it.controls, event)
            it.dcmanager.tick(timedelta(seconds=5))
        elif isinstance(event, timedelta):
            it.dcmanager.tick(event)
        else:
            it.batch.history.append(event)
            meddle(it, event)


def befall(it: World, incidents: list[Incident]) -> None:
    """Turns during which each incident comes when its action does."""
    left, came = list(incidents), []

    def fate(action: object) -> Luck:
        for incident in left:
            if incident.at == type(action).__name__:
                left.remove(incident)
                came.append(incident)
                return incident.luck
        return Luck.FINE

    for _ in range(60):
        if it.batch.ends is None and left:
            turn(it.batch, it.controls, fate)
            it.dcmanager.tick(timedelta(seconds=5))
        while came:
            happen(it, came.pop().then)


def calm_down(it: World) -> None:
    """Others go away, people answer what they are asked, nothing is lost any more."""
    it.paused = it.brake = ""
    it.held = {}
    for _ in range(400):
        if it.dcmanager.running is not None and it.dcmanager.running.owner == "them":
            it.dcmanager.running = None
        if it.batch.ends is not None:
            return
        turn(it.batch, it.controls)
        if it.batch.asked:
            answer(it)
        it.dcmanager.tick(timedelta(seconds=20))
    raise AssertionError(f"never over: {it.batch.asked or it.batch.waits} {it.batch.memory}")


def answer(it: World) -> None:
    """What a person does who is asked."""
    memory, running = it.batch.memory, it.dcmanager.running
    it.batch.history.append(f"asked: {it.batch.asked}")
    if "ours?" in it.batch.asked:
        assert running is not None
        it.batch.memory = replace(memory, **{"confirmed" if running.owner == "us" else "disowned": running.seen.id})
    else:
        it.batch.memory = replace(memory, troubles=0, forgiven=it.batch.sent)


def demand_truth(it: World) -> None:
    dcmanager, batch = it.dcmanager, it.batch
    assert batch.ends is not None
    assert set(dcmanager.groups) - it.unknown == {1, 2, 3}
    assert {site.id: site.group for site in dcmanager.sites.values()} == it.homes
    assert dcmanager.running is None or dcmanager.running.owner == "them"
    ends = {each.site: each.end for each in batch.ends}
    assert set(ends) == {planned.site for planned in batch.planned}
    for number, end in ends.items():
        site = dcmanager.sites[number]
        assert site.starts <= 1
        assert (end is End.DONE) == (site.done == 1)
        assert (end is End.FAILED) == (site.starts == 1 and not site.works)
    for number in OTHERS:
        assert dcmanager.sites[number].starts == 0


FAILS = st.frozensets(st.sampled_from(PLANNED), max_size=2)
SKEWS = st.sampled_from((0.0, 300.0, -300.0))


@given(EVENTS, INCIDENTS, FAILS, SKEWS, st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_in_between_the_end_is_right(
    events: list[Luck | timedelta | str], incidents: list[Incident], fails: frozenset[int], skew: float, alone: bool
) -> None:
    it = world(fails, skew, alone)
    try:
        befall(it, incidents)
        happen(it, events)
        calm_down(it)
        demand_truth(it)
    finally:
        note("\n".join(it.batch.history))


@given(st.lists(LUCKS, max_size=60), FAILS, SKEWS, st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_crashes_alone_leave_no_site_out(lucks: list[Luck], fails: frozenset[int], skew: float, alone: bool) -> None:
    """Nobody meddles: then every site is worked on exactly once, by exactly one strategy."""
    it = world(fails, skew, alone)
    try:
        happen(it, list(lucks))
        calm_down(it)
        demand_truth(it)
        assert all(it.dcmanager.sites[planned.site].starts == 1 for planned in it.batch.planned)
        ran = [each for each in it.batch.intents if each.verb is Verb.APPLY]
        assert ran
    finally:
        note("\n".join(it.batch.history))

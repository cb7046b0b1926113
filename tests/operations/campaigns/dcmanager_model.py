"""A tiny dcmanager in memory: groups, one strategy, steps; with its habits that matter to a campaign, and a witness.

The witness raises AssertionError as soon as a promise is broken, whoever broke it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from operations.campaigns.batch import DEFAULT_GROUP, Look, Placed
from operations.campaigns.strategy import StrategySpec, shown_arguments
from starlingx.records import Strategy, StrategyStep, SubcloudGroup

START = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
WORK = timedelta(seconds=40)
ENDED = ("complete", "failed", "aborted")


class Refused(Exception):
    """400 or 422, with dcmanager's text."""


@dataclass
class Site:
    """`works`: whether its update succeeds. `done`: how often it was updated; `starts`: how often that was begun."""

    id: int
    name: str
    group: int
    region: str = "West"
    sync: str = "out-of-sync"
    online: bool = True
    works: bool = True
    movable: bool = True
    done: int = 0
    starts: int = 0


@dataclass
class Running:
    """The strategy in the slot. `owner`: "us" or who else; our requests must never touch another's."""

    seen: Strategy
    owner: str
    members: dict[str, Site]
    steps: dict[str, StrategyStep]
    began: dict[str, datetime] = field(default_factory=dict)


class DcManager:
    """One System Controller. `now` moves by `tick`."""

    def __init__(self, sites: list[Site], name: str = "c1", skew: float = 0.0) -> None:
        self.name, self.skew, self.now = name, skew, START
        self.sites = {site.id: site for site in sites}
        self.groups = {group: _group(group, name, 2) for group, name in ((1, "Default"), (2, "North"), (3, "South"))}
        self.running: Running | None = None
        self.late: list[tuple[datetime, Callable[[], object]]] = []
        self.ids = iter(range(10, 100_000))
        self.created: list[str] = []  # owners of all strategies there ever were
        self.in_work: Callable[[], None] = lambda: None  # called whenever a site begins

    def look(self) -> Look:
        return Look(
            at=self.now,
            strategy=self.running.seen if self.running else None,
            steps=tuple(sorted(self.running.steps.values(), key=lambda step: step.id)) if self.running else (),
            groups=tuple(self.groups.values()),
            subclouds={site.id: Placed(site.name, site.group, f"region-{site.id}") for site in self.sites.values()},
            skew=self.skew,
        )

    # What may be asked

    def create_group(self, name: str, max_parallel: int, description: str = "x") -> int:
        if any(group.name == name for group in self.groups.values()):
            raise Refused("A subcloud group with that name exists")
        made = next(self.ids)
        at = self.now + timedelta(seconds=self.skew)
        self.groups[made] = _group(made, name, max_parallel, description, at)
        return made

    def rename_group(self, group: int, name: str, description: str | None = None) -> None:
        if group not in self.groups or group == DEFAULT_GROUP:
            raise Refused("Subcloud Group not found")
        if any(other.name == name and number != group for number, other in self.groups.items()):
            raise Refused("A subcloud group with that name exists")
        kept = self.groups[group]
        self.groups[group] = replace(kept, name=name, description=description or kept.description)

    def move(self, site: int, group: int) -> None:
        if group not in self.groups or not self.sites[site].movable:
            raise Refused("Invalid group")
        self.sites[site].group = group

    def rename_site(self, number: int, name: str) -> None:
        """Allowed at any time; steps are told by the name that a site has now."""
        site, running = self.sites[number], self.running
        old, site.name = site.name, name
        if running is not None and running.members.get(old) is site:
            running.members[name] = running.members.pop(old)
            running.steps = {
                (name if key == old else key): replace(step, cloud=name) if key == old else step
                for key, step in running.steps.items()
            }
            if old in running.began:
                running.began[name] = running.began.pop(old)

    def remove_site(self, number: int) -> None:
        """Its step goes with it."""
        site, running = self.sites.pop(number), self.running
        if running is not None and running.members.get(site.name) is site:
            for rows in (running.members, running.steps, running.began):
                rows.pop(site.name, None)

    def delete_group(self, group: int) -> None:
        if group not in self.groups or group == DEFAULT_GROUP:
            raise Refused("Subcloud Group not found")
        if any(site.group == group for site in self.sites.values()):
            raise Refused("Subcloud Group not empty")
        del self.groups[group]

    def create_strategy(
        self, spec: StrategySpec, *, group: int | None = None, name: str = "", parallel: int = 2, owner: str = "us"
    ) -> int:
        if self.running is not None:
            raise Refused(f"Strategy of type: '{self.running.seen.type}' already exists")
        if group is not None and group not in self.groups:
            raise Refused("Invalid group")
        inside = [site for site in self.sites.values() if (site.name == name if name else group in (None, site.group))]
        if any(site.online and site.sync == "unknown" for site in inside):
            raise Refused("software sync status is unknown for one or more subclouds")
        valid = [site for site in inside if site.online and site.sync == "out-of-sync"]
        if not valid:
            raise Refused("Strategy has no steps to apply")
        if group is not None:
            parallel = self.groups[group].max_parallel_subclouds or 2
        made, at = next(self.ids), self.now + timedelta(seconds=self.skew)
        seen = Strategy(
            made, str(spec.kind), "parallel", parallel, False, "initial", tuple(sorted(shown_arguments(spec))), at, None
        )
        steps = {site.name: _step(next(self.ids), site.name, at) for site in valid}
        self.running = Running(seen, owner, {site.name: site for site in valid}, steps)
        self.created.append(owner)
        return made

    def apply(self, owner: str = "us") -> None:
        running = self._mine(owner, "apply", ("initial",))
        running.seen = replace(running.seen, state="applying")

    def abort(self, owner: str = "us") -> None:
        running = self._mine(owner, "abort", ("applying",))
        running.seen = replace(running.seen, state="abort requested")
        for step in running.steps.values():
            if step.state == "initial":
                running.steps[step.cloud] = replace(step, state="aborted")

    def delete(self, owner: str = "us") -> None:
        running = self._mine(owner, "delete", ("initial", *ENDED))
        running.steps = {name: step for name, step in running.steps.items() if step.state in ("complete", "failed")}
        running.seen = replace(running.seen, state="deleting")
        if not running.steps:
            self.running = None

    def _mine(self, owner: str, verb: str, states: tuple[str, ...]) -> Running:
        running = self.running
        if running is None:
            raise Refused("Strategy not found")
        assert running.owner == owner, f"{owner} would {verb} the strategy of {running.owner}"
        if running.seen.state not in states:
            raise Refused(f"Strategy in state {running.seen.state} cannot be acted on: {verb}")
        return running

    # What goes on by itself

    def tick(self, by: timedelta) -> None:
        end = self.now + by
        for at, call in sorted((each for each in self.late if each[0] <= end), key=lambda each: each[0]):
            self.now = max(self.now, at)
            try:
                call()
            except Refused:
                continue
        self.late = [each for each in self.late if each[0] > end]
        self.now = end
        if self.running is not None:
            self._work(self.running)

    def _work(self, running: Running) -> None:
        if running.seen.state == "deleting":
            self.running = None
            return
        if running.seen.state not in ("applying", "abort requested", "aborting"):
            return
        for name, step in list(running.steps.items()):
            if step.state == "applying" and self.now - running.began[name] >= WORK:
                self._finish(running, name)
        room = (running.seen.max_parallel_subclouds or 1) - len(self.at_work())
        for name, step in list(running.steps.items()):
            if step.state == "initial" and room > 0:
                room -= 1
                running.steps[name] = replace(step, state="applying", started_at=self.now)
                running.began[name] = self.now
                running.members[name].starts += 1
        self.in_work()
        self._end(running)

    def _finish(self, running: Running, name: str) -> None:
        site = running.members[name]
        state = "complete" if site.works else "failed"
        running.steps[name] = replace(running.steps[name], state=state, finished_at=self.now)
        if site.works:
            site.done += 1
            site.sync = "in-sync"

    def _end(self, running: Running) -> None:
        states = {step.state for step in running.steps.values()}
        if states <= {"complete", "failed", "aborted"}:
            state = "failed" if "failed" in states else "aborted" if "aborted" in states else "complete"
            running.seen = replace(running.seen, state=state)

    def at_work(self) -> set[int]:
        """Sites that are being changed now."""
        if self.running is None:
            return set()
        return {self.running.members[name].id for name, step in self.running.steps.items() if step.state == "applying"}


def _group(number: int, name: str, max_parallel: int, description: str = "x", at: datetime = START) -> SubcloudGroup:
    return SubcloudGroup(number, name, description, "parallel", max_parallel, None, at, None)


def _step(number: int, name: str, at: datetime) -> StrategyStep:
    return StrategyStep(number, name, "Create", "initial", "", None, None, at, None)

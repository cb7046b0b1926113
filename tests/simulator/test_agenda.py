"""What happens by itself is the same whoever looks and however often, and after a restart."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.agenda import Agenda
from simulator.alarms.model import StandingAlarms
from simulator.clock import Clock
from simulator.fleet import Cloud
from simulator.journal import Journal
from simulator.nfv.engine import Vim
from simulator.nfv.rows import strategy_row
from simulator.releases import release_of
from simulator.strikes import Strikes
from simulator.survey import build
from simulator.usm.deployments import Deployments
from simulator.world import World

EPOCH = 1_800_000_000.0
WANTED = {"release": "starlingx-26.09.2", "alarm-restrictions": "permissive", "delete": True}


@dataclass
class Rack:
    """A fleet with VIMs on a clock that a test moves."""

    now: float = EPOCH
    journal: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        journal = Journal(None, 7)
        journal.append = self.journal.append  # type: ignore[method-assign]  # the test's own journal
        self.world = World(build(7, 40, 1), Clock(EPOCH, 1.0, lambda: self.now), journal, "http://simulator.test")
        self.deployments = Deployments(self.world)
        self.vim = Vim(self.world, self.deployments, Strikes(self.world))
        self.world.alarms = StandingAlarms(self.world)

    def site(self, mode: str) -> Cloud:
        return next(
            cloud
            for cloud in self.world.subclouds(1)
            if cloud.system_mode == mode and cloud.powered and cloud.software.release_id == "starlingx-26.09.1"
        )

    def patch(self, cloud: Cloud) -> None:
        key = list(cloud.key)
        self.world.do("usm.upload", cloud=key, releases=[WANTED["release"]])
        self.world.do("vim.create", cloud=key, kind="sw-upgrade", wanted=WANTED)
        self.now += 600.0
        self.world.do("vim.act", cloud=key, action="apply-all")

    def told(self, cloud: Cloud) -> str:
        """Everything one can see of it."""
        self.world.settle()
        strategy = self.vim.of(cloud)
        assert strategy is not None
        return json.dumps(
            [
                strategy_row(strategy),
                self.world.clouds[cloud.key].software.release_id,
                self.world.outages(cloud),
                self.world.alarms.standing(cloud, self.now),
            ]
        )


def test_entries_happen_in_order_of_their_times() -> None:
    agenda, told = Agenda(), []

    def occur(at: float, what: Any) -> None:
        told.append((at, what["name"]))
        if what["name"] == "first":
            agenda.enter(at + 1.0, "note", name="after first")

    agenda.kind("note", occur)
    for at, name in ((5.0, "last"), (1.0, "first"), (2.0, "same time, but entered earlier"), (9.0, "not yet")):
        agenda.enter(at, "note", name=name)
    agenda.settle(5.0)
    assert told == [
        (1.0, "first"),
        (2.0, "same time, but entered earlier"),
        (2.0, "after first"),
        (5.0, "last"),
    ]


@pytest.mark.parametrize("mode", ["simplex", "duplex"])
@settings(max_examples=25, deadline=None)
@given(looks=st.lists(st.floats(0.0, 9000.0), max_size=8))
def test_looking_changes_nothing(mode: str, looks: list[float]) -> None:
    watched, left_alone = Rack(), Rack()
    cloud = watched.site(mode)
    for rack in (watched, left_alone):
        rack.patch(cloud)
    begun = watched.now
    for at in sorted(looks):
        watched.now = begun + at
        watched.told(cloud)
    for rack in (watched, left_alone):
        rack.now = begun + 9000.0
    assert watched.told(cloud) == left_alone.told(cloud)
    assert watched.world.clouds[cloud.key].software.release_id == WANTED["release"]


def test_replay_tells_the_same_story() -> None:
    rack = Rack()
    cloud = rack.site("simplex")
    rack.patch(cloud)
    rack.now += 1500.0
    rack.world.inject("power-loss", [cloud], 60.0, {})
    rack.now += 3000.0
    again = Rack(now=rack.now)
    again.world._journal._entries = json.loads(json.dumps(rack.journal))
    again.world.replay()
    assert again.told(cloud) == rack.told(cloud)


def test_staged_releases_are_those_newer_than_what_runs() -> None:
    rack = Rack()
    cloud = rack.site("duplex")
    rack.world.do("usm.upload", cloud=list(cloud.key), releases=["starlingx-26.09.0", "starlingx-26.09.2"])
    waiting = rack.world.software.staged(cloud, rack.now)
    assert release_of("26.09.2") in waiting
    assert release_of("26.09.0") not in waiting

"""Strategies as the simulator's own log of requests tells of them: who was in which, and when each was where.

Nothing here comes from the portal: groups are followed from request to request, as dcmanager itself would.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fixtures.fleet import Simulator
from tests.journeys.patching import Board, Key, Row

EVERY = 1.0  # seconds
SLOT = "sw-update-strategy"


@dataclass
class Ran:
    """One strategy that was created. Times of the requests that took effect, by the simulator's clock."""

    controller: int
    sites: frozenset[str]
    asked: dict[str, Any]
    created: float
    applied: float | None = None
    aborted: float | None = None
    deleted: float | None = None


@dataclass
class UpstreamLog:
    """Reads in a thread of its own while it is entered: the log is a ring, and a collector fills it in minutes.

    `writes`: every one below dcmanager, with effect or not. `groups`: as they were when it began. `looks`: how often
    the slot of each System Controller was looked at.
    """

    simulator: Simulator
    names: Mapping[Key, str]
    groups: dict[Key, int]
    next: int = 1
    writes: list[Row] = field(default_factory=list)
    looks: Counter[int] = field(default_factory=Counter)
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def begin(cls, board: Board) -> "UpstreamLog":
        """From now on."""
        board.simulator.control("requests", method="DELETE")
        found = cls(board.simulator, board.names(), board.groups())
        found.next = found.simulator.control(f"requests?since={1 << 60}")["next"]
        return found

    def __enter__(self) -> "UpstreamLog":
        threading.Thread(target=self._follow, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.read()

    def _follow(self) -> None:
        while not self._stop.wait(EVERY):
            self.read()

    def read(self) -> "UpstreamLog":
        with self._reading:
            self._read()
        return self

    def _read(self) -> None:
        told = self.simulator.control(f"requests?since={self.next}")
        rows = told["requests"]
        assert len(rows) == told["next"] - self.next, "the ring has lost requests: read more often"
        self.next = told["next"]
        self.writes += [row for row in rows if row["method"] != "GET" and "/dcmanager/v1.0/" in row["path"]]
        slot = f"/dcmanager/v1.0/{SLOT}"
        self.looks.update(_place(row)[0] for row in rows if row["method"] == "GET" and row["path"].endswith(slot))

    def about_the_slot(self, controller: int) -> list[Row]:
        """Every request to create, apply, abort or delete a strategy there, with effect or not."""
        slots = (SLOT, f"{SLOT}/actions")
        return [row for row in self.writes if _place(row)[0] == controller and _place(row)[1] in slots]

    @property
    def done(self) -> list[Row]:
        """Writes that took effect, in the order in which they were answered."""
        return [row for row in self.writes if row["effect"]]

    def strategies(self) -> list[Ran]:
        """In the order of their creation."""
        groups, slots, found = dict(self.groups), dict[int, Ran](), list[Ran]()
        for row in self.done:
            controller, what = _place(row)
            asked = row["asked"] or {}
            if moved := _moved(row):
                groups[moved[0]] = moved[1]
            elif what == SLOT and row["method"] == "POST":
                sites = self._members(controller, asked, groups)
                slots[controller] = Ran(controller, sites, asked, row["began"])
                found.append(slots[controller])
            elif controller not in slots:
                continue  # of a strategy that was there before
            elif what == SLOT and row["method"] == "DELETE":
                slots[controller].deleted = row["began"]
            elif what == f"{SLOT}/actions":
                verb = {"apply": "applied", "abort": "aborted"}[asked["action"]]
                setattr(slots[controller], verb, row["began"])
        return found

    def _members(self, controller: int, asked: Mapping[str, Any], groups: Mapping[Key, int]) -> frozenset[str]:
        if "cloud_name" in asked:
            return frozenset({asked["cloud_name"]})
        group = int(asked["subcloud_group"])
        return frozenset(self.names[key] for key, home in groups.items() if key[0] == controller and home == group)

    def patched(self) -> Counter[str]:
        """How often each site was in a strategy that was started."""
        return Counter(site for ran in self.strategies() if ran.applied for site in ran.sites)

    def moves(self) -> Counter[tuple[str, int]]:
        """How often each site was moved into each group."""
        moved = [move for row in self.done if (move := _moved(row))]
        return Counter((self.names[key], group) for key, group in moved)

    def created(self) -> Counter[frozenset[str]]:
        """How often each batch had a strategy made for it."""
        return Counter(ran.sites for ran in self.strategies())


def most_at_once(strategies: Iterable[Ran], part_of: Mapping[str, str]) -> Counter[str]:
    """For each part ("" for all): how many of its sites were in strategies that had been started and not deleted."""
    assert "" not in part_of.values(), "that would be counted with all of them"
    moments = [
        (at, change, ran)
        for ran in strategies
        if ran.applied
        for at, change in ((ran.applied, 1), (ran.deleted or float("inf"), -1))
    ]
    busy, most = Counter[str](), Counter[str]()
    for _, change, ran in sorted(moments, key=lambda moment: moment[:2]):
        for part, count in Counter(part_of[site] for site in ran.sites).items():
            busy[part] += change * count
            most[part] = max(most[part], busy[part])
        busy[""] += change * len(ran.sites)
        most[""] = max(most[""], busy[""])
    return most


def _moved(row: Row) -> tuple[Key, int] | None:
    """Who was moved into which group, where that is what a request asked for."""
    controller, what = _place(row)
    found, asked = re.fullmatch(r"subclouds/(\d+)", what), row["asked"] or {}
    if found is None or row["method"] != "PATCH" or "group_id" not in asked:
        return None
    return (controller, int(found[1])), int(asked["group_id"])


def _place(row: Row) -> tuple[int, str]:
    """The System Controller's number, and the path below the version without its query."""
    path = row["path"].partition("?")[0]
    controller, _, rest = path.removeprefix("/c").partition("/dcmanager/v1.0/")
    return int(controller), rest

"""Sites into batches, so that no batch is above a limit or holds two neighbours: first fit, without comparing pairs.

Each limit is a resource of which every batch has so much. For each resource the next batch with room is found by a
forest of pointers (union-find), so that full ones are not looked at again: near to linear in the number of sites.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from operations.campaigns.plan import PlanSite

Resource = tuple[str, str]  # ("region", "West"), ("link", "wan-7"), ("ring", "R3"), ("all", "")
Capacity = Callable[[Resource], int | None]  # per batch; None: no limit
Neighbours = Mapping[int, frozenset[int]]
ALL: Resource = ("all", "")


def resources(site: PlanSite) -> list[Resource]:
    """What a site uses one of. Sites without a known link share none."""
    used = [ALL, ("region", site.region), *(("ring", ring) for ring in dict.fromkeys(site.rings))]
    return [*used, ("link", site.link)] if site.link else used


class _Room:
    """Which batches have room for one resource."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._used: dict[int, int] = {}
        self._next: dict[int, int] = {}

    def find(self, batch: int) -> int:
        """The first batch from `batch` on with room."""
        root = batch
        while root in self._next:
            root = self._next[root]
        while batch != root:
            self._next[batch], batch = root, self._next[batch]
        return root

    def take(self, batch: int) -> None:
        used = self._used.get(batch, 0) + 1
        self._used[batch] = used
        if used >= self._capacity:
            self._next[batch] = batch + 1


class Packer:
    """Batches of one wave at one System Controller whose sites have the same windows."""

    def __init__(self, capacity: Capacity, neighbours: Neighbours) -> None:
        self._capacity, self._neighbours = capacity, neighbours
        self._rooms: dict[Resource, _Room | None] = {}
        self._placed: dict[int, int] = {}
        self.batches: list[list[PlanSite]] = []

    def add(self, site: PlanSite) -> None:
        rooms = [room for resource in resources(site) if (room := self._room(resource)) is not None]
        placed = self._placed
        taken = {placed[other] for other in self._neighbours.get(site.id, ()) if other in placed}
        batch = self._first(rooms, taken)
        for room in rooms:
            room.take(batch)
        while len(self.batches) <= batch:
            self.batches.append([])
        self.batches[batch].append(site)
        placed[site.id] = batch

    def _first(self, rooms: Sequence[_Room], taken: set[int]) -> int:
        batch = 0
        while True:
            before = batch
            for room in rooms:
                batch = room.find(batch)
            if batch in taken:
                batch += 1
            elif batch == before:
                return batch

    def _room(self, resource: Resource) -> _Room | None:
        if resource not in self._rooms:
            capacity = self._capacity(resource)
            self._rooms[resource] = None if capacity is None else _Room(capacity)
        return self._rooms[resource]


def pack(sites: Iterable[PlanSite], capacity: Capacity, neighbours: Neighbours) -> list[list[PlanSite]]:
    """Batches in order; those with most neighbours are placed first, which needs fewer batches."""
    packer = Packer(capacity, neighbours)
    for site in sorted(sites, key=lambda site: (-len(neighbours.get(site.id, ())), site.name, site.id)):
        packer.add(site)
    return packer.batches


def shares(limit: int, wanted: Mapping[str, int]) -> dict[str, int]:
    """A limit divided among System Controllers that work in parallel, by how many sites each has; at least 1 each.

    Where there are more of them than the limit, not all can work at once: that is seen to when batches start.
    """
    total = sum(wanted.values())
    exact = {name: limit * count / total for name, count in wanted.items()} if total else {}
    given = {name: max(1, int(part)) for name, part in exact.items()}
    rest = limit - sum(given.values())
    for name in sorted(exact, key=lambda name: (int(exact[name]) - exact[name], name)):
        if rest <= 0:
            break
        given[name] += 1
        rest -= 1
    while rest < 0 and (largest := max(given, key=lambda name: (given[name], name), default="")) and given[largest] > 1:
        given[largest] -= 1
        rest += 1
    return given


def adjacency(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Neighbours of each site, from pairs in either order."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        if one != other:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {site: frozenset(others) for site, others in found.items()}

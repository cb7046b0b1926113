"""The subcloud list as bytes: a row is encoded again only when it has changed, the list only when a row has."""

from __future__ import annotations

import json

from simulator.dcmanager.register import Register
from simulator.dcmanager.rows import listed
from simulator.fleet import Cloud, CloudKey


class Listing:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._rows: dict[CloudKey, tuple[int, float, bytes]] = {}
        self._lists: dict[int, tuple[int, float, bytes]] = {}

    def body(self, controller: int) -> bytes:
        """`{"subclouds": [...]}` of one System Controller, by id."""
        world = self._register.world
        now, touched = world.clock.now(), world.touched_below[controller]
        cached = self._lists.get(controller)
        if cached is not None and cached[0] == touched and now < cached[1]:
            return cached[2]
        clouds = world.subclouds(controller)
        rows = [self._row(cloud, now) for cloud in clouds]
        body = b'{"subclouds": [' + b", ".join(rows) + b"]}"
        self._lists[controller] = (touched, self._register.soonest(clouds, now), body)
        self._forget_deleted()
        return body

    def _row(self, cloud: Cloud, now: float) -> bytes:
        touched = self._register.world.touched[cloud.key]
        cached = self._rows.get(cloud.key)
        if cached is not None and cached[0] == touched and now < cached[1]:
            return cached[2]
        seen = self._register.seen(cloud, now)
        row = json.dumps(listed(self._register, cloud, seen)).encode()
        self._rows[cloud.key] = (touched, seen.valid_until, row)
        return row

    def _forget_deleted(self) -> None:
        clouds = self._register.world.clouds
        for key in [key for key in self._rows if key not in clouds]:
            del self._rows[key]

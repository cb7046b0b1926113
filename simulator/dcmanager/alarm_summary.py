"""GET /v1.0/alarms: one row per subcloud, newest row first, keyed by name; counts as of the last audit pass."""

from __future__ import annotations

import json

from aiohttp import web

from simulator.dcmanager import policy
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud, CloudKey
from simulator.routing import Call, encoded

Counts = tuple[int, int, int, int]
NOT_REPORTED: Counts = (-1, -1, -1, -1)


class AlarmSummary:
    def __init__(self, register: Register) -> None:
        self._register = register
        self._counts: dict[CloudKey, tuple[int, Counts]] = {}
        self._bodies: dict[int, tuple[int, int, float, bytes]] = {}

    async def list(self, call: Call) -> web.Response:
        policy.require(call, policy.READ)
        return encoded(self._body(call.cloud.controller))

    def _body(self, number: int) -> bytes:
        world = self._register.world
        now, touched = world.clock.now(), world.touched_below[number]
        passed = self._register.passes[number].last(now)
        cached = self._bodies.get(number)
        if cached is not None and cached[:2] == (passed, touched) and now < cached[2]:
            return cached[3]
        clouds = world.subclouds(number)
        rows = [self._row(cloud, passed, now) for cloud in reversed(clouds)]
        body = json.dumps({"alarm_summary": rows}).encode()
        self._bodies[number] = (passed, touched, self._register.soonest(clouds, now), body)
        return body

    def _row(self, cloud: Cloud, passed: int, now: float) -> dict[str, str | int]:
        counts = self._reported(cloud, passed, now)
        critical, major, minor, warnings = counts
        return {
            "region_name": self._register.records[cloud.key].name,
            "uuid": cloud.uuid("alarm-row"),
            "critical_alarms": critical,
            "major_alarms": major,
            "minor_alarms": minor,
            "warnings": warnings,
            "cloud_status": status(counts),
        }

    def _reported(self, cloud: Cloud, passed: int, now: float) -> Counts:
        """Counts copied at that pass; not reported unless managed and online since before it."""
        state = self._register.seen(cloud, now).availability
        record = self._register.records[cloud.key]
        at = self._register.passes[cloud.controller].time(passed)
        if record.management != "managed" or not state.online or at < max(state.since, record.managed_at):
            return NOT_REPORTED
        cached = self._counts.get(cloud.key)
        if cached is not None and cached[0] == passed:
            return cached[1]
        counts = self._register.world.alarms.counts(cloud, at)
        self._counts[cloud.key] = (passed, counts)
        return counts


def status(counts: Counts) -> str:
    critical, major, minor, _ = counts
    if critical < 0:
        return "disabled"
    if critical:
        return "critical"
    return "degraded" if major or minor else "OK"

"""A System Controller that says, one after the other, everything that was ever recorded of a real one."""

import asyncio
import base64
import logging
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.starlingx.replay import REGION, WIRE, Answer, Replay, index, recorded

SERVICES = {"dcmanager": "dcmanager", "fm": "fm", "sysinv": "sysinv"}
USUAL = {  # what the portal asks, and the recording that answers it in plain days
    "dcmanager/v1.0/subclouds": "subclouds_list_4.json",
    "dcmanager/v1.0/subcloud-groups": "subcloud_groups.json",
    "dcmanager/v1.0/alarms": "alarms_4.json",
    "fm/v1/alarms": "alarms_expand_suppress_limit2000.json",
    "fm/v1/alarms/summary": "alarms_summary.json",
    "sysinv/v1/isystems": "isystems.json",
    "sysinv/v1/ihosts": "ihosts.json",
    "sysinv/v1/iinterfaces/detail": "iinterfaces_detail.json",
}
LAST = "subclouds_list.json"  # a thousand subclouds: the list after it takes them away again
SECRET = re.compile(r"(?:password|passwd|secret|_pass)\\*\"\s*:\s*\\*\"([^\"\\]{4,})")


@dataclass
class Recordings:
    """`waiting`: names still to be said, by service; while `all_at_once` is off the usual answers are given."""

    waiting: dict[str, deque[str]] = field(default_factory=dict)
    all_at_once: bool = False
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for service in SERVICES:
            names = sorted(index(service), key=lambda name: name == LAST)
            self.waiting[service] = deque(names)

    def answer(self, service: str, path: str) -> Answer | None:
        self.asked.add(f"{service}{path}")
        if self.all_at_once and self.waiting[service]:
            return recorded(service, self.waiting[service].popleft())
        name = USUAL.get(f"{service}{path.rstrip('/')}") or f"{path.rstrip('/').rpartition('/')[2]}.json"
        return recorded(service, name) if name in index(service) else None

    @property
    def said(self) -> bool:
        return not any(self.waiting.values())


def recorded_secrets() -> set[str]:
    """Every password in the recordings, as it stands there and decoded."""
    found: set[str] = set()
    for path in WIRE.rglob("*.json"):
        found |= set(SECRET.findall(path.read_text(errors="replace")))
    return found | decoded(found)


def decoded(texts: set[str]) -> set[str]:
    """What the base64 among these texts stands for."""
    found = set()
    for text in texts:
        try:
            plain = base64.b64decode(text, validate=True).decode()
        except ValueError:
            continue
        if plain.isprintable() and len(plain) >= 4:
            found.add(plain)
    return found


@contextmanager
def replaying(regions: set[str]) -> Iterator[tuple[Replay, Recordings]]:
    """The controller on a port of its own. Its catalog has every service in `regions` as well."""
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # thousands of lines would hide what failed
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    replay, recordings = Replay(), Recordings()
    for service in SERVICES:
        replay.answers[service] = _speaker(service, recordings)
    server: TestServer = asyncio.run_coroutine_threadsafe(replay.start(), loop).result(10)
    replay.catalog = replay.own_catalog()
    for entry in replay.catalog:
        endpoints = entry["endpoints"]
        assert isinstance(endpoints, list)
        own = next((each for each in endpoints if each["region"] == REGION), endpoints[0])
        endpoints += [{**own, "interface": "admin", "region": name, "region_id": name} for name in regions]
    try:
        yield replay, recordings
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _speaker(service: str, recordings: Recordings):  # type: ignore[no-untyped-def] # aiohttp's handler
    async def speak(request: web.Request) -> web.StreamResponse:
        answer = recordings.answer(service, request.match_info["path"])
        if answer is None:
            return web.json_response({"code": 404, "title": "Not Found", "description": ""}, status=404)
        headers = {"Content-Type": answer.content_type} if answer.content_type else {}
        return web.Response(body=answer.body, status=answer.status, headers=headers)

    return speak

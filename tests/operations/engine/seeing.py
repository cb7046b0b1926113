"""Subclouds as a look finds them, for decisions made without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.choices import Outcome
from operations.engine.seen import Pace, Seen, Sent, View
from starlingx.records import Subcloud
from starlingx.rows import Row

T0 = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PACE = Pace(poll=timedelta(seconds=15), unmoved=timedelta(seconds=120))


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def subcloud(**fields: Any) -> Subcloud:
    row = {"id": 7, "name": "edge-7", "region-name": "r7", "deploy-status": "complete", "availability-status": "online"}
    found = Subcloud.read(Row(row | {"management-state": "unmanaged"}, "subcloud"))
    return replace(found, **({"created_at": T0, "updated_at": T0} | fields))


def seen(at: float, found: Subcloud | None, **more: Any) -> Seen:
    return Seen(after(at), found, **more)


def sent(verb: str, at: float, before: Seen, outcome: Outcome = Outcome.ACCEPTED) -> Sent:
    return Sent(verb, outcome, after(at), before.before())


def view(step: str, *requests: Sent, last: str = "", **more: Any) -> View:
    return View(step, more.pop("facts", {}), requests, last, **more)

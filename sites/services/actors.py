"""Who changes something, and from where: what every audit row begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.http import HttpRequest
from rest_framework.request import Request


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` of the user or command; `source`: an address, or the command's name."""

    name: str
    source: str


def actor_of(request: HttpRequest | Request) -> Actor:
    """The signed-in user, with the address the request came from."""
    return Actor(request.user.get_username() or "anonymous", request.META.get("REMOTE_ADDR") or "unknown")


def now_of(request: HttpRequest | Request) -> datetime:
    """The request's clock, as ScopesMiddleware set it."""
    return cast(datetime, request.now)  # type: ignore[union-attr] # set by ScopesMiddleware


def audit(
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    detail: dict[str, Any],
    outcome: Literal["done", "refused", "failed"] = "done",
) -> None:
    """Appends to the audit chain, in the caller's transaction. `detail` never holds a secret."""
    from events.audit import record  # needs the app registry

    record(actor=actor.name, verb=verb, subject=subject, outcome=outcome, detail=detail, source=actor.source, at=now)

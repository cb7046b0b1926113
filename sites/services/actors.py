"""Who changes something, and from where: what every audit row begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` of the user or command; `source`: an address, or the command's name."""

    name: str
    source: str


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user, with the address the request came from."""
    return Actor(request.user.get_username() or "anonymous", request.META.get("REMOTE_ADDR") or "unknown")


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

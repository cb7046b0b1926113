"""Who changes something, and from where: what every audit row begins with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from events.audit import record
from starlingx.rows import clean


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


def said(text: str, longest: int) -> str:
    """What a person wrote, fit for a row, a page and a sheet: one line, nothing in it that is not shown or that turns
    the direction of what follows."""
    return clean(" ".join(text.split()), longest).strip()


def audit(
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    detail: dict[str, Any],
    outcome: Literal["done", "refused", "failed"] = "done",
) -> None:
    """Appends to the audit chain, in the caller's transaction. `detail` never holds a secret."""
    record(actor=actor.name, verb=verb, subject=subject, outcome=outcome, detail=detail, source=actor.source, at=now)


def demand(request: HttpRequest | Request, permission: str, verb: str, subject: str) -> None:
    """Raises PermissionDenied, after an audit row, where the user's role does not hold `permission`."""
    if request.user.has_perm(permission):
        return
    audit(actor_of(request), verb, subject, now_of(request), {"needs": permission}, "refused")
    raise PermissionDenied(f"Your role may not do this: it needs {permission}.")

"""Tokens and scopes: who may come in as whom, and what they see."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from sites import tokens
from sites.models import ApiToken, Controller, ScopeGrant, SubcloudGroup
from sites.services.actors import Actor, audit

LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
MOST_TOKENS = 50


def issue_token(
    user: User,
    name: str,
    expires_at: datetime | None,
    actor: Actor,
    now: datetime,
    *,
    made_with: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once. Expires after 90 days unless said; a year at most.

    It does not outlive the token it was `made_with`: whoever finds one would otherwise keep a way in for good.
    Raises ValidationError ({field: message}).
    """
    end = made_with.expires_at if made_with else None
    expires_at = expires_at or min(now + USUAL, end or now + USUAL)
    if not name.strip():
        raise ValidationError({"name": "Say what the token is for."})
    if not now < expires_at <= now + LONGEST:
        raise ValidationError({"expires_at": "Must lie ahead, and at most a year."})
    if end and expires_at > end:
        raise ValidationError({"expires_at": f"Not after the token that asks for it, which ends {end.isoformat()}."})
    if ApiToken.objects.filter(user=user, revoked_at=None).count() >= MOST_TOKENS:
        raise ValidationError({"name": f"You have {MOST_TOKENS} tokens: revoke one first."})
    with transaction.atomic():
        token, text = tokens.create(user, name.strip()[:64], expires_at)
        detail = {"name": token.name, "user": user.get_username(), "expires_at": expires_at.isoformat()}
        audit(actor, "token.create", f"token:{token.pk}", now, detail)
    return token, text


def revoke_token(token: ApiToken, actor: Actor, now: datetime) -> None:
    with transaction.atomic():
        tokens.revoke(token, now)
        audit(actor, "token.revoke", f"token:{token.pk}", now, {"name": token.name, "user": token.user.get_username()})


def grant_scope(user: User, of: Controller | SubcloudGroup | str | None, actor: Actor, now: datetime) -> ScopeGrant:
    """Lets a user see a controller, a group, a region (by name), or with None the fleet. Twice is once."""
    grant, is_new = ScopeGrant.objects.get_or_create(
        user=user,
        fleet=of is None,
        controller=of if isinstance(of, Controller) else None,
        group=of if isinstance(of, SubcloudGroup) else None,
        region=of if isinstance(of, str) else "",
    )
    if is_new:
        detail = {"user": user.get_username(), "of": "the fleet" if of is None else f"{type(of).__name__} {of}"}
        audit(actor, "scope.grant", f"user:{user.pk}", now, detail)
    return grant

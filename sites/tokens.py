"""API tokens: made once, shown once, kept only as a digest."""

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from sites.models import ApiToken

logger = logging.getLogger(__name__)

PREFIX = "dcp_"
SHOWN = 10  # characters of a token that lists show
USED_EVERY = timedelta(minutes=1)


def create(user: User, name: str, expires_at: datetime | None) -> tuple[ApiToken, str]:
    """A new token of `user` and its text, which nobody can read again."""
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(user=user, name=name, prefix=text[:SHOWN], digest=digest(text), expires_at=expires_at)
    return row, text


def revoke(token: ApiToken, now: datetime) -> None:
    """Ends a token; ending it twice keeps the first time."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def digest(text: str) -> str:
    """SHA-256 is enough: a token is 256 random bits, not a password that could be guessed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def token_of(text: str, now: datetime) -> ApiToken | None:
    """The token with its active user; None where it is unknown, expired or revoked. Notes the use."""
    if not text.startswith(PREFIX):
        return None
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest(text), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if token and (token.used_at is None or now - token.used_at > USED_EVERY):
        _note_use(token, now)
    return token


def _note_use(token: ApiToken, now: datetime) -> None:
    """As far as it can be: a database that takes no writes (a standby, a full disk) can still be read."""
    try:
        with transaction.atomic():
            ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    except DatabaseError as error:
        logger.warning("the use of token %s cannot be noted: %s", token.prefix, error)


def user_of_token(text: str, now: datetime) -> User | None:
    """The active user a token speaks for; None as with token_of()."""
    token = token_of(text, now)
    return token.user if token else None


def user_of_headers(headers: Iterable[tuple[bytes, bytes]]) -> User | None:
    """For sockets: the user of an ASGI scope's `Authorization: Bearer` header."""
    for name, value in headers:
        scheme, _, text = value.partition(b" ")
        if name.lower() == b"authorization" and scheme.lower() == b"bearer":
            return user_of_token(text.strip().decode("ascii", "replace"), timezone.now())
    return None


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer dcp_…`. None without such a header, so that a browser's session may answer instead."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = token_of(text.strip().decode("ascii", "replace"), timezone.now())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not valid: unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

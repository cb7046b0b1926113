"""Who opens a socket, from where, and what they ask for."""

from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.module_loading import import_string

from events.topics import TopicsError
from events.visibility import Visibility

LOCAL = [".localhost", "127.0.0.1", "[::1]"]  # what Django allows under DEBUG where nothing is named
Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """The query string, not yet judged."""

    cursor: str
    topics: str

    @classmethod
    def of(cls, scope: Scope) -> "Wish":
        """Raises TopicsError where there are more parameters than anybody needs."""
        try:
            query = parse_qs(scope.get("query_string", b"").decode("ascii", "replace")[:2000], max_num_fields=10)
        except ValueError:
            raise TopicsError("more than 10 parameters") from None
        return cls(query.get("cursor", [""])[0], query.get("topics", [""])[0])


def header(scope: Scope, name: bytes) -> str:
    """The first header of that name, or ""."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def origin_allowed(scope: Scope) -> bool:
    """A page may open a socket only to where it came from, or from CSRF_TRUSTED_ORIGINS.

    Browsers send cookies along with a socket to anywhere and always tell the Origin, so a cookie without one is
    refused. A script with a bearer token sends no Origin.
    """
    host = header(scope, b"host")
    allowed = settings.ALLOWED_HOSTS or (LOCAL if settings.DEBUG else [])
    if not validate_host(split_domain_port(host)[0], allowed):
        return False
    origin = header(scope, b"origin")
    if not origin:
        return header(scope, b"authorization").lower().startswith("bearer ")
    return _host_of(origin) == host or origin in settings.CSRF_TRUSTED_ORIGINS


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # a bracket without its partner
        return ""


def visibility_of(scope: Scope) -> Visibility | None:
    """What the opener may see, now; None for nobody. Blocking: asks the database.

    settings.STREAM_AUTHENTICATE names the function that decides; it finds the session's user in scope["user"].
    """
    decide = import_string(settings.STREAM_AUTHENTICATE)
    return cast("Visibility | None", decide({**scope, "user": session_user(scope)}))


def session_key(scope: Scope) -> str:
    """Of the session cookie; empty without one."""
    return parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def session_user(scope: Scope) -> AbstractBaseUser | AnonymousUser:
    """The user of the session cookie, as Django's middleware would find it."""
    key = session_key(scope)
    if not key:
        return AnonymousUser()
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(cast(HttpRequest, SimpleNamespace(session=session)))

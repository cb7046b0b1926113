"""What every request carries: who may see what, and one `now`. And: nothing is shown to somebody not signed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from sites.access import Scopes
from sites.standing import Standing, standing_of

T = TypeVar("T")


class PortalRequest(HttpRequest):
    """A request as our views see it. All ages on one page are reckoned from the same `now`."""

    scopes: Scopes
    standing: Standing
    now: datetime
    memo: dict[tuple[Any, ...], Any]


class ScopesMiddleware(LoginRequiredMiddleware):
    """Adds `standing` and its `scopes` (one query, only when first asked), `now` and `memo`; asks everybody else to
    sign in."""

    def process_request(self, request: HttpRequest) -> None:
        portal = cast(PortalRequest, request)
        portal.now = timezone.now()
        portal.memo = {}
        portal.standing = cast(Standing, SimpleLazyObject(lambda: standing_of(request.user)))
        portal.scopes = cast(Scopes, SimpleLazyObject(lambda: portal.standing.scopes))

    def handle_no_permission(  # type: ignore[override] # a redirect by header is a redirect to htmx
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """A fragment fetched after the session ended must not swap a sign-in form in: it sends the page there."""
        if "HX-Request" not in request.headers:
            return super().handle_no_permission(request, view_func)
        back = quote(request.headers.get("HX-Current-URL-Path", ""), safe="/")
        login = resolve_url(self.get_login_url(view_func))
        return HttpResponse(status=401, headers={"HX-Redirect": f"{login}?next={back}" if back else login})


def once(request: HttpRequest, key: tuple[Any, ...], read: Callable[[], T]) -> T:
    """`read()`, at most once per request: the tile and the panel of a page share what they read."""
    memo = cast(PortalRequest, request).memo
    if key not in memo:
        memo[key] = read()
    return cast(T, memo[key])

"""Gives every page the cursor from which its socket continues."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from events import hub


class StreamCursorMiddleware:
    """Sets `request.stream_cursor` before any view reads a fact; base.html writes it into the page.

    It costs no query: it is how far this process's hub has read, at most half a second ago. Empty without a hub.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        vars(request)["stream_cursor"] = hub.page_cursor()
        return self.get_response(request)

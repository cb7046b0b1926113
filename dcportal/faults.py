"""Errors outside of views: JSON for automation, a page for people."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import loader
from django.views import defaults

from sites.rest import problem

API = "/api/"
RETRY_AFTER = 5  # seconds: a database that restarts is back by then, and is not asked by everybody at once
NO_DATABASE = "The portal's database does not answer. Try again; if this was a change, look first whether it was made."


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        return JsonResponse(problem("not_found", "There is no such address. /api/v1/ lists what there is."), status=404)
    return defaults.page_not_found(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        return JsonResponse(problem("permission_denied", "You may not do this."), status=403)
    return defaults.permission_denied(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path.startswith(API):
        return JsonResponse(problem("bad_request", "This request cannot be understood."), status=400)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing of the fault reaches the client; it is in the log. Django calls this while it handles the exception."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _no_database(request)
    if request.path.startswith(API):
        said = "The portal failed on this request. It is logged."
        return JsonResponse(problem("server_error", said), status=500)
    return defaults.server_error(request)


def _no_database(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse
    if request.path.startswith(API):
        answer = JsonResponse(problem("unavailable", NO_DATABASE), status=503)
    else:
        answer = HttpResponse(loader.render_to_string("errors/503.html"), status=503)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer

"""Errors outside of views: JSON for automation, a page for people."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults

from sites.rest import problem

API = "/api/"


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
    """Nothing of the fault reaches the client; it is in the log."""
    if request.path.startswith(API):
        said = "The portal failed on this request. It is logged."
        return JsonResponse(problem("server_error", said), status=500)
    return defaults.server_error(request)

"""The map: page, its feed, and what has no place on it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sites.middleware import PortalRequest


@require_GET
def page(request: PortalRequest) -> HttpResponse:
    return render(request, "sites/map.html")

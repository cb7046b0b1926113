"""The banner about facts that may be late, alone: it is fetched again while a page stays open."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sites.middleware import PortalRequest


@require_GET
@never_cache
def banner(request: PortalRequest) -> HttpResponse:
    return render(request, "_late_banner.html")

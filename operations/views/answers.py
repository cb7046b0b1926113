"""How a question is answered: as a dialog on the page it was asked on, or as a page of its own without scripts."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def shown(request: HttpRequest, part: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The template `part`: alone for the dialog, else within a page."""
    if "HX-Request" in request.headers:
        return render(request, part, context, status=status)
    return render(request, "operations/ask_page.html", context | {"part": part}, status=status)


def gone_to(request: HttpRequest, address: str) -> HttpResponse:
    """It is done: the browser goes on to `address`."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)

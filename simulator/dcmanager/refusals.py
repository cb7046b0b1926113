"""How dcmanager says no: JSON only to those who ask for it, HTML to everybody else.

The pages are WebOb's (wire/dcmanager/err_404_subcloud.json, mut_patch_manage_422_*.json). An exception inside
dcmanager arrives as status 500, text/plain, with an empty body (mut_patch_empty.json).
"""

from __future__ import annotations

from html import escape

from aiohttp import web

from simulator.routing import Call, answer

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    422: "Unprocessable Entity",
    500: "Internal Server Error",
    501: "Not Implemented",
}
EXPLANATIONS = {
    400: "The server could not comply with the request since it is either malformed or otherwise incorrect.",
    401: "This server could not verify that you are authorized to access the document you requested.",
    403: "Access was denied to this resource.",
    404: "The resource could not be found.",
    405: "The method is not allowed for this resource.",
    409: "There was a conflict when trying to complete your request.",
    410: "This resource is no longer available.",
    422: "Unable to process the contained instructions",
    500: "The server has either erred or is incapable of performing the requested operation.",
    501: "The simulator does not do this yet.",
}


class Refused(Exception):
    """A request dcmanager refuses; `description` None shows as null."""

    def __init__(self, status: int, description: str | None = "") -> None:
        super().__init__(description)
        self.status = status
        self.description = description


class Crashed(Exception):
    """A request that makes the real dcmanager raise: 500 without a body."""


def render(call: Call, refusal: Refused) -> web.Response:
    """The refusal in the form the Accept header asks for."""
    status, title = refusal.status, TITLES[refusal.status]
    kind = preferred(call.request.headers.get("Accept"))
    if kind == "json":
        return answer({"code": status, "title": title, "description": refusal.description}, status)
    detail = refusal.description or ""
    if kind == "plain":
        text = f"{status} {title}\n\n{EXPLANATIONS[status]}\n\n{detail}\n\n  "
        return web.Response(status=status, text=text)
    page = (
        f"<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n  <h1>{status} {title}</h1>\n"
        f"  {EXPLANATIONS[status]}<br /><br />\n{escape(detail)}\n\n\n </body>\n</html>"
    )
    return web.Response(status=status, body=page.encode(), content_type="text/html", charset="UTF-8")


def crash() -> web.Response:
    return web.Response(status=500, body=b"", content_type="text/plain")


def preferred(accept: str | None) -> str:
    """html, json or plain. HTML wins a tie, because WebOb offers it first."""
    if not accept:
        return "html"
    qualities = {}
    for offer in ("text/html", "application/json"):
        qualities[offer] = max((quality for pattern, quality in ranges(accept) if matches(pattern, offer)), default=0.0)
    best = max(qualities.values())
    if best <= 0:
        return "plain"
    return "html" if qualities["text/html"] == best else "json"


def ranges(accept: str) -> list[tuple[str, float]]:
    """(media range, quality) of an Accept header; what cannot be read counts as quality 1."""
    found = []
    for part in accept.split(","):
        pattern, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 1.0
        found.append((pattern.lower(), quality))
    return found


def matches(pattern: str, offer: str) -> bool:
    return pattern in (offer, "*/*", offer.split("/")[0] + "/*")

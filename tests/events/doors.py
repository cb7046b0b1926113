"""Who may see what, for tests of the stream: the token says it, or the session's user sees everything.

And one page with nothing but live.js and its badge.
"""

from pathlib import Path
from typing import Any

from csp.decorators import csp_exempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.urls import path

from events.visibility import EVERYTHING, Visibility

PAGE = """<!doctype html><html data-sprite="/static/img/shapes.svg"><head>
<meta name="stream-cursor" content="{cursor}">
<script type="importmap">{{"imports": {{"live": "/static/js/live.js", "time": "/static/js/time.js"}}}}</script>
<script type="module">
window.seen = []; window.states = []; window.resyncs = 0;
document.addEventListener("dc:event", ({{detail}}) => window.seen.push(detail.data.number));
document.addEventListener("dc:state", ({{detail}}) => window.states.push(detail.state));
document.addEventListener("dc:resync", () => window.resyncs += 1);
const {{live}} = await import("live");
live.start({{topics: ["fleet"]}});
</script></head><body>
<span data-live-badge><svg><use data-live-shape/></svg><b data-live-word></b></span>
</body></html>"""
TOKENS = {
    "all": EVERYTHING,
    "controller-1": Visibility(controllers=frozenset({1}), holder="one"),
    "group-20": Visibility(groups=frozenset({20}), holder="two"),
    "east": Visibility(regions=frozenset({"east"}), holder="three"),
    "nothing": Visibility(holder="four"),
}


@csp_exempt()
def page(request: HttpRequest) -> HttpResponse:
    """With ?cursor=… of the test's choice, and the token as a cookie."""
    response = HttpResponse(PAGE.format(cursor=request.GET.get("cursor", "")))
    response.set_cookie("token", request.GET.get("token", "all"))
    return response


urlpatterns = [path("page", page)]


def decide(scope: dict[str, Any]) -> Visibility | None:
    """A token named in the file `barred` below var/ is let in no longer; one named in `moved` sees something else."""
    if scope["user"].is_authenticated:
        return EVERYTHING
    headers = dict(scope["headers"])
    cookie = parse_cookie(headers.get(b"cookie", b"").decode()).get("token", "")
    token = headers.get(b"authorization", b"").decode().removeprefix("Bearer ") or cookie
    if token in _listed("barred"):
        return None
    return Visibility(controllers=frozenset({99})) if token in _listed("moved") else TOKENS.get(token)


def _listed(name: str) -> list[str]:
    listed = Path(settings.VAR_DIR, name)
    return listed.read_text().split() if listed.exists() else []

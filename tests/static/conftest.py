"""A small server for pages that need no database: the map with an invented feed, under the portal's own policy."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["id", "name", "lat", "lon", "severity", "ceph", "nic", "availability", "stale", "active", "controller"]
NONCE = "bm9uY2U"
POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{NONCE}'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'"
)
FRAME = {"CSP_NONCE": NONCE, "fleet_counts": {}}
SEVERITIES = ["critical", "major", "minor", "warning", "cleared", "indeterminate"]

Row = list[Any]


def invented(count: int, seed: int = 7) -> list[Row]:
    """Sites over Europe; every 50th has no position, every 20th is offline and stale."""
    dice = random.Random(seed)
    rows: list[Row] = []
    for number in range(1, count + 1):
        placed = number % 50 != 0
        gone = number % 20 == 0
        severity = dice.choices(SEVERITIES, [2, 3, 5, 8, 80, 2])[0]
        rows.append([
            number, f"subcloud{number}",
            round(dice.uniform(38, 60), 4) if placed else None, round(dice.uniform(-8, 28), 4) if placed else None,
            severity, dice.choice(["ok", "ok", "ok", "warn", "error"]), dice.choice(["ok", "ok", "unknown"]),
            "offline" if gone else "online", gone, 0 if severity == "cleared" else 3, 1,
        ])  # fmt: skip
    return rows


@dataclass
class MapServer:
    """`rows` may be changed at any time; the next feed has them. `pages` are further addresses with their HTML."""

    url: str = ""
    rows: list[Row] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    gate: Event = field(default_factory=Event)  # closed: the feed is read, but its answer is held back

    def __post_init__(self) -> None:
        self.gate.set()

    def answer(self, path: str) -> tuple[str, bytes]:
        self.asked.append(path)
        if path in self.pages:
            return "text/html", self.pages[path].encode()
        if path == "/map/feed":
            unlocated = sum(row[2] is None for row in self.rows)
            feed = {"cursor": "", "columns": COLUMNS, "rows": self.rows, "unlocated": unlocated}
            body = json.dumps(feed).encode()
            self.gate.wait(20)
            return "application/json", body
        if path == "/map/counts":
            return "application/json", b'{"critical": 41, "major": 0, "minor": 0, "warning": 0}'
        if path.endswith("/panel"):
            return "text/html", f"<h2>Panel of {path.split('/')[2]}</h2><p>text</p>".encode()
        return "text/html", render_to_string("map/map.html", FRAME).encode()


class Handler(SimpleHTTPRequestHandler):
    """Static files from static/, the rest from the MapServer."""

    def __init__(self, *args: Any, server_of: MapServer, **kwargs: Any) -> None:
        self.server_of = server_of
        super().__init__(*args, directory=str(ROOT), **kwargs)

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/static/"):
            super().do_GET()
            return
        kind, body = self.server_of.answer(self.path if self.path in self.server_of.pages else path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silence: the browser's console is what the tests look at."""


@pytest.fixture
def map_server() -> Iterator[MapServer]:
    served = MapServer(rows=invented(300))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, server_of=served)) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture
def feed_of() -> Callable[[int], list[Row]]:
    return invented

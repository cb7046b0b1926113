"""REST list of 1,000 subclouds: CPU of the web process with token and scopes, against psycopg and orjson."""

import os
import statistics
from collections.abc import Callable
from urllib.request import Request, urlopen

import orjson
import psycopg

from bench import people
from bench.figures import say, tell
from bench.samples import Samples, cpu_seconds, interleaved

people.setup()

from django.utils import timezone  # noqa: E402  Django must be set up first

from bench.portal import InProcess  # noqa: E402
from bench.programs import web  # noqa: E402
from sites.access import EVERYTHING  # noqa: E402
from sites.api.clouds import list_columns  # noqa: E402
from sites.jsonrows import numbered  # noqa: E402
from sites.selectors import subclouds  # noqa: E402

LIST = "/api/v1/subclouds/?limit=1000"
SOME = f"{LIST}&fields=id,name,severity,availability_status,sync_status,stale"
FEED = "/map/feed"
ROUNDS = 25
REQUESTS = 40


def main() -> None:
    token, session = people.token("bench-rest", scoped=True), people.session("bench-rest")
    automation = InProcess(authorization=f"Bearer {token}")
    browser = InProcess(cookie=f"sessionid={session}", accept_encoding="gzip")
    found = interleaved(
        {
            "floor": floor(),
            "list": lambda: automation.get(LIST),
            "fields": lambda: automation.get(SOME),
            "feed": lambda: browser.get(FEED),
        },
        ROUNDS,
    )
    ground = found["floor"].cpu_ms
    tell("floor: psycopg fetch + orjson, same columns", ground, "ms CPU")
    ratio("list of 1,000, in process", found["list"], ground, 2.5)
    ratio("list of 1,000 with fields=", found["fields"], ground, 1.0)
    ratio("map feed of 1,000, gzipped", found["feed"], ground, 1.0)
    over_http(token, ground)


def ratio(what: str, samples: Samples, ground: float, budget: float) -> None:
    note = f"{samples.cpu_ms:.1f} ms CPU, {samples.wall_ms:.1f} ms with PostgreSQL"
    tell(what, samples.cpu_ms / ground, "x", budget, note)


def floor() -> Callable[[], bytes]:
    """The same rows and columns by the shortest way Python has."""
    columns = list_columns(timezone.now())
    inner, at, parameters = numbered(subclouds(EVERYTHING).order_by("name")[:1000], list(columns.values()))
    names, wanted = list(columns), ", ".join(f"r.{position}" for position in at)
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)

    def fetch() -> bytes:
        rows = connection.execute(f"SELECT {wanted} FROM {inner}", parameters).fetchall()  # noqa: S608
        return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows])

    assert len(orjson.loads(fetch())) == 1000
    return fetch


def over_http(token: str, ground: float) -> None:
    """CPU of the whole web process, by the kernel's count, for requests one after the other."""
    with web() as (url, child):
        request = Request(url + LIST, headers={"Authorization": f"Bearer {token}"})

        def ask() -> int:
            with urlopen(request, timeout=30) as answer:
                return len(answer.read())

        say(f"{ask():,} bytes over HTTP")
        for _ in range(10):
            ask()
        per_request = []
        for _ in range(3):
            before = cpu_seconds(child.pid)
            for _ in range(REQUESTS):
                ask()
            per_request.append((cpu_seconds(child.pid) - before) / REQUESTS * 1000)
        measured = statistics.median(per_request)
        tell("list of 1,000, over HTTP (whole web process)", measured / ground, "x", 2.5, f"{measured:.1f} ms CPU")


if __name__ == "__main__":
    main()

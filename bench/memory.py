"""What the web process takes with a thousand sockets, and the collector with 20,000 subclouds."""

import threading
import time
from urllib.request import Request, urlopen

from bench import people
from bench.crowds import crowd, tokens_for
from bench.figures import say, tell
from bench.samples import resident_mb

people.setup()

from bench import changes  # noqa: E402  Django must be set up first
from bench.programs import program, register, simulator, web  # noqa: E402
from bench.samples import cpu_seconds  # noqa: E402
from sites.models import Cloud, Controller  # noqa: E402

SOCKETS = 1000
WEB_MB, SOCKET_KB = 150.0, 40.0
SUBCLOUDS, COLLECTOR_MB = 20_000, 300.0
PATIENCE = 60.0  # seconds for the first sweep; inventory is read beside it
PAGES = ("/api/v1/subclouds/?limit=1000", "/api/v1/alarms/?limit=1000")


def main() -> None:
    of_web()
    of_collector()


def of_web() -> None:
    """After large answers and some changes, with all sockets open."""
    tokens = tokens_for(SOCKETS)
    pks = list(Cloud.objects.filter(kind="subcloud").order_by("id").values_list("pk", flat=True))[:20]
    with web() as (url, child):
        fresh = resident_mb(child.pid)
        for _ in range(5):
            for path in PAGES:
                with urlopen(Request(url + path, headers={"Authorization": f"Bearer {tokens[0]}"})) as answer:
                    answer.read()
        used = resident_mb(child.pid)
        with crowd(int(url.rsplit(":", 1)[1]), SOCKETS, tokens) as sockets:
            for number in range(10):
                changes.commit(dict.fromkeys(pks, ("critical", "minor")[number % 2]))
                threading.Event().wait(0.5)
            full = resident_mb(child.pid)
            assert sockets.ask()["lost"] == 0
    note = f"{fresh:.0f} MB fresh, {used:.0f} MB after large lists"
    tell(f"web with {SOCKETS:,} sockets", full, "MB", WEB_MB + SOCKETS * SOCKET_KB / 1000, note)
    tell("of that for each socket", (full - used) / SOCKETS * 1000, "kB", SOCKET_KB)


def of_collector() -> None:
    """The simulator's fleet, read until every cloud was looked at once; inventory is read meanwhile."""
    Controller.objects.update(enabled=False)
    with simulator(SUBCLOUDS) as fleet:
        register(fleet)
        with program("collector", "manage.py", "collect") as child:
            began, pause = time.monotonic(), threading.Event()
            while time.monotonic() - began < PATIENCE and not swept():
                pause.wait(1.0)
            took, cpu, most = time.monotonic() - began, cpu_seconds(child.pid), resident_mb(child.pid, "VmHWM")
            read = looked_at()
    say(f"collector: {read:,} of {SUBCLOUDS:,} subclouds read in {took:.0f} s")
    note = f"{read:,} of {SUBCLOUDS:,} subclouds read in {took:.0f} s with {cpu:.0f} s CPU; the most it ever took"
    tell(f"collector with {SUBCLOUDS:,} subclouds", most, "MB", COLLECTOR_MB, note)


def swept() -> bool:
    return Controller.objects.filter(enabled=True, beat__t1_swept_at__isnull=False).exists()


def looked_at() -> int:
    return Cloud.objects.filter(controller__enabled=True).exclude(contact="unknown").count()


if __name__ == "__main__":
    main()

"""Pages at 500 and at 20,000 subclouds: CPU, time, statements. In process, as a web process's thread makes them.

The time of a page is what its thread and its PostgreSQL backend spend on a CPU: what it would take by the clock on a
machine that does nothing else (all data are in memory).
"""

import os
from pathlib import Path

from bench import people
from bench.figures import tell
from bench.samples import Samples, percentile, running_seconds

people.setup()

from django.db import connection, connections  # noqa: E402  Django must be set up first
from django.db.models import F  # noqa: E402

from bench.portal import InProcess  # noqa: E402
from bench.samples import interleaved  # noqa: E402
from dcportal.database.dsn import django_database  # noqa: E402
from sites.models import Cloud, Controller  # noqa: E402

ROUNDS = 40
P95_MS = 150.0
TAIL = 2.0
CPU_MS = {"subcloud list, 100 rows": 30.0, "subcloud page": 40.0}
STATEMENTS = {"subcloud page": 12}
LARGE = "20,000"


def main() -> None:
    small = measure(os.environ["SMALL_DATABASE_URL"])
    large = measure(os.environ["DATABASE_URL"])
    for what, (samples, _) in large.items():
        note = f"{small[what][0].cpu_ms:.1f} ms at 500 subclouds"
        tell(f"{what}: CPU", samples.cpu_ms, "ms", CPU_MS.get(what), note)
    for what, (_, statements) in large.items():
        budget = STATEMENTS.get(what)
        tell(f"{what}: statements", statements, "", budget)
        tell(f"{what}: more statements than at 500", statements - small[what][1], "", 0)
    for what, (samples, _) in large.items():
        median = percentile(samples.both, 50) * 1000
        note = f"median {median:.0f} ms; by the clock of this machine {samples.wall_ms:.0f} ms"
        tell(f"{what}: p95 at {LARGE} subclouds", percentile(samples.both, 95) * 1000, "ms", P95_MS, note)
    for what, (samples, _) in large.items():
        tell(f"{what}: p95 / median", percentile(samples.both, 95) / percentile(samples.both, 50), "x", TAIL)


def measure(url: str) -> dict[str, tuple[Samples, int]]:
    """Samples and statements of each page on that database."""
    use(url)
    browser = InProcess(cookie=f"sessionid={people.session('bench-pages', scoped=True)}", accept_encoding="gzip")
    automation = InProcess(authorization=f"Bearer {people.token('bench-pages', scoped=True)}")
    found = {}
    for what, address in addresses().items():
        asking = automation if address.startswith("/api/") else browser
        found[what] = (asking, address)
    works = {what: (lambda a=asking, b=address: a.get(b)) for what, (asking, address) in found.items()}  # type: ignore[misc] # mypy cannot infer lambdas with defaults
    samples = interleaved(works, ROUNDS, backend)
    return {what: (samples[what], asking.queries(address)) for what, (asking, address) in found.items()}


def addresses() -> dict[str, str]:
    """A subcloud with many alarms and two hosts stands for all."""
    active = F("critical_alarms") + F("major_alarms") + F("minor_alarms") + F("warning_alarms")
    busy = Cloud.objects.filter(kind="subcloud", hosts_total=2).order_by(-active, "id").values_list("pk", flat=True)[0]
    return {
        "subcloud list, 100 rows": "/subclouds/",
        "subcloud list, worst first": "/subclouds/?sort=-severity",
        "subcloud list, searched": "/subclouds/?q=reci",
        "subcloud page": f"/subclouds/{busy}/",
        "alarm list": "/alarms/",
        "alarm list, one region": "/alarms/?region=Europe",
        "alarm list, searched": "/alarms/?q=memory",
        "alarm list, history": "/alarms/?state=all",
        "controllers": "/controllers/",
        "controller page": f"/controllers/{Controller.objects.order_by('id')[0].pk}/",
        "map page": "/",
        "top bar counters": "/map/counts",
        "REST subclouds, 100 rows": "/api/v1/subclouds/",
        "REST alarms, 100 rows": "/api/v1/alarms/",
    }


def backend() -> float:
    """CPU seconds of the PostgreSQL process that serves this thread; 0 where that cannot be seen."""
    connection.ensure_connection()
    try:
        return running_seconds(connection.connection.info.backend_pid)
    except (FileNotFoundError, PermissionError):
        return 0.0


def use(url: str) -> None:
    connection.close()
    connections["default"].settings_dict.update(django_database(url, Path(os.environ["DCPORTAL_VAR"])))


if __name__ == "__main__":
    main()

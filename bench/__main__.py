"""python -m bench [NAME …]: measures what design §11 sets budgets for, and says which are met.

Each bench is a process of its own, with a database that holds the fleet it wants. Exit status 1: a bench failed;
2: with --strict, a budget is not met.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import figures
from bench.database import Databases, server
from bench.figures import Figure
from processes.lifeline import die_with_parent
from tests.fixtures.cluster import CHECKOUT


@dataclass(frozen=True, slots=True)
class Bench:
    """`subclouds`: the size of the fleet in its database. `seconds`: after which it is given up."""

    about: str
    subclouds: int
    seconds: float


BENCHES = {
    "sweep": Bench("T0 and T1 of 1,000 subclouds with 10 alarms each", 0, 120),
    "ingest": Bench("200,000 alarms, against COPY and upsert of the same rows", 0, 200),
    "rest": Bench("REST list of 1,000 subclouds, against psycopg and orjson", 1000, 60),
    "pages": Bench("pages at 500 and 20,000 subclouds", 20000, 200),
    "stream": Bench("from commit to screen, beside 99 and 999 sockets", 500, 240),
    "map": Bench("map of 20,000 sites", 20000, 90),
    "memory": Bench("memory of web and collector", 500, 200),
    "slow": Bench("50 slow uploads and 50 slow readers", 1000, 60),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = ", ".join(f"{name}: {bench.about}" for name, bench in BENCHES.items())
    parser.add_argument("only", nargs="*", metavar="NAME", help=names)
    parser.add_argument("--strict", action="store_true", help="a budget that is not met is a failure")
    options = parser.parse_args()
    if unknown := set(options.only) - set(BENCHES):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dcportal-bench-var-") as var, server() as url:
        databases = Databases(url, Path(var))
        try:
            found = {name: run(name, databases) for name in options.only or BENCHES}
        finally:
            databases.drop()
    summary(found, time.monotonic() - began)
    missed = any(each.verdict == "NOT met" for figures_ in found.values() for each in figures_ or [])
    return 1 if None in found.values() else 2 if options.strict and missed else 0


def run(name: str, databases: Databases) -> list[Figure] | None:
    """The figures of one bench; None if it failed. Prints them when it is done."""
    bench = BENCHES[name]
    print(f"{name}: {bench.about} …", file=sys.stderr, flush=True)
    environment = {**os.environ, **databases.environment(bench.subclouds, owner="" if bench.subclouds else name)}
    if name == "pages":
        environment["SMALL_DATABASE_URL"] = databases.environment(500)["DATABASE_URL"]
    process = subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}"],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(),  # noqa: PLW1509 - one thread
    )
    try:
        output, _ = process.communicate(timeout=bench.seconds)
    except subprocess.TimeoutExpired:
        print(f"{name}: not done after {bench.seconds:.0f} s, given up", file=sys.stderr)
        process.terminate()  # it stops what it has started
        output, _ = process.communicate()
    finally:
        process.kill()
    found = [figure for line in output.splitlines() if (figure := figures.told(line))]
    print(figures.table(f"{name}: {bench.about}", found) + "\n", flush=True)
    return None if process.returncode else found


def summary(found: dict[str, list[Figure] | None], seconds: float) -> None:
    failed = [name for name, each in found.items() if each is None]
    missed = [(name, figure) for name, each in found.items() for figure in each or [] if figure.verdict == "NOT met"]
    budgets = sum(figure.budget is not None for each in found.values() for figure in each or [])
    print(f"{budgets - len(missed)} of {budgets} budgets met, in {seconds:.0f} s.")
    for name, figure in missed:
        measured = figures.shown(figure.measured, figure.unit)
        print(f"NOT met: {name}: {figure.what}: {measured}, budget {figures.shown(figure.budget or 0, figure.unit)}")
    for name in failed:
        print(f"FAILED: {name}")


if __name__ == "__main__":
    sys.exit(main())

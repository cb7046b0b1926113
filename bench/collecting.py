"""python -m bench.collecting ROUNDS: the real collector, but swept on command: once cold, then warm.

Prints, as JSON, wall and CPU seconds of each sweep (T0: groups, subclouds, counts; then T1 of every cloud). Its lanes
for inventory are closed, so that a sweep is nothing but a sweep.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any

import uvloop

from bench import people
from bench.samples import resident_mb

people.setup()

from django.conf import settings  # noqa: E402  Django must be set up first

from collector import reader as readers  # noqa: E402
from collector.batches import Batches  # noqa: E402
from collector.central import Central  # noqa: E402
from collector.main import Collector  # noqa: E402
from collector.reading import Reading  # noqa: E402
from collector.site import Kind  # noqa: E402

NEVER = 86_400.0


class Spell:
    """Wall and CPU of this process since it began."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def end(self) -> dict[str, float]:
        return {"wall": time.perf_counter() - self.wall, "cpu": time.process_time() - self.cpu}


def alarms_only(open_lanes: Any) -> Any:
    def opened(reading: Reading) -> list[Batches[Any]]:
        batches: list[Batches[Any]] = open_lanes(reading)
        for kind in [kind for kind in reading.lanes if kind is not Kind.ALARMS]:
            del reading.lanes[kind]
        return batches

    return opened


async def main(rounds: int) -> None:
    collector = Collector()
    cold = Spell()
    await collector._turn()
    reader = next(iter(collector._readers.values()))[0]
    keeping = asyncio.create_task(collector._keep_turning())
    await reader.swept([Kind.ALARMS])
    found: dict[str, Any] = {"cold": cold.end(), "warm": []}
    for _ in range(rounds):
        await asyncio.sleep(1.0)
        warm = Spell()
        await sweep(reader)
        found["warm"].append(warm.end())
    assert reader.reading is not None
    found["online"] = sum(site.online for site in reader.reading.roster.sites)
    found["sites"] = len(list(reader.reading.roster.sites))
    found["resident_mb"], found["most_mb"] = resident_mb_now()
    keeping.cancel()
    await collector._leave()
    print(json.dumps(found), flush=True)


async def sweep(reader: readers.Reader) -> None:
    """T0, then T1 of everything at once; returns when every cloud that is online was looked at and stored."""
    reading, sweeps = reader.reading, reader.sweeps
    assert reading is not None
    assert sweeps is not None
    central = Central(reading, sweeps)
    await central.poll_subclouds()
    await central.poll_counts()
    before, now = sweeps._swept.get(Kind.ALARMS), asyncio.get_running_loop().time()
    for site in reading.roster.sites:
        site.tried &= ~Kind.ALARMS
        reading.lanes[Kind.ALARMS].put(site, now)
    # whichever comes first: all were tried, or the reader's own beat has noticed and begun to count anew
    while sweeps._swept.get(Kind.ALARMS) == before and not all(
        Kind.ALARMS in site.tried for site in reading.roster.sites if site.online
    ):
        await asyncio.sleep(0.01)


def resident_mb_now() -> tuple[float, float]:
    import os

    return resident_mb(os.getpid()), resident_mb(os.getpid(), "VmHWM")


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    settings.POLL_SECONDS = dict.fromkeys(settings.POLL_SECONDS, NEVER)
    readers._open_lanes = alarms_only(readers._open_lanes)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1])))

"""T0 and T1 of 1,000 subclouds with 10 alarms each, nothing changed: the real collector against the real simulator."""

import asyncio
import json
import statistics
import subprocess
import sys
from typing import Any

import aiohttp

from bench.figures import say, tell
from bench.programs import register, simulator
from tests.fixtures.cluster import CHECKOUT
from tests.fixtures.fleet import Simulator

SUBCLOUDS, ALARMS, ROUNDS = 1000, 10, 3
WALL, CPU = 10.0, 3.0
AT_ONCE = 16


def main() -> None:
    with simulator(SUBCLOUDS) as fleet:
        asyncio.run(raise_alarms(fleet))
        register(fleet)
        say("collector: one cold sweep, then warm ones")
        ours = run("bench.collecting", str(ROUNDS))
        clouds = [each for each in fleet.control("clouds")["clouds"] if each["id"] is not None and each["reachable"]]
        say("bare aiohttp")
        bare = run("bench.bare", f"{fleet.url}/c1", text=" ".join(str(each["id"]) for each in clouds) + "\n")
    wall, cpu = (statistics.median(each[what] for each in ours["warm"]) for what in ("wall", "cpu"))
    bare_wall, bare_cpu = (statistics.median(each[what] for each in bare) for what in ("wall", "cpu"))
    note = f"{len(clouds)} subclouds in reach, {bare[0]['alarms']:,} alarms; bare aiohttp {bare_wall:.1f} s"
    tell("warm T0 + T1 sweep of 1,000, wall", wall, "s", WALL, note)
    tell("warm T0 + T1 sweep of 1,000, collector CPU", cpu, "s", CPU, f"bare aiohttp {bare_cpu:.2f} s")
    tell("collector CPU against bare aiohttp, parsed", cpu / bare_cpu, "x")
    tell("cold start, wall", ours["cold"]["wall"], "s", None, "signs in to every subcloud, stores every alarm")
    tell("cold start, collector CPU", ours["cold"]["cpu"], "s")


async def raise_alarms(fleet: Simulator) -> None:
    """So many that ten stand on every subcloud."""
    clouds = [each for each in fleet.control("clouds")["clouds"] if each["id"] is not None]
    gate = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as session:

        async def fill(cloud: dict[str, Any]) -> None:
            for number in range(ALARMS - cloud["alarms_active"]):
                body = {
                    "controller": 1, "subcloud": cloud["id"], "alarm_id": "100.101",
                    "entity_instance_id": f"host=controller-{number % 2}.numa=node{number}", "severity": "major",
                }  # fmt: skip
                async with gate, session.post(f"{fleet.url}/_control/alarms", json=body) as answer:
                    assert answer.status == 201, await answer.text()

        await asyncio.gather(*(fill(cloud) for cloud in clouds))


def run(module: str, *arguments: str, text: str = "") -> Any:
    """The JSON a module prints."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, input=text, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()

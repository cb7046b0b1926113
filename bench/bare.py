"""python -m bench.bare BASE [ids on stdin]: the same FM calls as a T1 sweep with bare aiohttp, tokens at hand.

Prints, as JSON, wall and CPU seconds of a few rounds: what the collector is compared with.
"""

import asyncio
import json
import sys
import time

import aiohttp
import orjson
import uvloop

AT_ONCE = 64
ROUNDS = 3
QUERY = "v1/alarms?expand=True&include_suppress=True&limit=2000"
DOMAIN = {"name": "Default"}
USER = {"name": "portal-reader", "password": "reader-secret", "domain": DOMAIN}
SIGN_IN = {
    "auth": {
        "identity": {"methods": ["password"], "password": {"user": USER}},
        "scope": {"project": {"name": "admin", "domain": DOMAIN}},
    }
}


async def main(base: str, ids: list[str]) -> None:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def sign_in(number: str) -> str:
            async with session.post(f"{base}/s{number}/identity/v3/auth/tokens", json=SIGN_IN) as answer:
                return answer.headers["X-Subject-Token"]

        async def alarms(number: str, token: str) -> int:
            async with session.get(f"{base}/s{number}/fm/{QUERY}", headers={"X-Auth-Token": token}) as answer:
                assert answer.status == 200, await answer.text()
                return len(orjson.loads(await answer.read())["alarms"])

        tokens = {number: await sign_in(number) for number in ids}
        rounds = []
        for _ in range(ROUNDS):
            cpu, wall = time.process_time(), time.perf_counter()
            counts = await asyncio.gather(*(alarms(number, token) for number, token in tokens.items()))
            rounds.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "alarms": sum(counts)})
    print(json.dumps(rounds), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.stdin.readline().split()))

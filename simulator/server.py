"""Runs the simulator: builds the fleet, listens, stops on a signal."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from simulator.app import build_app
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.survey import build
from simulator.world import World

# what catalogs say when we listen everywhere, and the brackets of IPv6
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says."""

    subclouds: int
    controllers: int
    peer_groups: int
    seed: int
    speed: float
    host: str
    port: int
    state_dir: Path | None


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; prints one line beginning `ready:` when it listens.

    Raises OSError when the port is taken and journal.StateDirectoryError when the state is in use.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    port = listener.getsockname()[1]
    journal = Journal(settings.state_dir, settings.seed)
    host = LOOPBACK.get(settings.host, settings.host)
    fleet = build(settings.seed, settings.subclouds, settings.controllers, settings.peer_groups)
    world = World(fleet, Clock(journal.epoch, settings.speed), journal, f"http://{host}:{port}")
    runner = web.AppRunner(build_app(world), access_log=None, keepalive_timeout=75)
    await runner.setup()
    await web.SockSite(runner, listener, shutdown_timeout=1).start()
    gc.freeze()  # a fleet is a million objects that never die; collecting around them costs pauses
    print(
        f"ready: {settings.subclouds} subclouds, {settings.controllers} System Controllers at {world.base_url}",
        flush=True,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()
    journal.close()

"""manage.py collect: read the fleet."""

import asyncio
import resource
from argparse import ArgumentParser
from typing import Any

import uvloop
from django.core.management.base import BaseCommand, CommandError

from collector.main import Collector
from collector.site import Kind

TIERS = {"t1": Kind.ALARMS, "t2": Kind.INVENTORY, "health": Kind.HEALTH}


class Command(BaseCommand):
    help = "Reads StarlingX and writes what it finds. Several of these share the controllers between them."
    requires_system_checks: list[str] = []  # the checks would load every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--controller", action="append", metavar="NAME", help="read only this one; repeatable")
        parser.add_argument("--once", action="store_true", help="look at every cloud once, then stop")
        parser.add_argument("--tier", action="append", choices=sorted(TIERS), help="with --once: only these")

    def handle(self, *args: Any, **options: Any) -> None:
        _allow_many_connections()
        kinds = [TIERS[tier] for tier in options["tier"] or ("t1", "t2")]
        collector = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        with collector as runner:
            runner.run(_run(options["controller"], kinds if options["once"] else None))


async def _run(names: list[str] | None, once: list[Kind] | None) -> None:
    collector = Collector(names)
    try:
        await (collector.run() if once is None else collector.run_once(once))
    except TimeoutError:
        raise CommandError("not every cloud could be looked at: see the log") from None


def _allow_many_connections() -> None:
    """Thousands of clouds mean thousands of sockets; the soft limit is often 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""Command line: `python -m simulator [options]` serves, `fault` and `faults` talk to a running one.

python -m simulator --subclouds 500 --controllers 2 --seed 7 --speed 10 --port 9000
python -m simulator fault wan-cut --controller 1 --subcloud all --region Brazil --count 5 --for 120
python -m simulator fault slow --controller 1 --subcloud 12 seconds=8 service=fm
python -m simulator faults
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from simulator.fault_kinds import KINDS
from simulator.journal import StateDirectoryError
from simulator.server import Settings, serve


def parser_for_serving() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Serve a StarlingX fleet.",
        epilog="Other commands: fault, faults (see fault --help).",
    )
    parser.add_argument("--subclouds", type=int, default=500)
    parser.add_argument("--controllers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0, help="divides durations and cadences")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--state-dir", type=Path, default=Path("var/simulator"))
    return parser


def parser_for_fault() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator fault",
        description="Break something in a running simulator.",
        epilog="; ".join(f"{kind.name}: {kind.text}" for kind in KINDS.values()),
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--controller", type=int, default=1)
    parser.add_argument("--subcloud", default="all", help="id, name, all or central")
    parser.add_argument("--region", help="only sites in this part of the world")
    parser.add_argument("--count", type=int, help="only so many of them")
    parser.add_argument("--for", dest="seconds", type=float, help="wall-clock seconds; without it until ended")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("options", nargs="*", metavar="key=value", help="see the faults command")
    return parser


def inject(arguments: Sequence[str]) -> None:
    parser = parser_for_fault()
    given = parser.parse_intermixed_args(arguments)
    options = {}
    for text in given.options:
        name, equals, value = text.partition("=")
        if not equals:
            parser.error(f"{text} is not key=value")
        options[name] = value
    body = {
        "kind": given.kind,
        "controller": given.controller,
        "subcloud": given.subcloud,
        "region": given.region,
        "count": given.count,
        "seconds": given.seconds,
        "options": options,
    }
    fault = ask(given.host, given.port, "faults", body)
    print(f"fault {fault['id']}: {fault['kind']} on {len(fault['clouds'])} clouds")


def list_faults(arguments: Sequence[str]) -> None:
    """The kinds, and what is broken now if a simulator is running."""
    parser = argparse.ArgumentParser(prog="python -m simulator faults", description="Kinds and active faults.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    given = parser.parse_args(arguments)
    for kind in KINDS.values():
        options = " ".join(f"{name}={'' if value is None else value}" for name, value in kind.options.items())
        print(f"{kind.name:20} {kind.text}" + (f" [{options}]" if options else ""))
    try:
        with urlopen(f"http://{given.host}:{given.port}/_control/faults", timeout=5) as response:
            active = json.load(response)["faults"]
    except (URLError, OSError):
        return
    for fault in active:
        print(f"active: {fault['id']} {fault['kind']} on {len(fault['clouds'])} clouds {fault['options']}")


def ask(host: str, port: int, path: str, body: dict[str, Any]) -> Any:
    request = Request(
        f"http://{host}:{port}/_control/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            return json.load(response)
    except HTTPError as error:
        sys.exit(json.load(error)["error"])
    except (URLError, OSError) as error:
        sys.exit(f"no simulator answers on {host}:{port}: {error}")


def run(arguments: Sequence[str]) -> None:
    parser = parser_for_serving()
    given = parser.parse_args(arguments)
    if given.subclouds < 0 or given.controllers < 1 or given.speed <= 0:
        parser.error("--subclouds must be at least 0, --controllers at least 1, --speed above 0")
    try:
        asyncio.run(serve(Settings(**vars(given))))
    except StateDirectoryError as error:
        sys.exit(f"another simulator uses {error}")
    except OSError as error:
        sys.exit(f"cannot listen on {given.host}:{given.port}: {error}")


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["fault"]:
        inject(arguments[1:])
    elif arguments[:1] == ["faults"]:
        list_faults(arguments[1:])
    else:
        run(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])

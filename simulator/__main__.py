"""Command line: `python -m simulator [options]` serves, `fault` and `faults` talk to a running one.

python -m simulator --subclouds 500 --controllers 2 --seed 7 --speed 10 --port 9000
python -m simulator fault wan-cut --controller 1 --subcloud all --region Brazil --count 5 --for 120
python -m simulator fault slow --controller 1 --subcloud 12 seconds=8 service=fm
python -m simulator fault deploy-fails --controller 1 --subcloud new-0001,new-0002 --phase bootstrap --times 1
python -m simulator faults
python -m simulator command controller-release controller=1 release=starlingx-26.09.2
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from simulator.change_command import command
from simulator.fault_command import inject, list_faults
from simulator.journal import StateDirectoryError
from simulator.server import Settings, serve


def parser_for_serving() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Serve a StarlingX fleet.",
        epilog="Other commands: fault, faults, command (see fault --help, command --help).",
    )
    parser.add_argument("--subclouds", type=int, default=500)
    parser.add_argument("--controllers", type=int, default=2)
    parser.add_argument(
        "--peer-groups", type=int, default=0, help="so many peer groups with members at the last System Controller"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0, help="divides durations and cadences")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    parser.add_argument("--state-dir", type=Path, default=Path("var/simulator"))
    return parser


def run(arguments: Sequence[str]) -> None:
    parser = parser_for_serving()
    given = parser.parse_args(arguments)
    if given.subclouds < 0 or given.controllers < 1 or given.peer_groups < 0 or given.speed <= 0:
        parser.error("--subclouds and --peer-groups must be at least 0, --controllers at least 1, --speed above 0")
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
    elif arguments[:1] == ["command"]:
        command(arguments[1:])
    else:
        run(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])

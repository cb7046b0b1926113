"""`python -m simulator command`: change something in a running simulator that is not a fault."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from simulator.fault_command import ask

COMMANDS = {
    "controller-release": "a System Controller runs a release from now on (controller=1 release=starlingx-26.09.2)",
    "deploy-status": "a subcloud is in a deploy state from now on, as if its work had got there "
    "(controller=1 subcloud=new-0001 status=bootstrap-failed; initial=false: not of its first deployment)",
}


def command(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulator command",
        description="Change something in a running simulator.",
        epilog="\n".join(f"{name:22}{text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=sorted(COMMANDS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("values", nargs="*", metavar="key=value")
    given = parser.parse_intermixed_args(arguments)
    body = {}
    for text in given.values:
        name, equals, value = text.partition("=")
        if not equals:
            parser.error(f"{text} is not key=value")
        body[name] = value
    print(json.dumps(ask(given.host, given.port, given.name, body)))

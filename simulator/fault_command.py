"""`python -m simulator fault` and `faults`: break something in a running simulator, list what is broken."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from simulator.fault_kinds import KINDS, FaultKind
from simulator.faults import ANY_NAME

OWN_OPTIONS = frozenset({"--controller", "--subcloud", "--region", "--count", "--for", "--host", "--port", "--help"})


def parser_for_fault() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator fault",
        description="Break something in a running simulator. Options of a kind: --key value or key=value.",
        epilog="\n".join(described(kind) for kind in KINDS.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--controller", type=int, default=1)
    parser.add_argument(
        "--subcloud", default="all", help="id, name, all or central; for deploy-* also names of sites still to come"
    )
    parser.add_argument("--region", help="only sites in this part of the world")
    parser.add_argument("--count", type=int, help="only so many of them")
    parser.add_argument("--for", dest="seconds", type=float, help="wall-clock seconds; without it until ended")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("options", nargs="*", metavar="key=value", help="see the faults command")
    return parser


def described(kind: FaultKind) -> str:
    """The kind, what it does, its options with their defaults, and what they may be."""
    options = " ".join(
        f"{name}={'' if value is None else value}"
        + (f" ({'|'.join(kind.choices[name])})" if name in kind.choices else "")
        for name, value in kind.options.items()
    )
    return f"{kind.name:22}{kind.text}" + (f" [{options}]" if options else "")


def option(kind: FaultKind, name: str, default: object) -> str:
    choices = f" ({'|'.join(kind.choices[name])})" if name in kind.choices else ""
    return f"{name}={'' if default is None else default}{choices}"


def joined(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--key value` as `--key=value` where the parser does not know the key: a kind's own option."""
    found: list[str] = []
    for text in arguments:
        before = found[-1] if found else ""
        if before.startswith("--") and "=" not in before and before not in OWN_OPTIONS and not text.startswith("--"):
            found[-1] = f"{before}={text}"
        else:
            found.append(text)
    return found


def inject(arguments: Sequence[str]) -> None:
    parser = parser_for_fault()
    given, others = parser.parse_known_intermixed_args(joined(arguments))
    options = {}
    for text in (*given.options, *others):
        name, equals, value = text.removeprefix("--").partition("=")
        if not equals:
            parser.error(f"{text} is not key=value, nor --key value")
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
    print(f"fault {fault['id']}: {fault['kind']} on {hit(fault)}")


def hit(fault: dict[str, Any]) -> str:
    """What a fault hits, in words."""
    names = ", ".join("every subcloud" if name == ANY_NAME else name for name in fault["names"])
    return names or f"{len(fault['clouds'])} clouds"


def list_faults(arguments: Sequence[str]) -> None:
    """The kinds, and what is broken now if a simulator is running."""
    parser = argparse.ArgumentParser(prog="python -m simulator faults", description="Kinds and active faults.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    given = parser.parse_args(arguments)
    for kind in KINDS.values():
        print(described(kind))
    try:
        with urlopen(f"http://{given.host}:{given.port}/_control/faults", timeout=5) as response:
            active = json.load(response)["faults"]
    except (URLError, OSError):
        return
    for fault in active:
        print(f"active: {fault['id']} {fault['kind']} on {hit(fault)} {fault['options']}")


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

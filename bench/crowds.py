"""Starts and asks a crowd of sockets (bench/crowd.py)."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from processes.lifeline import die_with_parent
from tests.fixtures.cluster import CHECKOUT

SOCKETS_PER_USER = 50


@dataclass(frozen=True, slots=True)
class Crowd:
    process: "subprocess.Popen[str]"

    def ask(self) -> dict[str, Any]:
        """{"frames", "bytes", "lost", "seconds": [from event to socket]} since it was started."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@contextmanager
def crowd(port: int, count: int, tokens: Sequence[str]) -> Iterator[Crowd]:
    """`count` open sockets, those of `tokens` in turn."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.crowd", str(port), str(count)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(),  # noqa: PLW1509 - one thread
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(" ".join(tokens) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n", f"no {count} sockets"
        yield Crowd(process)
    finally:
        process.kill()
        process.communicate()


def tokens_for(count: int) -> list[str]:
    """Tokens of as many users as so many sockets need: one user may hold only some."""
    from bench import people

    return [people.token(f"bench-crowd-{n}", scoped=n % 2 == 0) for n in range(-(-count // SOCKETS_PER_USER))]

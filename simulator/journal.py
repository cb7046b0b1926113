"""Epoch and command journal of a fleet in the state directory, so that a restart shows the same fleet."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

Entry = dict[str, Any]


class StateDirectoryError(Exception):
    """Another simulator writes to this state directory."""


class Journal:
    """`seed-N/epoch` and `seed-N/journal.jsonl` below the state directory; nothing is kept without one.

    One line per command: `{"at": seconds, "command": name, "arguments": {...}}`. A line cut short by a crash
    is dropped when the journal is opened. Raises StateDirectoryError.
    """

    def __init__(self, directory: Path | None, seed: int) -> None:
        self.epoch = time.time()
        self._file: IO[str] | None = None
        self._lock: IO[str] | None = None
        self._entries: list[Entry] = []
        if directory is not None:
            self._open(directory / f"seed-{seed}")

    def _open(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._lock = (home / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateDirectoryError(str(home)) from error
        self.epoch = self._read_epoch(home / "epoch")
        path = home / "journal.jsonl"
        if path.exists():
            self._entries = self._read(path)
        self._file = path.open("a", encoding="utf-8")

    def _read_epoch(self, path: Path) -> float:
        if path.exists():
            return float(path.read_text())
        fresh = path.with_suffix(".new")
        fresh.write_text(repr(self.epoch))
        fresh.replace(path)  # whole or not at all: a crash must not leave an empty epoch
        return self.epoch

    def _read(self, path: Path) -> list[Entry]:
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with path.open("r+b") as file:
                file.truncate(len(whole))
        return [json.loads(line) for line in whole.splitlines()]

    def entries(self) -> Iterator[Entry]:
        """What was recorded before this start, oldest first."""
        yield from self._entries

    def append(self, entry: Entry) -> None:
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()

    def close(self) -> None:
        for file in (self._file, self._lock):
            if file is not None:
                file.close()

"""Compares bodies by shape where the rows of one list differ: each of ours has to look like one of the recorded.

Stricter than "same keys": null is not a type of its own, so a field may be null, or filled where the recording had
null, only if the recordings (or FILLED_HERE) show it both ways.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
TIMES = (
    ("time, sysinv", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")),
    ("time, FM", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?")),
)
# fields the one recorded cloud had nothing in, although their type is known from the API's own description
FILLED_HERE: dict[str, set[str]] = {
    "mgmt_ip": {"text"},
    "controller0_address": {"text"},
    "controller1_address": {"text"},
    "oam_gateway_ip": {"text"},
    "floating_address": {"text"},
    "gateway_address": {"text"},
    "oam_floating_ip": {"text"},
    "oam_c0_ip": {"text"},
    "oam_c1_ip": {"text"},
    "vm_hugepages_avail_1G": {"int"},
    "vm_hugepages_possible_1G": {"int"},
    "updated_at": {"time, sysinv"},
}
OPTIONAL = {"stor_function"}  # a disk nobody uses has none; the recorded disks were all in use
# null for what the recorded cloud did not have: an unused port or disk, a site without Ceph or coordinates
NULL_HERE = {"interface_uuid", "istor_uuid", "latitude", "longitude", "peers"}


def kind(value: Any) -> str:
    if isinstance(value, str):
        return next((name for name, pattern in TIMES if pattern.fullmatch(value)), "text")
    return {dict: "object", list: "list", bool: "bool", int: "int", float: "float"}.get(type(value), "null")


class Recordings:
    """The recorded answers of one service."""

    def __init__(self, service: str) -> None:
        self.folder = TESTS / "wire" / service
        self.index: list[dict[str, Any]] = json.loads((self.folder / "index.json").read_text())
        self.by_file = {entry["file"]: entry for entry in self.index}
        self.kinds: dict[str, set[str]] = defaultdict(set, {key: set(value) for key, value in FILLED_HERE.items()})
        for entry in self.index:
            if entry["content_type"].startswith("application/json"):
                self._learn(self.body(entry["file"]))

    def text(self, file: str) -> str:
        return (self.folder / file).read_text()

    def body(self, file: str) -> Any:
        """The recorded body; what is encoded twice is decoded twice."""
        return decoded(json.loads(self.text(file)))

    def _learn(self, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self.kinds[key].add(kind(inner))
                self._learn(inner)
        elif isinstance(value, list):
            for inner in value:
                self._learn(inner)

    def differences(self, recorded: Any, ours: Any, where: str = "$", key: str = "") -> Iterator[str]:
        """What is not alike; nothing when all is."""
        if kind(recorded) != kind(ours):
            if not self._either_way(key, kind(recorded), kind(ours)):
                yield f"{where}: {kind(ours)} instead of {kind(recorded)}"
        elif isinstance(recorded, dict):
            yield from self._objects(recorded, ours, where)
        elif isinstance(recorded, list):
            yield from self._lists(recorded, ours, where, key)

    def _either_way(self, key: str, recorded: str, ours: str) -> bool:
        if {recorded, ours} == {"time, FM", "text"} or "null" not in (recorded, ours):
            return False
        return key in NULL_HERE or ({recorded, ours} <= self.kinds[key] | {"null"} and ours in self.kinds[key])

    def _objects(self, recorded: dict[str, Any], ours: dict[str, Any], where: str) -> Iterator[str]:
        for name in (recorded.keys() ^ ours.keys()) - OPTIONAL:
            yield f"{where}: {'extra' if name in ours else 'missing'} key {name}"
        if [name for name in recorded if name in ours] != [name for name in ours if name in recorded]:
            yield f"{where}: other order of keys"
        for name in recorded.keys() & ours.keys():
            yield from self.differences(recorded[name], ours[name], f"{where}.{name}", name)

    def _lists(self, recorded: list[Any], ours: list[Any], where: str, key: str) -> Iterator[str]:
        if where.count(".") == 1 and bool(recorded) > bool(ours):  # the collection itself
            yield f"{where}: nothing instead of {len(recorded)}"
        for number, element in enumerate(ours if recorded else ()):
            found = [list(self.differences(variant, element, f"{where}[{number}]", key)) for variant in recorded]
            yield from min(found, key=len)


def decoded(body: Any) -> Any:
    """`error_message` is JSON inside of JSON, most of the time."""
    if isinstance(body, dict) and isinstance(body.get("error_message"), str):
        try:
            return {"error_message": json.loads(body["error_message"])}
        except ValueError:
            return body
    return body

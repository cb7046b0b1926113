"""The recent past of one cloud: its events, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.kinds import Kind
from events.models import Event
from sites.choices import Severity
from sites.words import said

SHOWN = 40
FIELD_WORDS = {
    "availability_status": "availability", "management_state": "management", "deploy_status": "deploy",
    "sync_status": "sync", "software_version": "release", "group_id": "group", "backup_status": "backup",
    "prestage_status": "prestage", "error_description": "error", "ceph_status": "Ceph", "nic_status": "NIC",
}  # fmt: skip
UNSAID = {  # true, but nothing an operator asks about
    "latitude", "longitude", "timezone", "system_name", "system_type", "region_name", "description", "location",
    "backup_at", "ports_up", "ports_unknown", "ceph_source", "management_subnet", "management_start_ip",
    "management_end_ip", "management_gateway_ip",
}  # fmt: skip
TROUBLE = {"offline", "unreachable", "error", "out-of-sync", "down", "disabled", "failed", "locked"}
TARGET_STATES = {"completed": "ok", "failed": "failed", "held": "warn", "refused": "error", "running": "busy"}
FOLDED = ("target.changed", "vim.changed")  # told at every small step: only their states are worth a line
SEVERITIES = {severity.label for severity in Severity}
BADGE_STATES = {"ok", "warn", "error", "unknown", "none"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line. `mark` is a severity word or a state word, as the shapes are named."""

    at: datetime
    mark: str
    is_severity: bool
    text: str
    detail: str = ""


def timeline(cloud_id: int, limit: int = SHOWN) -> list[Moment]:
    """Newest first (one query). Only for a cloud that the reader may see: scopes are the caller's."""
    events = Event.objects.filter(cloud_id=cloud_id).exclude(data__contains={"moved": True})  # the change tells of it
    rows = events.order_by("-at", "-id").values("at", "kind", "subject", "data")
    return [moment(row) for row in _folded(rows[: 3 * limit])][:limit]


def _folded(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Newest first; of what is told step by step only the first word of each state, which is the last of its run."""
    rows = list(rows)
    for at, row in enumerate(rows):
        if row["kind"] in FOLDED:
            older = next((one for one in rows[at + 1 :] if one["subject"] == row["subject"]), None)
            if older is not None and _state_told(older) == _state_told(row):
                continue
        yield row


def _state_told(row: Mapping[str, Any]) -> Any:
    data = row["data"]
    fields = data.get("fields")
    return (fields if isinstance(fields, dict) else data).get("state")


def moment(row: Mapping[str, Any]) -> Moment:
    """A row of the log in words. A kind this version does not know shows as itself."""
    kind, data, at = str(row["kind"]), row["data"], row["at"]
    if kind.startswith("alarm."):
        raised = {"alarm.raised": "raised", "alarm.cleared": "cleared"}.get(kind, "changed")
        mark = "cleared" if raised == "cleared" else _severity(data)
        where = f"{data.get('entity_instance_id', '')} {data.get('reason_text', '')}".strip()
        return Moment(at, mark, True, f"Alarm {data.get('alarm_id', '')} {raised}", where)
    if kind == Kind.CLOUD_ALARMS:
        counts = ", ".join(
            f"{data[word]} {word}" for word in ("critical", "major", "minor", "warning") if data.get(word)
        )
        return Moment(at, _severity(data), True, "Alarms", counts or "none stand")
    return _state_moment(kind, str(row["subject"]), data, at)


def _state_moment(kind: str, subject: str, data: Mapping[str, Any], at: datetime) -> Moment:
    if kind == Kind.CLOUD_CONTACT:
        word = str(data.get("contact", "unknown"))
        return Moment(at, {"reachable": "ok", "unreachable": "error"}.get(word, "unknown"), False, f"Contact: {word}")
    if kind in (Kind.CLOUD_CEPH, Kind.CLOUD_NIC):
        word = str(data.get("status", "unknown"))
        name = "Ceph" if kind == Kind.CLOUD_CEPH else "NIC"
        return Moment(
            at, word if word in BADGE_STATES else "unknown", False, f"{name}: {word}", str(data.get("source", ""))
        )
    if kind == Kind.PORT_CHANGED:
        word = str(data.get("link_state", "unknown"))
        mark = {"up": "ok", "down": "error"}.get(word, "unknown")
        return Moment(at, mark, False, f"Port {data.get('name', '')} of {data.get('host', '')}: {word}")
    if kind == Kind.TARGET_CHANGED:
        word = str(data.get("state", "unknown"))
        text = f"Operation {data.get('operation', '')}: {word}"
        return Moment(at, TARGET_STATES.get(word, "info"), False, text, _short(data.get("message") or ""))
    if kind == Kind.VIM_CHANGED:
        fields = data.get("fields")
        word = _short(fields.get("state") if isinstance(fields, dict) else None)
        return Moment(at, "info", False, f"Strategy of its VIM: {word}")
    if isinstance(data.get("fields"), dict):
        return _changed_moment(subject, data["fields"], at)
    words = {"cloud.added": "First seen", "cloud.removed": "Removed from its System Controller"}
    return Moment(at, "info", False, words.get(kind, kind), str(data.get("name", "")))


def _changed_moment(subject: str, fields: Mapping[str, Any], at: datetime) -> Moment:
    if fields.get("removed") is True:
        noun = subject.partition(":")[0]
        return Moment(at, "info", False, f"{noun.capitalize()} removed: it is not listed any more")
    told = [_field_moment(name, value) for name, value in fields.items() if name not in UNSAID]
    noun = {"host": "Host: ", "controller": "System Controller: "}.get(subject.partition(":")[0], "")
    text = noun + (", ".join(told) or "inventory changed")
    trouble = any(str(value) in TROUBLE or str(value).endswith("-failed") for value in fields.values())
    mark = "warn" if trouble else "info"
    return Moment(at, mark, False, text[:1].upper() + text[1:])


def _field_moment(name: str, value: Any) -> str:
    noun = FIELD_WORDS.get(name, name.replace("_", " "))
    if name == "backup_status" and isinstance(value, str):
        return f"{noun} {said('backup', value).label}"
    if isinstance(value, bool):
        return noun if value else f"not {noun}"
    return f"{noun} {_short(value)}"


def _severity(data: Mapping[str, Any]) -> str:
    """The word, where there is a shape for it."""
    word = data.get("severity")
    return word if isinstance(word, str) and word in SEVERITIES else "unknown"


def _short(value: Any) -> str:
    text = "none" if value in (None, "") else str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"

"""Answers of StarlingX for tests of what is written from them, read like the real ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sites.models import Controller
from starlingx import records
from starlingx.rows import Row

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def controller(name: str = "brazil") -> Controller:
    """A System Controller that nobody answers for."""
    return Controller.objects.create(
        name=name, auth_url="http://127.0.0.1:1/v3", username="reader", password_sealed=b"sealed"
    )


def subcloud(number: int = 1, **fields: Any) -> records.Subcloud:
    told = {
        "id": number,
        "name": f"cell-{number:04}",
        "region-name": f"{number:032x}",
        "software-version": "26.09",
        "management-state": "managed",
        "availability-status": "online",
        "deploy-status": "complete",
        "group_id": 1,
        "endpoint_sync_status": [{"endpoint_type": "platform", "sync_status": "in-sync"}],
    }
    return records.Subcloud.read(Row(told | fields, "subcloud"))


def group(number: int = 1, name: str = "Default") -> records.SubcloudGroup:
    return records.SubcloudGroup.read(Row({"id": number, "name": name}, "group"))


def alarm(alarm_id: str = "100.101", entity: str = "host=controller-0", **fields: Any) -> records.Alarm:
    told = {
        "uuid": f"uuid-of-{alarm_id}",
        "alarm_id": alarm_id,
        "entity_instance_id": entity,
        "severity": "major",
        "timestamp": "2026-11-22T11:00:00.000001",
        "reason_text": "Platform CPU threshold exceeded",
        "suppression_status": "unsuppressed",
        "mgmt_affecting": "False",
    }
    return records.Alarm.read(Row(told | fields, "alarm"))


def system(**fields: Any) -> records.System:
    told = {"uuid": "system-1", "name": "edge", "system_mode": "duplex", "latitude": "-23.55", "longitude": "-46.63"}
    return records.System.read(Row(told | fields, "system"))

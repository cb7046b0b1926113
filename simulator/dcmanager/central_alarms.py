"""The 280.* alarms dcmanager keeps in the central cloud's FM (starlingx-dcmanager.md 3.10)."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from simulator.identity import stable_fraction
from simulator.world import DerivedAlarm

BACKUP_FAILED = ("failed", "validate-failed", "backup-prep-failed")
SECONDARY = ("secondary", "secondary-failed")


class CentralAlarms:
    """An alarm source: nothing for subclouds, the fleet's condition for a central cloud."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, cloud: Cloud, at: float) -> Iterator[DerivedAlarm]:
        if cloud.kind == "central":
            for subcloud in self._register.world.subclouds(cloud.controller):
                yield from self.about(subcloud, at)

    def about(self, cloud: Cloud, at: float) -> Iterator[DerivedAlarm]:
        register = self._register
        record, seen = register.records[cloud.key], register.seen(cloud, at)
        name = record.name
        was_online = cloud.initial.ever_online or seen.availability.since > record.created_at
        if not seen.availability.online and was_online and seen.deploy.status not in SECONDARY:
            yield DerivedAlarm(
                "280.001",
                "subcloud",
                f"subcloud={name}",
                "critical",
                f"{name} is offline",
                max(seen.availability.since, record.created_at),
            )
        for endpoint, status in seen.endpoints.items():
            if status == "out-of-sync":
                yield DerivedAlarm(
                    "280.002",
                    "subcloud.resource",
                    f"subcloud={name}.resource={endpoint}",
                    "major",
                    f"{name} {endpoint} sync_status is out-of-sync",
                    seen.endpoint_since[endpoint],
                )
        if seen.backup.status in BACKUP_FAILED:
            first = seen.backup.since <= record.created_at  # it had failed when the fleet was new
            age = 86400.0 * (1 + 9 * stable_fraction(cloud.seed, "backup-failed"))
            yield DerivedAlarm(
                "280.003",
                "subcloud",
                f"subcloud={name}",
                "minor",
                f"Subcloud Backup Failure (subcloud={name})",
                register.clock.epoch - age if first else seen.backup.since,
            )

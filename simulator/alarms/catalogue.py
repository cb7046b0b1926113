"""The alarm kinds a cloud may raise, read from catalogue.csv (our own wording of what StarlingX documents)."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SEVERITIES = ("critical", "major", "minor", "warning")
_RANK = {name: rank for rank, name in enumerate(reversed(SEVERITIES), start=1)}


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """One row of the catalogue. `mgmt_from`/`degrade_from` are the severity from which it counts, or ""."""

    alarm_id: str
    severities: tuple[str, ...]
    entity: str
    alarm_type: str
    probable_cause: str
    service_affecting: str
    suppressible: bool
    mgmt_from: str
    degrade_from: str
    description: str
    reason: str
    repair: str

    def affects_service(self, severity: str) -> bool:
        """Some kinds affect service only at their worst severity."""
        return self.service_affecting == "yes" or (self.service_affecting == "critical" and severity == "critical")


def reaches(severity: str, threshold: str) -> bool:
    """Is `severity` at least as bad as `threshold`? No threshold: never."""
    return bool(threshold) and _RANK.get(severity, 0) >= _RANK[threshold]


@cache
def kinds() -> dict[str, AlarmKind]:
    """All kinds by alarm id, in the order of their ids."""
    path = Path(__file__).with_name("catalogue.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="|"))
    return {
        row["alarm_id"]: AlarmKind(
            **{
                **row,
                "severities": tuple(row["severities"].split(",")),
                "suppressible": row["suppressible"] == "yes",
            }  # type: ignore[arg-type]  # the two columns that are not text are replaced here
        )
        for row in rows
    }


def entity_type(entity_instance_id: str) -> str:
    """`host=controller-0.port=eth0` -> `host.port`; the text before each `=` sign."""
    return ".".join(part.split("=", 1)[0] for part in entity_instance_id.split(".") if "=" in part)

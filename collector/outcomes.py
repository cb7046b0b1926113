"""What a look brought, ready to be stored."""

from dataclasses import dataclass
from datetime import datetime

from alarms.ingest import AlarmSnapshot
from collector.site import Site
from starlingx.errors import StarlingXError


@dataclass(slots=True, eq=False)
class AlarmsLook:
    """One T1 look.

    `snapshot` None: the list equals the stored one, or, with an `error`, there was none. `reached`: whether the cloud
    answered at all; None when this look does not decide it. `tries`: calls it took to learn that. `memory`: how often
    the database had been lost when the look began; what equals the stored list then, may not after another loss.
    """

    site: Site
    requested_at: datetime
    reached: bool | None
    snapshot: AlarmSnapshot | None = None
    digest: int | None = None
    error: str = ""
    problem: StarlingXError | None = None
    tries: int = 1
    memory: int = 0
    clock: str = ""  # what to say of its clock, where that is wrong

    @property
    def unchanged(self) -> bool:
        """It says nothing but that the list equals the stored one."""
        return self.snapshot is None and not self.error

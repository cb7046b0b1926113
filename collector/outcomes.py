"""What a look brought, ready to be stored."""

from dataclasses import dataclass
from datetime import datetime

from alarms.ingest import AlarmSnapshot
from collector.site import Site
from starlingx.errors import StarlingXError


@dataclass(slots=True)
class AlarmsLook:
    """One T1 look.

    `snapshot` None: the list equals the stored one, or, with an `error`, there was none. `reached`: whether the cloud
    answered at all; None when this look does not decide it. `tries`: calls it took to learn that.
    """

    site: Site
    requested_at: datetime
    reached: bool | None
    snapshot: AlarmSnapshot | None = None
    digest: int | None = None
    error: str = ""
    problem: StarlingXError | None = None
    tries: int = 1
    clock: str = ""  # what to say of its clock, where that is wrong

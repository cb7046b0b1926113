"""T1: one call to a cloud's FM. The list is compared with the stored one here, so a fleet at rest costs no rows."""

from datetime import datetime

from django.utils import timezone

from alarms.ingest import AlarmSnapshot
from collector.outcomes import AlarmsLook
from collector.site import Site
from starlingx.errors import ServerFailed, StarlingXError, Timeout, Unreachable
from starlingx.fault import FaultManagement
from starlingx.records import AlarmList
from starlingx.session import CloudSession

ALARM_SECONDS = 20.0  # FM asks sysinv twice for each port alarm, one after the other: seconds are normal
SUMMARY_SECONDS = 8.0
LIST_FAILED = "FM answers, but not with its list: {}"


async def look_at_alarms(site: Site, session: CloudSession, memory: int = 0) -> AlarmsLook:
    """Never raises a StarlingXError: what went wrong is part of the result. `memory`: see AlarmsLook."""
    requested_at = timezone.now()
    fm = FaultManagement(session)
    try:
        alarms = await fm.alarms(timeout=ALARM_SECONDS)
    except (ServerFailed, Timeout) as caught:
        return await _without_list(site, fm, requested_at, caught)
    except Unreachable as caught:
        return AlarmsLook(site, requested_at, reached=False, error=str(caught), problem=caught)
    except StarlingXError as caught:
        return AlarmsLook(site, requested_at, reached=True, error=str(caught), problem=caught)
    return _listed(site, requested_at, alarms, memory)


def _listed(site: Site, requested_at: datetime, alarms: AlarmList, memory: int) -> AlarmsLook:
    """While a changed list is on its way to the database nothing can be said to equal the stored one."""
    digest = hash((memory, tuple(alarms)))
    if alarms.complete and digest == site.digest:
        return AlarmsLook(site, requested_at, reached=True, memory=memory)
    site.digest = None
    snapshot = AlarmSnapshot(site.cloud_id, requested_at, alarms, alarms.complete)
    return AlarmsLook(site, requested_at, True, snapshot, digest if alarms.complete else None)


async def _without_list(site: Site, fm: FaultManagement, requested_at: datetime, problem: StarlingXError) -> AlarmsLook:
    """FM fails with its whole list when sysinv is down and a port alarm stands; its summary still answers.

    So the cloud is not lost, its alarms stay as they were, and their age shows.
    """
    try:
        await fm.summary(timeout=SUMMARY_SECONDS)
    except Unreachable as caught:
        return AlarmsLook(site, requested_at, reached=False, error=str(caught), problem=caught, tries=2)
    except StarlingXError:
        return AlarmsLook(site, requested_at, reached=True, error=str(problem), problem=problem)
    return AlarmsLook(site, requested_at, reached=True, error=LIST_FAILED.format(problem), problem=problem)

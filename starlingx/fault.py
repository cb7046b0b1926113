"""Fault management of one cloud (starlingx-platform.md 1, above all 1.11)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from starlingx.records import Alarm, AlarmList, AlarmSummary, EventLogEntry
from starlingx.rows import Row, read_list
from starlingx.session import DEFAULT_TIMEOUT, CloudSession

ALARM_LIMIT = 2000
EVENT_LIMIT = 4000
# FM looks a port's name up in sysinv, twice for each port alarm and one after the other: seconds are normal.
ALARM_TIMEOUT = 60.0


class FaultManagement:
    """Reads of FM. With sysinv down and a port alarm standing, lists are ServerFailed while `summary` answers."""

    def __init__(self, session: CloudSession) -> None:
        self._session = session

    async def alarms(self, *, timeout: float = ALARM_TIMEOUT) -> AlarmList:
        """What stands, suppressed alarms included; masked ones FM does not show.

        One call and never a page, as FM's pages do not line up. `complete` is False when the limit was reached.
        """
        # Any value of these flags is true to FM, so they could not be switched off by another one.
        path = f"/alarms?expand=True&include_suppress=True&limit={ALARM_LIMIT}"
        body = await self._get(path, timeout)
        found = AlarmList(read_list(body, "alarms", Alarm.read))
        found.complete = len(found) < ALARM_LIMIT and not (isinstance(body, dict) and body.get("next"))
        return found

    async def summary(self, *, timeout: float = DEFAULT_TIMEOUT) -> AlarmSummary:
        """Alarms counted, without suppressed ones. Cheap."""
        return AlarmSummary.read_own(Row(await self._get("/alarms/summary", timeout), "summary"))

    async def event_log(
        self, start: datetime | None = None, limit: int = EVENT_LIMIT, *, timeout: float = ALARM_TIMEOUT
    ) -> list[EventLogEntry]:
        """History since `start` (aware), newest first. FM keeps 4,000 lines: after a storm there are gaps."""
        query = {"expand": "True", "limit": str(limit)}
        if start is not None:
            # FM drops an offset instead of converting it.
            moment = start.astimezone(UTC).replace(tzinfo=None).isoformat()
            query |= {"q.field": "start", "q.op": "eq", "q.value": moment}
        return read_list(await self._get(f"/event_log?{urlencode(query)}", timeout), "event_log", EventLogEntry.read)

    async def _get(self, path: str, timeout: float) -> object:
        return await self._session.get("faultmanagement", "v1", path, timeout=timeout)

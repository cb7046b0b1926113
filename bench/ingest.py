"""200,000 alarms through alarms.ingest, against COPY and upsert of the same rows, batch by batch in turn.

Both sides write the same batches, one transaction each, into tables with the same indexes and keys; the raw side has no
gate, no badges, no events and no spans. Both wait for the disk where events are written, as these must outlive a crash
of PostgreSQL. Wall time, PostgreSQL included: that is where most of the work is. A machine too slow for all of them
does as many as fit, and says so.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import psycopg

from bench import people
from bench.figures import say, tell

people.setup()

from django.db import connection  # noqa: E402  Django must be set up first
from django.utils import timezone  # noqa: E402

from alarms import ingest  # noqa: E402
from alarms.ingest import AlarmSnapshot  # noqa: E402
from bench.seed import Seed  # noqa: E402
from sites.models import Cloud  # noqa: E402
from starlingx.records import Alarm  # noqa: E402

SUBCLOUDS, EACH, BATCH = 20_000, 10, 200
BUDGET = 1.5
PATIENCE = 25.0  # seconds for each of the three comparisons


@dataclass(slots=True)
class Spent:
    wall: float = 0.0
    cpu: float = 0.0

    def add(self, work: Callable[[], object]) -> None:
        cpu, wall = time.thread_time(), time.perf_counter()
        work()
        self.wall += time.perf_counter() - wall
        self.cpu += time.thread_time() - cpu


class Raw:
    """The floor: a table like the portal's, COPY into a temporary one, one upsert that writes what differs."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(os.environ["DATABASE_URL"])
        staging = ingest.STAGING
        self.names = ", ".join((*staging.key, *staging.columns))
        changes = ", ".join(f"{c} = EXCLUDED.{c}" for c in (*staging.columns, "changed_at"))
        stored, incoming = (", ".join(f"{t}.{c}" for c in staging.columns) for t in ("raw_alarm", "EXCLUDED"))
        self.upsert = (
            f"INSERT INTO raw_alarm ({self.names}, first_seen_at, changed_at) SELECT {self.names}, now(), now()"  # noqa: S608
            f" FROM staged ON CONFLICT ({', '.join(staging.key)}) WHERE cleared_at IS NULL"
            f" DO UPDATE SET {changes} WHERE ({stored}) IS DISTINCT FROM ({incoming})"
        )
        self.connection.execute("CREATE TABLE raw_alarm (LIKE alarms_alarm INCLUDING ALL)")
        self.connection.execute(
            "ALTER TABLE raw_alarm ADD FOREIGN KEY (cloud_id) REFERENCES sites_cloud DEFERRABLE INITIALLY DEFERRED"
        )
        self.connection.execute(
            f"CREATE TEMPORARY TABLE staged ON COMMIT DELETE ROWS AS SELECT {self.names} FROM raw_alarm WITH NO DATA"  # noqa: S608
        )
        self.connection.commit()

    def write(self, rows: Iterable[tuple[Any, ...]], *, durable: bool) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL synchronous_commit = {'on' if durable else 'off'}")
            with cursor.copy(f"COPY staged ({self.names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self.upsert)


def main() -> None:
    Seed(1).fill(SUBCLOUDS, 1, 0, keep=True)
    clouds = list(Cloud.objects.filter(kind="subcloud").order_by("id").values_list("id", flat=True))
    now = timezone.now() + timedelta(seconds=1)
    raw = Raw()
    say(f"{len(clouds) * EACH:,} alarms in batches of {BATCH * EACH:,}")
    forget_first_looks()
    new = {pk: alarms_of(pk, now) for pk in clouds}
    done = compare("new (first list of each cloud)", raw, new, now)
    settle()
    changed = {pk: [replace(a, reason_text=f"{a.reason_text} (2)") for a in new[pk]] for pk in clouds[:done]}
    compare("all changed, an event for each", raw, changed, now + timedelta(minutes=1))
    settle()
    compare("nothing changed", raw, changed, now + timedelta(minutes=2), told=False)


def forget_first_looks() -> None:
    """The seeded fleet counts as read; here it is new, so that ingest does what it does for a new fleet."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sites_facetstate WHERE facet = 'alarms'")


def settle() -> None:
    """What autovacuum would do between two sweeps."""
    gc.collect()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE alarms_alarm, raw_alarm, sites_cloud")


def compare(what: str, raw: Raw, alarms: dict[int, list[Alarm]], now: datetime, *, told: bool = True) -> int:
    """Tell the ratio. `told`: ingest writes events. Returns how many clouds were written."""
    ours, floor = Spent(), Spent()
    pks, done = list(alarms), 0
    while done < len(pks) and ours.wall + floor.wall < PATIENCE:
        chosen = pks[done : done + BATCH]
        snapshots = [AlarmSnapshot(pk, now, alarms[pk]) for pk in chosen]
        rows = list(ingest._rows(snapshots))
        ours.add(lambda snapshots=snapshots: record(snapshots, now))  # type: ignore[misc] # mypy infers no lambda with defaults
        floor.add(lambda rows=rows: raw.write(rows, durable=told))  # type: ignore[misc] # mypy: as above
        done += len(chosen)
    count = done * EACH
    note = (
        f"{count / ours.wall:,.0f} alarms/s, {ours.wall:.1f} s against {floor.wall:.1f} s;"
        f" Python's CPU {ours.cpu:.1f} s against {floor.cpu:.1f} s"
    )
    tell(f"{count:,} alarms {what}", ours.wall / floor.wall, "x", BUDGET, note)
    return done


def record(snapshots: Sequence[AlarmSnapshot], now: datetime) -> None:
    recorded = ingest.record(snapshots, lease_token=1, now=now)
    assert len(recorded.admitted) == len(snapshots)


def alarms_of(pk: int, now: datetime) -> list[Alarm]:
    return [
        Alarm(
            uuid=f"{pk:08d}-0000-0000-0000-{n:012d}", alarm_id=f"100.{101 + n}",
            entity_instance_id=f"host=controller-{n % 2}.interface=ens{n}f0", entity_type_id="host",
            severity=("critical", "major", "minor", "warning")[n % 4], alarm_state="set",
            timestamp=now - timedelta(minutes=n), reason_text=f"Interface ens{n}f0 of subcloud {pk} has failed",
            alarm_type="equipment", probable_cause="underlying-resource-unavailable",
            proposed_repair_action="Check cabling and far-end port configuration and status on adjacent equipment.",
            service_affecting=n % 2 == 0, mgmt_affecting=n % 3 == 0, degrade_affecting=False, suppression=True,
            suppression_status="unsuppressed",
        )
        for n in range(EACH)
    ]  # fmt: skip


if __name__ == "__main__":
    main()

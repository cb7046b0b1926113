"""Changes of the fleet as the collector commits them, and when each was committed."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from alarms import ingest
from alarms.ingest import AlarmSnapshot
from starlingx.records import Alarm


def commit(words: dict[int, str]) -> float:
    """One alarm of that severity on each of these clouds (none where the word is empty); time.time() at the commit."""
    now = timezone.now()
    snapshots = [AlarmSnapshot(pk, now, [alarm(word, now)] if word else []) for pk, word in words.items()]
    with transaction.atomic():
        ingest.record(snapshots, lease_token=1, now=now)
        committed = time.time()  # the commit itself follows
    return committed  # noqa: RET504


def quiet(pks: Sequence[int]) -> None:
    """Nothing stands on these clouds any more."""
    commit(dict.fromkeys(pks, ""))


def alarm(word: str, now: datetime) -> Alarm:
    return Alarm(
        uuid="0f0f0f0f-0000-0000-0000-000000000001", alarm_id="100.101", entity_instance_id="host=controller-0",
        entity_type_id="host", severity=word, alarm_state="set", timestamp=now - timedelta(seconds=1),
        reason_text=f"Platform CPU threshold exceeded, {word}", alarm_type="operational-violation",
        probable_cause="threshold-crossed", proposed_repair_action="Watch it; call support if it stays.",
        service_affecting=True, mgmt_affecting=False, degrade_affecting=True, suppression=True,
        suppression_status="unsuppressed",
    )  # fmt: skip

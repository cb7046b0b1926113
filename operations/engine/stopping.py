"""Many targets that end at once, in a handful of statements however many they are."""

from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from events.log import append
from operations.choices import TargetState
from operations.engine.events import target_event
from operations.models import Attempt, PhaseSpan, RunSecret, Target


def stop_all(targets: QuerySet[Target], state: TargetState, now: datetime, *, error: str, cause: str) -> None:
    """As commit.stop does for one, saved and told. In the caller's transaction, which has locked their operation."""
    rows = list(targets.select_for_update(of=("self",)).order_by("pk"))
    if not rows:
        return
    ids = [row.pk for row in rows]
    ended = {"state": state, "ended_at": now, "error": error[:2048], "cause": cause[:40], "message": "", "stuck": False}
    Target.objects.filter(pk__in=ids).update(**ended)
    last = Attempt.objects.filter(target__in=ids, number=F("target__attempt"))
    PhaseSpan.objects.filter(attempt__in=last, ended_at=None).update(
        ended_at=Greatest(F("began_at"), now), completed=state == TargetState.COMPLETED
    )
    last.update(ended_at=now, outcome=state, error=error[:2048], cause=cause[:40])
    RunSecret.objects.filter(target__in=ids).delete()
    for row in rows:
        for name, value in ended.items():
            setattr(row, name, value)
    append(target_event(row, now) for row in rows)

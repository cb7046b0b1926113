"""Which targets only wait: nothing that was asked for is on its way upstream, so they can be stopped here and now."""

from collections.abc import Sequence

from django.db.models import F

from operations.choices import Outcome, TargetState
from operations.engine.steps import WITHOUT_REQUEST
from operations.models import Intent, Target

NOT_SENT = (Outcome.UNSENT, Outcome.REFUSED)


def awaits(target: Target) -> str:
    """The state of the site that it waits for, "online" or "offline"; else ""."""
    step = target.steps[target.step] if target.step < len(target.steps) else ""
    return step if step in WITHOUT_REQUEST else ""


def only_wait(targets: Sequence[Target]) -> set[int]:
    """Those of `targets` that run and have nothing under way in the step they are at. At most one query."""
    running = [target for target in targets if target.state == TargetState.RUNNING]
    still = {target.pk for target in running if awaits(target)}
    others = {target.pk: target for target in running if target.pk not in still}
    if others:
        asked = Intent.objects.filter(target__in=others, attempt=F("target__attempt")).exclude(outcome__in=NOT_SENT)
        sent = set(asked.values_list("target_id", "step"))
        still |= {pk for pk, target in others.items() if (pk, target.steps[target.step]) not in sent}
    return still

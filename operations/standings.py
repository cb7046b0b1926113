"""How a site of a campaign stands: its target's state, and what people and alarms make of it. In words and in SQL."""

from django.db.models import Case, CharField, IntegerField, Q, Value, When
from django.db.models.enums import TextChoices

from operations.choices import TargetState


class Standing(TextChoices):
    """A site that has new alarms counts as failed, one that is excused does not. HELD_BACK: its batch went without it,
    because something stood against it."""

    DECISION = "held", "needs a decision"
    FAILED = "failed", "failed"
    ALARMED = "alarmed", "with new alarms"
    RUNNING = "running", "running"
    ON_HOLD = "on_hold", "on hold"
    WAITING = "waiting", "waiting"
    READY = "ready", "to come"
    EXCUSED = "excused", "excused"
    COMPLETED = "completed", "completed"
    HELD_BACK = "held_back", "held back"
    SKIPPED = "skipped", "skipped"
    NOT_RUN = "cancelled", "not run"
    REFUSED = "refused", "takes no part"


MARKS: dict[str, str] = {
    Standing.DECISION: "warn",
    Standing.FAILED: "failed",
    Standing.ALARMED: "failed",
    Standing.RUNNING: "busy",
    Standing.ON_HOLD: "warn",
    Standing.WAITING: "info",
    Standing.READY: "info",
    Standing.EXCUSED: "warn",
    Standing.COMPLETED: "ok",
    Standing.HELD_BACK: "warn",
    Standing.SKIPPED: "none",
    Standing.NOT_RUN: "none",
    Standing.REFUSED: "none",
}
# In the order of a bar: what is over first, what has not begun last. Who takes no part is not in it.
IN_BAR = (
    Standing.COMPLETED, Standing.EXCUSED, Standing.RUNNING, Standing.DECISION, Standing.ALARMED, Standing.FAILED,
    Standing.HELD_BACK, Standing.SKIPPED, Standing.NOT_RUN, Standing.ON_HOLD, Standing.WAITING, Standing.READY,
)  # fmt: skip
COUNT_AS_FAILED = (Standing.FAILED, Standing.ALARMED)
TO_COME = (Standing.ON_HOLD, Standing.WAITING, Standing.READY)
WORKED_ON = (Standing.COMPLETED, Standing.FAILED, Standing.ALARMED, Standing.EXCUSED)
# What a person has to look at first.
TROUBLE = tuple(Standing)

_EXCUSED = Q(in_campaign__excused_by__gt="")
_ALARMED = Q(in_campaign__isnull=False) & ~Q(in_campaign__new_alarms=[])
_HELD = Q(in_campaign__held_by__gt="")
# The first that holds.
_CONDITIONS: tuple[tuple[Standing, Q], ...] = (
    (Standing.EXCUSED, _EXCUSED & Q(state__in=(TargetState.COMPLETED, TargetState.FAILED))),
    (Standing.FAILED, Q(state=TargetState.FAILED)),
    (Standing.ALARMED, _ALARMED & Q(state=TargetState.COMPLETED)),
    (Standing.COMPLETED, Q(state=TargetState.COMPLETED)),
    (Standing.RUNNING, Q(state=TargetState.RUNNING)),
    (Standing.DECISION, Q(state=TargetState.HELD)),
    (Standing.REFUSED, Q(state=TargetState.REFUSED)),
    (Standing.SKIPPED, Q(state=TargetState.CANCELLED, in_campaign__skipped=True)),
    (Standing.HELD_BACK, Q(state=TargetState.CANCELLED, cause="held")),
    (Standing.NOT_RUN, Q(state=TargetState.CANCELLED)),
    (Standing.ON_HOLD, _HELD),
    (Standing.WAITING, Q(state=TargetState.WAITING)),
)


def standing() -> Case:
    """The word as a column of Target."""
    rows = [When(condition, then=Value(word.value)) for word, condition in _CONDITIONS]
    return Case(*rows, default=Value(Standing.READY.value), output_field=CharField())


def trouble() -> Case:
    """Its place in TROUBLE as a column of Target; 0 is what a person has to look at first. By the same conditions: to
    compare the word with each word would reckon it a dozen times for every row."""
    ranks = {word: rank for rank, word in enumerate(TROUBLE)}
    rows = [When(condition, then=Value(ranks[word])) for word, condition in _CONDITIONS]
    return Case(*rows, default=Value(ranks[Standing.READY]), output_field=IntegerField())

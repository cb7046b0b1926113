"""Waves that need an approval of their own: which they are, and whether what was given still counts.

The mop-up wave needs none: every site of it was in a wave that was approved.
"""

from collections.abc import Sequence
from datetime import datetime

from operations.campaigns.approvals import Approvals
from operations.campaigns.rulebook import Rulebook
from operations.choices import WaveState
from operations.models import BatchIntent, Wave
from operations.started import was_started

WAITS = "waits for approval by a second person."
RAN_OUT = "waits for approval: that of {who} expired before anything ran."
LATER_APPROVALS = "It waits for people to approve each wave, which nobody can reckon: without that it would end so. "
TO_BEGIN = (WaveState.PENDING, WaveState.AWAITING, WaveState.RUNNING)


def needs_own(book: Rulebook, *, mop_up: bool, is_first: bool) -> bool:
    """Of a wave, of which all that the plan has are known: whoever sees a part of the sites may not see the first."""
    return book.approvals is Approvals.EACH_WAVE and not (mop_up or is_first)


def with_their_own(book: Rulebook, waves: Sequence[Wave]) -> Sequence[Wave]:
    """Those that need one. `waves`: all of a campaign."""
    first = min((wave.number for wave in waves), default=0)
    return [wave for wave in waves if needs_own(book, mop_up=wave.mop_up, is_first=wave.number == first)]


def is_given(wave: Wave, plan_hash: str) -> bool:
    """For this plan, whether or not it has expired."""
    return bool(wave.approved_hash) and wave.approved_hash == plan_hash


def ran_out(wave: Wave, now: datetime) -> bool:
    """Whether its approval expired before anything of it was done. Once a strategy was started, it has served. One
    query, where it has expired."""
    if wave.approval_expires_at is None or wave.approval_expires_at > now:
        return False
    return not was_started(BatchIntent.objects.filter(batch__wave=wave.pk))


def why_not(wave: Wave, plan_hash: str, now: datetime) -> str:
    """Why nothing of a wave that needs its own approval may begin; "" where it may."""
    if not is_given(wave, plan_hash):
        return WAITS
    return RAN_OUT.format(who=wave.approver_name) if ran_out(wave, now) else ""


def unapproved(book: Rulebook, waves: Sequence[Wave], plan_hash: str, now: datetime) -> dict[int, str]:
    """{number: why nothing of it may begin} of waves that are to come or run."""
    wanted = (wave for wave in with_their_own(book, waves) if wave.state in TO_BEGIN)
    return {wave.number: why for wave in wanted if (why := why_not(wave, plan_hash, now))}

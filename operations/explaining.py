"""Why a target stopped, in plain words, and what to do about it."""

from operations.models import Target
from operations.planning.error_causes import Cause, cause_of
from operations.words import OWN_CAUSES


def explained(target: Target) -> Cause | None:
    """None where nothing went wrong. dcmanager's own words are read where the cause is not one of ours."""
    if not target.error and not target.cause:
        return None
    own = OWN_CAUSES.get(target.cause)
    told = cause_of(target.deploy_status, target.error)
    if own is not None and (told is None or not told.known):
        return Cause(target.cause, True, *own, stage="", task="", text=target.error)
    return told or Cause(target.cause, False, target.error[:300], "", "", "", target.error)

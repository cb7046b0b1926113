"""States of Kubernetes and firmware strategies before and after the VIM's work."""

from __future__ import annotations

from simulator.dcmanager.orchestration.strategy import Fail, Go, Outcome, Wait
from simulator.dcmanager.orchestration.tools import Job, State
from simulator.dcmanager.orchestration.vim_states import next_version
from simulator.dcmanager.site_health import affecting_alarms
from simulator.sysinv.health import ALARMS, checks, text

TOLERATED = frozenset({"200.001", "750.006", "900.007", "900.401"})  # of management-affecting alarms


class KubernetesPrecheck(State):
    def __init__(self, following: str) -> None:
        self._following = following

    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds((10.0, 30.0)))

    def due(self, job: Job, at: float) -> Outcome:
        """A site that is as far as it can go is complete without any work."""
        if not job.reachable(at):
            return Fail("Kubernetes upgrade health could not be read.")
        struck = job.strike("pre-check", at)
        alarms = [one for one in affecting_alarms(job.tools.world, job.cloud, at) if one not in TOLERATED]
        if struck or alarms:
            return Fail(struck or f"Kubernetes upgrade health check failed due to alarm {alarms[0]}.")
        found = checks(job.tools.world, job.cloud, at)
        if any(not check.ok for check in found if check.name != ALARMS):
            return Fail(f"Kubernetes upgrade health check failed. {text(found)}")
        return Go(self._following if next_version(job) is not None else "complete")


class Timed(State):
    """Takes its time; fails where the site does not answer then."""

    def __init__(self, seconds: tuple[float, float], following: str, phase: str) -> None:
        self._seconds = seconds
        self._following = following
        self._phase = phase

    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds(self._seconds))

    def due(self, job: Job, at: float) -> Outcome:
        why = "" if job.reachable(at) else "the site did not answer"
        why = why or job.strike(self._phase, at)
        return Fail(why) if why else Go(self._following)

"""The states of a software deployment around the VIM's work: pre-check, licence, finish."""

from __future__ import annotations

from simulator.alarms.model import StandingAlarms
from simulator.dcmanager.orchestration.prestage_states import PRECHECK as PRESTAGE
from simulator.dcmanager.orchestration.strategy import Fail, Go, Outcome, Wait
from simulator.dcmanager.orchestration.tools import Job, State
from simulator.dcmanager.site_health import affecting_alarms
from simulator.nfv.strategy import BUSY
from simulator.releases import Release, release_of
from simulator.sysinv.activity import active_host

DELETABLE = ("start-done", "start-failed", "completed", "host-rollback-done")
CHECK, LICENCE, FINISH = "sw-deploy pre-check", "sw-deploy install license", "finish sw-deploy strategy"
CREATE, APPLY = "create VIM sw-deploy strategy", "apply VIM sw-deploy strategy"
CLEANED_BY_VIM = "26.09"  # since then a clean-up is work of the site's VIM
SWACT_SECONDS = (120.0, 240.0)


class Precheck(State):
    def begin(self, job: Job, at: float) -> Outcome:
        """Handing over to controller-0 before a major release takes minutes."""
        return Wait(job.seconds(SWACT_SECONDS if self._must_swact(job, at) else (10.0, 40.0)))

    def due(self, job: Job, at: float) -> Outcome:
        why = self._unready(job, at)
        if why:
            return Fail(why)
        arguments = job.strategy.arguments
        deploying = job.tools.usm.of(job.cloud)
        if arguments.get("rollback"):
            return Go(CREATE if deploying is not None else "complete")
        if arguments.get("cleanup"):
            by_vim = deploying is not None and deploying.release.version >= CLEANED_BY_VIM
            return Go(CREATE if by_vim else FINISH)
        release = release_of(arguments["release_id"])
        if self._must_swact(job, at):
            affecting = affecting_alarms(job.tools.world, job.cloud, at)
            if affecting:
                return Fail(f"System health check failed due to alarm {affecting[0]}.")
            swact(job, at)
        return self._by_what_is_there(job, release, at)

    def _unready(self, job: Job, at: float) -> str:
        if not job.reachable(at):
            return "Get VIM client failed."
        struck = job.strike("pre-check", at)
        if struck:
            return f"Subcloud software list failed: {struck}"
        existing = job.tools.vim.of(job.cloud)
        if existing is not None and existing.kind != "sw-upgrade":
            return f"Subcloud has an existing {existing.kind} strategy."
        if existing is not None and existing.state in (*BUSY, "ready-to-apply"):
            return "sw-upgrade strategy is currently executing and a new strategy cannot be created."
        job.tools.vim.remove(job.cloud)
        return ""

    def _by_what_is_there(self, job: Job, release: Release, at: float) -> Outcome:
        own = release_of(job.cloud.software.release_id)
        major = release.version != own.version
        if release not in release_of(job.central.software.release_id).up_to_here():
            return Fail(f"Release {release.id} not found or not deployed in RegionOne")
        if own == release:
            return Go("complete")
        job.strategy.major = job.strategy.major or major
        if job.strategy.arguments.get("with_prestage"):
            return Go(PRESTAGE)
        there = job.tools.usm.of(job.cloud)
        deploying = there is not None and there.release == release
        if release not in job.tools.world.software.staged(job.cloud, at) and not deploying:
            return Fail(f"Release {release.id} is not prestaged.")
        return Go(LICENCE if major else CREATE)

    def _must_swact(self, job: Job, at: float) -> bool:
        text = job.strategy.arguments.get("release_id")
        if not text or job.cloud.system_mode == "simplex" or not job.reachable(at):
            return False
        major = release_of(text).version != job.cloud.software.version
        return major and active_host(job.tools.world, job.cloud, at) != "controller-0"


def swact(job: Job, at: float) -> None:
    model = job.tools.world.alarms
    if isinstance(model, StandingAlarms):
        model.hosts.swact(job.cloud, at)


class Licence(State):
    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds((5.0, 20.0)))

    def due(self, job: Job, at: float) -> Outcome:
        return Go(CREATE) if job.reachable(at) else Fail("Get sysinv client failed.")


class Finish(State):
    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds((5.0, 20.0)))

    def due(self, job: Job, at: float) -> Outcome:
        struck = job.strike("finish", at)
        if not job.reachable(at) or struck:
            return Fail(f"Failed to retrieve necessary release information. {struck}".strip())
        if job.strategy.arguments.get("cleanup") and (there := job.tools.usm.of(job.cloud)) is not None:
            if there.state not in DELETABLE:
                return Fail("Cannot delete release from subcloud.")
            job.tools.usm.close(job.cloud, at)
        return Go("complete")

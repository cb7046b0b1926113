"""The three states in which releases and images are copied to a site."""

from __future__ import annotations

from simulator.dcmanager.orchestration.strategy import Fail, Go, Outcome, Skip, Wait
from simulator.dcmanager.orchestration.tools import Job, State
from simulator.dcmanager.prestages import deployable, with_version
from simulator.dcmanager.prestaging import unfit
from simulator.dcmanager.site_health import affecting_alarms
from simulator.releases import release_of
from simulator.sysinv.activity import active_host

PRECHECK, PACKAGES, IMAGES = "prestage-precheck", "prestaging-packages", "prestaging-images"


def for_deploy(job: Job) -> bool:
    return job.strategy.kind == "sw-deploy" or bool(job.strategy.arguments.get("for_sw_deploy"))


def version_of(job: Job) -> str:
    arguments = job.strategy.arguments
    if job.strategy.kind == "sw-deploy":
        return release_of(arguments["release_id"]).version
    return str(arguments.get("prestage-software-version") or job.central.software.version)


class Precheck(State):
    def begin(self, job: Job, at: float) -> Outcome:
        why = unfit(job.tools.register, job.cloud, at)
        if why is not None:
            return Skip(f"Prestage of subcloud {job.record.name} skipped: {why}")
        job.tools.register.put(job.cloud, "prestage", "prestaging", at)
        return Wait(job.seconds((5.0, 15.0)))

    def due(self, job: Job, at: float) -> Outcome:
        if not job.reachable(at):
            return Fail("Failed to retrieve subcloud system mode and system health.")
        duplex = job.cloud.system_mode != "simplex"
        if duplex and not for_deploy(job) and active_host(job.tools.world, job.cloud, at) != "controller-0":
            return Skip("Prestage for install on duplex subclouds needs controller-0 to be active.")
        if not job.strategy.arguments.get("force") and affecting_alarms(job.tools.world, job.cloud, at):
            return Fail("Subcloud has management affecting alarm(s). Resolve them or use the force option.")
        return Go(PACKAGES)


class Packages(State):
    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds((240.0, 600.0)))

    def due(self, job: Job, at: float) -> Outcome:
        why = "" if job.reachable(at) else "the site did not answer"
        why = why or job.strike("prestage", at)
        if why:
            return Fail(f"Prestaging packages failed for subcloud {job.record.name}: {why}")
        return Go(IMAGES)


class Images(State):
    """`following` is the state after it, by whether a major release is to be deployed."""

    def __init__(self, minor: str = "complete", major: str = "complete") -> None:
        self._minor = minor
        self._major = major

    def begin(self, job: Job, at: float) -> Outcome:
        return Wait(job.seconds((300.0, 900.0)))

    def due(self, job: Job, at: float) -> Outcome:
        if not job.reachable(at):
            return Fail(f"Prestaging images failed for subcloud {job.record.name}: the site did not answer")
        copied = deployable(job.tools.register, job.cloud, version_of(job)) if for_deploy(job) else []
        record = job.record
        record.prestage_versions = with_version(record.prestage_versions, version_of(job), copied)
        record.prestaged = tuple(sorted({*record.prestaged, *(release.id for release in copied)}))
        job.tools.register.put(job.cloud, "prestage", "complete", at)
        return Go(self._minor if version_of(job) == job.cloud.software.version else self._major)

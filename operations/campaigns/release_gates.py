"""Releases before work begins: on the System Controller, at the site, and whether the one suits the other.

Source: starlingx-dcmanager.md 2.5, 2.7, trap 36; distcloud 8ae018234641, orchestrator/states/software/pre_check.py;
update 51560ae01cb8, software/scripts/deploy-precheck (snapshots are looked at before major releases).
"""

from __future__ import annotations

from collections.abc import Iterator

from operations.campaigns.facts import ControllerFacts, SiteFacts
from operations.campaigns.kubernetes_gates import controller_knows
from operations.campaigns.reasons import Reason, exclude, hold
from operations.campaigns.rules import Case
from operations.campaigns.strategy import Kind, StrategySpec, major, version

LIVE = ("deployed", "committed")


def controller_ready(controller: ControllerFacts, spec: StrategySpec) -> Iterator[Reason]:
    """Whether the System Controller has what the campaign brings to its sites."""
    name = controller.name
    if spec.prestages and controller.deploying is not False:
        if controller.deploying is None:
            yield hold("controller-unknown", f"Whether {name} has a deployment of its own open is not known.")
        else:
            yield hold("controller-deploying", f"{name} has a deployment of its own open: it refuses to prestage.")
    if spec.deploys:
        yield from _release_there(controller, spec.release_id)
    yield from controller_knows(controller, spec)


def _release_there(controller: ControllerFacts, release_id: str) -> Iterator[Reason]:
    """An older major release need only be there; one of the controller's own must be deployed."""
    if controller.releases is None:
        yield hold("controller-unknown", f"The releases of {controller.name} are not known.")
        return
    state = controller.releases.get(release_id, "")
    older = version(release_id)[:2] < version(controller.software_version)[:2]
    if not state:
        yield exclude("release-not-on-controller", f"{controller.name} has no release {release_id}: upload it first.")
    elif state not in LIVE and not older:
        yield exclude(
            "release-not-on-controller",
            f"Release {release_id} is {state} on {controller.name}, not deployed: deploy it there first.",
        )


def release_suits(case: Case) -> Iterator[Reason]:
    """Whether the site can go to the release from where it is."""
    site, spec = case.site, case.rules.spec
    wanted = version(spec.release_id if spec.deploys else spec.release if spec.kind is Kind.PRESTAGE else "")[:2]
    has = version(site.software_version)[:2]
    if wanted and not has:
        yield hold("version-unknown", "Its software version is not known: wait until it has been read.")
    elif wanted and has > wanted and not spec.for_install:
        yield exclude("newer", f"It runs {site.software_version} already, which is newer.")
    if spec.deploys and spec.snapshot and has and wanted > has and site.system_mode not in ("", "simplex"):
        yield exclude("snapshot", "Snapshots are taken of sites with one server only: its precheck would fail.")
    if spec.deploys and site.releases is not None and site.releases.get(spec.release_id) in LIVE:
        yield exclude("deployed", f"{spec.release_id} is {site.releases[spec.release_id]} there already.")
    if spec.kind is Kind.PRESTAGE and spec.for_install and site.system_mode.startswith("duplex"):
        yield from _controller_0(site)


def _controller_0(site: SiteFacts) -> Iterator[Reason]:
    """Prestaging for install goes to controller-0 and needs it active."""
    if site.active_controller != "controller-0":
        active = site.active_controller or "not known"
        yield hold(
            "active-controller", f"Its active controller is {active}; prestaging for install needs controller-0."
        )


def prestaged(case: Case) -> Iterator[Reason]:
    """Whether the release is at the site already: without it the first check of the deployment fails."""
    site, spec = case.site, case.rules.spec
    if not case.rules.prestaged or not spec.deploys or spec.with_prestage:
        return
    state = (site.releases or {}).get(spec.release_id, "")
    if site.releases is not None and not (site.prestaged_since and state in ("", "unavailable")):
        if not state:
            yield hold("not-prestaged", f"Release {spec.release_id} is not prestaged there.", "prestage")
        elif state == "unavailable":
            yield hold("not-prestaged", f"Release {spec.release_id} is unavailable there: prestage it.", "prestage")
    elif site.prestage_status != "complete":
        word = site.prestage_status or "none"
        yield hold(
            "not-prestaged", f"Its prestage status is {word}, so {spec.release_id} may not be there.", "prestage"
        )
    elif major(spec.release_id) not in site.prestage_versions:
        told = site.prestage_versions or "nothing"
        yield hold("not-prestaged", f"It was prestaged with {told}, not with {spec.release_id}.", "prestage")

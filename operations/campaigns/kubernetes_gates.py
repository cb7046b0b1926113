"""Kubernetes versions before work begins: whether the System Controller knows the version, and the site can go there.

sysinv calls the versions "available" that a cloud can go to now: in most releases one minor version at a time.
dcmanager silently passes over a site that cannot go to the version, or brings it to another: distcloud 8ae018234641,
orchestrator/states/kube/pre_check.py, common/utils.py select_available_kube_version; config b62963d4103e,
common/kubernetes.py kube_get_version_states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from operations.campaigns.facts import ControllerFacts
from operations.campaigns.reasons import Reason, exclude, hold
from operations.campaigns.rules import Case
from operations.campaigns.strategy import Kind, StrategySpec, version
from operations.planning.problems import listed

NOT_READ = "Its Kubernetes versions are not known: wait until they have been read."


def controller_knows(controller: ControllerFacts, spec: StrategySpec) -> Iterator[Reason]:
    """A version that is asked for by name must be one of the System Controller's; without one, it gives its own."""
    asked = spec.kube_upgrade if spec.kind is Kind.SW_DEPLOY else spec.to_version
    if not asked and spec.kind is not Kind.KUBERNETES:
        return
    if controller.kubernetes is None:
        yield hold("controller-unknown", f"The Kubernetes versions of {controller.name} are not known.")
    elif asked and spelt(asked) not in controller.kubernetes:
        yield exclude("release-not-on-controller", f"{controller.name} does not know Kubernetes {spelt(asked)}.")
    elif not asked and not active(controller.kubernetes):
        yield hold(
            "controller-unknown", f"{controller.name} has no active Kubernetes version: an upgrade of its own is open."
        )


def kubernetes_suits(case: Case) -> Iterator[Reason]:
    """Whether the site can go to the version now, by its own word."""
    spec = case.rules.spec
    if spec.kind is not Kind.KUBERNETES:
        return
    wanted = spelt(spec.to_version) if spec.to_version else active(case.controller.kubernetes or {})
    known = case.site.kubernetes
    if known is None:
        yield hold("kubernetes-unknown", NOT_READ)
        return
    if not wanted:
        return  # said of the System Controller
    runs = active(known)
    if not runs:
        yield from _half_way(known, wanted)
    elif version(runs) >= version(wanted):
        yield exclude("newer", f"It runs Kubernetes {runs} already.")
    elif wanted not in known:
        newest = max(known, key=version)
        yield exclude(
            "kubernetes-not-there",
            f"It has no Kubernetes {wanted}, only up to {newest}: a newer release brings more.",
        )
    elif known[wanted] != "available":
        steps = sorted((each for each, state in known.items() if state == "available"), key=version)
        now = f"it can go to {listed(steps, 3)} now" if steps else "it can go to none now"
        yield exclude("kubernetes-step", f"From {runs} it cannot go to {wanted} in one step: {now}.")


def _half_way(known: Mapping[str, str], wanted: str) -> Iterator[Reason]:
    """An upgrade is open: dcmanager goes on with it, unless it leads above what is asked for."""
    partly = [each for each, state in known.items() if state == "partial"]
    if not partly:
        yield hold("kubernetes-unknown", "It does not tell which Kubernetes version runs: wait for a fresh look.")
    elif (leads := max(partly, key=version)) != wanted:
        yield exclude("kubernetes-step", f"An upgrade of its Kubernetes to {leads} is open there: end that first.")


def active(known: Mapping[str, str]) -> str:
    """The version that runs everywhere; "" while an upgrade is half way."""
    return next((each for each, state in known.items() if state == "active"), "")


def spelt(text: str) -> str:
    """As sysinv and dcmanager spell it: v1.34.1."""
    return "v" + text.removeprefix("v")

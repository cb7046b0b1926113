"""The deployment that a site has open: a rollback takes it back, a clean-up deletes it, another one waits for it.

USM keeps a release "deploying" until its deployment is deleted, though it was completed long before; so long the site
is out-of-sync, and there is a way back. Afterwards there is none. dcmanager passes over a site without an open
deployment, and calls its step complete. Sources: update 51560ae01cb8, software_deploy_delete_api; nfv 1fa7c309c6c8,
strategy/_strategy.py, build_complete of rollback and clean-up; distcloud 8ae018234641, software_audit.py,
states/software/pre_check.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from operations.campaigns.reasons import Reason, exclude, hold
from operations.campaigns.rules import Case
from operations.campaigns.strategy import Kind, StrategySpec
from operations.planning.problems import listed

FAILED = "sw-deploy-apply-strategy-failed"
DEPLOYING = "deploying"
NO_WAY_BACK = (
    "No deployment is open there: it was deleted, or never made, so that there is nothing to go back from. Only a"
    " backup from before brings the older software back."
)
NOTHING_TO_CLEAN = "No deployment is open there: nothing is left to clean up."
NOT_READ = "Whether a deployment is open there is not known: wait until its releases have been read."


def open_deployment(case: Case) -> Iterator[Reason]:
    """What stands against the work because of the deployment that is open, or because none is."""
    spec, releases = case.rules.spec, case.site.releases
    if spec.kind is Kind.KUBERNETES and (found := opened(releases or {})):
        yield exclude(
            "deployment-open",
            f"A deployment of {listed(found, 3)} is open there: it must be deleted before Kubernetes can be upgraded.",
        )
    if spec.kind is not Kind.SW_DEPLOY:
        return
    if not spec.deploys:
        yield from _needs_one(spec, releases, case.site.deploy_status)
        return
    found = opened(releases or {})
    others = [release for release in found if release != spec.release_id]
    if others:
        yield exclude(
            "deployment-open",
            f"A deployment of {listed(others, 3)} is open there: clean it up, or take it back, before another begins.",
        )
    elif found and not spec.delete and case.site.deploy_status == "complete":
        yield exclude(
            "deployed",
            f"{spec.release_id} runs there already, and its deployment is still open: clean it up, or take it back.",
        )


def _needs_one(spec: StrategySpec, releases: Mapping[str, str] | None, deploy_status: str) -> Iterator[Reason]:
    if releases is None:
        yield hold("releases-unknown", NOT_READ)
    elif not opened(releases):
        yield exclude("no-deployment", NO_WAY_BACK if spec.rollback else NOTHING_TO_CLEAN)
    elif spec.cleanup and deploy_status == FAILED:
        yield exclude(
            "deployment-failed",
            "Its deployment was not completed: deploy again, or take it back.",
        )


def opened(releases: Mapping[str, str]) -> list[str]:
    """Releases that are being deployed there, or were and are not settled yet."""
    return sorted(release for release, state in releases.items() if state == DEPLOYING)


def no_way_back(releases: Mapping[str, str] | None) -> str:
    """Why a site cannot be rolled back, by what its own USM tells of its releases; "" where it can."""
    if releases is None:
        return NOT_READ
    return "" if opened(releases) else NO_WAY_BACK


def is_settled(spec: StrategySpec, releases: Mapping[str, str] | None, deploy_status: str) -> bool:
    """Whether a deployment did all that was asked of it: it is completed, and open as it was not to be deleted."""
    return (
        spec.deploys and not spec.delete and deploy_status == "complete"
        and (releases or {}).get(spec.release_id) == DEPLOYING
    )  # fmt: skip

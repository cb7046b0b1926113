"""What the deployment that is open, or that none is, forbids a software strategy: found out while it is built.

Source: nfv 1fa7c309c6c8, strategy/_strategy.py; the precheck: update 51560ae01cb8, software/scripts/deploy-precheck.
"""

from __future__ import annotations

from simulator.fleet import Cloud
from simulator.nfv.strategy import VimStrategy
from simulator.releases import release_of
from simulator.usm.deployments import Deployment


def unfit(strategy: VimStrategy, cloud: Cloud, there: Deployment | None) -> str:
    """Why it cannot be applied; "" where it can. `there`: the open deployment."""
    if strategy.kind != "sw-upgrade":
        return ""
    wanted = strategy.wanted
    if wanted.get("rollback"):
        return "" if there is not None else "Software release must be deploying for a rollback"
    if wanted.get("cleanup"):
        return "" if there is not None and there.over else "Nothing to clean up"
    if there is None:
        major = release_of(str(wanted["release"])).version != cloud.software.version
        impossible = wanted.get("snapshot") and major and len(cloud.hosts) > 1
        return "sw-deploy-precheck failed: (LVM snapshots) System is AIO-SX: [Fail]" if impossible else ""
    if there.release != release_of(str(wanted["release"])):
        return f"Deployment in progress: {there.before.sw_version} to {there.release.sw_version}"
    if there.over and not wanted.get("delete"):
        return "Software deployment is already complete, pending delete"
    return ""

"""The states of a step for each type of strategy, in order; spaces and capitals are dcmanager's (3.6)."""

from __future__ import annotations

from simulator.dcmanager.orchestration import deploy_states as deploy
from simulator.dcmanager.orchestration import prestage_states as prestage
from simulator.dcmanager.orchestration.other_states import KubernetesPrecheck, Timed
from simulator.dcmanager.orchestration.tools import State
from simulator.dcmanager.orchestration.vim_states import Applying, Creating

Chain = dict[str, State]  # the first one is where a step starts

KUBE_CREATE, KUBE_APPLY = "kube creating vim kube upgrade strategy", "kube applying vim kube upgrade strategy"
CA_CREATE, CA_APPLY = "creating vim kube rootca update strategy", "applying vim kube rootca update strategy"
FW_CREATE, FW_APPLY, FW_FINISH = "creating fw update strategy", "applying fw update strategy", "finishing fw update"

CHAINS: dict[str, Chain] = {
    "sw-deploy": {
        deploy.CHECK: deploy.Precheck(),
        prestage.PRECHECK: prestage.Precheck(),
        prestage.PACKAGES: prestage.Packages(),
        prestage.IMAGES: prestage.Images(minor=deploy.CREATE, major=deploy.LICENCE),
        deploy.LICENCE: deploy.Licence(),
        deploy.CREATE: Creating(deploy.APPLY),
        deploy.APPLY: Applying(deploy.FINISH),
        deploy.FINISH: deploy.Finish(),
    },
    "kubernetes": {
        "kube upgrade pre check": KubernetesPrecheck(KUBE_CREATE),
        KUBE_CREATE: Creating(KUBE_APPLY),
        KUBE_APPLY: Applying("complete"),
    },
    "kube-rootca-update": {CA_CREATE: Creating(CA_APPLY), CA_APPLY: Applying("complete")},
    "firmware": {
        "importing firmware": Timed((30.0, 120.0), FW_CREATE, "pre-check"),
        FW_CREATE: Creating(FW_APPLY),
        FW_APPLY: Applying(FW_FINISH),
        FW_FINISH: Timed((10.0, 30.0), "complete", "finish"),
    },
    "prestage": {
        prestage.PRECHECK: prestage.Precheck(),
        prestage.PACKAGES: prestage.Packages(),
        prestage.IMAGES: prestage.Images(),
    },
}
PRESTAGING = (prestage.PRECHECK, prestage.PACKAGES, prestage.IMAGES)


def first_state(kind: str) -> str:
    return next(iter(CHAINS[kind]))

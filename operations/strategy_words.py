"""Strategies in people's words."""

from operations.campaigns.strategy import Kind, StrategySpec

NAMES = {
    Kind.SW_DEPLOY: "Software deploy",
    Kind.PRESTAGE: "Prestage",
    Kind.KUBERNETES: "Kubernetes upgrade",
    Kind.KUBE_ROOTCA: "Kubernetes root CA update",
    Kind.FIRMWARE: "Firmware update",
}


def name_of(spec: StrategySpec) -> str:
    """What it does."""
    if spec.rollback:
        return "Software rollback"
    return "Software clean-up" if spec.cleanup else NAMES[spec.kind]


def title_of(spec: StrategySpec, sites: int) -> str:
    """`Software deploy starlingx-26.09.1: 812 subclouds`."""
    what = spec.release_id or spec.release or spec.to_version
    return f"{name_of(spec)}{f' {what}' if what else ''}: {sites} subcloud{'' if sites == 1 else 's'}"

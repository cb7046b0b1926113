"""What a campaign takes down, said before it is planned and before it is approved."""

from collections.abc import Mapping

from operations.campaigns.strategy import Kind, StrategySpec
from sites.choices import CloudKind
from sites.models import Release


def outages(spec: StrategySpec, sites: Mapping[str, int]) -> list[str]:
    """Sentences. `sites`: how many of each kind, like AIO-SX. One query where a release is deployed."""
    single = sum(number for kind, number in sites.items() if "SX" in kind)
    several = sum(number for kind, number in sites.items() if "DX" in kind or "standard" in kind.lower())
    if spec.kind is Kind.KUBERNETES:
        return [f"{_subclouds(single)} with one server: pods restart while Kubernetes does."] if single else []
    if spec.cleanup or spec.kind not in (Kind.SW_DEPLOY, Kind.FIRMWARE) or not _reboots(spec):
        return []
    found = []
    if single:
        found.append(f"{_subclouds(single)} with one server: whatever runs there stops while it reboots.")
    if several:
        found.append(f"{_subclouds(several)} with several: they reboot one by one, and the active one hands over.")
    return found


def _reboots(spec: StrategySpec) -> bool:
    """Whether servers have to reboot: only of a release that every System Controller calls in-service they do not."""
    if not spec.release_id:
        return True
    rows = Release.objects.filter(cloud__kind=CloudKind.CENTRAL, release_id=spec.release_id)
    told = set(rows.values_list("reboot_required", flat=True))
    return told != {False}


def _subclouds(number: int) -> str:
    return f"{number:,} subcloud{'' if number == 1 else 's'}"

"""What a campaign takes down: only what really stops, by kind of site."""

import pytest

from operations.campaign_outages import outages
from operations.campaigns.strategy import Kind, StrategySpec
from sites.models import Release
from tests.operations.campaign_facts.patchable import RELEASE
from tests.sites.world import make_world

SITES = {"AIO-SX": 3, "AIO-DX": 1, "": 2}
ONE, SEVERAL = "3 subclouds with one server", "1 subcloud with several"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reboots", "flags", "told"),
    [
        ([True, False], {"release_id": RELEASE}, [ONE, SEVERAL]), ([None], {"release_id": RELEASE}, [ONE, SEVERAL]),
        ([], {"release_id": RELEASE}, [ONE, SEVERAL]), ([False, False], {"release_id": RELEASE}, []),
        ([False], {"rollback": True}, [ONE, SEVERAL]), ([True], {"cleanup": True}, []),
    ],
)  # fmt: skip
def test_software(reboots: list[bool | None], flags: dict[str, object], told: list[str]) -> None:
    centrals = make_world().centrals
    for central, word in zip(centrals, reboots, strict=False):
        Release.objects.create(cloud=central, release_id=RELEASE, reboot_required=word)
    spec = StrategySpec(kind=Kind.SW_DEPLOY, **flags)  # type: ignore[arg-type]
    assert [sentence.partition(":")[0] for sentence in outages(spec, SITES)] == told


@pytest.mark.parametrize(
    ("kind", "lines"), [(Kind.FIRMWARE, 2), (Kind.KUBERNETES, 1), (Kind.KUBE_ROOTCA, 0), (Kind.PRESTAGE, 0)]
)
def test_other_kinds(kind: Kind, lines: int) -> None:
    assert len(outages(StrategySpec(kind=kind), SITES)) == lines
    assert outages(StrategySpec(kind=kind), {"": 5}) == []

"""The strategy of a site's own VIM, as the collector stores it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events.models import Event
from operations.ingest import VimSnapshot, record_vim
from operations.models import VimStrategySeen
from starlingx.records import VimStrategy, VimStrategyDetail
from starlingx.rows import Row
from tests.sites.world import make_world

STEP = {"step-id": 1, "step-name": "lock-hosts", "entity-names": ["controller-0"], "result": "initial", "reason": ""}
STAGE = {"stage-id": 0, "stage-name": "sw-upgrade-worker-hosts", "steps": [STEP], "inprogress": True}


def detail(percent: int) -> VimStrategyDetail:
    told: dict[str, Any] = {
        "uuid": "u", "name": "sw-upgrade", "state": "applying", "current-phase": "apply",
        "current-phase-completion-percentage": percent, "build-phase": {}, "abort-phase": {},
        "apply-phase": {"phase-name": "apply", "stages": [STAGE], "reason": "password: hunter2hunter2"},
    }  # fmt: skip
    return VimStrategyDetail.read(Row(told, "strategy"))


@pytest.mark.django_db
def test_a_strategy_comes_moves_and_goes() -> None:
    cloud = make_world().clouds[0]
    now = timezone.now()
    strategy = VimStrategy.read(Row({"name": "sw-upgrade", "state": "applying"}, "strategy"))

    def look(after: int, *told: Any) -> None:
        at = now + timedelta(seconds=after)
        record_vim([VimSnapshot(cloud.pk, at, *told)], lease_token=1, now=now + timedelta(seconds=20))

    look(0, strategy, detail(10))
    look(5, strategy, detail(10))
    assert Event.objects.filter(kind="vim.changed").count() == 1  # nothing changed at the second look
    look(10, strategy, detail(40))
    row = VimStrategySeen.objects.get(cloud=cloud)
    assert (row.percent, row.stages[0]["steps"][0]["entity_names"]) == (40, ["controller-0"])
    assert "hunter2" not in row.reason
    look(4, strategy, detail(20))  # asked for before the one that is stored
    assert VimStrategySeen.objects.get(cloud=cloud).percent == 40
    look(15, None)
    assert not VimStrategySeen.objects.filter(cloud=cloud).exists()

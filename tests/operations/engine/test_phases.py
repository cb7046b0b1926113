"""Which phases teach how long they usually take: only those that came to their end."""

from typing import Any

import pytest
from django.utils import timezone

from operations.engine.phases import note_phase
from operations.engine.seen import Seen
from operations.models import PhaseSpan, Target
from tests.operations.asked import make_operation
from tests.operations.engine.seeing import subcloud
from tests.sites.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def installing(world: World) -> Target:
    target = make_operation(world, ["running"], kind="deploy").targets.get()
    target.steps = ["add"]
    return target


def look(target: Target, word: str, **fields: Any) -> None:
    now = timezone.now()
    note_phase(target, Seen(now, subcloud(deploy_status=word, updated_at=now, **fields)), now)


@pytest.mark.parametrize(
    ("word", "well"),
    [
        ("aborting-install", False),
        ("install-aborted", False),
        ("install-failed", False),
        ("hardening", False),  # a word that nobody knows
        ("install-complete", True),
        ("pre-bootstrap", True),
    ],
)
def test_what_was_cut_off_teaches_no_length(installing: Target, word: str, well: bool) -> None:
    look(installing, word)
    span = PhaseSpan.objects.get(phase="installing")
    assert (span.completed, span.ended_at is not None) == (well, True)


def test_an_abort_saw_no_phase_begin(installing: Target) -> None:
    installing.steps = ["abort"]
    look(installing, "install-complete")
    assert not PhaseSpan.objects.get(phase="installing").completed

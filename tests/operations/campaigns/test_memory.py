"""What is remembered comes back as it was, through JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.campaigns.batch import End, Member, Memory, OwnGroup, SiteEnd
from operations.campaigns.plan import canonical
from operations.campaigns.postcheck import After, Health
from operations.campaigns.reading import UnreadableError, read

FULL = Memory(
    attempt=3, troubles=1, roster=(Member(1, 11, "cell-1", 2), Member(2, 12, "cell-2", 1)),
    left_out=(SiteEnd(3, End.HELD, "Alarm 400.001 stands."),), unmovable=(SiteEnd(4, End.HELD, "refused"),), last_id=6,
    strategy_id=7, unwinding="Paused by Ann.", trouble=True, applied=True, archived=True, final_state="complete",
    ended_at=datetime(2026, 11, 26, 1, 30, 2, 500, tzinfo=UTC), confirmed=7, disowned=5, forgiven=9,
    wrong="create strategy: refused", wrong_at=datetime(2026, 11, 26, 1, 20, tzinfo=UTC),
    steps=((11, 40), (12, 41)), shown="ab12", shown_at=datetime(2026, 11, 26, 1, 22, tzinfo=UTC),
    groups=(OwnGroup(10, "dcportal-7-1-3", datetime(2026, 11, 26, 1, 21, tzinfo=UTC), "theirs"),),
)  # fmt: skip


@pytest.mark.parametrize("memory", [FULL, Memory()], ids=["full", "empty"])
def test_it_comes_back_as_it_was(memory: Memory) -> None:
    assert read(Memory, json.loads(json.dumps(canonical(memory))), "progress") == memory


def test_what_another_version_wrote_is_refused() -> None:
    with pytest.raises(UnreadableError, match="colour"):
        read(Memory, canonical(Memory()) | {"colour": "blue"}, "progress")


def test_what_was_written_before_an_upgrade_is_read() -> None:
    """Batches may be under way meanwhile: whatever is added has a default. Written by the version before chains."""
    told = json.loads((Path(__file__).parent / "remembered_before_chains.json").read_text(encoding="utf-8"))
    memory = read(Memory, told["memory"], "progress")
    assert (memory.attempt, memory.roster[0].name, memory.wrong, memory.groups) == (3, "cell-1", "refused", ())
    after = read(After, told["after"], "after")
    assert (after.health, after.unread, after.sentences) == (Health.BAD, True, ("It is offline.",))

"""Cells that are patched say the same as those that were rendered."""

import json
import re
from pathlib import Path

from operations.choices import TargetState
from operations.marks import TARGET_MARKS

WORDS = Path(__file__).resolve().parents[2] / "static" / "js" / "words.js"


def test_the_script_knows_every_state_of_a_target() -> None:
    table = re.search(r"TARGET_STATES = \{(.*?)\n\};", WORDS.read_text(), re.S)
    assert table
    lines = [line.strip().rstrip(",") for line in table[1].splitlines() if line.strip()]
    script = {name: json.loads(pair) for name, pair in (line.split(": ", 1) for line in lines)}
    assert script == {state.value: [TARGET_MARKS[state], state.label] for state in TargetState}

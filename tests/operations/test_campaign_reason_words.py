"""Every reason has its words."""

import re
from pathlib import Path

from operations.campaign_reason_words import WORDS, in_words

MADE = re.compile(r'\b(?:exclude|hold|Reason)\(\s*"([a-z-]+)"')


def test_each_key_that_is_made_has_words_and_no_other() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path("operations").rglob("*.py")]
    made = {key for source in sources for key in MADE.findall(source)}
    assert len(made) > 30
    assert made == set(WORDS)


def test_a_key_without_words_is_shown_as_itself() -> None:
    assert in_words("flooded") == "flooded"

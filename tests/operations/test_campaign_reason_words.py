"""Every reason has its words."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from operations.campaign_reason_words import WORDS, in_words

MAKERS = ("exclude", "hold", "Reason")


def keys_made(path: Path) -> Iterator[str]:
    """First arguments of MAKERS in that module: written there, or by the name of a constant."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=maker), args=[ast.Constant(value=str(key)), *_]) if maker in MAKERS:
                yield key
            case ast.Call(func=ast.Name(id=maker), args=[ast.Name(id=name), *_]) if maker in MAKERS and name.isupper():
                yield getattr(import_module(".".join(path.with_suffix("").parts)), name)


def test_each_key_that_is_made_has_words_and_no_other() -> None:
    made = {key for path in Path("operations").rglob("*.py") for key in keys_made(path)}
    assert len(made) > 30
    assert made == set(WORDS)


def test_a_key_without_words_is_shown_as_itself() -> None:
    assert in_words("flooded") == "flooded"

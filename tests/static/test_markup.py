"""What the Content-Security-Policy forbids is not in the sources, and what sources name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in ROOT.glob("**/templates/**/*.html") if ".venv" not in path.parts)
SCRIPTS = sorted((ROOT / "static" / "js").glob("**/*.js"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "img" / "shapes.svg").read_text()))
NEVER = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.S),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.S),
    "htmx script attribute": re.compile(r"\shx-on[:=]"),
    "javascript: address": re.compile(r"(?:href|action|src)=[\"']?\s*javascript:", re.I),
    "another server": re.compile(r"(?:src|href)=[\"'](?:https?:)?//"),
    "style element": re.compile(r"<style\b"),
}
SVG_NAMESPACE = "http://www.w3.org/2000/svg"  # a name, not an address
WORDS = ["critical", "major", "minor", "warning", "cleared", "indeterminate", "unknown"]
STATES = ["ok", "warn", "error", "unknown", "none", "busy", "failed", "info", "stale", "live", "reconnecting"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_obey_the_policy(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in NEVER.items() if pattern.search(text)] == []
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert " src=" in tag or "nonce=" in tag, tag


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_obey_the_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\beval\(|new Function\(|\.innerHTML\s*=|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"setAttribute\(\s*[\"']style[\"']", text)
    assert "getImageData" not in text
    assert set(re.findall(r"[\"'`]((?:https?:)?//\w[^\"'`]*)", text)) <= {SVG_NAMESPACE}
    assert len(text.splitlines()) <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_relative_imports_exist(path: Path) -> None:
    for target in re.findall(r"(?:from|import)\s*\(?\s*[\"'](\.[^\"']+)[\"']", path.read_text()):
        assert (path.parent / target).resolve().is_file(), target


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_styles_take_colours_from_the_tokens_only(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert not re.search(r"url\([\"']?(?:https?:)?//", text)
    if path.name != "tokens.css":
        loose = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text)) - {"#fff", "#000", "#ffffff1a"}
        assert loose - {found for found in loose if not re.fullmatch(r"#[0-9a-fA-F]+", found)} == set()


def test_every_word_has_its_shape() -> None:
    assert [word for word in [*WORDS, *STATES] if word not in SPRITE] == []


def test_icons_that_pages_name_are_drawn() -> None:
    used = {(name(path), icon) for path in TEMPLATES for icon in re.findall(r"#(i-[a-z]+|logo)\b", path.read_text())}
    included = {
        (name(path), f"i-{icon}") for path in TEMPLATES for icon in re.findall(r'with icon="(\w+)"', path.read_text())
    }
    assert sorted(one for one in used | included if one[1] not in SPRITE) == []


def test_import_map_points_to_files() -> None:
    base = (ROOT / "templates" / "base.html").read_text()
    targets = re.findall(r"\"\w+\": \"{% static '([^']+)' %}\"", base)
    assert len(targets) >= 8
    assert [target for target in targets if not (ROOT / "static" / target).is_file()] == []

"""WCAG 2.2 AA contrast of the design tokens, both themes, measured from tokens.css itself."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}(?:[0-9a-f]{2})?),\s*(#[0-9a-f]{6}(?:[0-9a-f]{2})?)\)", re.I)
SEVERITIES = ["critical", "major", "minor", "warning", "cleared", "indeterminate"]
TEXT, GRAPHIC = 4.5, 3.0
THEMES = ["light", "dark"]

Colour = tuple[float, float, float, float]


def tokens(theme: str) -> dict[str, Colour]:
    found = PAIR.findall(TOKENS.read_text())
    return {name: parse(light if theme == "light" else dark) for name, light, dark in found}


def parse(text: str) -> Colour:
    channels = [int(text[i : i + 2], 16) / 255 for i in range(1, len(text), 2)]
    return (channels[0], channels[1], channels[2], channels[3] if len(channels) > 3 else 1.0)


def over(front: Colour, back: Colour) -> Colour:
    """`front` painted on the opaque `back`."""
    alpha = front[3]
    red, green, blue = (f * alpha + b * (1 - alpha) for f, b in zip(front[:3], back[:3], strict=True))
    return (red, green, blue, 1.0)


def luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast(parse("#ffffff"), parse("#000000")) == pytest.approx(21)
    assert contrast(parse("#777777"), parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", ["bg", "card", "raised", "sunken"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent"])
def test_text_on_surfaces(theme: str, surface: str, ink: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[ink], colours[surface]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_severities_can_be_read(theme: str, severity: str) -> None:
    """Ink on the filled badge; tinted text on a card, on a hovered row, and on its own washed row."""
    colours = tokens(theme)
    assert contrast(colours[f"{severity}-ink"], colours[severity]) >= TEXT
    for surface in ("card", "raised"):
        assert contrast(colours[f"{severity}-text"], colours[surface]) >= TEXT
    washed = over(colours[f"{severity}-wash"], colours["card"])
    assert contrast(colours[f"{severity}-text"], washed) >= TEXT
    assert contrast(colours["text"], washed) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_marks_stand_out_on_the_map(theme: str, severity: str) -> None:
    """By fill or, where the fill is pale or near the sea, by the outline that every mark has."""
    colours = tokens(theme)
    for ground in ("map-land", "map-sea"):
        best = max(contrast(colours[severity], colours[ground]), contrast(colours["outline"], colours[ground]))
        assert best >= GRAPHIC


@pytest.mark.parametrize("theme", THEMES)
def test_controls_focus_and_the_rest(theme: str) -> None:
    colours = tokens(theme)
    for surface in ("bg", "card"):
        assert contrast(colours["control"], colours[surface]) >= GRAPHIC
        assert contrast(colours["focus"], colours[surface]) >= GRAPHIC
    assert contrast(colours["accent-ink"], colours["accent"]) >= TEXT
    assert contrast(colours["accent"], over(colours["accent-wash"], colours["card"])) >= TEXT
    assert contrast(colours["map-label"], colours["map-land"]) >= TEXT
    assert contrast(colours["plate-text"], colours["plate"]) >= TEXT
    assert contrast(colours["jack-text"], colours["jack"]) >= TEXT
    for led in ("led-on", "led-down", "led-degraded"):
        assert contrast(colours[led], colours["jack"]) >= GRAPHIC

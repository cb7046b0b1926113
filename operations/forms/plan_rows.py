"""Waves and windows of a plan: any number of rows, more of them by a button that sends the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from operations.campaigns.windows import DAYS
from operations.forms.plan_fields import PLAIN, WordsField, limit_fields_of, limit_of, number, percent
from operations.forms.plan_rules import TWO_WEEKS

MOST_ROWS = 40


class WaveForm(forms.Form):
    """One rule: who is in a wave. A row without a name is none."""

    name = forms.CharField(label="Name", required=False, max_length=64, widget=forms.TextInput(attrs=PLAIN))
    percent = percent("Share (%)")
    size = number("or sites")
    labels = WordsField(label="Labels")
    regions = WordsField(label="Regions")
    site_types = WordsField(label="Types", help_text="AIO-SX, AIO-DX")
    soak_minutes = number("Soak (min)", least=0, most=TWO_WEEKS)
    fail_count = number("May fail", least=0)
    fail_percent = forms.FloatField(label="or %", min_value=0, max_value=100, required=False)

    @property
    def rule(self) -> dict[str, Any]:
        given = self.cleaned_data
        same = ("name", "percent", "size", "labels", "regions", "site_types", "soak_minutes")
        return {name: given[name] for name in same} | {"failures": limit_of(given, "fail")}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("name") and any(value not in (None, "", []) for value in cleaned.values()):
            self.add_error("name", "Give the wave a name, or empty its row.")
        return cleaned


def clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WindowForm(forms.Form):
    """On weekdays, from a time to another, or for so long; local to each site. A row without weekdays is none."""

    name = forms.CharField(label="Name", required=False, max_length=64, widget=forms.TextInput(attrs=PLAIN))
    weekdays = forms.TypedMultipleChoiceField(
        label="On", coerce=int, required=False, choices=[(at, day[:2]) for at, day in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    start = forms.TimeField(label="From", required=False, widget=clock())
    end = forms.TimeField(label="To", required=False, widget=clock())
    minutes = number("or for (min)", most=60 * 24 * 7)

    @property
    def rule(self) -> dict[str, Any]:
        given = self.cleaned_data
        end = given["end"]
        return {
            "name": given["name"] or "Window", "weekdays": given["weekdays"], "start": f"{given['start']:%H:%M}",
            "end": None if end is None else f"{end:%H:%M}", "minutes": given["minutes"],
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("weekdays"):
            if cleaned.get("start") is not None:
                self.add_error("weekdays", "Choose weekdays, or empty the row.")
            return cleaned
        if cleaned.get("start") is None and "start" not in self.errors:
            self.add_error("start", "When does it open, in local time?")
        if (cleaned.get("end") is None) == (cleaned.get("minutes") is None) and not self.errors:
            self.add_error("end", "Give either its end or how long it lasts.")
        return cleaned


def rows_of(
    form: type[WaveForm] | type[WindowForm], prefix: str, data: Mapping[str, Any] | None, more: int = 0,
    initial: Sequence[Mapping[str, Any]] = (),
) -> list[Any]:  # fmt: skip
    """The forms of all rows; bound where there is `data`. `more`: how many empty ones are added."""
    text = str((data or {}).get(f"{prefix}-rows", len(initial)))
    count = min(int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0, MOST_ROWS)
    if data is not None:
        found = [form(data, prefix=f"{prefix}-{at}") for at in range(count)]
    else:
        found = [form(prefix=f"{prefix}-{at}", initial=dict(row)) for at, row in enumerate(initial)]
    return [*found, *(form(prefix=f"{prefix}-{count + at}") for at in range(min(more, MOST_ROWS - count)))]


def wave_initial(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {**rule, **limit_fields_of("fail", rule.get("failures"))}

"""Fields of a campaign's plan that several of its forms have: numbers that may be left out, lists, named limits."""

from typing import Any

from django import forms

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def number(label: str, *, least: int = 1, most: int = 5000, initial: int | None = None, hint: str = "") -> Any:
    """A whole number; empty is none."""
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=False, initial=initial, help_text=hint
    )


def percent(label: str, hint: str = "") -> Any:
    """Above 0 and at most 100; empty is none."""
    return forms.FloatField(label=label, min_value=0, max_value=100, required=False, help_text=hint)


class WordsField(forms.CharField):
    """`a, b`: a list of words; given back as the list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, widget=forms.TextInput(attrs=PLAIN), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        return list(dict.fromkeys(word for part in str(value or "").split(",") if (word := part.strip())))


class NamedLimitsField(forms.CharField):
    """`North 5, South 2`: {name: limit}. The number is the last word, as names may hold blanks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, widget=forms.TextInput(attrs=PLAIN), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{name} {limit}" for name, limit in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        found: dict[str, int] = {}
        for part in filter(None, (part.strip() for part in str(value or "").split(","))):
            name, _, limit = part.rpartition(" ")
            whole = limit.isascii() and limit.isdecimal() and len(limit) < 7
            if not name or not whole or not 1 <= int(limit) <= 5000:
                raise forms.ValidationError(f"{part[:64]!r}: write a name and a number from 1 to 5000, like North 5.")
            found[name.strip()] = int(limit)
        return found


def limit_of(given: dict[str, Any], prefix: str) -> dict[str, Any]:
    """{"count", "percent"} out of the two fields whose names begin so; {} is no limit."""
    both = {"count": given.get(f"{prefix}_count"), "percent": given.get(f"{prefix}_percent")}
    return {name: value for name, value in both.items() if value is not None}


def limit_fields_of(prefix: str, limit: dict[str, Any] | None) -> dict[str, Any]:
    """The way back."""
    told = limit or {}
    return {f"{prefix}_count": told.get("count"), f"{prefix}_percent": told.get("percent")}

"""Fields for secrets of one run: never filled in again, never kept by the browser."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from operations.kinds import BMC, SYSADMIN

LABELS = {SYSADMIN: "Password of sysadmin", BMC: "Password of the BMC"}
HINT = "For this run only: kept sealed, erased when it is over."


def secret_field(name: str, *, required: bool) -> forms.CharField:
    hidden = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=LABELS.get(name, name), widget=hidden, strip=False, required=required, max_length=512, help_text=HINT
    )


def secret_fields(needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, forms.Field]:
    """{name: field}, what is needed first."""
    fields: dict[str, forms.Field] = {name: secret_field(name, required=True) for name in needed}
    return fields | {name: secret_field(name, required=False) for name in optional if name not in fields}


def given_secrets(cleaned: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Those that were given, by name."""
    return {name: cleaned[name] for name in names if cleaned.get(name)}

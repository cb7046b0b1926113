"""Confirmation sized to the risk: nothing to type, or the name or number of what it is about; and secrets again."""

from collections.abc import Iterable
from typing import Any

from django import forms

from operations.forms.secrets import given_secrets, secret_fields


class ConfirmForm(forms.Form):
    """`type_this`: what has to be typed, "" for nothing. `secrets`: names of those that are asked for."""

    def __init__(
        self, *args: Any, type_this: str = "", secrets: Iterable[str] = (), optional: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.type_this = type_this
        self.names = [*secrets, *optional]
        self.fields |= secret_fields(secrets, optional)
        if type_this:
            self.fields["typed"] = typed_field(type_this)

    def clean_typed(self) -> str:
        return check_typed(self.cleaned_data["typed"], self.type_this)

    @property
    def secrets(self) -> dict[str, str]:
        return given_secrets(self.cleaned_data, self.names)


def typed_field(type_this: str) -> forms.CharField:
    attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    return forms.CharField(label=f"Type {type_this} to go on", widget=forms.TextInput(attrs=attributes), max_length=255)


def check_typed(typed: str, wanted: str) -> str:
    """Raises ValidationError where it is not what had to be typed."""
    if typed.strip() != wanted:
        raise forms.ValidationError(f"Type exactly {wanted}.")
    return typed

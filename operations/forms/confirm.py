"""Confirmation sized to the risk: nothing to type, or the name or number of what it is about; and secrets again."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from operations.forms.documents import changed_documents, document_fields
from operations.forms.secrets import given_secrets, secret_fields


class ConfirmForm(forms.Form):
    """`type_this`: what has to be typed, "" for nothing. `secrets`: names of those that are asked for. `shown`:
    documents that may be corrected, as they are now."""

    def __init__(
        self,
        *args: Any,
        type_this: str = "",
        secrets: Iterable[str] = (),
        optional: Iterable[str] = (),
        shown: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown or {}
        self.fields |= document_fields(self.shown)
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

    @property
    def documents(self) -> dict[str, str]:
        """Those that were changed."""
        return changed_documents(self.cleaned_data, self.shown)

    def add_problems(self, problems: Mapping[str, str]) -> None:
        """What the service refused, each at its document where it is one's."""
        for name, text in problems.items():
            document, _, key = name.partition("/")
            if document in self.shown:
                self.add_error(document, f"{key}: {text}" if key else text)
            else:
                self.add_error(None, f"{name}: {text}")


def typed_field(type_this: str) -> forms.CharField:
    attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
    return forms.CharField(label=f"Type {type_this} to go on", widget=forms.TextInput(attrs=attributes), max_length=255)


def check_typed(typed: str, wanted: str) -> str:
    """Raises ValidationError where it is not what had to be typed."""
    if typed.strip() != wanted:
        raise forms.ValidationError(f"Type exactly {wanted}.")
    return typed

"""A template of sites as people write it."""

from typing import Any

from django import forms

from operations.models import SiteTemplate
from operations.services.templates import FIELDS

CODE = {"rows": 14, "spellcheck": "false", "autocomplete": "off", "class": "mono", "wrap": "off"}
PLACEHOLDERS = "YAML. ${column} stands for a cell of the sheet; a secret's key stays, its value blank."


class TemplateForm(forms.Form):
    """`seen`: when what was shown had been changed last, so that nobody's change is written over unseen."""

    name = forms.CharField(max_length=64)
    description = forms.CharField(max_length=255, required=False)
    bootstrap_values = forms.CharField(widget=forms.Textarea(CODE), help_text=PLACEHOLDERS, strip=False)
    install_values = forms.CharField(
        widget=forms.Textarea(CODE), required=False, strip=False, help_text="Empty: the servers are installed already."
    )
    deploy_config = forms.CharField(
        widget=forms.Textarea(CODE), required=False, strip=False, help_text="Empty: nothing is configured afterwards."
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FIELDS}

    def add_problems(self, problems: dict[str, str]) -> None:
        """Keys like bootstrap_values/name stand at the text they are in."""
        for name, text in problems.items():
            document, _, key = name.partition("/")
            at = document if document in self.fields else None
            self.add_error(at, f"{key}: {text}" if key else text)


def shown_values(template: SiteTemplate) -> dict[str, Any]:
    return {name: getattr(template, name) for name in FIELDS} | {"seen": template.changed_at.isoformat()}

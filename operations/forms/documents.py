"""Fields for the documents that go with a verb: filled with what is sent now, their secrets blank."""

from collections.abc import Mapping
from typing import Any

from django import forms

CODE = {"rows": 8, "spellcheck": "false", "autocomplete": "off", "class": "mono", "wrap": "off"}
LABELS = {
    "bootstrap_values": "Bootstrap values", "install_values": "Install values", "deploy_config": "Deploy configuration",
}  # fmt: skip
NOW = "As it is now. What you change goes with the request; secrets stay blank here, and are given for the run."
STORED = "YAML, in place of what the System Controller has. Empty: that stays. Secrets stay blank, and are given below."


def document_fields(shown: Mapping[str, str]) -> dict[str, forms.Field]:
    """By name. `shown`: their texts now, "" where only the System Controller has them."""
    return {
        name: forms.CharField(
            label=LABELS[name], initial=text, required=False, strip=False, widget=forms.Textarea(CODE),
            help_text=NOW if text else STORED,
        )
        for name, text in shown.items()
    }  # fmt: skip


def changed_documents(cleaned: Mapping[str, Any], shown: Mapping[str, str]) -> dict[str, str]:
    """Those that differ from what was shown; an emptied one stays as it is."""
    texts = {name: str(cleaned.get(name) or "").replace("\r\n", "\n") for name in shown}
    return {name: text for name, text in texts.items() if text.strip() and text.strip() != shown[name].strip()}

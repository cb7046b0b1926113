"""What the deploy page takes: where, which template, which sites, secrets of the run, and how it goes.

What a template asks for (columns of a site, secrets) is known only when it was read, so those fields come with it.
"""

from collections.abc import Sequence
from typing import Any

from django import forms

from operations.forms.secrets import secret_field
from operations.planning.sheets import MOST_BYTES, Columns
from operations.services.deploys import MOST_AT_ONCE
from sites.models import Controller

CODE = {"rows": 8, "spellcheck": "false", "autocomplete": "off", "class": "mono", "wrap": "off"}
FILE, TEXT, ONE = "file", "text", "one"
CELL, SECRET = "cell:", "secret:"
TEXTS = ("bootstrap_values", "install_values", "deploy_config")


class DeployForm(forms.Form):
    """`cells` and `secrets`: columns and names that the template asks for."""

    controller = forms.ChoiceField(label="System Controller")
    template = forms.ChoiceField(label="Template", required=False)
    bootstrap_values = forms.CharField(widget=forms.Textarea(CODE), required=False, strip=False)
    install_values = forms.CharField(widget=forms.Textarea(CODE), required=False, strip=False)
    deploy_config = forms.CharField(widget=forms.Textarea(CODE), required=False, strip=False)
    how = forms.ChoiceField(
        label="Sites", choices=[(FILE, "a file: CSV, YAML or JSON"), (TEXT, "pasted rows"), (ONE, "one site")],
        widget=forms.RadioSelect, initial=FILE,
    )  # fmt: skip
    sites_file = forms.FileField(label="File", required=False, allow_empty_file=True)
    sites_text = forms.CharField(label="Rows", widget=forms.Textarea(CODE), required=False, strip=False)
    release = forms.CharField(max_length=8, required=False, help_text="For rows that name none. Like 26.09.")
    group = forms.CharField(max_length=255, required=False, help_text="For rows that name none.")
    manage = forms.BooleanField(label="Manage each site when it is up", required=False, initial=True)
    reason = forms.CharField(label="Why", max_length=500, required=False, help_text="Or the number of the change.")
    max_at_once = forms.IntegerField(label="At once", min_value=1, max_value=MOST_AT_ONCE, initial=10)
    stop_after_failures = forms.IntegerField(
        label="Stop after failures",
        min_value=1,
        max_value=MOST_AT_ONCE,
        required=False,
        help_text="Empty: failures do not stop the others.",
    )
    start = forms.BooleanField(
        label="Begin as soon as the System Controller was asked", required=False, initial=True,
        help_text="Otherwise it is only planned, and started on its own page.",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        controllers: Sequence[Controller],
        templates: Sequence[tuple[int, str]],
        columns: Columns | None = None,
        secrets: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.columns, self.secret_names = columns, tuple(secrets)
        self._choose("controller", [(str(each.pk), _named(each)) for each in controllers])
        self._choose("template", [("", "paste its YAML"), *((str(pk), name) for pk, name in templates)])
        for column in columns.known if columns else ():
            needed = column in columns.required if columns else False
            self.fields[CELL + column] = forms.CharField(
                label=column, required=False, max_length=1000, help_text="needed" if needed else ""
            )
        self.fields |= {SECRET + name: secret_field(name, required=False) for name in self.secret_names}

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        upload = given.get("sites_file")
        if given.get("how") == FILE and upload is None:
            self.add_error("sites_file", "Choose a file. A browser forgets it when the page is loaded anew.")
        if upload is not None and upload.size > MOST_BYTES:
            self.add_error("sites_file", f"At most {MOST_BYTES:,} bytes: split it.")
        if given.get("how") == TEXT and not (given.get("sites_text") or "").strip():
            self.add_error("sites_text", "Paste the rows, the header first.")
        if not given.get("template") and not (given.get("bootstrap_values") or "").strip():
            self.add_error("bootstrap_values", "Choose a template, or paste its bootstrap values.")
        return given

    @property
    def cell_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(CELL)]

    @property
    def secret_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(SECRET)]


def _named(controller: Controller) -> str:
    return controller.name if controller.write_username else f"{controller.name} (read-only from here)"

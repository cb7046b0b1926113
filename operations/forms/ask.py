"""What is asked of subclouds that are there: options, secrets, reason, limits, and what has to be typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from operations.forms.confirm import check_typed, typed_field
from operations.forms.documents import changed_documents, document_fields
from operations.forms.options import CLEAR, group_choices, option_fields
from operations.forms.secrets import given_secrets, secret_fields
from operations.kinds import KindSpec
from operations.services.requests import MOST_TARGETS, Ask
from operations.services.revisions import slots_of
from sites.access import Scopes
from sites.models import Cloud, SubcloudGroup

NOW, LATER = "now", "later"


class AskForm(forms.Form):
    """The fields depend on the kind, and on whether it is for one subcloud or for several. `groups`: those that they
    may be moved to."""

    def __init__(
        self,
        *args: Any,
        spec: KindSpec,
        clouds: Sequence[Cloud],
        groups: QuerySet[SubcloudGroup] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.spec, self.clouds = spec, clouds
        choices = group_choices(clouds, groups) if groups is not None else []
        self.fields |= option_fields(spec.options, clouds, choices)
        self.shown = dict.fromkeys(spec.documents, "") if len(clouds) == 1 else {}
        self.fields |= document_fields(self.shown)
        self.secret_names = (*spec.secrets, *spec.may_have, *self._slots())
        self.fields |= secret_fields(spec.secrets, self.secret_names)
        self.fields["reason"] = forms.CharField(
            label="Why", required=False, max_length=500, help_text="Or the number of the change. It is kept.",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )  # fmt: skip
        if len(clouds) > 1:
            self.fields |= limit_fields()
        self.type_this = what_to_type(spec, clouds)
        if self.type_this:
            self.fields["typed"] = typed_field(self.type_this)

    def _slots(self) -> list[str]:
        """Secrets that the documents sent along have blanks for: fields for them come with those documents."""
        return slots_of(changed_documents(self.data, self.shown)) if self.is_bound else []

    def clean_typed(self) -> str:
        return check_typed(self.cleaned_data["typed"], self.type_this)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name in self._cleared(given):
            if given.get(name) not in (None, "", self.fields[name].initial):
                self.add_error(name, "Give a text or clear it, not both.")
        return given

    def _cleared(self, given: Mapping[str, Any]) -> list[str]:
        return [name for name in self.spec.options if given.get(CLEAR + name)]

    def ask(self, scopes: Scopes) -> Ask:
        """Of a valid form, by somebody with these scopes."""
        given = self.cleaned_data
        options = {name: given[name] for name in self.spec.options if given.get(name) not in (None, "", False)}
        options |= dict.fromkeys(self._cleared(given), "")
        return Ask(
            kind=self.spec.kind.value,
            clouds=[cloud.pk for cloud in self.clouds],
            options=options,
            secrets=given_secrets(given, self.secret_names),
            documents=changed_documents(given, self.shown),
            reason=given["reason"],
            max_at_once=given.get("max_at_once") or 10,
            stop_after_failures=given.get("stop_after_failures"),
            start=given.get("start", NOW) == NOW,
            scopes=scopes,
        )

    def add_problems(self, problems: dict[str, str]) -> None:
        """What the service refused, each at its field where there is one."""
        for name, text in problems.items():
            document, _, key = name.partition("/")
            if name not in self.fields and document in self.shown:
                self.add_error(document, f"{key}: {text}")
            else:
                known = name in self.fields
                self.add_error(name if known else None, text if known else f"{name}: {text}")


def limit_fields() -> dict[str, forms.Field]:
    return {
        "max_at_once": forms.IntegerField(label="At once", min_value=1, max_value=MOST_TARGETS, initial=10),
        "stop_after_failures": forms.IntegerField(
            label="Stop after failures", min_value=1, max_value=MOST_TARGETS, required=False,
            help_text="No further one starts after so many. Empty: failures do not stop the others.",
        ),
        "start": forms.ChoiceField(
            label="Begin", choices=[(NOW, "at once"), (LATER, "only plan it; it is started on its own page")],
        ),
    }  # fmt: skip


def what_to_type(spec: KindSpec, clouds: Sequence[Cloud]) -> str:
    """The name of the one, or the number of all, where it is an outage or cannot be taken back."""
    if spec.risk < 2:
        return ""
    return clouds[0].name if len(clouds) == 1 else str(len(clouds))

"""Questions about a campaign: why, for how long, which number has to be typed; and whether its plan is still the one
that was seen."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms

from operations.forms.confirm import ConfirmForm, check_typed

HOURS = [(24, "a day"), (72, "3 days"), (168, "a week"), (336, "2 weeks"), (720, "30 days")]


def reason_field(label: str = "Why", *, required: bool = True, hint: str = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=300, required=required, help_text=hint, widget=widget)


class ActForm(ConfirmForm):
    """`asked`: the number that was asked for when the question was shown, which may have changed since: what counts is
    that somebody read it. `wave`: number of the one that was seen to wait. `with_reason`, `with_approval`: further
    fields."""

    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    plan_hash = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    wave = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def __init__(
        self, data: Any = None, *, type_this: str = "", with_reason: bool = False, with_approval: bool = False,
        plan_hash: str = "", wave: int | None = None, secrets: Iterable[str] = (), optional: Iterable[str] = (),
    ) -> None:  # fmt: skip
        given = str(data.get("asked", "")) if data is not None else ""
        wanted = given if type_this and given.isdecimal() else type_this
        super().__init__(
            data, type_this=wanted, secrets=secrets, optional=optional,
            initial={"asked": type_this, "plan_hash": plan_hash, "wave": wave},
        )  # fmt: skip
        extra: dict[str, forms.Field] = {}
        if with_reason:
            extra["reason"] = reason_field(hint="It stands in the report.")
        if with_approval:
            extra["hours"] = forms.TypedChoiceField(label="It holds for", coerce=int, choices=HOURS, initial=168)
            extra["note"] = reason_field("Note", required=False, hint="For instance the number of the change.")
        self.fields = {**extra, **self.fields}

    @property
    def holds(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["hours"])


class SiteActForm(forms.Form):
    """What is to become of one site. `verbs`: (value, words) of those that may be chosen now."""

    verb = forms.ChoiceField(label="What", widget=forms.RadioSelect)

    def __init__(self, *args: Any, verbs: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verb"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(verbs)
        if len(verbs) == 1:
            field.initial = verbs[0][0]
        if any(verb != "release" for verb, _ in verbs):
            self.fields["reason"] = reason_field(hint="Others will ask.", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = cleaned.get("verb") not in (None, "release")
        if needed and not (cleaned.get("reason") or "").strip() and "reason" not in self.errors:
            self.add_error("reason", "Say why: others will ask.")
        return cleaned


class SettleForm(forms.Form):
    """Which strategy is meant: typed, as it stands in what the portal asks."""

    strategy = forms.IntegerField(
        label="Number of the strategy", min_value=1, max_value=2**31 - 1,
        help_text="As it stands in the question on the page of the batch.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


class RollBackForm(forms.Form):
    """`chosen`: ids of targets as they were ticked. Their number is typed, as it is an outage for each of them."""

    typed = forms.CharField(
        label="Type how many you chose", max_length=10, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, chosen: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = {text for text in chosen if text.isascii() and text.isdecimal() and len(text) < 19}

    def clean_typed(self) -> str:
        if not self.chosen:
            raise forms.ValidationError("Choose at least one subcloud.")
        return check_typed(self.cleaned_data["typed"], str(len(self.chosen)))

    @property
    def targets(self) -> list[int]:
        return sorted(int(text) for text in self.chosen)

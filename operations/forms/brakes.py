"""Pulling the brake: where, and why."""

from collections.abc import Collection
from typing import Any

from django import forms

from sites.access import Scopes
from sites.models import Region
from sites.services.brake import FLEET

EVERYWHERE = "*"  # a form cannot tell an empty choice from none


class PullForm(forms.Form):
    """Offers what the user may stop and is not stopped yet: the fleet for those who act on all of it, and regions."""

    region = forms.TypedChoiceField(
        label="Stop every change to", coerce=lambda text: FLEET if text == EVERYWHERE else str(text)
    )
    reason = forms.CharField(
        label="Why", max_length=255, help_text="Everybody reads it, on every page.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, scopes: Scopes, stopped: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.order_by("name").values_list("name", flat=True)
        choices = [(name, name) for name in regions if scopes.fleet or name in scopes.regions]
        if scopes.fleet:
            choices.insert(0, (EVERYWHERE, "the whole fleet"))
        self.offers = [
            (value, name) for value, name in choices if (FLEET if value == EVERYWHERE else value) not in stopped
        ]
        field = self.fields["region"]
        if isinstance(field, forms.ChoiceField):
            field.choices = self.offers

"""The form that puts a cloud on the map, or into a region, by hand."""

from datetime import datetime
from typing import Any

from django import forms

from sites.models import Cloud, Region
from sites.services.actors import Actor
from sites.services.clouds import place, put_in_region


class PlaceForm(forms.Form):
    """Both coordinates or none; an empty region lets it follow from the position."""

    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, help_text="Degrees north. Empty: as its own system says"
    )
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, help_text="Degrees east")
    region = forms.ModelChoiceField(
        Region.objects.all(), required=False, to_field_name="name", empty_label="follows from the position"
    )

    def __init__(self, data: Any = None, *, cloud: Cloud) -> None:
        self.cloud = cloud
        initial: dict[str, Any] = {"region": cloud.region} if cloud.region_by_hand else {}
        if cloud.placed_by_hand:
            initial |= {"latitude": cloud.latitude, "longitude": cloud.longitude}
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and (found.get("latitude") is None) != (found.get("longitude") is None):
            raise forms.ValidationError("Give both latitude and longitude, or neither.")
        return found

    def save(self, actor: Actor, now: datetime) -> None:
        """Only what changed is written."""
        latitude, longitude = self.cleaned_data["latitude"], self.cleaned_data["longitude"]
        position = None if latitude is None else (latitude, longitude)
        before = (self.cloud.latitude, self.cloud.longitude) if self.cloud.placed_by_hand else None
        if position != before:
            place(self.cloud, position, actor, now)
        region = self.cleaned_data["region"].name if self.cleaned_data["region"] else None
        if region != (self.cloud.region if self.cloud.region_by_hand else None):
            put_in_region(self.cloud, region, actor, now)

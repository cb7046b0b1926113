"""Filters over subclouds by how far a release is prestaged: the same set behind HTML, CSV and REST."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field

from sites.middleware import once
from sites.prestage import LONGEST, PrestageState, ids_in_states, one_of

MOST_RELEASES = 3  # in one filter: each is two joins


class PrestagedFilter(django_filters.CharFilter):
    """Of the release that is named: sites that are in one of these states of sites/prestage.py."""

    def __init__(self, *, states: Sequence[str], **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, **kwargs)
        self.states = states

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        return _in_states(self, qs, {value: self.states}) if value else qs


class StatesField(forms.Field):
    """ "failed:starlingx-26.09.1", any number of them: {release: its states}."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text in filter(None, value or ()):
            state, _, release = text.partition(":")
            if state not in PrestageState.values or not release:
                known = ", ".join(PrestageState.values)
                raise forms.ValidationError(f"STATE:RELEASE, where STATE is one of {known}.")
            if len(release) > LONGEST or "\x00" in release:
                raise forms.ValidationError(f"A release of at most {LONGEST} characters.")
            found.setdefault(release, []).append(state)
        if len(found) > MOST_RELEASES:
            raise forms.ValidationError(f"At most {MOST_RELEASES} releases.")
        return found


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class PrestageFilter(django_filters.Filter):
    """`?prestage=failed:R&prestage=absent:R`: any of these states of release R."""

    field_class = StatesField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return _in_states(self, qs, value) if value else qs


def _in_states(asked: django_filters.Filter, qs: QuerySet[Any], wanted: Mapping[str, Sequence[str]]) -> QuerySet[Any]:
    """Which they are is asked once in a request: the rows of a page and the numbers beside them go by the same."""
    request = asked.parent.request
    now = getattr(request, "now", None) or timezone.now()
    key = ("in_states", *((release, *states) for release, states in wanted.items()))
    return qs.filter(one_of(once(request, key, lambda: ids_in_states(wanted, now))))

"""What is asked of a group, and of how VIMs go about strategies: in dcmanager's words, with what they mean."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from operations.planning.group_rules import APPLY_TYPES, LONGEST_DESCRIPTION, LONGEST_NAME, MOST_PARALLEL
from operations.services.requests import MOST_TARGETS
from starlingx.dcmanager_writes.options import ALARM_RESTRICTIONS, INSTANCE_ACTIONS, WORKERS

MOST_NAMES = 20_000  # characters


def _one_of(label: str, words: Iterable[str], means: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(word, word) for word in words], help_text=means)


def _reason() -> forms.CharField:
    return forms.CharField(label="Why", required=False, max_length=500, help_text="Or the number of the change.")


class _Refusable(forms.Form):
    def add_problems(self, problems: Mapping[str, str]) -> None:
        """What the service refused, at its field where it is one's."""
        for name, text in problems.items():
            self.add_error(name if name in self.fields else None, text)


class GroupForm(_Refusable):
    name = forms.CharField(max_length=LONGEST_NAME)
    description = forms.CharField(max_length=LONGEST_DESCRIPTION, help_text="dcmanager demands one.")
    update_apply_type = _one_of(
        "Strategies work on it", APPLY_TYPES, "parallel: several sites at once; serial: one after the other"
    )
    max_parallel_subclouds = forms.IntegerField(
        label="At most at once", min_value=1, max_value=MOST_PARALLEL, initial=2
    )
    reason = _reason()

    def __init__(self, *args: Any, fixed_name: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if fixed_name:  # of the group Default
            del self.fields["name"]


class DeleteForm(_Refusable):
    reason = _reason()


class OptionsForm(_Refusable):
    """Without names it is the default of the System Controller."""

    subclouds = forms.CharField(
        required=False, max_length=MOST_NAMES, help_text="Names, with commas. Empty: the default of all that have none."
    )
    storage_apply_type = _one_of("Storage hosts", APPLY_TYPES, "")
    worker_apply_type = _one_of("Worker hosts", APPLY_TYPES, "")
    max_parallel_workers = forms.IntegerField(
        label="Workers at once", min_value=WORKERS.start, max_value=WORKERS.stop - 1, initial=10
    )
    alarm_restriction_type = _one_of(
        "Alarms", ALARM_RESTRICTIONS, "relaxed: only management-affecting alarms stop it; strict: any alarm does"
    )
    default_instance_action = _one_of("Instances", INSTANCE_ACTIONS, "what becomes of virtual machines meanwhile")
    reason = _reason()

    def clean_subclouds(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["subclouds"].split(",")]
        found = list(dict.fromkeys(name for name in names if name))
        if len(found) > MOST_TARGETS:
            raise forms.ValidationError(f"At most {MOST_TARGETS} subclouds at once.")
        return found

"""By which rules a campaign runs: who may take part, how many at once, canaries, when to stop, where zones are unknown.

Its JSON is what operations/campaigns/rulebook.py reads.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from django import forms

from operations.campaigns.approvals import Approvals
from operations.campaigns.rules import CephGate
from operations.campaigns.site_time import zone_named
from operations.forms.plan_fields import (
    PLAIN,
    NamedLimitsField,
    WordsField,
    limit_fields_of,
    limit_of,
    number,
    percent,
)

TWO_WEEKS = 60 * 24 * 14
CEPH = [
    ("", "as usual for this kind"),
    (CephGate.OK.value, "must be healthy"),
    (CephGate.NO_ERROR.value, "may warn, but have no error"),
    (CephGate.OFF.value, "does not matter"),
]


class RulesForm(forms.Form):
    """All but waves and windows, of which there may be any number. `before`: campaigns that it may begin after."""

    ceph = forms.ChoiceField(label="Ceph", choices=CEPH, required=False)
    health = forms.BooleanField(label="Hosts and health query must be well", required=False, initial=True)
    prestaged = forms.BooleanField(label="The release must be prestaged", required=False, initial=True)
    strict_alarms = forms.BooleanField(label="Any alarm keeps a site out", required=False)
    peer_groups_alone = forms.BooleanField(label="Members of peer groups run alone", required=False, initial=True)
    backup_within_hours = number("Backup younger than (h)", most=8760, hint="Empty: none is demanded.")
    start_backups = forms.BooleanField(
        label="Back up first where it is missing", required=False, help_text="Needs the sysadmin password."
    )

    overall = forms.IntegerField(label="At once, overall", min_value=1, max_value=5000, initial=10)
    per_region = number("In one region", hint="Empty: as many as overall.")
    per_link = number("Behind one WAN link")
    regions = NamedLimitsField(label="But in these regions", help_text="North 5, South 2")
    links = NamedLimitsField(label="But behind these links", help_text="wan-7 1")

    each = number("Canaries of each kind in each region", least=0, most=1000, initial=1)
    chosen = WordsField(label="Canaries by name", help_text="Names of subclouds, with commas.")
    soak_minutes = number("They soak (min)", least=0, most=TWO_WEEKS, initial=60)
    canary_count = number("Of them may fail", least=0, initial=0)
    canary_percent = percent("or share (%)")

    fail_count = number("In all may fail", least=0, hint="One more stops the campaign. Empty: no such limit.")
    fail_percent = percent("or share (%)")
    default_zone = forms.CharField(
        label="Zone of sites that tell none", max_length=64, initial="UTC", widget=forms.TextInput(attrs=PLAIN)
    )
    each_wave = forms.BooleanField(
        label="Each wave needs its own approval", required=False,
        help_text="All but the first wait for it when the one before has soaked.",
    )  # fmt: skip
    not_before = forms.DateTimeField(
        label="Not before (UTC)", required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    after = forms.TypedChoiceField(
        label="Begin after", required=False, coerce=int, empty_value=None,
        help_text="Not before that campaign came to its end. Sites that were not done there are held.",
    )  # fmt: skip
    title = forms.CharField(label="Title", required=False, max_length=200, help_text="Empty: made from the plan.")
    reason = forms.CharField(label="Why", required=False, max_length=500, help_text="Or the number of the change.")

    def __init__(self, *args: Any, before: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = self.fields["after"]
        if isinstance(after, forms.ChoiceField):
            after.choices = [("", "nothing: by itself"), *before]

    def clean_default_zone(self) -> str:
        name: str = self.cleaned_data["default_zone"]
        try:
            zone_named(name)
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None
        return name

    def clean_not_before(self) -> Any:
        at = self.cleaned_data["not_before"]
        return at.replace(tzinfo=UTC) if at is not None else None

    def rules(self, canaries: list[int]) -> dict[str, Any]:
        """Without waves and windows. `canaries`: ids of the chosen ones."""
        given = self.cleaned_data
        flags = ("health", "prestaged", "strict_alarms", "peer_groups_alone", "start_backups")
        return {
            "gates": {name: given[name] for name in flags}
            | {"ceph": given["ceph"] or None, "backup_within_hours": given["backup_within_hours"]},
            "limits": {name: given[name] for name in ("overall", "per_region", "per_link", "regions", "links")},
            "canaries": {
                "chosen": canaries, "each": given["each"] or 0, "soak_minutes": given["soak_minutes"],
                "failures": limit_of(given, "canary"),
            },
            "failures": limit_of(given, "fail"),
            "default_zone": given["default_zone"],
            "approvals": (Approvals.EACH_WAVE if given["each_wave"] else Approvals.ONCE).value,
        }  # fmt: skip


def rules_initial(rules: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """What the form shows of a plan that stands. `names` of the canaries that were chosen, by id."""
    canaries = rules.get("canaries", {})
    return {
        **rules.get("gates", {}), **rules.get("limits", {}), **limit_fields_of("fail", rules.get("failures")),
        **limit_fields_of("canary", canaries.get("failures")), "each": canaries.get("each"),
        "soak_minutes": canaries.get("soak_minutes"), "default_zone": rules.get("default_zone", "UTC"),
        "each_wave": rules.get("approvals") == Approvals.EACH_WAVE.value,
        "chosen": [names[pk] for pk in canaries.get("chosen", ()) if pk in names],
    }  # fmt: skip

"""A field for each option that a kind of operation takes (operations/kinds.py), with what is known as first value."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from operations.services.facts import CLEARABLE, FLAGS, LONGEST
from sites.models import Cloud, SubcloudGroup

CLEAR = "clear_"
LABELS = {
    "force": "Force", "for_install": "For installing (otherwise for a software deployment)",
    "local_only": "On the subcloud itself, not on the System Controller",
    "registry_images": "With the images of its registry", "with_install": "Install the server first",
    "manage": "Manage it afterwards", "release": "Release", "description": "Description", "location": "Location",
    "name": "New name", "group": "Group", "management_subnet": "Management subnet",
    "management_gateway_ip": "Management gateway", "management_start_ip": "Management range: first address",
    "management_end_ip": "Management range: last address", "bootstrap_address": "Bootstrap address",
    "bmc_username": "Account of the BMC", "without_known_backup": "Restore though no backup is known",
}  # fmt: skip
HINTS = {
    "force": "Do not wait until it is online, or for alarms to clear.",
    "release": "Like 26.09. Empty: the one that it has.",
    "without_known_backup": "If there is none after all, it ends in restore-prep-failed, and cannot be managed again "
    "until it was restored or redeployed.",
    "registry_images": "Only with a backup on the subcloud.",
    "with_install": "A release can be chosen only with this.",
    "name": "Small letters, digits, - and . only.",
    "bmc_username": "Empty: the server is powered down by hand.",
    "location": "Empty: it stays as it is.",
    "description": "Empty: it stays as it is.",
}
NEEDED = ("name", "group", "management_subnet", "management_gateway_ip", "management_start_ip", "management_end_ip",
          "bootstrap_address")  # fmt: skip
KNOWN: dict[str, Callable[[Cloud], str]] = {
    "description": lambda cloud: cloud.description,
    "location": lambda cloud: cloud.location,
    "name": lambda cloud: cloud.name,
    "management_subnet": lambda cloud: cloud.management_subnet,
    "management_gateway_ip": lambda cloud: cloud.management_gateway_ip,
    "management_start_ip": lambda cloud: cloud.management_start_ip,
}


def option_fields(
    names: Sequence[str], clouds: Sequence[Cloud], groups: Sequence[tuple[str, str]]
) -> dict[str, forms.Field]:
    """By name. `groups`: choices. What may be cleared has a box for that beside it: an empty field of many leaves each
    as it is."""
    fields: dict[str, forms.Field] = {}
    for name in names:
        fields[name] = option_field(name, clouds, groups)
        if name in CLEARABLE:
            fields[CLEAR + name] = forms.BooleanField(required=False, label=f"Clear the {name}")
    return fields


def option_field(name: str, clouds: Sequence[Cloud], groups: Sequence[tuple[str, str]]) -> forms.Field:
    """Of one subcloud the values that are known are filled in; of several none."""
    shown: dict[str, Any] = {"label": LABELS.get(name, name.replace("_", " ")), "help_text": HINTS.get(name, "")}
    if name in FLAGS:
        return forms.BooleanField(required=False, **shown)
    if name == "group":
        return forms.ChoiceField(choices=groups, **shown)
    known = KNOWN.get(name)
    first = known(clouds[0]) if known and len(clouds) == 1 else ""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        required=name in NEEDED, initial=first, widget=widget, max_length=LONGEST.get(name, 64), **shown
    )


def group_choices(clouds: Sequence[Cloud], groups: QuerySet[SubcloudGroup]) -> list[tuple[str, str]]:
    """Those of `groups` on the one System Controller of these subclouds; none where there are several."""
    controllers = {cloud.controller_id for cloud in clouds}
    if len(controllers) != 1:
        return []
    here = {cloud.group_id for cloud in clouds}
    rows = groups.filter(controller_id=controllers.pop()).order_by("name").values_list("pk", "name")
    return [("", "choose one"), *((str(pk), f"{name} (now)" if here == {pk} else name) for pk, name in rows)]

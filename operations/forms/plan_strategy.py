"""What a campaign does: the kind of its strategy and its arguments, as operations/campaigns/strategy.py has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from operations.campaigns.strategy import Kind
from operations.forms.plan_fields import PLAIN
from operations.forms.secrets import secret_field
from operations.kinds import SYSADMIN

DEPLOY, ROLL_BACK, CLEAN_UP = "deploy", "rollback", "cleanup"
KINDS = [
    (Kind.SW_DEPLOY.value, "Software"),
    (Kind.PRESTAGE.value, "Prestage"),
    (Kind.KUBERNETES.value, "Kubernetes"),
    (Kind.KUBE_ROOTCA.value, "Kubernetes root CA"),
    (Kind.FIRMWARE.value, "Firmware"),
]
MODES = [(DEPLOY, "Deploy a release"), (ROLL_BACK, "Roll back"), (CLEAN_UP, "Clean up afterwards")]
# Which fields each kind takes: the others are not sent, whatever stands in them.
TAKES: Mapping[str, tuple[str, ...]] = {
    Kind.SW_DEPLOY: ("release_id", "snapshot", "delete", "with_prestage", "kube_upgrade"),
    Kind.PRESTAGE: ("release", "for_install", "force"),
    Kind.KUBERNETES: ("to_version",),
    Kind.KUBE_ROOTCA: ("subject", "expiry_date", "force"),
    Kind.FIRMWARE: (),
}


class StrategyForm(forms.Form):
    """`releases`: ids that a System Controller of the sites has; any other may be typed."""

    kind = forms.ChoiceField(label="Kind", choices=KINDS, initial=Kind.SW_DEPLOY.value, widget=forms.RadioSelect)
    mode = forms.ChoiceField(label="Do", choices=MODES, initial=DEPLOY, required=False)
    release_id = forms.CharField(
        label="Release", required=False, max_length=64, help_text="Deployed on the System Controller first.",
        widget=forms.TextInput(attrs={**PLAIN, "list": "releases", "placeholder": "starlingx-26.09.1"}),
    )  # fmt: skip
    with_prestage = forms.BooleanField(label="Prestage in the same strategy", required=False)
    snapshot = forms.BooleanField(label="Snapshot to roll back to", required=False, help_text="AIO-SX only.")
    delete = forms.BooleanField(
        label="Delete the deployment afterwards", required=False,
        help_text="Then the site is in-sync, and there is no way back. Else it stays out-of-sync until a clean-up.",
    )  # fmt: skip
    kube_upgrade = forms.CharField(
        label="Then Kubernetes", required=False, max_length=32, help_text="A version to go on to, like v1.34.1."
    )
    release = forms.CharField(
        label="Release to prestage", required=False, max_length=16,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "26.09"}),
    )  # fmt: skip
    for_install = forms.BooleanField(label="For installing, not for deploying", required=False)
    to_version = forms.CharField(
        label="Version", required=False, max_length=32, help_text="Empty: the one of the System Controller."
    )
    subject = forms.CharField(label="Subject of the new root CA", required=False, max_length=255)
    expiry_date = forms.DateField(
        label="It expires on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    force = forms.BooleanField(
        label="Force", required=False,
        help_text="Prestage in spite of management-affecting alarms; renew a root CA that is in sync.",
    )  # fmt: skip
    sysadmin_password = secret_field(SYSADMIN, required=False)

    def __init__(self, *args: Any, releases: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.releases = list(releases)

    @property
    def strategy(self) -> dict[str, Any]:
        """Only what its kind takes, and only what is set."""
        given = self.cleaned_data
        kind, mode = given["kind"], given.get("mode") or DEPLOY
        if kind == Kind.SW_DEPLOY and mode != DEPLOY:
            return {"kind": kind, mode: True}
        told = {name: given[name] for name in TAKES[kind] if given.get(name)}
        if "expiry_date" in told:
            told["expiry_date"] = told["expiry_date"].isoformat()
        return {"kind": kind, **told}

    def secrets(self, *, backs_up: bool) -> dict[str, str]:
        """Only where it is needed: a password is not kept without need."""
        told = self.strategy
        prestages = told["kind"] == Kind.PRESTAGE or told.get("with_prestage")
        password = self.cleaned_data.get(SYSADMIN, "")
        return {SYSADMIN: password} if password and (prestages or backs_up) else {}


def strategy_initial(ask: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a plan that stands."""
    mode = next((name for name in (ROLL_BACK, CLEAN_UP) if ask.get(name)), DEPLOY)
    return {**ask, "mode": mode}

"""What people give for a deployment, and what each verb takes of it (starlingx-dcmanager.md 2.2.1, 2.2.4, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlingx.bodies import BYTES, YAML, Fields, File
from starlingx.dcmanager_writes.orders import numbered
from starlingx.errors import BadValue
from starlingx.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployInputs:
    """What people give for a deployment. Files are their contents: YAML, and a tar archive for cloud-init.

    What dcmanager has stored from an earlier phase may be left out.
    """

    bootstrap_values: bytes | None = field(default=None, repr=False)
    install_values: bytes | None = field(default=None, repr=False)
    deploy_config: bytes | None = field(default=None, repr=False)
    cloud_init_config: bytes | None = field(default=None, repr=False)
    bootstrap_address: str = ""
    sysadmin_password: Secret | None = None
    bmc_password: Secret | None = None
    group_id: int | None = None
    release: str = ""

    def fields(self) -> Fields:
        """All that is given, by dcmanager's names."""
        form: Fields = {}
        for name, content in (
            ("bootstrap_values", self.bootstrap_values),
            ("install_values", self.install_values),
            ("deploy_config", self.deploy_config),
        ):
            if content is not None:
                form[name] = File(content, f"{name}.yaml", YAML)
        if self.cloud_init_config is not None:
            form["cloud_init_config"] = File(self.cloud_init_config, "cloud_init_config.tar", BYTES)
        if self.bootstrap_address:
            form["bootstrap-address"] = self.bootstrap_address
        if self.sysadmin_password is not None:
            form["sysadmin_password"] = self.sysadmin_password.base64()
        if self.bmc_password is not None:
            form["bmc_password"] = self.bmc_password.base64()
        if self.group_id is not None:
            form["group_id"] = numbered("group_id", self.group_id)
        return form | ({"release": self.release} if self.release else {})


# For each verb: what it needs, and what else it takes. dcmanager ignores other fields, which would mislead people.
_NEEDS_AND_TAKES: dict[str, tuple[str, str]] = {
    "add": (
        "bootstrap_values bootstrap-address",
        "sysadmin_password install_values deploy_config cloud_init_config bmc_password group_id release",
    ),
    "create": ("bootstrap_values bootstrap-address", "install_values deploy_config bmc_password group_id release"),
    "install": ("sysadmin_password", "install_values bmc_password release"),
    "bootstrap": ("sysadmin_password", "bootstrap_values bootstrap-address"),
    "configure": ("sysadmin_password", "deploy_config"),
    "resume": (
        "sysadmin_password",
        "bootstrap_values install_values deploy_config bmc_password bootstrap-address release",
    ),
    "enroll": (
        "sysadmin_password",
        "bootstrap_values install_values cloud_init_config bmc_password bootstrap-address release",
    ),
    "redeploy": ("sysadmin_password", "bootstrap_values install_values deploy_config bmc_password release"),
}


def form_for(verb: str, inputs: DeployInputs) -> Fields:
    """The form of that verb. Raises BadValue naming what is missing or not taken."""
    form = inputs.fields()
    needs, takes = (set(names.split()) for names in _NEEDS_AND_TAKES[verb])
    if missing := needs - form.keys():
        raise BadValue(f"{verb} needs {', '.join(sorted(missing))}")
    if surplus := form.keys() - needs - takes:
        raise BadValue(f"{verb} does not take {', '.join(sorted(surplus))}")
    return form

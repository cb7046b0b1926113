"""System Controllers: how to reach them, who reads them now, and how each of their services answers."""

from django.core.validators import RegexValidator
from django.db import models

from sites.choices import Interface, Problem

NAME = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", "Letters, digits, dot, dash, underscore; at most 63.")


# Columns that only those read who talk to a controller: every other query leaves them where they are
UNSHOWN = ("ca_bundle", "bmc_ca_bundle", "password_sealed", "write_password_sealed", "kube_token_sealed")


def unshown(path: str = "controller") -> list[str]:
    """For defer(), where the controller comes with another row."""
    return [f"{path}__{name}" for name in UNSHOWN]


class Controller(models.Model):
    """One System Controller. Credentials are sealed with a key that is not in the database (sites/credentials.py)."""

    name = models.CharField(max_length=63, unique=True, validators=[NAME])
    auth_url = models.CharField("Keystone URL", max_length=255, help_text="For example https://10.10.10.2:5000/v3")
    interface = models.CharField(max_length=8, choices=Interface, default=Interface.PUBLIC)
    subcloud_interface = models.CharField(max_length=8, choices=Interface, default=Interface.ADMIN)
    region = models.CharField("central region", max_length=255, blank=True, help_text="Empty: taken from the catalog")
    ca_bundle = models.TextField("CA bundle (PEM)", blank=True)
    subcloud_auth_url = models.CharField("subcloud Keystone URL pattern", max_length=255, blank=True)
    bmc_url = models.CharField("BMC URL pattern", max_length=255, blank=True)
    bmc_verify = models.BooleanField(
        "verify BMC certificates", default=False,
        help_text="Off, as StarlingX's own remote install has it: most BMCs have certificates nobody vouches for.",
    )  # fmt: skip
    bmc_ca_bundle = models.TextField(
        "CA bundle of BMCs (PEM)", blank=True, help_text="Empty: the CA bundle above. Only where they are verified."
    )
    kube_url = models.CharField("Kubernetes URL pattern", max_length=255, blank=True)
    username = models.CharField("read user", max_length=255)
    password_sealed = models.BinaryField()
    write_username = models.CharField("write user", max_length=255, blank=True)
    write_password_sealed = models.BinaryField(null=True, blank=True)
    kube_token_sealed = models.BinaryField(null=True, blank=True)
    enabled = models.BooleanField(default=True, help_text="A disabled controller is not read; its data stay, ageing.")
    changed_at = models.DateTimeField(auto_now=True, help_text="The collector reconnects when this moves.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ControllerLease(models.Model):
    """Which collector reads a controller. `token` only grows: a write under an older token is dropped (fencing)."""

    controller = models.OneToOneField(Controller, models.CASCADE, primary_key=True, related_name="lease")
    holder = models.CharField(max_length=64, blank=True)
    token = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)


class ControllerService(models.Model):
    """How one service of a controller answered last: the reachability table of the System Controller page."""

    controller = models.ForeignKey(Controller, models.CASCADE, related_name="services")
    service = models.CharField(max_length=32)  # catalog type, e.g. dcmanager, faultmanagement
    url = models.CharField(max_length=255, blank=True)
    attempted_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    problem = models.CharField(max_length=16, choices=Problem, blank=True)  # what kind of error; "": it answers
    seconds = models.FloatField(null=True, help_text="Duration of the last answered call")
    clock_skew_seconds = models.FloatField(null=True)
    certificate_expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["controller_id", "service"]
        constraints = [models.UniqueConstraint(fields=["controller", "service"], name="controller_service_unique")]

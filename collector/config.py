"""How to reach a controller, read from its row; secrets are opened here and show in no repr."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sites.credentials import unseal
from sites.models import Controller
from starlingx.addresses import SUBCLOUD_AUTH_URL
from starlingx.session import Credentials


@dataclass(frozen=True, slots=True)
class ControllerConfig:
    """One controller as people entered it. `changed_at` moves when they change it."""

    controller_id: int
    name: str
    auth_url: str
    interface: str
    subcloud_interface: str
    region: str | None
    ca_bundle: str = field(repr=False)
    subcloud_auth_url: str = SUBCLOUD_AUTH_URL
    kube_url: str = ""
    credentials: Credentials = field(default=Credentials("", ""), repr=False)
    kube_token: str = field(default="", repr=False)
    changed_at: datetime | None = None


def enabled_controllers() -> dict[int, tuple[str, datetime]]:
    """Name and time of the last change by id."""
    rows = Controller.objects.filter(enabled=True).values_list("pk", "name", "changed_at")
    return {pk: (name, changed_at) for pk, name, changed_at in rows}


def load(controller_ids: Collection[int]) -> list[ControllerConfig]:
    """Raises CannotUnsealError when the credentials of one were sealed with another key."""
    return [_config(row) for row in Controller.objects.filter(pk__in=controller_ids)]


def _config(row: Controller) -> ControllerConfig:
    return ControllerConfig(
        controller_id=row.pk,
        name=row.name,
        auth_url=row.auth_url,
        interface=row.interface,
        subcloud_interface=row.subcloud_interface,
        region=row.region or None,
        ca_bundle=row.ca_bundle,
        subcloud_auth_url=row.subcloud_auth_url or SUBCLOUD_AUTH_URL,
        kube_url=row.kube_url,
        credentials=Credentials(row.username, unseal(row.password_sealed)),
        kube_token=unseal(row.kube_token_sealed) if row.kube_token_sealed else "",
        changed_at=row.changed_at,
    )

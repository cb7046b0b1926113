"""A deployment as automation asks for it: the template and sheet of the planning's tests, and the fleet they fit."""

from typing import Any

from sites.models import Cloud, Controller, SubcloudGroup
from tests.operations.planning.site_template import BOOTSTRAP, CONFIG, HEADER, INSTALL, SECRETS

DEPLOYS = "/api/v1/operations/deploys/"
TEXTS = {"bootstrap_values": BOOTSTRAP, "install_values": INSTALL, "deploy_config": CONFIG}
GIVEN = dict(SECRETS)


def csv(*lines: str) -> str:
    return "\n".join((HEADER, *lines))


def body(controller: Controller, *lines: str, **more: Any) -> dict[str, Any]:
    """A deployment of these rows, not started unless told so."""
    return {"controller": controller.pk, "sites": csv(*lines), "secrets": GIVEN, "start": False} | TEXTS | more


def ready(controller: Controller) -> None:
    """What the portal must know of the controller for the rows to be good."""
    central = {"management_subnet": "192.168.204.0/24", "management_start_ip": "192.168.204.2"}
    Cloud.objects.filter(controller=controller, kind="central").update(
        **central, management_end_ip="192.168.204.50", software_version="26.09"
    )
    group = SubcloudGroup.objects.filter(controller=controller).first()
    if group is not None:
        group.name, group.dcmanager_id = "West", 2
        group.save()

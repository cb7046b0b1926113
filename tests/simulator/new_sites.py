"""Values of sites that are to be deployed, each on networks of its own."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.cloud_calls import Answer, Dcmanager
from tests.waiting import wait_until

PASSWORD = base64.b64encode(b"Sysadmin*4").decode()
SECRETS = {"sysadmin_password": PASSWORD, "bmc_password": base64.b64encode(b"Board*4").decode()}
DEPLOY_CONFIG = "apiVersion: starlingx.windriver.com/v1\nkind: System\n"
GONE = "leave out"


def bootstrap(number: int, **changed: Any) -> dict[str, Any]:
    """Bootstrap values of a simplex site; `management_subnet=GONE` leaves a key out."""
    high, low = divmod(number, 200)
    values = {
        "name": f"new-{number:04d}",
        "system_mode": "simplex",
        "location": "Lisbon roof",
        "description": "added by a test",
        "management_subnet": f"10.{210 + high}.{low}.0/24",
        "management_start_address": f"10.{210 + high}.{low}.2",
        "management_end_address": f"10.{210 + high}.{low}.50",
        "management_gateway_address": f"10.{210 + high}.{low}.1",
        "systemcontroller_gateway_address": "192.168.204.101",
        "external_oam_subnet": f"10.{220 + high}.{low}.0/24",
        "external_oam_gateway_address": f"10.{220 + high}.{low}.1",
        "external_oam_floating_address": f"10.{220 + high}.{low}.2",
        "docker_registries": {"docker.io": {"username": "mirror", "password": "Registry*4"}},
    }
    return {key: value for key, value in (values | changed).items() if value != GONE}


def install(number: int, **changed: Any) -> dict[str, Any]:
    high, low = divmod(number, 200)
    values = {
        "bootstrap_interface": "eno1",
        "bootstrap_address": f"10.{220 + high}.{low}.3",
        "bootstrap_address_prefix": 24,
        "install_type": 3,
        "bmc_username": "root",
        "bmc_address": f"10.{230 + high}.{low}.3",
        "persistent_size": 30000,
    }
    return {key: value for key, value in (values | changed).items() if value != GONE}


def text(values: Any) -> str:
    """JSON is YAML."""
    return values if isinstance(values, str) else json.dumps(values)


@dataclass
class NewSite:
    """Requests about one site."""

    dcmanager: Dcmanager
    number: int
    id: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        return f"new-{self.number:04d}"

    def form(self, *, with_install: bool = True, with_config: bool = True, **fields: str) -> dict[str, Any]:
        files = {"bootstrap_values": text(bootstrap(self.number))}
        if with_install:
            files["install_values"] = text(install(self.number))
        if with_config:
            files["deploy_config"] = DEPLOY_CONFIG
        return {"fields": {"bootstrap-address": f"10.220.0.{self.number % 250}", **SECRETS, **fields}, "files": files}

    def add(self, **options: Any) -> Answer:
        return self._remember(self.dcmanager.send_form("/v1.0/subclouds", **self.form(**options)))

    def create(self, **options: Any) -> Answer:
        return self._remember(self.dcmanager.send_form("/v1.0/phased-subcloud-deploy", **self.form(**options)))

    def _remember(self, answer: Answer) -> Answer:
        if answer.status == 200:
            self.id = answer.json()["id"]
        return answer

    def verb(self, verb: str, fields: dict[str, str] | None = None, **files: Any) -> Answer:
        sent = {"sysadmin_password": PASSWORD} if fields is None else fields
        path = f"/v1.0/phased-subcloud-deploy/{self.id}/{verb}"
        return self.dcmanager.send_form(path, sent, {name: text(value) for name, value in files.items()}, "PATCH")

    def row(self) -> dict[str, Any]:
        return self.dcmanager.subcloud(self.id)

    def status(self) -> str:
        return str(self.row()["deploy-status"])

    def wait_for(self, *statuses: str, timeout: float = 60, seen: Callable[[str], None] | None = None) -> str:
        """The status when it is one of these; `seen` is told every status on the way."""

        def reached() -> str | None:
            status = self.status()
            if seen is not None:
                seen(status)
            return status if status in statuses else None

        return str(wait_until(reached, timeout=timeout, every=0.02, what=f"{self.name} {' or '.join(statuses)}"))

"""Calls to one BMC, as a Redfish client makes them."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.cloud_calls import JSON, Answer, call

USER = "sysadmin-bmc"
RACK_PASSWORD = "not-a-real-bmc-password"
RESET = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"


@dataclass(slots=True)
class Bmc:
    """`base` ends before /redfish: http://127.0.0.1:9000/c1/s12/bmc."""

    base: str
    password: str
    session: str = field(default="", init=False)

    def ask(self, path: str, method: str = "GET", value: Any = None, *, timeout: float = 20) -> Answer:
        body = None if value is None else json.dumps(value).encode()
        coded = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        headers = {"X_Auth_Token": self.session} if self.session else {"Authorization": f"Basic {coded}"}
        return call(self.base + path, method, body, timeout=timeout, Content_Type=JSON, **headers)

    def read(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.json()

    def reset(self, kind: str) -> int:
        return self.ask(RESET, "POST", {"ResetType": kind}).status

    @property
    def power(self) -> str:
        return str(self.read("/redfish/v1/Systems/1")["PowerState"])

    def log_in(self) -> Answer:
        answer = call(
            f"{self.base}/redfish/v1/SessionService/Sessions",
            "POST",
            json.dumps({"UserName": USER, "Password": self.password}).encode(),
            Content_Type=JSON,
        )
        self.session = answer.headers["X-Auth-Token"] or ""
        return answer


def bmc_of(url: str, row: dict[str, Any], host: str = "") -> Bmc:
    """The BMC of a row of dcmanager's list, with the password its install values carry."""
    values = json.loads(row["data_install"])
    password = base64.b64decode(values["bmc_password"]).decode()
    return Bmc(f"{url}/c1/s{row['id']}/bmc" + (f"/{host}" if host else ""), password)

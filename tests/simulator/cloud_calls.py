"""Calls to a simulated cloud as any HTTP client would make them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

SECRETS = {"portal-reader": "reader-secret", "portal-operator": "operator-secret", "admin": "St4rlingX*"}
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(url: str, method: str = "GET", body: bytes | None = None, *, timeout: float = 20, **headers: str) -> Answer:
    """One request; `X_Auth_Token="..."` is header X-Auth-Token. Error statuses are answers too."""
    request = Request(url, data=body, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urlopen(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.headers, answer.read())
    except HTTPError as error:
        return Answer(error.code, error.headers.get("Content-Type", ""), error.headers, error.read())


def token_request(user: str, password: str | None = None, project: str | None = "admin") -> bytes:
    secret = SECRETS[user] if password is None else password
    default = {"name": "Default"}
    auth: dict[str, Any] = {
        "identity": {
            "methods": ["password"],
            "password": {"user": {"name": user, "password": secret, "domain": default}},
        }
    }
    if project is not None:
        auth["scope"] = {"project": {"name": project, "domain": default}}
    return json.dumps({"auth": auth}).encode()


def sign_in(cloud_url: str, user: str = "admin") -> Answer:
    return call(f"{cloud_url}/identity/v3/auth/tokens", "POST", token_request(user), Content_Type=JSON)


def multipart(
    fields: Mapping[str, str], files: Mapping[str, str | bytes] | None = None, boundary: str = "simple-boundary"
) -> tuple[bytes, str]:
    """(body, content type) of a form with text fields and files."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in (files or {}).items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.yml"\r\n\r\n'
        parts.append(head.encode() + (content.encode() if isinstance(content, str) else content) + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@dataclass(slots=True)
class Dcmanager:
    """dcmanager of one System Controller, signed in on first use."""

    simulator_url: str
    controller: int = 1
    user: str = "admin"
    _token: str = field(default="", init=False)

    @property
    def token(self) -> str:
        if not self._token:
            self._token = sign_in(f"{self.simulator_url}/c{self.controller}", self.user).headers["X-Subject-Token"]
        return self._token

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, accept: str = JSON, **headers: str
    ) -> Answer:
        """`path` as the real server knows it: /v1.0/subclouds."""
        url = f"{self.simulator_url}/c{self.controller}/dcmanager{path}"
        return call(url, method, body, Accept=accept, X_Auth_Token=self.token, **headers)

    def send(self, path: str, value: Any, method: str = "POST") -> Answer:
        return self.ask(path, method, json.dumps(value).encode(), Content_Type=JSON)

    def patch_form(self, path: str, accept: str = JSON, **fields: str) -> Answer:
        """A multipart PATCH; `management_state="managed"` is field management-state."""
        body, kind = multipart(
            {name.replace("management_state", "management-state"): text for name, text in fields.items()}
        )
        return self.ask(path, "PATCH", body, accept, Content_Type=kind)

    def send_form(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Mapping[str, str | bytes] | None = None,
        method: str = "POST",
        accept: str = JSON,
    ) -> Answer:
        body, kind = multipart(fields, files)
        return self.ask(path, method, body, accept, Content_Type=kind)

    def subclouds(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("/v1.0/subclouds").json()["subclouds"]
        return rows

    def subcloud(self, reference: object) -> dict[str, Any]:
        row: dict[str, Any] = self.ask(f"/v1.0/subclouds/{reference}").json()
        return row

    def pick(self, wanted: dict[str, str]) -> dict[str, Any]:
        """The last subcloud with these values."""
        for row in reversed(self.subclouds()):
            if wanted.items() <= {key: value for key, value in row.items() if isinstance(value, str)}.items():
                return row
        raise LookupError(f"the fleet has no subcloud with {wanted}")

"""How a BMC says no: Redfish's error object with a message of the Base registry."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.routing import Call, answer

REGISTRY = "Base.1.8"


class Refused(Exception):
    """A request the BMC refuses; `message` is the registry's name for it."""

    def __init__(self, status: int, message: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.message = message


def body(message: str, text: str) -> dict[str, Any]:
    detail = {
        "@odata.type": "#Message.v1_1_1.Message",
        "MessageId": f"{REGISTRY}.{message}",
        "Message": text,
        "MessageArgs": [],
        "Severity": "Critical",
        "Resolution": "See the message.",
    }
    return {
        "error": {
            "code": f"{REGISTRY}.GeneralError",
            "message": "A general error has occurred. See ExtendedInfo for more information.",
            "@Message.ExtendedInfo": [detail],
        }
    }


def refused(refusal: Refused) -> web.Response:
    return answer(body(refusal.message, str(refusal)), refusal.status)


def unauthorized(call: Call) -> web.Response:
    response = refused(Refused(401, "NoValidSession", "There is no valid session established with the implementation."))
    response.headers["WWW-Authenticate"] = 'Basic realm="Redfish"'
    return response


def missing(call: Call) -> Refused:
    return Refused(404, "ResourceMissingAtURI", f"The resource at the URI {call.path} was not found.")


def not_found(call: Call) -> web.Response:
    return refused(missing(call))


def method_not_allowed(call: Call) -> web.Response:
    return refused(Refused(405, "ActionNotSupported", f"The method {call.method} is not supported by the resource."))

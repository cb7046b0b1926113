"""Keystone v3 of every cloud: token issue, validation, revocation, catalog.

Bodies follow wire/dcmanager/keystone_token_body.json; errors are Keystone's own
`{"error": {"code", "message", "title"}}`.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.clock import stamp_keystone
from simulator.fleet import Cloud
from simulator.identity import stable_hex
from simulator.keystone_catalog import catalog
from simulator.routing import Call, Routes, Service, answer
from simulator.tokens import USERS, Token, User
from simulator.world import World

DOMAIN = {"id": "default", "name": "Default"}
PROJECTS = ("admin", "services")
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
REFUSED = "The request you have made requires authentication."


class RequestError(Exception):
    """A token request Keystone refuses; `status` 400 for a malformed one, 401 for a wrong one."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def failure(status: int, message: str) -> web.Response:
    return answer({"error": {"code": status, "message": message, "title": TITLES[status]}}, status)


def unauthorized(call: Call) -> web.Response:
    return failure(401, REFUSED)


def service(world: World) -> Service:
    keystone = Keystone(world)
    routes = Routes()
    routes.get("/", keystone.versions, public=True)
    routes.get("/v3", keystone.version, public=True)
    routes.add("POST", "/v3/auth/tokens", keystone.issue, public=True)
    routes.get("/v3/auth/tokens", keystone.validate)
    routes.add("DELETE", "/v3/auth/tokens", keystone.revoke)
    routes.get("/v3/auth/catalog", keystone.show_catalog)
    return Service(
        "identity",
        routes,
        unauthorized=unauthorized,
        not_found=lambda call: failure(404, "The resource could not be found."),
        method_not_allowed=lambda call: failure(405, "The method is not allowed for the requested URL."),
    )


def secret_of(identity: Any) -> tuple[User, str]:
    """(user, password given) of `auth.identity`. Raises RequestError."""
    if not isinstance(identity, dict) or identity.get("methods") != ["password"]:
        raise RequestError(401, REFUSED)
    password = identity.get("password")
    given = password.get("user") if isinstance(password, dict) else None
    if not isinstance(given, dict) or not isinstance(given.get("password"), str):
        raise RequestError(400, "'user' is a required property of the password method.")
    user = USERS.get(str(given.get("name"))) or _user_by_id(given.get("id"))
    domain = given.get("domain")
    if user is None or (given.get("id") is None and not _is_default(domain)):
        raise RequestError(401, REFUSED)
    return user, given["password"]


def _user_by_id(identifier: Any) -> User | None:
    return next((user for user in USERS.values() if user_id(user) == identifier), None)


def _is_default(domain: Any) -> bool:
    if not isinstance(domain, dict):
        return False
    name = domain.get("name")
    return domain.get("id") == "default" or (isinstance(name, str) and name.lower() == "default")


def project_of(scope: Any) -> str | None:
    """The project asked for, None for an unscoped token. Raises RequestError."""
    if scope is None:
        return None
    project = scope.get("project") if isinstance(scope, dict) else None
    if not isinstance(project, dict):
        raise RequestError(401, REFUSED)
    by_id = {stable_hex("project", name): name for name in PROJECTS}
    name = by_id.get(str(project.get("id"))) or project.get("name")
    if name not in PROJECTS or (project.get("id") is None and not _is_default(project.get("domain"))):
        raise RequestError(401, REFUSED)
    return str(name)


def user_id(user: User) -> str:
    return stable_hex("user", user.name)


class Keystone:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def versions(self, call: Call) -> web.Response:
        return answer({"versions": {"values": [self._version(call)]}}, 300)

    async def version(self, call: Call) -> web.Response:
        return answer({"version": self._version(call)})

    def _version(self, call: Call) -> dict[str, Any]:
        return {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": f"{call.base_url}/v3/"}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        }

    async def issue(self, call: Call) -> web.Response:
        try:
            auth = (await call.json())["auth"]
            user, password = secret_of(auth["identity"])
            project = project_of(auth.get("scope"))
            if password != user.password:
                raise RequestError(401, REFUSED)
        except RequestError as error:
            return failure(error.status, str(error))
        except (ValueError, KeyError, TypeError, AttributeError):
            return failure(400, "Expecting to find auth.identity in the request body: a JSON object is needed.")
        token = self._world.tokens.issue(call.cloud, user, project)
        response = answer(self._body(call.cloud, token), 201)
        response.headers["X-Subject-Token"] = token.text
        return response

    async def validate(self, call: Call) -> web.Response:
        token = self._world.tokens.check(call.cloud, call.request.headers.get("X-Subject-Token"))
        if token is None:
            return failure(404, "Could not find token.")
        response = answer(self._body(call.cloud, token))
        response.headers["X-Subject-Token"] = token.text
        return response

    async def revoke(self, call: Call) -> web.Response:
        text = call.request.headers.get("X-Subject-Token", "")
        if self._world.tokens.check(call.cloud, text) is None:
            return failure(404, "Could not find token.")
        self._world.tokens.revoke(text)
        return web.Response(status=204)

    async def show_catalog(self, call: Call) -> web.Response:
        return answer(
            {"catalog": catalog(self._world, call.cloud), "links": {"self": f"{call.base_url}/v3/auth/catalog"}}
        )

    def _body(self, cloud: Cloud, token: Token) -> dict[str, Any]:
        """The token's description; only a scoped one has roles and a catalog."""
        head: dict[str, Any] = {
            "methods": ["password"],
            "user": {"domain": DOMAIN, "id": user_id(token.user), "name": token.user.name, "password_expires_at": None},
            "audit_ids": [token.text[-22:]],
            "expires_at": stamp_keystone(token.expires_at),
            "issued_at": stamp_keystone(token.issued_at),
        }
        if token.project is not None:
            head |= {
                "project": {"domain": DOMAIN, "id": stable_hex("project", token.project), "name": token.project},
                "is_domain": False,
                "roles": [{"id": stable_hex("role", role), "name": role} for role in token.roles],
                "catalog": catalog(self._world, cloud),
            }
        return {"token": head}

"""GET of any resource: list, page of a list, one, and the sub-collection of a host."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.fm.access import alarms_of
from simulator.routing import Call
from simulator.sysinv.access import READERS, denied, not_found
from simulator.sysinv.conditions import conditions
from simulator.sysinv.resources import BROKEN_ROOTS, RESOURCES, Resource
from simulator.sysinv.site import Item, Site
from simulator.wsme import LIMIT_MAX, UUID, ApiError, rendered, whole

HOST_QUERIES = ("ihost", "ihost_uuid", "host_uuid", "uuid", "i_uuid", "parent_uuid")


def site_of(call: Call) -> Site:
    now = call.world.clock.now()
    model = alarms_of(call)
    return Site(call.cloud, call.base_url, call.world.clock.epoch, now, conditions(model, call.cloud, now))


def answered(value: Any) -> web.Response:
    return rendered(value, "json")


async def index(call: Call) -> web.StreamResponse:
    """The root of a resource."""
    refusal = denied(call, READERS)
    if refusal is not None:
        return refusal
    name = call.params.get("resource", "ihosts")
    resource = RESOURCES.get(name)
    try:
        host = asked_host(call, resource)
        if name in BROKEN_ROOTS and host is None:
            raise ApiError(*BROKEN_ROOTS[name])
        if resource is None:
            return not_found(call)
        site = site_of(call)
        rows = of_host(site, resource, host) if host else resource.rows(site) if resource.root else []
        return listed(call, name, resource, rows)
    except ApiError as fault:
        return fault.response()


def asked_host(call: Call, resource: Resource | None) -> str | None:
    """The host a root was asked for by query, where the resource has hosts."""
    if resource is None or resource.host_field is None:
        return None
    return next((call.query[name] for name in HOST_QUERIES if call.query.get(name)), None)


def of_host(site: Site, resource: Resource, host_uuid: str) -> list[Item]:
    wanted: object = host_uuid
    if resource.host_field == "forihostid":
        wanted = next((host.id for host in site.hosts if host.uuid == host_uuid), None)
    return [row for row in resource.rows(site) if row[str(resource.host_field)] == wanted]


def listed(call: Call, name: str, resource: Resource, rows: list[Item]) -> web.Response:
    """A page of rows; `next` is an absolute address. Raises ApiError."""
    limit = whole("limit", call.query["limit"]) if call.query.get("limit") else LIMIT_MAX
    if limit < 0:
        raise ApiError(400, "Limit must be positive")
    limit = min(limit or LIMIT_MAX, LIMIT_MAX)
    marker = call.query.get("marker")
    if marker:
        names = [row.get(resource.identifier) for row in rows]
        if marker not in names:
            raise ApiError(404, f"{resource.noun} {marker} could not be found.")
        rows = rows[names.index(marker) + 1 :]
    more = len(rows) > limit if limit < LIMIT_MAX else False
    shown = [{key: value for key, value in row.items() if key not in resource.hidden} for row in rows[:limit]]
    value: Item = {resource.key: shown}
    if resource.paged and shown and (more or len(shown) == limit):
        value["next"] = (
            f"{call.base_url}/v1/{name}?sort_key=id&sort_dir=asc&limit={limit}&marker={shown[-1][resource.identifier]}"
        )
    return answered(value)


async def show(call: Call) -> web.StreamResponse:
    """One row, by uuid; hosts by name and number too."""
    refusal = denied(call, READERS)
    if refusal is not None:
        return refusal
    name, identifier = call.params.get("resource", "ihosts"), call.params["uuid"]
    resource = RESOURCES.get(name)
    if resource is None:
        return not_found(call)
    try:
        site = site_of(call)
        if name == "iinterfaces" and identifier == "detail":
            return listed(call, name, resource, (resource.one or resource.rows)(site))
        return answered(find(site, name, resource, identifier))
    except ApiError as fault:
        return fault.response()


def find(site: Site, name: str, resource: Resource, identifier: str) -> Item:
    """Raises ApiError with the words of that resource."""
    rows = (resource.one or resource.rows)(site)
    for row in rows:
        names = (row["uuid"], row["hostname"], str(row["id"])) if name == "ihosts" else (row[resource.identifier],)
        if identifier in names:
            shown = {key: value for key, value in row.items() if key not in resource.hidden}
            return shown | site.times(row["uuid"]) if resource.timed else shown
    if name != "ihosts" and resource.identifier == "uuid" and not UUID.match(identifier):
        raise ApiError(
            400,
            f"Invalid input for field/attribute {resource.argument}. Value: '{identifier}'. unable to "
            f"convert to uuid. Error: Expected a uuid but received {identifier}.",
        )
    if resource.unknown_status == 400:
        raise ApiError(400, f"No entry found for interface {identifier}")
    raise ApiError(404, f"{resource.noun} {identifier} could not be found.")


async def below_host(call: Call) -> web.StreamResponse:
    """`/ihosts/{uuid}/<resource>`."""
    refusal = denied(call, READERS)
    if refusal is not None:
        return refusal
    name = call.params["child"]
    resource = RESOURCES.get(name)
    if resource is None or (resource.host_field is None and resource.rows(site_of(call))):
        return not_found(call)
    try:
        site, host = site_of(call), call.params["uuid"]
        if host not in {one.uuid for one in site.hosts}:
            raise ApiError(404, f"Server {host} could not be found.")
        rows = of_host(site, resource, host) if resource.host_field else []
        return listed(call, name, resource, rows)
    except ApiError as fault:
        return fault.response()

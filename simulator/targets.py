"""Which clouds a command on the control API means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.faults import ANY_NAME
from simulator.fleet import Cloud
from simulator.identity import stable_hex
from simulator.world import World


class TargetError(ValueError):
    """No such controller, subcloud or region."""


def chosen(world: World, wanted: Mapping[str, Any]) -> list[Cloud]:
    """The clouds of `{"controller", "subcloud": id|name|"all"|"central", "region"?, "count"?}`.

    With a count the choice is by hash, so that the same command hits the same sites. Raises TargetError.
    """
    number = whole(wanted, "controller", 1)
    if world.cloud(number, None) is None:
        raise TargetError(f"no controller {number}")
    subcloud = wanted.get("subcloud", "all")
    found = [one(world, number, subcloud)] if subcloud != "all" else world.subclouds(number)
    region = wanted.get("region")
    if region is not None:
        found = [cloud for cloud in found if cloud.region.lower() == str(region).lower()]
    count = whole(wanted, "count", len(found))
    if count < len(found):
        found = sorted(found, key=lambda cloud: stable_hex(cloud.seed, "target"))[:count]
    if not found:
        raise TargetError("no cloud matches")
    return found


def of_work(world: World, wanted: Mapping[str, Any]) -> tuple[int, list[Cloud], list[str]]:
    """(controller, clouds, names) for a fault of dcmanager's work: names may be of subclouds that do not exist yet.

    `subcloud` "all" without a region or a count is every subcloud, those still to come too; it may be several names
    with commas between them. Raises TargetError.
    """
    number = whole(wanted, "controller", 1)
    if world.cloud(number, None) is None:
        raise TargetError(f"no controller {number}")
    references = [text.strip() for text in str(wanted.get("subcloud", "all")).split(",") if text.strip()]
    if not references or "central" in references:
        raise TargetError("name subclouds, or all")
    if references == ["all"]:
        narrowed = wanted.get("region") is not None or wanted.get("count") is not None
        return (number, chosen(world, wanted), []) if narrowed else (number, [], [ANY_NAME])
    clouds = [one(world, number, text) for text in references if text.isascii() and text.isdigit()]
    return number, clouds, [text for text in references if not (text.isascii() and text.isdigit())]


def one(world: World, controller: int, reference: Any) -> Cloud:
    """The cloud of an id, a name or "central". Raises TargetError."""
    if reference in (None, "central"):
        cloud = world.cloud(controller, None)
    elif str(reference).isascii() and str(reference).isdigit():
        cloud = world.cloud(controller, int(reference))
    else:
        cloud = next((cloud for cloud in world.subclouds(controller) if world.names[cloud.key] == reference), None)
    if cloud is None:
        raise TargetError(f"no cloud {reference} at controller {controller}")
    return cloud


def whole(wanted: Mapping[str, Any], key: str, default: int) -> int:
    """A whole number of a request. Raises TargetError."""
    value = wanted.get(key)
    if value is None:
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise TargetError(f"{key} must be a number") from error

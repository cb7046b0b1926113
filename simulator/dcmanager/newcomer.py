"""A subcloud that was not in the fleet: its hardware, place and addresses, from what its deployment was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Literal

from simulator.fleet import Addressing, Cloud, InitialState, Software
from simulator.geography import REGIONS, cities, city_in
from simulator.identity import dice, stable_hex
from simulator.survey import REGION_WEIGHTS, draw_ceph, draw_position

NEVER_DEPLOYED = InitialState("unmanaged", "not-deployed", ever_online=False, install_values=False)


@dataclass(frozen=True, slots=True)
class Birth:
    """What a new subcloud is made of. `age` in seconds before the fleet's epoch, negative for all that come later."""

    seed: int
    controller: int
    id: int
    age: float
    software: Software
    bootstrap: Mapping[str, Any]
    install: Mapping[str, Any] | None
    network: Mapping[str, str]


def born(birth: Birth) -> Cloud:
    """The cloud, the same after every replay."""
    label = f"{birth.seed}/c{birth.controller}/s{birth.id}"
    die = dice(label)
    named = city_in(f"{birth.bootstrap.get('location') or ''} {birth.bootstrap['name']}")
    city = named or die.choice(cities()[die.choices(REGIONS, REGION_WEIGHTS)[0]])
    latitude, longitude, timezone = draw_position(die, city)
    mode: Literal["simplex", "duplex"] = "simplex" if birth.bootstrap["system_mode"] == "simplex" else "duplex"
    return Cloud(
        kind="subcloud",
        controller=birth.controller,
        id=birth.id,
        seed=label,
        name=str(birth.bootstrap["name"]),
        region_name=stable_hex(label, "region"),
        city=city,
        latitude=latitude,
        longitude=longitude,
        timezone=timezone,
        system_mode=mode,
        ceph=draw_ceph(die),
        software=birth.software,
        addressing=addressing(birth, label),
        age=birth.age,
        initial=NEVER_DEPLOYED,
    )


def addressing(birth: Birth, label: str) -> Addressing:
    network = birth.network
    oam = str(birth.bootstrap["external_oam_floating_address"]).split(",")[0].strip()
    gateway = str(birth.bootstrap["systemcontroller_gateway_address"]).split(",")[0].strip()
    return Addressing(
        network["subnet"],
        network["start"],
        network["end"],
        network["gateway"],
        gateway,
        oam,
        hosts(network["start"], network["end"]),
        boards(birth.install, label),
    )


def hosts(start: str, end: str) -> tuple[str, str]:
    """The addresses after the floating one; a range of one address is the host's own."""
    first = ip_address(start)
    single = start == end
    return (str(first), str(first)) if single else (str(first + 1), str(first + 2))


def boards(install: Mapping[str, Any] | None, label: str) -> tuple[str, str]:
    """Where the BMCs are: as the install values say for controller-0, the address after that for controller-1."""
    if install is not None and install.get("bmc_address"):
        first = ip_address(str(install["bmc_address"]))
    else:
        die = dice(label, "bmc")
        first = ip_address(f"172.30.{die.randrange(256)}.{die.randrange(1, 250)}")
    return str(first), str(first + 1)


def moved(cloud: Cloud, network: Mapping[str, str]) -> Cloud:
    """The same cloud on another management network."""
    return replace(
        cloud,
        addressing=replace(
            cloud.addressing,
            subnet=network["subnet"],
            start=network["start"],
            end=network["end"],
            gateway=network["gateway"],
            controller_gateway=network.get("controller_gateway", cloud.addressing.controller_gateway),
            hosts=hosts(network["start"], network["end"]),
        ),
    )

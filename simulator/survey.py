"""Draws a fleet from a seed: which site stands where, in which shape and state."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Literal

from simulator.fleet import (
    CENTRAL_REGION,
    Addressing,
    CephFlavour,
    Cloud,
    Controller,
    Fleet,
    Group,
    InitialState,
    PeerGroup,
    Software,
)
from simulator.geography import REGIONS, City, cities, city_named
from simulator.identity import dice, stable_fraction, stable_hex

HOUR = 3600.0
DAY = 24 * HOUR
REGION_WEIGHTS = (45, 35, 20)
CONTROLLER_CITIES = ("Dallas", "Frankfurt", "São Paulo", "Toronto", "Amsterdam", "Brasília")
CURRENT = Software("26.09", "starlingx-26.09.1", "v1.34.1")
OLDER = (
    Software("26.09", "starlingx-26.09.0", "v1.34.1"),
    Software("26.03", "starlingx-26.03.2", "v1.33.4"),
    Software("25.09", "starlingx-25.09.3", "v1.32.2"),
)

GROUPS = (
    Group(1, "Default", "Default Subcloud Group", "parallel", 2),
    Group(2, "North America", "Sites in North America", "parallel", 50),
    Group(3, "Europe", "Sites in Europe", "parallel", 20),
    Group(4, "Brazil", "Sites in Brazil", "parallel", 10),
    Group(5, "Canary", "First to get every release", "serial", 1),
    Group(6, "Lab", "Lab & staging", "parallel", 2),
)
PEER_GROUP_SHARE = 0.1
REGION_GROUP = dict(zip(REGIONS, (2, 3, 4), strict=True))

PLAYBOOK = (
    "FAILED {stage} playbook of ({{name}}).\n detail: fatal: [{{name}}]: FAILED!{code}\n msg: {said}\n"
    "FAILED TASK: TASK [{stage}]"
)
# deploy-status, weight, error-description as stored; all of these sites are unmanaged and have never been online
UNFINISHED: tuple[tuple[str, int, str], ...] = (
    (
        "install-failed",
        4,
        PLAYBOOK.format(stage="installing", code=" err_code=ping_bmc", said="no answer from the BMC"),
    ),
    (
        "bootstrap-failed",
        4,
        PLAYBOOK.format(stage="bootstrapping", code=" err_code=images_download_failure", said="registry login failed"),
    ),
    (
        "config-failed",
        2,
        PLAYBOOK.format(stage="configuring", code=" err_code=dm_apply_failed", said="HostProfile is not valid"),
    ),
    ("create-failed", 1, "Failed to create subcloud: a route to its management network was refused."),
    ("create-complete", 2, "No errors present"),
    ("install-aborted", 1, "No errors present"),
)
ENDPOINTS_OUT_OF_SYNC = ("platform", "identity", "dc-cert", "firmware", "kube-rootca")


def build(seed: int, subclouds: int, controllers: int, peer_groups: int = 0) -> Fleet:
    """The fleet of that seed; `subclouds` are dealt evenly to `controllers`.

    The last controller has a standby: `peer_groups` groups with members, or one without when that is 0.
    """
    shares = [subclouds // controllers + (1 if index < subclouds % controllers else 0) for index in range(controllers)]
    return Fleet(
        seed,
        tuple(
            Controller(
                number,
                draw_central(seed, number),
                tuple(
                    with_peer_group(
                        draw_subcloud(seed, number, identifier), peer_groups if number == controllers else 0
                    )
                    for identifier in range(1, share + 1)
                ),
                GROUPS,
                draw_peer_groups(max(1, peer_groups)) if number == controllers else (),
            )
            for number, share in enumerate(shares, start=1)
        ),
    )


def draw_peer_groups(count: int) -> tuple[PeerGroup, ...]:
    return tuple(
        PeerGroup(number, "pg-standby" if number == 1 else f"pg-standby-{number}") for number in range(1, count + 1)
    )


def with_peer_group(cloud: Cloud, groups: int) -> Cloud:
    """Some of the subclouds that may be members are, about as many in each of so many groups."""
    state = cloud.initial
    lot = int(stable_fraction(cloud.seed, "peer group") / min(PEER_GROUP_SHARE, 0.8 / max(1, groups))) + 1
    if lot > groups or state.management != "managed" or not cloud.powered:
        return cloud
    return replace(cloud, initial=replace(state, peer_group=lot, rehome_data=True))


def draw_central(seed: int, number: int) -> Cloud:
    city = city_named(CONTROLLER_CITIES[(number - 1) % len(CONTROLLER_CITIES)])
    return Cloud(
        kind="central",
        controller=number,
        id=None,
        seed=f"{seed}/c{number}",
        name=f"dc-{city.slug}-{number}",
        region_name=CENTRAL_REGION,
        city=city,
        latitude=f"{city.latitude:.4f}",
        longitude=f"{city.longitude:.4f}",
        timezone=city.timezone,
        system_mode="duplex",
        ceph="ceph",
        software=CURRENT,
        age=400 * DAY,
        addressing=Addressing(
            subnet="192.168.204.0/24",
            start="192.168.204.2",
            end="192.168.204.50",
            gateway="192.168.204.1",
            controller_gateway="192.168.204.1",
            oam_floating=f"10.10.{number}.2",
            hosts=("192.168.204.3", "192.168.204.4"),
            bmc=(f"10.20.{number}.3", f"10.20.{number}.4"),
        ),
    )


def draw_subcloud(seed: int, controller: int, identifier: int) -> Cloud:
    label = f"{seed}/c{controller}/s{identifier}"
    die = dice(label)
    city = die.choice(cities()[die.choices(REGIONS, REGION_WEIGHTS)[0]])
    mode: Literal["simplex", "duplex"] = "duplex" if die.random() < 0.4 else "simplex"
    latitude, longitude, timezone = draw_position(die, city)
    software = CURRENT if die.random() < 0.88 else die.choices(OLDER, (60, 30, 10))[0]
    name = f"{city.slug}-{identifier:04d}"
    initial, powered = draw_state(die, name)
    return Cloud(
        kind="subcloud",
        controller=controller,
        id=identifier,
        seed=label,
        name=name,
        region_name=stable_hex(label, "region"),
        city=city,
        latitude=latitude,
        longitude=longitude,
        timezone=timezone,
        system_mode=mode,
        ceph=draw_ceph(die),
        software=software,
        addressing=draw_addressing(die, controller, identifier),
        group=die.choices((REGION_GROUP[city.region], 1, 5, 6), (70, 22, 5, 3))[0],
        powered=powered,
        dark_since=die.uniform(HOUR, 6 * DAY),
        age=die.uniform(20 * DAY, 380 * DAY),
        initial=initial,
    )


def draw_position(die: Random, city: City) -> tuple[str | None, str | None, str | None]:
    """A point some kilometres around the city; one site in twenty was never given coordinates."""
    latitude = city.latitude + die.uniform(-0.25, 0.25)
    longitude = city.longitude + die.uniform(-0.3, 0.3)
    if die.random() < 0.05:
        return None, None, None
    return f"{latitude:.6f}", f"{longitude:.6f}", city.timezone


def draw_ceph(die: Random) -> CephFlavour:
    flavours: tuple[CephFlavour, ...] = ("ceph", "ceph-rook", "none")
    return die.choices(flavours, (50, 35, 15))[0]


def draw_addressing(die: Random, controller: int, identifier: int) -> Addressing:
    """Half of the sites have IPv6 management networks, as in the recorded fleet."""
    high, low = divmod(identifier, 250)
    oam = f"10.{80 + controller}.{high}.{low + 2}"
    bmc = (f"172.{15 + controller}.{high}.{low + 1}", f"172.{15 + controller}.{high + 128}.{low + 1}")
    if die.random() < 0.5:
        net = f"fd{controller:02x}:{identifier:x}::"
        return Addressing(
            f"{net}0/64", f"{net}2", f"{net}fffe", f"{net}1", "fd01:1::1", oam, (f"{net}3", f"{net}4"), bmc
        )
    net = f"10.{100 + high}.{low}."
    return Addressing(
        f"{net}0/24", f"{net}2", f"{net}50", f"{net}1", "192.168.204.101", oam, (f"{net}3", f"{net}4"), bmc
    )


def draw_state(die: Random, name: str) -> tuple[InitialState, bool]:
    """(dcmanager's view when the fleet is new, whether the site has power)."""
    lot = die.random()
    backup = die.choices((None, "complete-central", "complete-local", "failed"), (60, 20, 12, 8))[0]
    prestage = die.choices((None, "complete", "failed"), (78, 19, 3))[0]
    out_of_sync = tuple(endpoint for endpoint in ENDPOINTS_OUT_OF_SYNC if die.random() < 0.012)
    install = die.random() < 0.85
    if lot < 0.045:
        status, _, error = die.choices(UNFINISHED, [weight for _, weight, _ in UNFINISHED])[0]
        return InitialState(
            "unmanaged",
            status,
            error.format(name=name),
            ever_online=False,
            install_values=install or status == "install-failed",
        ), False
    if lot < 0.075:
        return InitialState("managed", backup=backup, prestage=prestage, install_values=install), False
    if lot < 0.13:
        return InitialState("unmanaged", backup=backup, install_values=install), True
    return InitialState(
        "managed",
        backup=backup,
        prestage=prestage,
        install_values=install,
        rehome_data=die.random() < 0.05,
        out_of_sync=out_of_sync,
    ), True

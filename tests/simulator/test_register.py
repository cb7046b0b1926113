"""State as a function of seed, clock and commands, on a clock the test moves; and the cached list."""

import json
import math

import pytest

from simulator.dcmanager.listing import Listing
from simulator.dcmanager.register import Register
from simulator.fleet import Cloud
from tests.simulator.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_outage_and_return(desk: Desk) -> None:
    cloud = desk.site()
    passes = desk.register.passes[1]
    desk.now = passes.time(passes.first(desk.now) + 3) + 1.0
    desk.world.inject("wan-cut", [cloud], 100.0, {})  # fails the passes 39 s and 79 s from now
    desk.now += 78.5
    assert desk.register.seen(cloud).availability.online
    desk.now += 1.0
    assert not desk.register.seen(cloud).availability.online
    assert set(desk.endpoints(cloud).values()) == {"unknown"}
    desk.now += 39.0  # the link is back, the next pass has not been
    assert not desk.register.seen(cloud).availability.online
    desk.now += 1.0
    assert desk.register.seen(cloud).availability.online
    assert desk.endpoints(cloud)["platform"] == "unknown"
    desk.now += 60.0
    assert "unknown" not in desk.endpoints(cloud).values()


def test_manage_syncs_step_by_step(desk: Desk) -> None:
    cloud = desk.site("unmanaged")
    assert {name for name, status in desk.endpoints(cloud).items() if status != "unknown"} == {"dc-cert"}
    desk.world.do("subcloud.update", controller=1, id=cloud.id, changes={"management": "managed"})
    known = []
    for _ in range(5):
        known.append(sum(status != "unknown" for status in desk.endpoints(cloud).values()))
        desk.now += 16.0
    assert known == sorted(known)
    assert (known[0], known[-1]) == (1, 7)


def test_replay_gives_the_same_rows(desk: Desk) -> None:
    cloud = desk.site()
    desk.world.do("subcloud.update", controller=1, id=cloud.id, changes={"management": "unmanaged", "group": 6})
    desk.world.inject("wan-cut", [cloud], None, {})
    desk.now += 500.0
    other = desk.replayed()
    assert Listing(other.register).body(1) == Listing(desk.register).body(1)


def test_only_changed_rows_are_encoded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[object] = []
    listing = Listing(desk.register)

    def counting(register: Register, cloud: Cloud, seen: object) -> dict[str, object]:
        encoded.append(cloud.id)
        return {"id": cloud.id}

    monkeypatch.setattr("simulator.dcmanager.listing.listed", counting)
    first = listing.body(1)
    assert listing.body(1) is first
    assert len(encoded) == 300
    desk.world.do("subcloud.update", controller=1, id=17, changes={"description": "x"})
    listing.body(1)
    assert encoded[300:] == [17]
    desk.world.do("subcloud.delete", controller=1, id=18)
    assert len(json.loads(listing.body(1))["subclouds"]) == 299
    assert encoded[301:] == []


def test_fleet_has_every_kind_of_site(desk: Desk) -> None:
    clouds = desk.world.subclouds(1)
    assert {cloud.region for cloud in clouds} == {"North America", "Europe", "Brazil"}
    assert {cloud.system_mode for cloud in clouds} == {"simplex", "duplex"}
    assert {cloud.ceph for cloud in clouds} == {"ceph", "ceph-rook", "none"}
    assert {len(cloud.hosts) for cloud in clouds if cloud.system_mode == "duplex"} == {2}
    assert {cloud.group for cloud in clouds} == {1, 2, 3, 4, 5, 6}
    assert any(cloud.latitude is None for cloud in clouds)
    assert any(cloud.initial.deploy.endswith("-failed") for cloud in clouds)
    assert any(cloud.initial.rehome_data for cloud in clouds)
    assert len({cloud.region_name for cloud in clouds}) == len({cloud.name for cloud in clouds}) == 300
    addresses = [address for cloud in clouds for address in (cloud.addressing.start, *cloud.addressing.hosts)]
    assert len(addresses) == len(set(addresses))
    assert desk.register.soonest(clouds, desk.now) == math.inf

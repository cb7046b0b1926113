"""What the search finds: words of a subcloud, names of its hosts, and beginnings of addresses of any kind."""

import pytest
from django.test import Client

from hosts.ingest import HostSnapshot, record
from sites.models import Cloud
from tests import observed
from tests.sites.world import World


@pytest.fixture
def addressed(world: World) -> World:
    Cloud.objects.filter(pk=world.clouds[0].pk).update(
        management_start_ip="10.100.89.2", oam_ip="172.16.0.90", bmc_address="2001:db8::a:1", software_version="26.09.1"
    )
    Cloud.objects.filter(pk=world.clouds[1].pk).update(
        management_start_ip="10.100.8.2,fd00:8::2", oam_ip="172.16.0.9", software_version="26.03.1"
    )
    hosts = [
        observed.host("controller-0", mgmt_ip="10.100.89.3", bm_ip="192.168.7.20"),
        observed.host("storage-7", mgmt_ip="10.100.89.4", bm_ip="192.168.7.21"),
    ]
    record([HostSnapshot(world.clouds[0].pk, world.now, hosts)], lease_token=1, now=world.now)
    return world


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("controller-0", {"edge-0"}), ("storage-7", {"edge-0"}), ("storage-8", set()), ("STORAGE", {"edge-0"}),
        ("10.100.89", {"edge-0"}), ("10.100.89.", {"edge-0"}), ("10.100.8", {"edge-0", "edge-1"}),
        ("10.100.8.", {"edge-1"}), ("172.16.0.90", {"edge-0"}), ("172.16.0.9", {"edge-0", "edge-1"}),
        ("192.168.7.21", {"edge-0"}), ("100.89.2", set()), ("2001:DB8::a:1", {"edge-0"}), ("2001:db8:", {"edge-0"}),
        ("fd00:8::2", {"edge-1"}), ("[fd00:8::2]", {"edge-1"}), ("26.09", {"edge-0"}), ("26.0", {"edge-0", "edge-1"}),
        ("edge-0 10.100.89", {"edge-0"}), ("brazil storage", {"edge-0"}), ("x", set()), ("z", set()),
    ],
)  # fmt: skip
def test_found(text: str, found: set[str], addressed: World, fleet_client: Client, api: Client) -> None:
    answer = api.get("/api/v1/subclouds/", {"q": text, "fields": "name"}).json()["results"]
    assert {row["name"] for row in answer} == found
    page = fleet_client.get("/subclouds/", {"q": text}).content.decode()
    assert all(f">{name}<" in page for name in found)


def test_a_host_that_went_is_not_found(addressed: World, api: Client) -> None:
    only = [observed.host("controller-0")]
    record([HostSnapshot(addressed.clouds[0].pk, addressed.now, only)], lease_token=1, now=addressed.now)
    assert api.get("/api/v1/subclouds/?q=storage-7").json()["results"] == []
    assert len(api.get("/api/v1/subclouds/?q=controller-0").json()["results"]) == 1

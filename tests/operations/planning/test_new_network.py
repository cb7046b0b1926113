"""The network that a subcloud is to get, judged as that of a new one is."""

from dataclasses import replace

import pytest

from operations.planning.fleet import KnownSite
from operations.planning.new_network import new_network_problems
from tests.operations.planning.values import FLEET

GOOD = {
    "management_subnet": "10.250.0.0/24", "management_gateway_ip": "10.250.0.1", "management_start_ip": "10.250.0.2",
    "management_end_ip": "10.250.0.50", "bootstrap_address": "10.220.0.3",
}  # fmt: skip
PRESENT = {
    "management_subnet": "192.168.100.0/24", "management_gateway_ip": "192.168.100.1",
    "management_start_ip": "192.168.100.2", "management_end_ip": "192.168.100.50",
}  # fmt: skip
OTHER = KnownSite(name="cell-1", subnet="10.250.0.0/24", start_ip="10.250.0.40", end_ip="10.250.0.60")


def problems(
    mode: str = "simplex", name: str = "cell-0", others: tuple[KnownSite, ...] = (), **changed: str
) -> dict[str, str]:
    fleet = replace(FLEET, sites=(*FLEET.sites, *others))
    return new_network_problems(GOOD | changed, fleet, name, mode, PRESENT)


def test_a_good_one() -> None:
    assert problems() == {}
    assert problems(mode="") == {}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("management_subnet", "10.250.0.0/99", "not a subnet"),
        ("management_subnet", "10.250.0.0/30", "not in the subnet"),
        ("management_start_ip", "10.251.0.2", "not in the subnet"), ("management_start_ip", "10.250.0.51", "exchange"),
        ("management_start_ip", "x", "is not an IP address"),
        ("management_gateway_ip", "10.9.0.1", "not in the subnet"),
        ("management_gateway_ip", "10.250.0.10", "lies in the range"),
        ("management_end_ip", "fd00::1", "IPv6"),
        ("bootstrap_address", "10.220.0", "not an IP address"),
        ("bootstrap_address", "10.220.0.3,fd00::3", "One address"),
    ],
)  # fmt: skip
def test_what_dcmanager_would_refuse(option: str, value: str, says: str) -> None:
    found = problems(**{option: value})
    assert any(says in sentence for sentence in found.values()), found
    assert set(found) <= set(GOOD)
    assert "_address" not in " ".join(found.values()).replace("bootstrap_address", "")


def test_a_site_of_two_servers_needs_more_addresses() -> None:
    few = {"management_start_ip": "10.250.0.2", "management_end_ip": "10.250.0.3"}
    assert problems(**few) == {}
    assert "fewer than 3" in problems(mode="duplex", **few)["management_end_ip"]


def test_ranges_of_others() -> None:
    assert 'overlaps that of subcloud "cell-1"' in problems(others=(OTHER,))["management_start_ip"]
    assert problems(name="cell-1", others=(OTHER,)) == {}  # its own
    hidden = problems(others=(replace(OTHER, hidden=True),))["management_start_ip"]
    assert "a subcloud outside your scope" in hidden
    assert "10.250.0.40" not in hidden


def test_what_it_has_already() -> None:
    found = problems(management_subnet="192.168.100.0/24")
    assert "It has that already" in found["management_subnet"]

"""Each rule of install values (starlingx-dcmanager.md 7.2), broken alone."""

from ipaddress import ip_address

import pytest

from operations.planning.install import check_install
from tests.operations.planning.values import INSTALL


def wrong(**changed: object) -> list[tuple[str, str]]:
    values = INSTALL | {key.replace("__", "."): value for key, value in changed.items()}
    install = check_install(values, "26.09", (ip_address("10.10.20.10"),))
    return [(problem.field.removeprefix("install_values/"), problem.message) for problem in install.problems]


def test_it_works() -> None:
    install = check_install(INSTALL, "26.09", (ip_address("10.10.20.10"),))
    assert (install.problems, install.warnings) == ((), ())
    assert (str(install.bmc_address), str(install.bootstrap_address)) == ("10.10.30.10", "10.10.20.10")


def test_a_number_may_be_text() -> None:
    assert wrong(bootstrap_address_prefix="24", rvmc_debug_level="4", bootstrap_vlan="128") == []


@pytest.mark.parametrize("key", ["install_type", "persistent_size", "hw_settle"])
def test_a_number_that_must_not_be_text(key: str) -> None:
    assert [field for field, message in wrong(**{key: "3"}) if "take its quotes away" in message] == [key]


@pytest.mark.parametrize("mask", ["255.255.0.0", 16, "16"])
def test_a_route(mask: object) -> None:
    assert wrong(network_address="10.20.0.0", network_mask=mask, nexthop_gateway="10.10.20.1") == []


@pytest.mark.parametrize("mask", ["0.0.0.0", 0, "0"])
def test_the_default_route(mask: object) -> None:
    assert wrong(network_address="0.0.0.0", network_mask=mask, nexthop_gateway="10.10.20.1") == []


SIX = INSTALL | {
    "bootstrap_address": "fd00::2", "bmc_address": "fd00:1::2", "nexthop_gateway": "fd00::1",
    "network_address": "fd00:2::",
}  # fmt: skip


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (64, ""), ("128", ""), ("ffff:ffff:ffff:ffff::", ""), (48, "64 to 128"), ("ffff:ffff:ffff::", "64 to 128"),
        (0, "64 to 128"), ("ffff::ffff", "no mask"), (129, "no mask"), ("255.255.0.0", "no mask"), ("x", "no mask"),
    ],
)  # fmt: skip
def test_a_route_of_ipv6(mask: object, says: str) -> None:
    found = [problem.message for problem in check_install(SIX | {"network_mask": mask}, "26.09").problems]
    assert len(found) == bool(says), found
    assert all(says in message for message in found)


@pytest.mark.parametrize(
    "key",
    ["nexthop_gateway", "network_address", "persistent_size", "hw_settle", "rd__net__timeout__ipv6dad",
     "rvmc_debug_level", "extra_boot_params", "software_version"],
)  # fmt: skip
def test_a_key_with_nothing_behind_it(key: str) -> None:
    """dcmanager reads it because it is there, and refuses what it finds."""
    [(field, message)] = wrong(**{key: None})
    assert field == key.replace("__", ".")
    assert "take the key out" in message


@pytest.mark.parametrize("key", sorted(INSTALL))
def test_a_required_key_is_missing(key: str) -> None:
    assert [field for field, message in wrong(**{key: None}) if "missing" in message] == [key]


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"install_type": 6}, "install_type", "0 to 5"),
        ({"install_type": True}, "install_type", "whole number"),
        ({"install_type": 2.5}, "install_type", "whole number"),
        ({"bootstrap_address_prefix": 33}, "bootstrap_address_prefix", "1 to 32"),
        ({"bmc_address": "fd01::9"}, "bmc_address", "alike"),
        ({"bmc_address": "bmc.example"}, "bmc_address", "not an IP address"),
        ({"bootstrap_address": "10.0.0.1,fd01::1"}, "bootstrap_address", "one address"),
        ({"network_address": "10.20.0.0", "nexthop_gateway": "10.10.20.1"}, "network_mask", "needed"),
        ({"network_address": "10.20.0.0", "network_mask": "255.255.0.0"}, "nexthop_gateway", "needed"),
        ({"nexthop_gateway": "fd01::1"}, "nexthop_gateway", "must be IPv4"),
        (
            {"network_address": "fd02::1", "network_mask": "64", "nexthop_gateway": "10.10.20.1"},
            "network_address",
            "must be IPv4",
        ),
        (
            {"network_address": "10.20.0.0", "network_mask": "255.0.255.0", "nexthop_gateway": "10.10.20.1"},
            "network_mask",
            "no mask",
        ),
        ({"extra_boot_params": "a=1 b=2"}, "extra_boot_params", "commas"),
        ({"persistent_size": 29999}, "persistent_size", "at least 30000"),
        ({"persistent_size": "30 GB"}, "persistent_size", "whole number"),
        ({"rvmc_debug_level": "9" * 99}, "rvmc_debug_level", "too large"),
        ({"hw_settle": -1}, "hw_settle", "negative"),
        ({"extra_boot_params": ""}, "extra_boot_params", "empty"),
        ({"extra_boot_params": "None"}, "extra_boot_params", "fill it in"),
        ({"extra_boot_params": "a=1 "}, "extra_boot_params", "commas"),
        ({"rd__net__timeout__ipv6dad": 0}, "rd.net.timeout.ipv6dad", "more than 0"),
        ({"rvmc_debug_level": 5}, "rvmc_debug_level", "0 to 4"),
        ({"bootstrap_vlan": 4095}, "bootstrap_vlan", "1 to 4094"),
        ({"software_version": "26.03"}, "software_version", "26.09 is asked for"),
        ({"software_version": 26.1}, "software_version", "in quotes"),
    ],
)
def test_one_rule_broken(changed: dict[str, object], field: str, says: str) -> None:
    [(found, message)] = wrong(**changed)
    assert found == field
    assert says in message


def test_bootstrap_and_oam_are_of_one_family() -> None:
    [problem] = check_install(INSTALL, "26.09", (ip_address("fd01::1"),)).problems
    assert "OAM address is IPv6" in problem.message

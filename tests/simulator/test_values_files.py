"""Bootstrap and install values: every rule, and the text of its refusal."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.dcmanager import address_plan, addresses, bootstrap_values, install_values, yaml_values
from simulator.dcmanager.address_plan import Neighbour
from simulator.dcmanager.new_subcloud import POOLS
from simulator.dcmanager.refusals import Refused
from simulator.survey import CURRENT
from tests.simulator.new_sites import GONE, SECRETS, bootstrap, install

NEIGHBOUR = Neighbour(
    "porto-0001",
    addresses.network("10.210.1.0/24"),
    addresses.address("10.210.1.60"),
    addresses.address("10.210.1.70"),
)
DUAL = {
    "management_subnet": "10.210.1.0/24,fd02::/64",
    "management_start_address": "10.210.1.2,fd02::2",
    "management_end_address": "10.210.1.50,fd02::50",
    "management_gateway_address": "10.210.1.1,fd02::1",
}
ADMIN = {
    "admin_subnet": "10.211.1.0/24",
    "admin_start_address": "10.211.1.2",
    "admin_end_address": "10.211.1.9",
    "admin_gateway_address": "10.211.1.1",
    "management_gateway_address": GONE,
}
SIX = {
    "management_subnet": "fd02::/64",
    "management_start_address": "fd02::2",
    "management_end_address": "fd02::50",
    "management_gateway_address": "fd02::1",
    "systemcontroller_gateway_address": "fd01:1::1",
}


def planned(changed: dict[str, Any]) -> address_plan.Plan:
    values = bootstrap(1, **changed)
    bootstrap_values.check_keys(values)
    bootstrap_values.check_name(values["name"])
    return address_plan.check(values, [NEIGHBOUR], POOLS)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        DUAL,
        ADMIN,
        SIX,
        {"system_mode": "duplex"},
        {"system_mode": "duplex-direct"},
        {"management_start_address": "10.210.1.9", "management_end_address": "10.210.1.9"},
        {"management_start_address": GONE, "management_end_address": GONE, "management_floating_address": "10.210.1.9"},
        {"management_floating_address": "10.210.1.2"},
        {"management_subnet": "10.210.1.7/24"},  # host bits are not minded
    ],
)
def test_plans_that_will_do(changed: dict[str, Any]) -> None:
    assert planned(changed).subnet


def test_the_admin_network_is_what_dcmanager_shows() -> None:
    plan = planned(ADMIN)
    assert (plan.subnet, plan.start, plan.end, plan.gateway) == (
        "10.211.1.0/24",
        "10.211.1.2",
        "10.211.1.9",
        "10.211.1.1",
    )


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        *[
            ({key: GONE}, f"{key} required")
            for key in bootstrap(1)
            if key not in ("location", "description", "docker_registries")
        ],
        ({"name": "0815"}, "name must contain alphabetic characters"),
        ({"name": "RegionOne"}, "name cannot be RegionOne or SystemController"),
        ({"name": "SystemController"}, "name cannot be RegionOne or SystemController"),
        ({"system_mode": "triplex"}, "system_mode invalid: triplex"),
        ({**ADMIN, "admin_end_address": GONE}, "admin_end_address required"),
        (
            {**ADMIN, "management_gateway_address": "10.210.1.1"},
            "admin_gateway_address and management_gateway_address cannot be specified at the same time",
        ),
        ({**ADMIN, "admin_subnet": "10.211.1.0/31"}, "admin_subnet invalid: Subnet too small"),
        (
            {**ADMIN, "admin_subnet": "10.210.1.0/24", "admin_start_address": "10.210.1.65"}
            | {"admin_end_address": "10.210.1.99", "admin_gateway_address": "10.210.1.1"},
            "admin address range overlaps with that of subcloud porto-0001",
        ),
        ({"management_subnet": "10.210.1.0/31"}, "management_subnet invalid: Subnet too small - must have at least 4"),
        (
            {"management_subnet": "10.210.1.0/30", "system_mode": "duplex"},
            "management_subnet invalid: Subnet too small - must have at least 8 addresses",
        ),
        ({"management_subnet": "10.210.1.0/33"}, "management_subnet invalid: Invalid subnet - not a valid IP subnet"),
        (
            {**DUAL, "management_subnet": "10.210.1.0/24, fd02::/64"},
            "management_subnet invalid: Invalid subnet - not a valid IP subnet",
        ),
        (
            {**DUAL, "management_start_address": "10.210.1.2, fd02::2"},
            "management_start_address invalid: Invalid address - not a valid IP address",
        ),
        ({"management_gateway_address": "10.210.1.1 "}, "management_gateway_address invalid: Invalid address - not a"),
        ({**SIX, "management_gateway_address": "fd02::1%eth0"}, "management_gateway_address invalid: Invalid address"),
        ({"management_subnet": "somewhere"}, "management_subnet invalid: Invalid subnet - not a valid IP subnet"),
        ({**SIX, "management_subnet": "fd02::/63"}, "management_subnet invalid: IPv6 minimum prefix length is 64"),
        ({"management_subnet": "10.1.0.0/24,10.2.0.0/24"}, "management_subnet invalid: Invalid subnet - dual-stack of"),
        ({"management_subnet": "10.1.0.0/24,fd02::/64,fd03::/64"}, "Invalid subnet - more than two IP subnets"),
        ({**DUAL, "management_start_address": "10.210.1.2"}, "management_start_address invalid: Invalid address - not"),
        ({**DUAL, "management_start_address": "fd02::2,10.210.1.2"}, "must match network version IPv4"),
        ({"management_start_address": "10.210.2.2"}, "management_start_address invalid: Address must be in subnet"),
        ({"management_start_address": "10.210.1.0"}, "management_start_address invalid: Cannot use network address"),
        ({"management_end_address": "10.210.1.255"}, "management_end_address invalid: Cannot use broadcast address"),
        ({"management_end_address": "nowhere"}, "management_end_address invalid: Invalid address - not a valid IP"),
        (
            {"management_start_address": "10.210.1.51"},
            "management_start_address greater than management_end_address",
        ),
        (
            {"management_end_address": "10.210.1.3", "system_mode": "duplex"},
            "management address range must contain at least 3 addresses",
        ),
        ({"management_end_address": "10.210.1.60"}, "management address range overlaps with that of subcloud porto"),
        ({"management_gateway_address": "10.210.1.9"}, "management_gateway_address invalid, is within management pool"),
        ({"management_floating_address": "10.210.1.3"}, "management_floating_address must be the same as"),
        ({"systemcontroller_gateway_address": "fd01:1::1"}, "systemcontroller_gateway_address invalid: Expected IPv4"),
        ({"systemcontroller_gateway_address": "10.0.0.1"}, "systemcontroller_gateway_address invalid: Address must be"),
        ({"systemcontroller_gateway_address": "192.168.204.7"}, "is within management pool: 192.168.204.2 - 192.168.2"),
        ({"external_oam_subnet": "10.210.1.0/24"}, "external_oam_subnet invalid: Subnet overlaps with another"),
        (
            {"external_oam_subnet": "10.220.1.0/31"},
            "external_oam_subnet invalid: Subnet too small - must have at least 3",
        ),
        ({"external_oam_gateway_address": "10.9.1.1"}, "oam_gateway_address invalid: Address must be in subnet"),
        ({"external_oam_floating_address": "10.9.1.1"}, "oam_floating_address invalid: Address must be in subnet"),
    ],
)
def test_plans_that_will_not_do(changed: dict[str, Any], text: str) -> None:
    with pytest.raises(Refused) as refused:
        planned(changed)
    assert refused.value.status == 400
    assert text in str(refused.value.description)


def stored(changed: dict[str, Any], password: str | None = SECRETS["bmc_password"]) -> dict[str, Any]:
    return install_values.checked(install(1, **changed), password, "26.09", CURRENT, 4)


def test_install_values_as_they_are_stored() -> None:
    values = stored({"rd.net.timeout.ipv6dad": "300", "rvmc_debug_level": 4, "hw_settle": 0})
    assert stored({"network_address": "0.0.0.0", "network_mask": "0.0.0.0", "nexthop_gateway": "10.220.1.1"})
    assert values["bmc_password"] == SECRETS["bmc_password"]
    assert values["software_version"] == "26.09"
    assert values["image"].endswith(".iso")
    inside = stored({"bmc_password": SECRETS["bmc_password"]}, None)
    assert inside["bmc_password"] == SECRETS["bmc_password"]


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        *[({key: GONE}, f"Mandatory install value {key} not present") for key in install_values.MANDATORY],
        ({"software_version": "26.03"}, "The software_version 26.03 in the install values is not the release 26.09"),
        ({"install_type": 6}, "install_type invalid: 6"),
        ({"install_type": "3"}, "install_type invalid: 3"),
        ({"install_type": True}, "install_type invalid: True"),
        ({"persistent_size": 29999}, "persistent_size of 29999 MB is less than the permitted minimum 30000 MB"),
        ({"persistent_size": "many"}, "The install value persistent_size (in MB) must be a whole number"),
        ({"hw_settle": -1}, "hw_settle of -1 seconds is less than 0"),
        ({"hw_settle": 1.5}, "The install value hw_settle (in seconds) must be a whole number"),
        ({"extra_boot_params": ""}, "extra_boot_params must not be empty"),
        ({"extra_boot_params": "a b"}, "extra_boot_params must not contain spaces"),
        ({"rd.net.timeout.ipv6dad": 0}, "rd.net.timeout.ipv6dad must be greater than 0"),
        ({"rd.net.timeout.ipv6dad": "soon"}, "rd.net.timeout.ipv6dad invalid"),
        ({"rvmc_debug_level": 5}, "rvmc_debug_level must be an integer between 0 and 4."),
        ({"bmc_address": "fd05::3"}, "bmc_address and bootstrap_address must be the same IP version"),
        ({"bmc_address": "board"}, "bmc_address invalid"),
        ({"bootstrap_address": "host"}, "bootstrap_address invalid"),
        (
            {"bmc_address": "fd05::3", "bootstrap_address": "fd05::4"},
            "bmc_address and primary OAM network must be the same IP version",
        ),
        ({"nexthop_gateway": "fd05::1"}, "nexthop_gateway and bootstrap_address must be the same IP version"),
        ({"network_address": "0.0.0.0"}, "nexthop_gateway is required when network_address is present"),
        (
            {"network_address": "0.0.0.0", "nexthop_gateway": "10.220.1.1"},
            "The network mask is required when network address is present",
        ),
        (
            {"network_address": "fd05::", "network_mask": 64, "nexthop_gateway": "10.220.1.1"},
            "network address and bootstrap address must be the same IP version",
        ),
        (
            {"network_address": "fd05::", "network_mask": 48, "nexthop_gateway": "10.220.1.1"},
            "network address invalid: IPv6 minimum prefix length is 64",
        ),
        ({"bmc_address": " 10.230.1.3"}, "bmc_address invalid"),
        ({"network_address": "x", "network_mask": "y", "nexthop_gateway": "10.220.1.1"}, "network address invalid"),
    ],
)
def test_install_values_that_will_not_do(changed: dict[str, Any], text: str) -> None:
    with pytest.raises(Refused) as refused:
        stored(changed)
    assert refused.value.status == 400
    assert text in str(refused.value.description)


@pytest.mark.parametrize(("password", "text"), [(None, "bmc_password required"), ("not base64!", "Failed to decode")])
def test_bmc_password(password: str | None, text: str) -> None:
    with pytest.raises(Refused) as refused:
        stored({}, password)
    assert text in str(refused.value.description)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- a list", "must hold keys and values"),
        ("", "must hold keys and values"),
        ("a: [", "not readable YAML"),
        ("a: &x [1]\nb: *x", "uses YAML aliases"),
        ("[" * 60 + "]" * 60, "nested too deeply"),
        ("a: " + "b" * 300_000, "too large"),
        ("\x07: 1", "not readable YAML"),
        ("a: !!python/object/apply:os.system [ls]", "not readable YAML"),
    ],
)
def test_yaml_that_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        yaml_values.mapping(yaml_values.document(text, "bootstrap_values"), "bootstrap_values")
    assert why in str(refused.value.description)


def test_yaml_dates_become_text() -> None:
    assert yaml_values.mapping(yaml_values.document("a: 2026-01-02", "x"), "x") == {"a": "2026-01-02"}


def status_of(check: Callable[[], object]) -> int:
    try:
        check()
    except Refused as refusal:
        return refusal.status
    return 200


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    assert status_of(lambda: yaml_values.mapping(yaml_values.document(text, "x"), "x")) in (200, 400)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*bootstrap(1), "admin_subnet", "admin_floating_address"]), ANYTHING))
def test_any_values_are_a_plan_or_refused(changed: dict[str, Any]) -> None:
    assert status_of(lambda: planned(changed)) in (200, 400)


@given(st.dictionaries(st.sampled_from([*install(1), "hw_settle", "network_address", "network_mask"]), ANYTHING))
def test_any_install_values_are_stored_or_refused(changed: dict[str, Any]) -> None:
    assert status_of(lambda: stored(changed)) in (200, 400)

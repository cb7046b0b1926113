"""Each rule of bootstrap values (starlingx-dcmanager.md 7.1), broken alone."""

import pytest

from operations.planning.bootstrap import check_bootstrap
from operations.planning.fleet import FleetPlan
from tests.operations.planning.values import ADMIN, DUAL, DUPLEX, FLEET, IPV6, SIMPLEX

GOOD = {"simplex": SIMPLEX, "duplex": DUPLEX, "admin": ADMIN, "dual": DUAL, "ipv6": IPV6}


def wrong(values: dict[str, object], **changed: object) -> list[tuple[str, str]]:
    bootstrap = check_bootstrap(values | changed, FLEET, "26.09")
    return [(problem.field.removeprefix("bootstrap_values/"), problem.message) for problem in bootstrap.problems]


@pytest.mark.parametrize("kind", GOOD)
def test_it_works(kind: str) -> None:
    bootstrap = check_bootstrap(GOOD[kind], FLEET, "26.09")
    assert (bootstrap.problems, bootstrap.warnings) == ((), ())
    assert bootstrap.name == "cell-1"
    assert bootstrap.management.ranges


def test_the_one_address_of_a_simplex_site_is_its_range() -> None:
    values = {key: value for key, value in SIMPLEX.items() if not key.endswith(("start_address", "end_address"))}
    bootstrap = check_bootstrap(values | {"management_floating_address": "192.168.101.9"}, FLEET, "26.09")
    assert bootstrap.problems == ()
    assert str(bootstrap.management.ranges[0]) == "192.168.101.9"


def test_a_floating_address_stands_for_a_missing_end() -> None:
    without = {key: value for key, value in SIMPLEX.items() if key != "management_end_address"}
    assert wrong(without, management_floating_address="192.168.101.2") == []
    assert len(wrong(SIMPLEX, management_floating_address="192.168.101.3")) == 1
    assert len(wrong(DUPLEX, management_floating_address="192.168.101.2", management_end_address=None)) == 1


@pytest.mark.parametrize("key", ["admin_start_address", "admin_floating_address", "admin_gateway_address"])
def test_a_key_with_nothing_behind_it(key: str) -> None:
    """dcmanager splits it at commas because it is there."""
    [(field, message)] = wrong(SIMPLEX, **{key: None})
    assert (field, "take the key out" in message) == (key, True)


REQUIRED = (
    "name system_mode management_subnet management_start_address management_end_address management_gateway_address"
    " systemcontroller_gateway_address external_oam_subnet external_oam_gateway_address external_oam_floating_address"
)


@pytest.mark.parametrize("key", REQUIRED.split())
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_required_key_is_missing(key: str, nothing: object) -> None:
    assert [field for field, message in wrong(SIMPLEX, **{key: nothing}) if "missing" in message] == [key]


@pytest.mark.parametrize("key", REQUIRED.split())
@pytest.mark.parametrize("odd", [12.5, True, ["a"], {"a": 1}, "x\0y", "💥" * 999])
def test_anything_may_stand_anywhere(key: str, odd: object) -> None:
    assert any(field == key for field, _ in wrong(SIMPLEX, **{key: odd}))


@pytest.mark.parametrize(
    "name",
    [
        "Cell-1",
        "cell_1",
        "-cell",
        "cell-",
        "cell..1",
        ".cell",
        "zelle-ü",
        "a" * 64,
        ".".join(["a" * 63] * 5),
        "4711",
        4711,
        "RegionOne",
        "SystemController",
        "cell-0",
        "cell 1",
        "cell-1\n",
    ],
)
def test_no_name(name: object) -> None:
    fields = [field for field, _ in wrong(SIMPLEX, name=name)]
    assert fields == ([] if name == "cell-1\n" else ["name"])  # blanks at the end are taken off


@pytest.mark.parametrize("name", ["a", "cell-1.west", "4711a", "a" * 63])
def test_a_name(name: str) -> None:
    assert wrong(SIMPLEX, name=name) == []


BROKEN: list[tuple[dict[str, object], dict[str, object], str, str]] = [
    (SIMPLEX, {"system_mode": "triplex"}, "system_mode", "simplex, duplex or duplex-direct"),
    (SIMPLEX, {"description": "x" * 256}, "description", "at most 255"),
    (SIMPLEX, {"location": "x" * 256}, "location", "at most 255"),
    (DUPLEX, {"management_subnet": "192.168.101.5/24"}, "management_subnet", "did you mean 192.168.101.0/24"),
    (DUPLEX, {"management_start_address": "192.168.102.2"}, "management_start_address", "not in the subnet"),
    (DUPLEX, {"management_start_address": "192.168.101.0"}, "management_start_address", "itself"),
    (DUPLEX, {"management_end_address": "192.168.101.255"}, "management_end_address", "broadcast"),
    (DUPLEX, {"management_end_address": "192.168.101.3"}, "management_end_address", "fewer than 3"),
    (DUPLEX, {"management_start_address": "192.168.101.60"}, "management_end_address", "before the start"),
    (DUPLEX, {"management_gateway_address": "192.168.101.20"}, "management_gateway_address", "lies in the range"),
    (DUPLEX, {"management_gateway_address": "192.168.9.1"}, "management_gateway_address", "not in the subnet"),
    (DUPLEX, {"management_floating_address": "192.168.101.3"}, "management_floating_address", "the same as"),
    (DUAL, {"management_gateway_address": "192.168.101.1"}, "management_gateway_address", "give as many"),
    (DUAL, {"management_start_address": "fd01:1::2,192.168.101.2"}, "management_start_address", "IPv4,IPv6"),
    (ADMIN, {"management_gateway_address": "192.168.101.1"}, "management_gateway_address", "take"),
    (ADMIN, {"admin_gateway_address": None}, "admin_gateway_address", "missing"),
    (ADMIN, {"admin_subnet": None}, "admin_subnet", "missing"),
    (ADMIN, {"admin_end_address": "10.50.2.20"}, "admin_end_address", "not in the subnet"),
    (ADMIN, {"admin_floating_address": "10.50.1.3"}, "admin_floating_address", "the same as"),
    (
        SIMPLEX,
        {"systemcontroller_gateway_address": "10.9.9.9"},
        "systemcontroller_gateway_address",
        "management network",
    ),
    (SIMPLEX, {"systemcontroller_gateway_address": "192.168.204.7"}, "systemcontroller_gateway_address", "own pool"),
    (SIMPLEX, {"systemcontroller_gateway_address": "fd00:204::9"}, "systemcontroller_gateway_address", "family"),
    (SIMPLEX, {"external_oam_gateway_address": "10.10.21.1"}, "external_oam_gateway_address", "not in the subnet"),
    (SIMPLEX, {"external_oam_floating_address": "10.10.20.255"}, "external_oam_floating_address", "broadcast"),
    (SIMPLEX, {"external_oam_floating_address": "10.10.20.1"}, "external_oam_floating_address", "already"),
    (DUPLEX, {"external_oam_node_1_address": "10.10.20.11"}, "external_oam_node_1_address", "already"),
    (SIMPLEX, {"software_version": "26.03"}, "software_version", "26.09 is asked for"),
    (SIMPLEX, {"software_version": 26.1}, "software_version", "in quotes"),
]


@pytest.mark.parametrize(("values", "changed", "field", "says"), BROKEN)
def test_one_rule_broken(values: dict[str, object], changed: dict[str, object], field: str, says: str) -> None:
    [(found, message)] = wrong(values, **changed)
    assert found == field
    assert says in message


def test_subnets_too_small() -> None:
    small = {"management_subnet": "192.168.101.0/29"}
    assert "8 addresses" not in str(wrong(DUPLEX, **small))
    smaller = {"management_subnet": "192.168.101.0/30", "external_oam_subnet": "10.10.20.8/31"}
    assert "8 addresses are needed" in str(wrong(DUPLEX, **smaller))
    assert "4 addresses" not in str(wrong(SIMPLEX, **smaller))
    assert "3 are needed" in str(wrong(SIMPLEX, **smaller))


def test_everything_wrong_is_said_at_once() -> None:
    bad: dict[str, object] = {key: "nonsense" for key in SIMPLEX if key != "name"}
    assert {field for field, _ in wrong(bad, name="X Y")} == set(SIMPLEX)


def test_kubernetes_of_an_older_release() -> None:
    values = SIMPLEX | {"kubernetes_version": "v1.34.1"}
    assert check_bootstrap(values, FLEET, "26.09").problems == ()
    [problem] = check_bootstrap(values, FLEET, "26.03").problems
    assert "v1.32.2" in problem.message


def test_what_is_not_known_is_not_refused_but_said() -> None:
    bootstrap = check_bootstrap(SIMPLEX, FleetPlan(), "26.09")
    assert bootstrap.problems == ()
    assert ["Not checked" in warning.message for warning in bootstrap.warnings] == [True]


def test_warnings_about_what_ansible_would_find() -> None:
    values = {key: value for key, value in DUPLEX.items() if key != "external_oam_node_1_address"}
    overlapping = {"management_gateway_address": "192.168.101.1", "external_oam_subnet": "192.168.0.0/16"}
    addresses = {
        "external_oam_gateway_address": "192.168.3.1",
        "external_oam_floating_address": "192.168.3.2",
        "external_oam_node_0_address": "192.168.3.3",
    }
    bootstrap = check_bootstrap(values | overlapping | addresses, FLEET, "26.09")
    assert bootstrap.problems == ()
    assert len(bootstrap.warnings) == 2

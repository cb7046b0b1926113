"""What sites take from the fleet and from each other."""

import time
from dataclasses import replace
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from operations.planning.addresses import Range
from operations.planning.bootstrap import check_bootstrap
from operations.planning.claims import taken_by_now
from operations.planning.fleet import KnownSite
from operations.planning.install import check_install
from operations.planning.overlaps import PlannedSite, find_claims, find_overlaps
from operations.planning.range_index import Held, RangeIndex
from tests.operations.planning.values import ADMIN, DUAL, FLEET, INSTALL, SIMPLEX


def site(number: int, values: dict[str, object] = SIMPLEX, install: dict[str, object] | None = None) -> PlannedSite:
    """Row `number`, whose addresses end in its number: nothing overlaps."""
    own = {
        "name": f"cell-{number}",
        "management_subnet": f"172.{16 + number // 256}.{number % 256}.0/24",
        "management_start_address": f"172.{16 + number // 256}.{number % 256}.2",
        "management_end_address": f"172.{16 + number // 256}.{number % 256}.50",
        "management_gateway_address": f"172.{16 + number // 256}.{number % 256}.1",
        "external_oam_floating_address": str(ip_address("10.97.0.0") + number),
        "external_oam_subnet": "10.96.0.0/11",
        "external_oam_gateway_address": "10.96.0.1",
    }
    bootstrap = check_bootstrap(own | values, FLEET, "26.09")
    return PlannedSite(number, bootstrap, check_install(install, "26.09") if install else None, None)


def overlaps(*sites: PlannedSite) -> dict[int, list[str]]:
    return {
        number: [problem.message for problem in problems] for number, problems in find_overlaps(sites, FLEET).items()
    }


def ours(**changed: object) -> dict[str, object]:
    return dict(changed)


def test_nothing_overlaps() -> None:
    assert overlaps(site(1, {}), site(2, {}), site(3, {})) == {}


def test_a_range_of_the_fleet() -> None:
    taken = ours(
        management_subnet="192.168.100.0/24",
        management_start_address="192.168.100.40",
        management_end_address="192.168.100.60",
        management_gateway_address="192.168.100.1",
    )
    [message] = overlaps(site(1, {}), site(2, taken))[2]
    assert '"cell-0"' in message
    assert "192.168.100.40 to 192.168.100.60" in message


def test_a_subnet_may_be_shared() -> None:
    beside = ours(
        management_subnet="192.168.100.0/24",
        management_start_address="192.168.100.51",
        management_end_address="192.168.100.60",
        management_gateway_address="192.168.100.1",
    )
    assert overlaps(site(2, beside)) == {}


def test_rows_overlap_each_other_and_both_are_told() -> None:
    found = overlaps(site(1, {}), site(2, range_of(1)), site(3, {}))
    assert {number: "row" in message for number, [message] in found.items()} == {1: True, 2: True}
    assert "row 2" in found[1][0]


def range_of(number: int) -> dict[str, object]:
    return {
        "management_subnet": f"172.16.{number}.0/24",
        "management_start_address": f"172.16.{number}.20",
        "management_end_address": f"172.16.{number}.60",
        "management_gateway_address": f"172.16.{number}.1",
    }


def test_behind_admin_networks_management_ranges_may_be_alike() -> None:
    admin = {key: value for key, value in ADMIN.items() if key.startswith("admin")}
    other = {key: str(value).replace("10.50.1.", "10.50.2.") for key, value in admin.items()}
    alike = range_of(9) | {"management_gateway_address": None}
    assert overlaps(site(1, alike | admin), site(2, alike | other)) == {}
    assert set(overlaps(site(1, alike | admin), site(2, alike | admin))) == {1, 2}


def test_the_second_family_counts() -> None:
    dual = {key: value for key, value in DUAL.items() if key.startswith("management")}
    other = dual | {
        "management_subnet": "192.168.102.0/24,fd01:1::/64",
        "management_start_address": "192.168.102.2,fd01:1::40",
        "management_end_address": "192.168.102.50,fd01:1::60",
        "management_gateway_address": "192.168.102.1,fd01:1::1",
    }
    assert set(overlaps(site(1, dual), site(2, other))) == {1, 2}


def test_an_oam_subnet_that_begins_in_a_management_subnet() -> None:
    inside = ours(
        external_oam_subnet="192.168.100.128/25",
        external_oam_gateway_address="192.168.100.129",
        external_oam_floating_address="192.168.100.130",
    )
    [message] = overlaps(site(1, inside))[1]
    assert 'begins in the management subnet of subcloud "cell-0"' in message
    of_a_row = ours(
        external_oam_subnet="172.16.2.0/24",
        external_oam_gateway_address="172.16.2.1",
        external_oam_floating_address="172.16.2.130",
    )
    [message] = overlaps(site(1, of_a_row), site(2, {}))[1]
    assert "row 2" in message


def test_names_and_addresses_belong_to_one_site() -> None:
    found = overlaps(
        site(1, ours(name="same")),
        site(2, ours(name="same", external_oam_floating_address="10.100.7.7"), INSTALL),
        site(3, ours(external_oam_floating_address="10.100.7.7"), INSTALL),
        site(4, {}, INSTALL | {"bmc_address": "10.10.30.9"}),
    )
    assert [len(found[number]) for number in (1, 2, 3, 4)] == [1, 3, 2, 1]
    assert 'subcloud "cell-0" already' in found[4][0]


def test_addresses_that_the_world_has_once_are_compared_between_controllers() -> None:
    there = KnownSite(
        name="edge-9", start_ip="172.16.1.2", end_ip="172.16.1.50", subnet="172.16.1.0/24",
        oam_floating_ip="10.100.7.7", bmc_address="10.10.30.7", host_bmcs=("10.10.30.8",), controller="central-2",
    )  # fmt: skip
    fleet = replace(FLEET, elsewhere=(there, replace(there, oam_floating_ip="10.100.7.8", host_bmcs=(), hidden=True)))
    rows = (
        site(1, ours(external_oam_floating_address="10.100.7.7")), site(2, {}, INSTALL | {"bmc_address": "10.10.30.8"}),
        site(3, ours(external_oam_floating_address="10.100.7.8")),
    )  # fmt: skip
    said = {number: [each.message for each in found] for number, found in find_overlaps(rows, fleet).items()}
    assert {number: len(found) for number, found in said.items()} == {1: 1, 2: 1, 3: 1}
    assert 'that of subcloud "edge-9" of "central-2" already' in said[1][0]
    assert 'BMC address 10.10.30.8 is that of subcloud "edge-9"' in said[2][0]
    assert "a subcloud outside your scope" in said[3][0]


def test_what_others_plan_is_told_apart_from_what_is_there() -> None:
    plan = KnownSite(name="soon", start_ip="172.16.1.40", end_ip="172.16.1.60", bmc_address="10.10.30.10", operation=7)
    fleet = replace(FLEET, planned=(plan, replace(plan, controller="central-2", bmc_address="")))
    rows = (site(1, {}), site(2, {}, INSTALL))
    assert find_overlaps(rows, fleet) == {}
    claims = {number: [each.message for each in found] for number, found in find_claims(rows, fleet).items()}
    assert {number: len(found) for number, found in claims.items()} == {1: 1, 2: 1}
    assert 'subcloud "soon", which operation 7 plans' in claims[1][0]


def test_what_is_taken_by_now_is_found_by_what_a_plan_keeps() -> None:
    there = KnownSite(name="b", controller="c", oam_floating_ip="10.100.7.7", host_bmcs=("10.10.30.8",))
    fleet = replace(FLEET, elsewhere=(there,))
    networks = {
        1: {"start_ip": "192.168.100.40", "end_ip": "192.168.100.60"}, 2: {"bmc_address": "10.10.30.8"},
        3: {"oam_floating_ip": "10.100.7.7"}, 4: {"start_ip": "192.168.100.51", "end_ip": "192.168.100.60"}, 5: {},
    }  # fmt: skip
    found = taken_by_now(networks, fleet)
    assert set(found) == {1, 2, 3}
    assert "range 192.168.100.40 to 192.168.100.60 overlaps one that is in use by now" in found[1]


def test_thousands_of_rows_with_one_address_make_short_sentences() -> None:
    found = overlaps(*(site(number, ours(external_oam_floating_address="10.100.7.7")) for number in range(1, 300)))
    assert len(found) == 299
    assert found[1] == ['The OAM floating address "10.100.7.7" is also that of row 2, 3, 4, 5, 6, 7 and 292 more.']


def test_ten_thousand_rows_are_compared_quickly() -> None:
    sites = [site(number, {}) for number in range(10_000)]
    started = time.process_time()
    assert find_overlaps(sites, FLEET) == {}
    assert time.process_time() - started < 2


spans = st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 5))


def as_range(low: int, more: int) -> Range:
    return Range(ip_address(low), ip_address(low + more))


@given(st.lists(spans, max_size=25), spans)
def test_the_index_finds_what_comparing_all_finds(
    held: list[tuple[int, int, int]], wanted: tuple[int, int, int]
) -> None:
    low, more, me = wanted
    expected = {owner for at, length, owner in held if owner != me and at <= low + more and at + length >= low}
    found = RangeIndex(Held(as_range(at, length), owner) for at, length, owner in held).overlapping(
        as_range(low, more), but_not=me
    )
    assert (found.owner in expected) if found else not expected

"""Addresses and subnets as people write them."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.planning.addresses import BadAddress, canonical_text, families, misfit, read_addresses, read_networks


def test_one_family_or_both() -> None:
    assert read_addresses("10.0.0.2") == (ip_address("10.0.0.2"),)
    assert families(read_addresses(" 10.0.0.2 , FD01::2")) == "IPv4,IPv6"
    assert families(read_networks("fd01::/64,10.0.0.0/24")) == "IPv6,IPv4"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10.0.0", "not an IP address"),
        ("010.0.0.1", "not an IP address"),
        ("10.0.0.1/24", "give the address alone"),
        ("fe80::1%eth0", "zone"),
        ("10.0.0.1,10.0.0.2", "both values are IPv4"),
        ("10.0.0.1,fd01::1,fd02::1", "more than two"),
        ("10.0.0.1,", "is empty"),
        ("127.0.0.1", "loopback"),
        ("224.0.0.1", "multicast"),
        ("::", "unspecified"),
        ("1" * 200, "too long"),
        ("٣.٣.٣.٣", "not an IP address"),
    ],
)
def test_no_address(text: str, says: str) -> None:
    with pytest.raises(BadAddress, match=says):
        read_addresses(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10.0.0.0", "no prefix length"),
        ("10.0.0.5/24", r"did you mean 10\.0\.0\.0/24"),
        ("10.0.0.0/33", "not a subnet"),
        ("10.0.0.0/255.255.255.0", "not a subnet"),
        ("fd01::/48", "64 or more"),
        ("fe80::%1/64", "zone"),
        ("127.0.0.0/8", "loopback"),
    ],
)
def test_no_subnet(text: str, says: str) -> None:
    with pytest.raises(BadAddress, match=says):
        read_networks(text)


@pytest.mark.parametrize(
    ("address", "network", "says"),
    [
        ("10.0.0.0", "10.0.0.0/24", "itself"),
        ("10.0.0.255", "10.0.0.0/24", "broadcast"),
        ("10.0.1.1", "10.0.0.0/24", "not in"),
        ("fd01::", "fd01::/64", "itself"),
        ("fd01::1", "10.0.0.0/24", "not in"),
    ],
)
def test_not_for_a_host(address: str, network: str, says: str) -> None:
    assert says in misfit(ip_address(address), ip_network(network))


def test_fit_for_a_host() -> None:
    assert misfit(ip_address("10.0.0.1"), ip_network("10.0.0.0/24")) == ""
    assert misfit(ip_address("fd01::ffff:ffff:ffff:ffff"), ip_network("fd01::/64")) == ""


@pytest.mark.parametrize(
    ("text", "subnet", "canonical"),
    [
        (" 10.0.0.2 , FD01::0:2", False, "10.0.0.2,fd01::2"),
        ("10.0.0.0/24, FD01::/64 ", True, "10.0.0.0/24,fd01::/64"),
        (" 0.0.0.0 ", False, "0.0.0.0"), ("[hidden]", False, "[hidden]"), ("", False, ""),
        ("10.0.0.0", True, "10.0.0.0"),
    ],
)  # fmt: skip
def test_the_text_that_is_sent(text: str, subnet: bool, canonical: str) -> None:
    assert canonical_text(text, subnet=subnet) == canonical


@given(st.text(max_size=60) | st.from_regex(r"[0-9a-f:.,/%]{1,50}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_addresses, read_networks):
        try:
            found = len(read(text))
        except BadAddress:
            continue
        assert found in (1, 2)

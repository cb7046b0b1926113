"""Patterns for subclouds' addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from starlingx.addresses import BMC_URL, KUBE_URL, SUBCLOUD_AUTH_URL, check, expand
from starlingx.errors import BadPattern


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        (SUBCLOUD_AUTH_URL, "https://[fd01:1002::2]:5001/v3"),
        (KUBE_URL, "https://10.10.10.12:6443"),
        ("http://127.0.0.1:9000/c1/s{id}/identity/v3", "http://127.0.0.1:9000/c1/s7/identity/v3"),
        ("https://{region_name}.example.test/v3", "https://e8e25d94.example.test/v3"),
        (BMC_URL, "https://[fd02::9]"),
        ("http://127.0.0.1:9000/c1/bmc/{bmc_address}/{oam_ip}", "http://127.0.0.1:9000/c1/bmc/fd02::9/10.10.10.12"),
        ("http://{bmc_address}", "http://[fd02::9]"),
        ("https://fixed.example.test:5000/v3", "https://fixed.example.test:5000/v3"),
    ],
)
def test_patterns(pattern: str, url: str) -> None:
    made = expand(
        pattern,
        id=7,
        region_name="e8e25d94",
        management_start_ip="FD01:1002::2",
        oam_ip="10.10.10.12",
        bmc_address="FD02::9",
    )
    assert made == url
    check(pattern)


def test_brackets_are_not_doubled() -> None:
    assert expand("http://{oam_ip}:1", id=1, oam_ip="[fd01::1]") == "http://[fd01::1]:1"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("https://{host}/v3", r"unknown placeholder \{host\}; known are \{id\}, \{region_name\}"),
        ("https://{}/v3", r"unknown placeholder \{\}"),
        ("https://{id/v3", "brace"),
        ("https://id}/v3", "brace"),
        ("ftp://{oam_ip}/", "does not make an http"),
        ("{oam_ip}:5000", "does not make an http"),
        ("", "does not make an http"),
        ("https://user:pw@{oam_ip}/", "must not hold a user name"),
        ("https://{oam_ip}:99999/", "does not make an http"),
    ],
)
def test_bad_patterns_are_told(pattern: str, says: str) -> None:
    with pytest.raises(BadPattern, match=says):
        check(pattern)


@pytest.mark.parametrize(
    "address", ["evil.example.test/", "1.2.3.4/24", "fe80::1%eth0", "::1]:80/x?[", "", "unavailable", "1.2.3"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadPattern):
        expand("https://{management_start_ip}:5001/v3", id=1, management_start_ip=address)


@pytest.mark.parametrize("word", ["a/b", "..", "a..b", "x@y", "a b", "a?b", "", "é"])
def test_what_is_no_plain_word_is_refused(word: str) -> None:
    with pytest.raises(BadPattern):
        expand("https://h/{region_name}", id=1, region_name=word)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_nothing_put_in_changes_the_host(region: str, address: str, word: str) -> None:
    try:
        url = URL(expand("http://h.test:1/{region_name}/{id}/{oam_ip}", id=word, region_name=region, oam_ip=address))
    except BadPattern:
        return
    assert (url.host, url.port, len(url.parts)) == ("h.test", 1, 4)
    assert not url.query_string
    assert not url.fragment

"""Where a subcloud's services are: patterns like `https://{management_start_ip}:5001/v3`, filled in and checked.

Subclouds are not in the central catalog (starlingx-dcmanager.md trap 4), so their addresses are made from what
dcmanager tells. That comes from outside: what is put in must be an address or a plain word, never a piece of URL.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from yarl import URL

from starlingx.errors import BadPattern

SUBCLOUD_AUTH_URL = "https://{management_start_ip}:5001/v3"
KUBE_URL = "https://{oam_ip}:6443"
BMC_URL = "https://{bmc_address}"

WORDS = ("id", "region_name")
ADDRESSES = ("management_start_ip", "oam_ip", "bmc_address")

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[^/]*//[^/]*")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")


def bracketed(address: str) -> str:
    """`10.0.0.1` as it is, `fd01::2` as `[fd01::2]`. Raises BadPattern when it is no IP address."""
    try:
        parsed = ip_address(address.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        raise BadPattern(f"{address[:64]!r} is not an IP address") from None
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id:
            raise BadPattern(f"{address[:64]!r} has a zone, which means nothing to another host")
        return f"[{parsed}]"
    return str(parsed)


def check(pattern: str) -> None:
    """Raises BadPattern with the reason when the pattern cannot make an http(s) URL."""
    example = {"management_start_ip": "192.0.2.1", "oam_ip": "192.0.2.2", "bmc_address": "192.0.2.3"}
    expand(pattern, id=1, region_name="region", **example)


def expand(
    pattern: str,
    *,
    id: int | str,  # noqa: A002 - named like its placeholder, as the others are
    region_name: str = "",
    management_start_ip: str = "",
    oam_ip: str = "",
    bmc_address: str = "",
) -> str:
    """The URL that `pattern` makes for one cloud. Raises BadPattern for unknown placeholders and unfit values.

    IPv6 addresses are put in brackets where they stand for a host. A value the pattern does not name may be anything.
    """
    values = {
        "id": str(id),
        "region_name": region_name,
        "management_start_ip": management_start_ip,
        "oam_ip": oam_ip,
        "bmc_address": bmc_address,
    }
    host = _HOST.match(pattern)
    host_ends = host.end() if host else len(pattern)
    return usable(_PLACEHOLDER.sub(lambda match: _value(match[1], values, match.start() < host_ends), pattern), pattern)


def _value(name: str, values: dict[str, str], in_host: bool) -> str:
    if name not in values:
        known = ", ".join(f"{{{each}}}" for each in values)
        raise BadPattern(f"unknown placeholder {{{name[:40]}}}; known are {known}")
    value = values[name]
    if not value:
        raise BadPattern(f"the pattern needs {{{name}}}, which is not known for this cloud")
    if name in ADDRESSES:
        address = bracketed(value)
        return address if in_host else address.strip("[]")
    if not _WORD.fullmatch(value) or ".." in value:
        raise BadPattern(f"{value[:64]!r} cannot stand for {{{name}}}")
    return value


def usable(text: str, pattern: str = "") -> str:
    """`text`, if it is the http(s) URL of a host. Raises BadPattern, naming the `pattern` that it was made of."""
    pattern = pattern or text
    if "{" in text or "}" in text:
        raise BadPattern(f"a brace without its partner in {pattern[:200]!r}")
    try:
        url = URL(text)
        fits = url.scheme in ("http", "https") and bool(url.host) and url.port is not None
    except ValueError:
        fits = False
    if not fits:
        raise BadPattern(f"{pattern[:200]!r} does not make an http or https URL")
    if url.user is not None or url.password is not None:
        raise BadPattern("a pattern must not hold a user name or password")
    return text

"""Keystone's service catalog: which URL serves what, where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from sys import intern
from typing import Self

from yarl import URL

from starlingx.errors import MissingService, Unexpected
from starlingx.rows import Row

SYSTEM_CONTROLLER = "SystemController"
FAULT_MANAGEMENT = "faultmanagement"

_VERSION = re.compile(r"/v\d+(\.\d+)?$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL of one service, without a slash at the end. `interface` is public, internal or admin."""

    type: str
    interface: str
    region: str
    url: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """All endpoints a token may use."""

    endpoints: tuple[Endpoint, ...]

    @classmethod
    def read(cls, token: Row) -> Self:
        """From Keystone's `token` object. Entries without type, interface or URL are left out.

        Equal texts are kept once: a catalog is held for each of thousands of clouds.
        """
        once: dict[str, str] = {}

        def kept(text: str) -> str:
            return once.setdefault(text, text)

        return cls(
            tuple(
                Endpoint(
                    intern(type_),
                    intern(interface),
                    kept(inner.text("region") or inner.text("region_id")),
                    kept(url.rstrip("/")),
                )
                for service in token.inners("catalog")
                for inner in service.inners("endpoints")
                if (type_ := service.text("type"))
                and (interface := inner.text("interface"))
                and (url := inner.text("url", 2048))
            )
        )

    def central_region(self) -> str:
        """The cloud's own region. In a System Controller it is the one with FM, which the proxies' region lacks."""
        regions = [e.region for e in self.endpoints if e.region != SYSTEM_CONTROLLER]
        with_fault = [e.region for e in self.endpoints if e.type == FAULT_MANAGEMENT and e.region in regions]
        return (with_fault or regions or [""])[0]

    def url(self, type_: str, interface: str, region: str) -> str:
        """The one URL for that. Raises MissingService saying what there is instead, Unexpected for a URL of no use."""
        of_type = [e for e in self.endpoints if e.type == type_]
        for endpoint in of_type:
            if endpoint.interface == interface and endpoint.region == region:
                return _checked(endpoint.url, type_)
        raise MissingService(_what_is_missing(of_type, type_, interface, region))


def versioned(url: str, version: str) -> str:
    """`url` with `/version` at its end, unless it already ends in one: StarlingX registers some with, some without."""
    url = url.rstrip("/")
    return url if _VERSION.search(url) or url.endswith(f"/{version}") else f"{url}/{version}"


def _what_is_missing(of_type: list[Endpoint], type_: str, interface: str, region: str) -> str:
    missing = f"the catalog has no {interface} endpoint of type {type_!r} in region {region!r}"
    if not of_type:
        return f"{missing}, nor any other of that type: check that the service is installed and registered in Keystone"
    others = ", ".join(sorted({f"{e.interface} in {e.region!r}" for e in of_type})[:8])
    return f"{missing}; it has {others}: choose one of these interfaces and regions for this cloud"


def _checked(url: str, type_: str) -> str:
    try:
        parsed = URL(url)
        if parsed.scheme in ("http", "https") and parsed.host and parsed.port and parsed.user is None:
            return url
    except ValueError:
        pass
    raise Unexpected(f"the catalog's URL for {type_!r} is not an http or https URL")

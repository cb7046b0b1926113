"""What is wrong with a System Controller, said once, with what to do about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from sites.reachability import ServiceState

REMEDIES = (  # words of starlingx/{session,decoding,connector}.py: (which, title, remedy); the first that fits
    (
        re.compile(r"does not accept (these credentials|our token)"),
        "The credentials are refused.",
        "Check the read user and enter its password again under Change; over there, that the account is not locked "
        "or expired and holds the role reader in the project admin.",
    ),
    (
        re.compile(r"the certificate of \S+ fails against|the TLS handshake failed|the CA bundle .* cannot be used"),
        "The TLS connection fails.",
        "Check the CA bundle under Change: it must hold the certificate authority of this System Controller. "
        "The certificate must name the host in the address, and the port must speak TLS.",
    ),
    (
        re.compile(r"no connection|cannot be resolved|the connection was lost|no answer within"),
        "The host is not reached.",
        "Check address and port under Change, and from the portal's host the route, the firewall and the name.",
    ),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """`services` fail for one reason since `since`, the first of them; `error`: in one of the services' words."""

    title: str
    remedy: str
    services: tuple[str, ...]
    since: datetime | None
    error: str


def troubles(states: Sequence[ServiceState]) -> list[Trouble]:
    """One for each reason among the services that fail; without a known remedy, for each error text."""
    grouped: dict[str, list[ServiceState]] = {}
    for state in states:
        if state.mark == "error":
            grouped.setdefault(_reason(state.error)[0] or state.error, []).append(state)
    return [_trouble(alike) for alike in grouped.values()]


def _trouble(alike: Sequence[ServiceState]) -> Trouble:
    first = min(alike, key=lambda state: state.failing_since.timestamp() if state.failing_since else inf)
    title, remedy = _reason(first.error)
    services = tuple(state.service for state in alike)
    return Trouble(title, remedy, services, first.failing_since, first.error)


def _reason(error: str) -> tuple[str, str]:
    return next(((title, remedy) for words, title, remedy in REMEDIES if words.search(error)), ("", ""))

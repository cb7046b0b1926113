"""What is wrong with a System Controller, said once, with what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

from sites.choices import Problem
from sites.reachability import ServiceState

REMEDIES = {
    Problem.CREDENTIALS: (
        "The credentials are refused.",
        "Check the read user and enter its password again under Change; over there, that the account is not locked "
        "or expired and holds the role reader in the project admin.",
    ),
    Problem.TLS: (
        "The TLS connection fails.",
        "Check the CA bundle under Change: it must hold the certificate authority of this System Controller. "
        "The certificate must name the host in the address, and the port must speak TLS.",
    ),
    Problem.NOT_REACHED: (
        "The host is not reached.",
        "Check address and port under Change, and from the portal's host the route, the firewall and the name.",
    ),
    Problem.MISSING: (
        "Keystone's catalog does not offer the service.",
        "Check interface and central region under Change; over there, openstack endpoint list shows what there is.",
    ),
}


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
            grouped.setdefault(state.problem if state.problem in REMEDIES else state.error, []).append(state)
    return [_trouble(alike) for alike in grouped.values()]


def _trouble(alike: Sequence[ServiceState]) -> Trouble:
    first = min(alike, key=lambda state: state.failing_since.timestamp() if state.failing_since else inf)
    title, remedy = REMEDIES.get(Problem(first.problem), ("", "")) if first.problem else ("", "")
    services = tuple(state.service for state in alike)
    return Trouble(title, remedy, services, first.failing_since, first.error)

"""Which subclouds get a step (starlingx-dcmanager.md 2.7), and what keeps a strategy from being created at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from simulator.clock import utc
from simulator.dcmanager.prestaging import unfit
from simulator.dcmanager.register import Register
from simulator.dcmanager.strategy_requests import Asked
from simulator.dcmanager.transient import BACKUP
from simulator.fleet import Cloud

ENDPOINTS = {
    "sw-deploy": "software",
    "kubernetes": "kubernetes",
    "firmware": "firmware",
    "kube-rootca-update": "kube-rootca",
}
SUBJECT_KEYS = frozenset({"C", "OU", "O", "ST", "CN", "L"})
PAIR = re.compile(r"([^=\s]+)=([^=]+?)(?=\s+[^=\s]+=|\s*\Z)")


class Rules:
    def __init__(self, register: Register) -> None:
        self._register = register

    def who(self, controller: int, asked: Asked) -> list[Cloud]:
        """By id. Raises ValueError with the reason; subclouds that block are not named, as in the real one."""
        scope = self._scope(controller, asked)
        if asked.cloud is not None:
            self._check_single(scope[0], asked)
        if asked.kind == "prestage":
            chosen = [cloud for cloud in scope if unfit(self._register, cloud) is None and not self._backing_up(cloud)]
        else:
            endpoint = ENDPOINTS[asked.kind]
            if any(self._unknown(cloud, endpoint) for cloud in scope):
                raise ValueError(f"{endpoint} sync status is unknown for one or more subclouds")
            self._check_certificate(asked)
            chosen = [cloud for cloud in scope if self._included(cloud, endpoint, asked)]
        if not chosen:
            raise ValueError("Strategy has no steps to apply")
        return chosen

    def _scope(self, controller: int, asked: Asked) -> list[Cloud]:
        if asked.cloud is not None:
            cloud = self._register.named(controller, asked.cloud)
            if cloud is None:
                raise ValueError(f"Subcloud {asked.cloud} does not exist")
            return [cloud]
        if asked.group is not None:
            return self._register.members(controller, asked.group)
        return self._register.world.subclouds(controller)

    def _check_single(self, cloud: Cloud, asked: Asked) -> None:
        if asked.kind == "prestage" or (asked.extra or {}).get("with_prestage"):
            why = unfit(self._register, cloud)
            if why is not None:
                raise ValueError(f"Prestage of subcloud {asked.cloud} failed its pre-check: {why}")
            return
        if asked.kind == "kube-rootca-update" and asked.force:
            return
        endpoint = ENDPOINTS[asked.kind]
        if self._register.seen(cloud).endpoints[endpoint] == "in-sync":
            raise ValueError(f"Subcloud {asked.cloud} does not require {endpoint} update")

    def _unknown(self, cloud: Cloud, endpoint: str) -> bool:
        """Online and managed, but nobody has compared it yet: blocks everybody."""
        return self._managed_online(cloud) and self._register.seen(cloud).endpoints[endpoint] == "unknown"

    def _included(self, cloud: Cloud, endpoint: str, asked: Asked) -> bool:
        wanted = ["out-of-sync"]
        if asked.kind == "kube-rootca-update" and asked.force:
            wanted.append("in-sync")
        return self._managed_online(cloud) and self._register.seen(cloud).endpoints[endpoint] in wanted

    def _managed_online(self, cloud: Cloud) -> bool:
        record, seen = self._register.records[cloud.key], self._register.seen(cloud)
        return record.management == "managed" and seen.availability.online

    def _backing_up(self, cloud: Cloud) -> bool:
        return self._register.seen(cloud).backup.status in BACKUP

    def _check_certificate(self, asked: Asked) -> None:
        if asked.kind != "kube-rootca-update" or asked.extra is None:
            return
        if asked.extra["expiry-date"] is not None:
            check_expiry(asked.extra["expiry-date"], utc(self._register.clock.now()))
        if asked.extra["subject"] is not None:
            check_subject(asked.extra["subject"])


def check_expiry(text: str, now: datetime) -> None:
    """Raises ValueError."""
    try:
        date = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"expiry_date {text} doesn't match format YYYY-MM-DD") from error
    if date <= now:
        raise ValueError("New k8s rootCA should have at least 24 hours of validation before expiry.")


def check_subject(text: str) -> None:
    """`C=<Country> ST=<State/Province> L=<Locality> O=<Organization> OU=<OrganizationUnit> CN=<commonName>`."""
    keys = {key for key, _ in PAIR.findall(text)}
    if not keys <= SUBJECT_KEYS:
        raise ValueError(f"There are parameters not supported for the certificate subject: {', '.join(sorted(keys))}")
    if "CN" not in keys:
        raise ValueError("The CN=<commonName> parameter is required to be specified in subject argument")

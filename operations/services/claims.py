"""Addresses of sites that are about to begin, compared once more: another plan with the same may have begun first."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from operations.choices import Kind
from operations.fleet_facts import fleet_plan
from operations.models import Operation, Target
from operations.planning.claims import taken_by_now

BEGINNING = 0x6464  # advisory lock: of two deployments that begin at once the second sees the first


def taken_meanwhile(operation: Operation, targets: Sequence[Target]) -> dict[int, str]:
    """{target: what of its network is in use by now}, of sites that dcmanager does not know yet.

    In the caller's transaction, at whose end the lock goes.
    """
    new = {target.pk: target.facts.get("network") or {} for target in targets if target.dcmanager_id is None}
    if operation.kind != Kind.DEPLOY or operation.controller is None or not new:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BEGINNING])
    fleet = fleet_plan(operation.controller, but_not=operation.pk)
    names = {target.name for target in targets}  # what is there under its own name is no other site
    return taken_by_now(new, replace(fleet, sites=tuple(site for site in fleet.sites if site.name not in names)))

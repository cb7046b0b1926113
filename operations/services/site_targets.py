"""Targets of a deployment: one for each row, with the facts that say who it is and what it is made from."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.choices import TargetState
from operations.fleet_facts import standing_groups
from operations.models import Operation, Target
from operations.planning.masking import masked_cells
from operations.planning.preflight import Verdict
from operations.planning.problems import Problem
from operations.planning.sheets import SiteRow
from sites.geo import region_of
from sites.ingest.systems import region_boxes
from sites.models import Controller
from starlingx.redaction import redact

MOST_PROBLEMS = 50


def site_targets(
    operation: Operation, controller: Controller, rows: Sequence[SiteRow], verdicts: Sequence[Verdict], *, manage: bool
) -> list[Target]:
    """In the order of the rows; `number` is the row as the sheet counts. Two queries."""
    groups = dict(standing_groups(controller).values_list("dcmanager_id", "pk"))
    boxes = region_boxes()
    steps = ["add", "online", "manage"] if manage else ["add", "online"]
    return [
        Target(
            operation=operation,
            number=row.number,
            controller=controller,
            group_id=groups.get(verdict.group_id),
            region=region_of(verdict.position, boxes),
            name=redact(verdict.name or row.cells.get("name", "") or f"row {row.number}")[:255],
            profile=verdict.kind,
            state=TargetState.CHECKING if verdict.ok else TargetState.REFUSED,
            steps=list(steps),
            facts=site_facts(row, verdict),
            problems=noted(verdict.problems),
            warnings=noted(verdict.warnings),
        )
        for row, verdict in zip(rows, verdicts, strict=True)
    ]


def noted(problems: Sequence[Problem]) -> list[dict[str, str]]:
    """As a target keeps them."""
    return [{"field": problem.field, "message": problem.message} for problem in problems[:MOST_PROBLEMS]]


def site_facts(row: SiteRow, verdict: Verdict) -> dict[str, Any]:
    """What a target keeps of its site. Cells hold no secret where the row is good; what looks like one in a bad row is
    not kept."""
    network = _network(verdict.payload)
    return {
        "cells": dict(row.cells) if verdict.ok else masked_cells(row.cells),
        "release": verdict.release,
        "group_id": verdict.group_id,
        "bootstrap_address": verdict.bootstrap_address,
        "management_start_ip": network["start_ip"],
        "network": network,
        "position": list(verdict.position) if verdict.position else None,
        "phases": list(verdict.phases),
        "hosts": verdict.hosts,
        "digest": verdict.digest,
    }


def _network(payload: Mapping[str, object]) -> dict[str, str]:
    """What dcmanager will keep: the admin network where there is one, else the management network, first family."""
    bootstrap = _mapping(payload.get("bootstrap_values"))
    kind = "admin" if _first(bootstrap, "admin_subnet") else "management"
    floating = _first(bootstrap, f"{kind}_floating_address")
    return {
        "subnet": _first(bootstrap, f"{kind}_subnet"),
        "start_ip": _first(bootstrap, f"{kind}_start_address") or floating,
        "end_ip": _first(bootstrap, f"{kind}_end_address") or floating,
        "oam_floating_ip": _first(bootstrap, "external_oam_floating_address"),
        "bmc_address": _first(_mapping(payload.get("install_values")), "bmc_address"),
    }


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _first(values: Mapping[str, object], key: str) -> str:
    value = values.get(key)
    return value.split(",")[0].strip()[:64] if isinstance(value, str) else ""

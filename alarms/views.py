"""Parts of the subcloud page about alarms. The fleet-wide list stands in fleet_views.py."""

from functools import lru_cache
from typing import Any, cast

from django.db.models import Count, Q, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from alarms.naming import named_in
from alarms.selectors import counts, hourly, kept_counts, standing_on
from sites.choices import CloudKind, Facet
from sites.middleware import PortalRequest, once
from sites.selectors import CloudInView, cloud_in_view

PANEL_ROWS = 200
SHORT_ROWS = 6
PANEL_COLUMNS = [
    "id", "alarm_id", "entity_instance_id", "severity", "severity_word", "reason_text", "proposed_repair_action",
    "probable_cause", "alarm_type", "service_affecting", "management_affecting", "suppressed", "raised_at",
]  # fmt: skip


@require_safe
def panel(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """Standing alarms of one cloud, the worst first."""
    standing = _standing(request, cloud_id)
    if standing["view"].cloud.kind == CloudKind.CENTRAL:
        standing["rows"] = _with_named(cast(PortalRequest, request), standing["view"], standing["rows"])
    return render(request, "alarms/_panel.html", standing)


@require_safe
def tile(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """How many stand, and the worst of them."""
    return render(request, "alarms/_tile.html", _standing(request, cloud_id))


@require_safe
def short(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """The worst few, for the panel beside the map."""
    standing = _standing(request, cloud_id)
    return render(request, "alarms/_short.html", standing | {"rows": standing["rows"][:SHORT_ROWS]})


@require_safe
def heatmap(request: HttpRequest, cloud_id: int) -> HttpResponse:
    """Alarms raised per hour and severity over the last day, as this portal saw them."""
    view = cloud_in_view(request, cloud_id)
    found = hourly(cloud_id, view.now)
    grid = [{"word": severity.label, "cells": _cells(hours)} for severity, hours in found.items()]
    total = sum(map(sum, found.values()))
    return render(request, "alarms/_heatmap.html", {"view": view, "grid": grid, "total": total})


def _standing(request: HttpRequest, cloud_id: int) -> dict[str, Any]:
    view = cloud_in_view(request, cloud_id)
    rows = once(request, ("alarms", cloud_id), lambda: _rows(view))
    more = len(rows) > PANEL_ROWS
    return {
        "view": view,
        "facet": view.facets[Facet.ALARMS],
        "rows": rows[:PANEL_ROWS],
        "more": more,
        "effects": any(row["service_affecting"] or row["management_affecting"] for row in rows),
        # of more than are read, the counts that are written in the transaction of the alarms themselves
        "counts": kept_counts(view.cloud) if more else counts(rows),
        "active": rows[0]["active"] if rows else 0,
        "worst": next((row for row in rows if not row["suppressed"]), None),
    }


def _with_named(request: PortalRequest, view: CloudInView, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the subcloud that dcmanager's alarms tell of."""
    placed = [row | {"controller": view.cloud.controller_id} for row in rows]
    named = named_in(request.scopes, placed)
    return [row | {"named": named.get(row["id"])} for row in placed]


def _rows(view: CloudInView) -> list[dict[str, Any]]:
    """The first that stand; on each row how many stand in all, suppressed ones not counted: a storm is longer."""
    active = Window(Count("pk", filter=Q(suppressed=False)))
    return list(standing_on(view.cloud.pk).values(*PANEL_COLUMNS, active=active)[: PANEL_ROWS + 1])


def _cells(hours: list[int]) -> SafeString:
    """One line of the heat map, the oldest hour first. Drawn here: ninety-six cells take a template three times as
    long as the rest of the card."""
    last = len(hours) - 1
    return mark_safe("".join(_cell(last - at, raised) for at, raised in enumerate(hours)))  # noqa: S308 # only numbers


@lru_cache(maxsize=1024)
def _cell(ago: int, raised: int) -> str:
    """Level 0 to 4: none, one, a few, many, a storm."""
    level = (raised > 0) + (raised > 1) + (raised > 4) + (raised > 14)
    return f'<td data-level="{level}" title="{ago} h ago: {raised}"><span class="vh">{raised}</span></td>'

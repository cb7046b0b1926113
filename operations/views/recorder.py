"""The flight recorder: one target, phase by phase against the usual; its attempts, requests, and what may be done."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from operations.choices import ENDED_TARGETS, Outcome, TargetState
from operations.engine.outcomes import never_sent
from operations.engine.pace import pace
from operations.engine.usual import usual_cached
from operations.explaining import explained
from operations.kinds import KINDS
from operations.marks import TARGET_MARKS
from operations.models import Target, VimStrategySeen
from operations.phase_rows import PhaseRow, phase_rows
from operations.recorder import attempts_of, intents_of
from operations.selectors import targets
from operations.verdicts import Verdict, next_verbs
from operations.views.phasebar import drawn
from operations.words import step_of
from sites.choices import Facet
from sites.freshness import freshness_of
from sites.middleware import PortalRequest, once
from sites.models import FacetState
from sites.models.controllers import unshown
from sites.standing import Standing

OUTCOME_MARKS = {
    Outcome.PENDING: "busy", Outcome.ACCEPTED: "info", Outcome.REFUSED: "error", Outcome.UNKNOWN: "warn",
    Outcome.EFFECTIVE: "ok", Outcome.LOST: "warn", Outcome.UNSENT: "none",
}  # fmt: skip
VERB_WORDS = {
    "abort": "Abort", "give_up": "Call it failed", "retry": "Try again", "resume": "Resume", "install": "Install again",
    "bootstrap": "Bootstrap again", "configure": "Configure again", "complete": "Mark complete",
}  # fmt: skip
REFRESH = timedelta(seconds=10)  # the page asks again for the age of the last look


@dataclass(frozen=True, slots=True)
class NextVerb:
    """`reason` empty: it may be asked now."""

    verb: str
    label: str
    reason: str
    primary: bool
    danger: bool


@require_GET
def page(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """Everything; to htmx only what changes."""
    seen = target_in_view(request, pk, target)
    part = "operations/_recorder.html" if "HX-Request" in request.headers else "operations/recorder.html"
    return render(request, part, _context(request, seen))


@require_GET
def look(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """When it was looked at last: a look that finds nothing new is no event, so the page asks."""
    return render(request, "operations/_look.html", _look(target_in_view(request, pk, target)))


def target_in_view(request: PortalRequest, operation: int, pk: int) -> Target:
    """Read once per request. Raises Http404 where it is not in scope."""
    return once(request, ("target", pk), lambda: _read(request, operation, pk))


def _read(request: PortalRequest, operation: int, pk: int) -> Target:
    rows = targets(request.scopes).filter(pk=pk, operation=operation).select_related("operation", "controller", "cloud")
    target = rows.defer("cloud__search", *unshown()).first()
    if target is None:
        raise Http404("There is no such target, or it is not in your scope.")
    return target


def _context(request: PortalRequest, target: Target) -> dict[str, Any]:
    attempts = [
        attempt | {"outcome_word": TargetState(attempt["outcome"]).label if attempt["outcome"] else ""}
        for attempt in attempts_of(target, request.now)
    ]
    spans = attempts[-1]["phases"] if attempts else []
    rows = phase_rows(_plain(target), spans, usual_cached(target.profile, request.now))
    intents = [
        row | {"mark": OUTCOME_MARKS[row["outcome"]], "outcome_word": _outcome_word(row["outcome"], row["status"])}
        for row in intents_of(target)
    ]
    found = verbs(target, request.standing)
    return {
        "target": target, "operation": target.operation, "mark": TARGET_MARKS[target.state],
        "step": step_of(target.steps, target.step), "rows": drawn(rows, request.now),
        "current": _current(rows), "attempts": attempts, "lines": _side_by_side(attempts), "intents": intents,
        "cause": explained(target), "may_now": [verb for verb in found if not verb.reason],
        "may_not": _may_not(found), "facts": _facts(target.facts),
        "by_hand": _by_hand(target), "moving": target.state == TargetState.RUNNING, **_look(target),
        **_strategy(target, request),
    }  # fmt: skip


def _outcome_word(outcome: str, status: int | None) -> str:
    return "not sent" if never_sent(outcome, status) else Outcome(outcome).label


def _by_hand(target: Target) -> bool:
    """It is taken out of service, and waits for a person to power it down."""
    at = target.steps[target.step] if target.step < len(target.steps) else ""
    return target.state == TargetState.RUNNING and at == "offline" and "power_off" not in target.steps


def verbs(target: Target, standing: Standing) -> list[NextVerb]:
    """What may be asked next, the most useful first; what may not, with the reason."""
    spec = KINDS[target.operation.kind]
    forbidden = "" if standing.may(spec.permission) else f"Your role may not: it needs {spec.permission}."
    found = next_verbs(target, spec.kind)
    legal = [each.verb for each in found if each.legal]
    first = next((verb for verb in ("resume", "retry", "complete") if verb in legal), "")
    return [_verb(each, forbidden, first) for each in found if not (each.verb == "retry" and "resume" in legal)]


def _may_not(found: list[NextVerb]) -> list[tuple[str, str]]:
    """(labels, reason): what has one reason stands in one line."""
    grouped: dict[str, list[str]] = {}
    for verb in found:
        if verb.reason:
            grouped.setdefault(verb.reason, []).append(verb.label)
    return [(", ".join(labels), reason) for reason, labels in grouped.items()]


def _verb(each: Verdict, forbidden: str, first: str) -> NextVerb:
    label, danger = VERB_WORDS.get(each.verb, each.verb), each.verb in ("abort", "give_up")
    return NextVerb(each.verb, label, each.reason or forbidden, each.verb == first, danger)


def _facts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """One line each; those of a mapping by "network: subnet". What is empty is left out."""
    lines = []
    for name, value in sorted(facts.items()):
        parts = value.items() if isinstance(value, dict) else [("", value)]
        for key, each in parts:
            text = ", ".join(map(str, each)) if isinstance(each, list) else str(each)
            if each not in (None, "", [], {}):
                lines.append((f"{name}: {key}" if key else name, text))
    return lines


def _current(rows: list[PhaseRow]) -> PhaseRow | None:
    return next((row for row in rows if row.state == "current"), None)


def _plain(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in ("state", "steps", "step", "facts", "profile")}


def _side_by_side(attempts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each phase that any attempt went through, with a cell for each attempt."""
    names = dict.fromkeys(span["phase"] for attempt in attempts for span in attempt["phases"])
    return [
        {
            "label": PhaseRow(name, "").label,
            "phase": name,
            "cells": [[span for span in attempt["phases"] if span["phase"] == name] for attempt in attempts],
        }
        for name in names
    ]


def _look(target: Target) -> dict[str, Any]:
    """How old what is shown may be; only what runs is looked at."""
    poll = pace().poll
    limit = max(3 * poll, timedelta(seconds=5)) + REFRESH
    return {
        "target": target, "stale_after": limit.total_seconds(), "poll": poll.total_seconds(),
        "looked_at": target.state not in ENDED_TARGETS and target.state != TargetState.HELD,
    }  # fmt: skip


def _strategy(target: Target, request: PortalRequest) -> dict[str, Any]:
    """What the subcloud's own VIM orchestrates, if anything: read while somebody has this page open."""
    strategy = VimStrategySeen.objects.filter(cloud=target.cloud_id).first() if target.cloud_id else None
    if strategy is None:
        return {}
    rows = FacetState.objects.filter(cloud=target.cloud_id, facet=Facet.VIM)
    fields = ("facet", "observed_at", "attempted_at", "source", "error")
    return {"strategy": strategy, "vim": freshness_of(rows.values(*fields), request.now)[Facet.VIM]}

"""What stands about operations on the page of a subcloud: every verb with its reason, and what works on it now."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from operations.choices import ACTIVE_TARGETS, Kind, TargetState
from operations.kinds import KindSpec
from operations.marks import TARGET_MARKS
from operations.profiles import profile_of
from operations.selectors import active_target, targets
from operations.verdicts import Verdict, verdicts
from operations.views.answers import shown
from operations.views.opactions import Question
from operations.words import step_of
from sites.middleware import PortalRequest
from sites.selectors import cloud_in_view

LAST = 5
GROUPS = {
    "Every day": (Kind.MANAGE, Kind.UNMANAGE, Kind.EDIT, Kind.MOVE_GROUP, Kind.RENAME),
    "Data and images": (Kind.BACKUP, Kind.RESTORE, Kind.DELETE_BACKUP, Kind.PRESTAGE),
    "Deployment": (Kind.RESUME, Kind.INSTALL, Kind.BOOTSTRAP, Kind.CONFIGURE, Kind.COMPLETE, Kind.ABORT, Kind.ENROLL),
    "Takes the site down": (Kind.REDEPLOY, Kind.RECONFIGURE_NETWORK, Kind.DECOMMISSION),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """`reason` empty: it may be asked now."""

    label: str
    href: str
    reason: str
    page: bool  # worth a page of its own


@never_cache
@require_GET
def actions(request: PortalRequest, pk: int) -> HttpResponse:
    """Every verb: the legal ones to be chosen, the others with the reason, by what was read last of the subcloud."""
    seen = cloud_in_view(request, pk)
    target = active_target(request.scopes, pk)
    busy = target.operation_id if target else None
    found = {spec.kind: (spec, verdict) for spec, verdict in verdicts(seen.cloud, busy)}
    groups = [
        (title, [_choice(request, *found[kind], pk) for kind in kinds if kind in found])
        for title, kinds in GROUPS.items()
    ]
    context = {
        "question": Question(f"Actions on {seen.cloud.name}", (), ""), "seen": seen, "cloud": seen.cloud,
        "profile": profile_of(seen.cloud.system_mode), "groups": groups, "target": target,
        "back": reverse("subcloud", args=[pk]),
    }  # fmt: skip
    return shown(request, "operations/_actions.html", context)


def _choice(request: PortalRequest, spec: KindSpec, verdict: Verdict, pk: int) -> Choice:
    forbidden = "" if request.standing.may(spec.permission) else f"Your role may not: it needs {spec.permission}."
    href = f"{reverse('operations:ask', args=[spec.kind.value])}?cloud={pk}"
    return Choice(spec.kind.label, href, forbidden or verdict.reason, spec.kind == Kind.DECOMMISSION)


@require_GET
def panel(request: PortalRequest, pk: int) -> HttpResponse:
    """What works on it now, and the last that did. One query."""
    seen = cloud_in_view(request, pk)
    named: dict[str, Any] = {
        "title": F("operation__title"), "kind": F("operation__kind"), "by": F("operation__requester_name"),
        "asked_at": F("operation__created_at"),
    }  # fmt: skip
    fields = ("id", "operation_id", "state", "steps", "step", "deploy_status", "message", "error", "stuck",
              "started_at", "ended_at", "seen_at")  # fmt: skip
    rows = list(targets(request.scopes).filter(cloud=pk).order_by("-id").values(*fields, **named)[:LAST])
    for row in rows:
        state = TargetState(row["state"])
        row |= {"mark": TARGET_MARKS[state], "word": state.label, "step_word": step_of(row["steps"], row["step"])}
    now = [row for row in rows if row["state"] in ACTIVE_TARGETS]
    context = {"cloud": seen.cloud, "now_rows": now, "rows": [row for row in rows if row not in now]}
    return render(request, "operations/_cloud_panel.html", context)

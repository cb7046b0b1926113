"""Start, hold, go on, cancel, try again: what people do to a whole operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations.choices import TargetState
from operations.forms.confirm import ConfirmForm
from operations.kinds import KINDS
from operations.models import Operation
from operations.services import control, run_secrets
from operations.services.deeds import on_hold
from operations.services.permits import operation_for
from operations.services.requests import RefusedError
from operations.services.start import NotNowError, start_operation
from operations.verdicts import begins_anew
from operations.views.answers import gone_to, shown
from operations.views.oppage import OperationInView, operation_in_view
from sites.middleware import PortalRequest
from sites.services.actors import actor_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done. `verb` of the button; `lines` say what will happen."""

    title: str
    lines: tuple[str, ...]
    verb: str
    style: str = "primary"
    type_this: str = ""
    secrets: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: int, action: str) -> HttpResponse:
    """GET asks, POST does. Raises PermissionDenied, audited, where role or scope do not reach."""
    if action not in _DONE:
        raise Http404("There is no such action.")
    operation = operation_for(request, request.scopes, pk)
    seen = operation_in_view(request, pk)
    question = _QUESTIONS[action](seen) if action in _QUESTIONS else Question(action.capitalize(), (), "Do it")
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        type_this=question.type_this, secrets=question.secrets, optional=question.optional,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            _DONE[action](request, operation, form)
        except (NotNowError, RefusedError) as problem:
            form.add_error(None, str(problem))
        else:
            return gone_to(request, reverse("operations:operation", args=[pk]))
    context = {
        "form": form, "question": question, "action": request.get_full_path(),
        "back": reverse("operations:operation", args=[pk]),
    }  # fmt: skip
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _start(seen: OperationInView) -> Question:
    operation, spec = seen.operation, KINDS[seen.operation.kind]
    ready, refused = seen.counts.get(TargetState.READY, 0), seen.counts.get(TargetState.REFUSED, 0)
    lines = [f"{spec.kind.label}: {subclouds(ready)}, at most {operation.max_at_once:,} at once."]
    if refused:
        lines.append(f"Refused, and no part of it: {subclouds(refused)}.")
    lines.append(f"What runs is the plan {operation.plan_hash[:16]} as it stands here.")
    typed = str(ready) if spec.risk > 1 else ""
    missing = run_secrets.missing(operation, spec)
    if missing:
        lines.append("It lay here for more than a day: its secrets were erased and are needed again.")
    optional = spec.may_have if missing else ()
    title = f"Start “{operation.title}”"
    return Question(title, tuple(lines), "Start", "primary", typed, tuple(missing), optional)


def _cancel(seen: OperationInView) -> Question:
    waiting = sum(seen.counts.get(state, 0) for state in (TargetState.WAITING, TargetState.READY, TargetState.CHECKING))
    running = seen.counts.get(TargetState.RUNNING, 0) + seen.counts.get(TargetState.HELD, 0)
    lines = [f"{subclouds(waiting)} that have not begun never will."]
    if running:
        lines.append(
            f"{subclouds(running)} at work: those that only wait for their site, or were sent nothing, are stopped; "
            "what is under way goes on. Where StarlingX allows it, each is aborted on its own page."
        )
    return Question(f"Cancel “{seen.operation.title}”", tuple(lines), "Cancel what is not under way", style="danger")


def _retry(seen: OperationInView) -> Question:
    operation, spec = seen.operation, KINDS[seen.operation.kind]
    stopped = seen.counts.get(TargetState.FAILED, 0)
    lines = (f"Failed: {subclouds(stopped)}. They begin again from the step they stopped at.",
             "What has gone well is not done again. What waits for a decision is decided on its own page.")  # fmt: skip
    typed = str(stopped) if spec.risk > 1 else ""
    failed = operation.targets.filter(state=TargetState.FAILED).only("dcmanager_id", "deploy_status", "facts")
    anew = any(begins_anew(target) for target in failed)
    return Question(
        "Try again", lines, f"Try {stopped:,} again", "primary", typed, *secrets_again(operation, anew=anew)
    )


def secrets_again(operation: Operation, *, anew: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(those that a new attempt cannot do without, those that may be given in place of the run's)."""
    spec = KINDS[operation.kind]
    missing = tuple(run_secrets.missing(operation, spec, anew=anew))
    return missing, tuple(name for name in (*spec.secrets, *spec.may_have) if name not in missing)


def subclouds(number: int) -> str:
    return "1 subcloud" if number == 1 else f"{number:,} subclouds"


def _started(request: PortalRequest, operation: Operation, form: ConfirmForm) -> None:
    start_operation(operation.pk, actor_of(request), request.now, form.secrets)


def _held(held: bool) -> Callable[[PortalRequest, Operation, ConfirmForm], None]:
    def do(request: PortalRequest, operation: Operation, form: ConfirmForm) -> None:
        found = control.hold(operation.pk, held, actor_of(request), request.now)
        messages.info(request, on_hold(found) if held else "Not on hold any more: further ones start.")

    return do


def _cancelled(request: PortalRequest, operation: Operation, form: ConfirmForm) -> None:
    messages.info(request, control.cancel(operation.pk, actor_of(request), request.now))


def _retried(request: PortalRequest, operation: Operation, form: ConfirmForm) -> None:
    chosen = list(operation.targets.filter(state=TargetState.FAILED).values_list("pk", flat=True))
    control.retry(operation.pk, chosen, form.secrets, actor_of(request), request.now)


_QUESTIONS: dict[str, Callable[[OperationInView], Question]] = {"start": _start, "cancel": _cancel, "retry": _retry}
_DONE: dict[str, Callable[[PortalRequest, Operation, ConfirmForm], Any]] = {
    "start": _started, "hold": _held(True), "release": _held(False), "cancel": _cancelled, "retry": _retried,
}  # fmt: skip

"""Approve, start, pause, resume, abort, try again: what people do to a whole campaign."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations.forms.campaigns import ActForm
from operations.models import Operation
from operations.services import approvals, campaign_children, campaign_control, control, wave_approvals
from operations.services.begin_anyway import begin_anyway
from operations.services.permits import campaign_for
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.views.answers import gone_to, shown
from operations.views.campaigns import questions, wave_questions
from operations.views.campaigns.inview import CampaignInView, campaign_in_view
from operations.views.campaigns.questions import Ask
from sites.middleware import PortalRequest
from sites.services.actors import actor_of

Done = Callable[[PortalRequest, Operation, ActForm], Operation]


@dataclass(frozen=True, slots=True)
class Act:
    """`verb`: of operations/campaign_verdicts.py. `question` None: harmless, it is done at once."""

    verb: str
    do: Done
    question: Callable[[PortalRequest, CampaignInView], Ask] | None = None


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: int, action: str) -> HttpResponse:
    """GET asks, POST does. Raises PermissionDenied, audited, where role or scope do not reach."""
    wanted = ACTS.get(action)
    if wanted is None:
        raise Http404("There is no such action.")
    campaign = campaign_in_view(request, pk)
    operation = campaign_for(request, request.scopes, pk, wanted.verb)
    asked = wanted.question(request, campaign) if wanted.question else Ask(questions.plain(action))
    form = asked.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            result = wanted.do(request, operation, form)
        except NotNowError as problem:
            form.add_error(None, str(problem))
        except RefusedError as refusal:
            _add(form, refusal)
        else:
            return gone_to(request, reverse("operations:operation", args=[result.pk]))
    context = {
        "form": form, "question": asked.question, "action": request.get_full_path(), "ask": asked,
        "back": reverse("operations:operation", args=[pk]), "operation": operation,
    }  # fmt: skip
    return shown(request, "operations/campaigns/_ask.html", context, status=400 if form.errors else 200)


def _add(form: ActForm, refusal: RefusedError) -> None:
    for name, text in refusal.problems.items():
        form.add_error(name if name in form.fields else None, text if name in form.fields else f"{name}: {text}")


def _user(request: PortalRequest) -> User:
    return cast(User, request.user)


def _approved(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    return approvals.approve(
        operation.pk, form.cleaned_data["plan_hash"], _user(request), actor_of(request), request.now,
        note=form.cleaned_data["note"], holds=form.holds,
    )  # fmt: skip


def _wave_approved(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    given = form.cleaned_data
    return wave_approvals.approve_wave(
        operation.pk, _wave(form), given["plan_hash"], _user(request), actor_of(request), request.now,
        note=given["note"], holds=form.holds,
    )  # fmt: skip


def _wave_rejected(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    reason, actor = form.cleaned_data["reason"], actor_of(request)
    return wave_approvals.reject_wave(operation.pk, _wave(form), reason, actor, request.now)


def _wave(form: ActForm) -> int:
    """The one that was seen to wait. Raises NotNowError where none did."""
    number: int | None = form.cleaned_data["wave"]
    if number is None:
        raise NotNowError("None of its waves waited for approval when this was asked: look at it again.")
    return number


def _revoked(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    return approvals.revoke(operation.pk, actor_of(request), request.now, note=form.cleaned_data.get("reason", ""))


def _started(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    return campaign_control.start(operation.pk, form.secrets, actor_of(request), request.now)


def _let_begin(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    return begin_anyway(operation.pk, form.cleaned_data["reason"], _user(request), actor_of(request), request.now)


def _held(held: bool) -> Done:
    def do(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
        return control.hold(operation.pk, held, actor_of(request), request.now)

    return do


def _aborted(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
    return campaign_control.abort(operation.pk, form.cleaned_data["reason"], actor_of(request), request.now)


def _retried(with_unrun: bool) -> Done:
    def do(request: PortalRequest, operation: Operation, form: ActForm) -> Operation:
        return campaign_children.retry_failed(
            operation.pk, form.secrets, _user(request), actor_of(request), request.now, with_unrun=with_unrun
        )

    return do


ACTS: dict[str, Act] = {
    "approve": Act("approve", _approved, questions.approve),
    "approve-wave": Act("approve_wave", _wave_approved, wave_questions.approve),
    "reject-wave": Act("reject_wave", _wave_rejected, wave_questions.reject),
    "revoke": Act("revoke", _revoked, questions.revoke),
    "start": Act("start", _started, questions.start),
    "begin-anyway": Act("begin_anyway", _let_begin, questions.begin_anyway),
    "pause": Act("hold", _held(True), questions.pause),
    "resume": Act("release", _held(False)),
    "abort": Act("abort", _aborted, questions.abort),
    "retry": Act("retry_failed", _retried(with_unrun=False), questions.retry),
    "mop-up": Act("retry_failed", _retried(with_unrun=True), questions.mop_up),
}

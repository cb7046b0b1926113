"""What people do to one target: abort, give up, try again, or begin with another phase."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations import words
from operations.choices import Kind, TargetState
from operations.forms.confirm import ConfirmForm
from operations.kinds import KINDS
from operations.models import Target
from operations.payloads import editable_documents
from operations.services import control
from operations.services.permits import target_for
from operations.services.requests import RefusedError
from operations.services.revisions import Correction, slots_of
from operations.services.start import NotNowError
from operations.verdicts import CREATE_FAILED, PHASE_VERBS, STOPPED, begins_anew, gone
from operations.views.answers import gone_to, shown
from operations.views.opactions import Question, secrets_again
from operations.views.recorder import VERB_WORDS
from operations.words import step_of
from sites.middleware import PortalRequest
from sites.services.actors import actor_of

AGAIN = ("retry", *PHASE_VERBS)
WIPES = "The server is installed anew: whatever is on its disks is lost."


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def act(request: PortalRequest, pk: int, target: int, verb: str) -> HttpResponse:
    """GET asks, POST does. Raises PermissionDenied, audited, where role or scope do not reach."""
    if verb not in (*AGAIN, "abort", "give_up"):
        raise Http404("There is no such action.")
    subject = target_for(request, request.scopes, pk, target)
    question = _question(subject, verb)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        type_this=question.type_this, secrets=question.secrets, optional=question.optional,
        shown=_documents(subject, verb),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            _do(request, subject, verb, form)
        except NotNowError as problem:
            form.add_error(None, str(problem))
        except RefusedError as refusal:
            form.add_problems(refusal.problems)
        else:
            return gone_to(request, reverse("operations:target", args=[pk, target]))
    context = {
        "form": form, "question": question, "action": request.get_full_path(),
        "back": reverse("operations:target", args=[pk, target]),
    }  # fmt: skip
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _question(target: Target, verb: str) -> Question:
    about = (
        f"{target.name}{f', {target.region}' if target.region else ''}: deploy status {target.deploy_status or '–'}."
    )
    title = f"{VERB_WORDS[verb]}: {target.name}"
    if verb == "abort":
        lines = [about, "dcmanager is asked to stop the phase under way. It does so as soon as its playbook allows, "
                 "which may take ten minutes."]  # fmt: skip
        if target.deploy_status == "installing":
            lines.append("Aborting an installation also powers the server off.")
        return Question(title, tuple(lines), "Abort", "danger")
    if verb == "give_up" and target.state == TargetState.RUNNING:
        rest = ", ".join(words.step(name) for name in target.steps[target.step :])
        waits = f"It only waits, and stops here: what was done stays done. Not done: {rest}."
        return Question(title, tuple(filter(None, (about, target.message, waits))), "Call it failed", "danger")
    if verb == "give_up":
        return Question(title, (about, target.message, "It counts as failed from then on."), "Call it failed", "danger")
    return _again(target, verb, title, about)


def _again(target: Target, verb: str, title: str, about: str) -> Question:
    """Secrets were erased when it stopped, so they are asked for again."""
    spec = KINDS[target.operation.kind]
    begins = f"It begins again with: {step_of(target.steps, target.step)}." if verb == "retry" else ""
    if verb == "retry" and target.deploy_status == CREATE_FAILED:
        begins = "What there is of it on the System Controller is deleted, and it is added anew."
    if gone(target):
        begins = "The System Controller does not know it any more: it is added anew, and deployed from the beginning."
    lines = [line for line in (about, begins, WIPES if verb == "install" else "") if line]
    risky = verb == "install" or (verb == "retry" and spec.risk > 1 and spec.kind != Kind.DEPLOY)
    typed = target.name if risky else ""
    needed, optional = secrets_again(target.operation, anew=begins_anew(target, _chosen(verb)))
    optional += tuple(name for name in _slots(target, verb) if name not in (*needed, *optional))
    return Question(title, tuple(lines), VERB_WORDS[verb], "primary", typed, needed, optional)


def _chosen(verb: str) -> str:
    return "" if verb == "retry" else verb


def _documents(target: Target, verb: str) -> dict[str, str]:
    """Those that the attempt can carry, as they are now."""
    if verb not in AGAIN or target.state not in STOPPED:
        return {}
    texts = editable_documents(target)
    return {name: texts.get(name, "") for name in control.documents_taken(target, _chosen(verb))}


def _slots(target: Target, verb: str) -> list[str]:
    """Secrets that a document needs when it is changed."""
    return slots_of(_documents(target, verb))


def _do(request: PortalRequest, target: Target, verb: str, form: ConfirmForm) -> None:
    """Raises NotNowError, RefusedError."""
    actor = actor_of(request)
    if verb == "abort":
        control.abort_target(target.pk, actor, request.now)
    elif verb == "give_up":
        control.give_up(target.pk, actor, request.now)
    else:
        correction = Correction(documents=form.documents)
        control.retry(
            target.operation_id,
            [target.pk],
            form.secrets,
            actor,
            request.now,
            _chosen(verb),
            correction,
            request.scopes,
        )

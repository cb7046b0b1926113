"""The page of one batch: its strategy, its sites, every request about it, the steps that were archived. And: a person
says whose the strategy in the slot is, or that what went wrong is to be tried again."""

from collections.abc import Mapping
from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from operations.campaign_marks import BATCH_MARKS, bar, counted
from operations.campaign_reads import BatchSeen, WaveSeen, archive_of, failed, requests_of, sites
from operations.campaign_told import WAITING, told
from operations.choices import BatchState, Outcome
from operations.forms.campaigns import SettleForm
from operations.models import Batch, Target
from operations.services import campaign_control
from operations.services.permits import campaign_for
from operations.services.start import NotNowError
from operations.views.answers import gone_to, shown
from operations.views.campaigns.blocking import ACTIVE, is_stale
from operations.views.campaigns.inview import CampaignInView, campaign_in_view
from operations.views.campaigns.sitecells import FIELDS, markup
from operations.views.opactions import Question, subclouds
from operations.views.recorder import OUTCOME_MARKS
from sites.middleware import PortalRequest
from sites.services.actors import actor_of

VERBS = {
    "create_group": "make the group of the batch", "move": "move a subcloud into it",
    "create_strategy": "create the strategy", "restore": "put a subcloud back", "delete_group": "delete the group",
    "apply": "apply the strategy", "abort": "abort the strategy", "delete_strategy": "delete the strategy",
}  # fmt: skip
DOUBT = " ours? "  # in what is asked of people about a strategy that may be this batch's
KINDS = "campaign.changed target.changed operation.changed"
WHOSE = {
    "ours": Question(
        "The strategy is this campaign’s",
        ("It is taken for that of this batch: it is applied, watched, and deleted at the end.",
         "Say so only if nobody else made it: it is changed like one of ours."), "It is ours", "danger",
    ),
    "foreign": Question(
        "The strategy is somebody else’s",
        ("It is waited for and never touched.",
         "If it was this campaign’s after all, nobody ends it but you, at the System Controller."), "It is not ours",
    ),
}  # fmt: skip
AGAIN = Question(
    "Try again",
    ("What was refused, or had no effect, is asked for again at once, and does not count any more.",
     "Sites that dcmanager would not move to another group take part again, where the batch has yet to run."),
    "Try again",
)  # fmt: skip


@require_GET
def page(request: PortalRequest, pk: int, number: int) -> HttpResponse:
    """Everything; to htmx only what changes."""
    campaign = campaign_in_view(request, pk)
    part = "_batch.html" if "HX-Request" in request.headers else "batch.html"
    return render(request, f"operations/campaigns/{part}", _context(request, campaign, *_find(campaign, number)))


@never_cache
@require_http_methods(["GET", "POST"])
def settle(request: PortalRequest, pk: int, number: int, whose: str) -> HttpResponse:
    """A person decides whose the strategy in the slot is. Raises PermissionDenied, audited."""
    if whose not in WHOSE:
        raise Http404("It is ours or foreign.")
    campaign = campaign_in_view(request, pk)
    campaign_for(request, request.scopes, pk, "abort")
    _, batch = _find(campaign, number)
    form = SettleForm(request.POST if request.method == "POST" else None)
    back = reverse("operations:campaign-batch", args=[pk, number])
    if request.method == "POST" and form.is_valid():
        strategy, actor = form.cleaned_data["strategy"], actor_of(request)
        try:
            campaign_control.settle_strategy(batch.row.pk, strategy, actor, request.now, ours=whose == "ours")
        except NotNowError as problem:
            form.add_error(None, str(problem))
        else:
            return gone_to(request, back)
    context = {"form": form, "question": WHOSE[whose], "action": request.get_full_path(), "back": back}
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def try_again(request: PortalRequest, pk: int, number: int) -> HttpResponse:
    """A person has done something about what went wrong. Raises PermissionDenied, audited."""
    campaign = campaign_in_view(request, pk)
    campaign_for(request, request.scopes, pk, "try_again")
    _, batch = _find(campaign, number)
    form = Form(request.POST if request.method == "POST" else None)
    back = reverse("operations:campaign-batch", args=[pk, number])
    if request.method == "POST" and form.is_valid():
        try:
            campaign_control.try_again(batch.row.pk, actor_of(request), request.now)
        except NotNowError as problem:
            form.add_error(None, str(problem))
        else:
            return gone_to(request, back)
    context = {"form": form, "question": AGAIN, "action": request.get_full_path(), "back": back}
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _find(campaign: CampaignInView, number: int) -> tuple[WaveSeen, BatchSeen]:
    """Raises Http404 where none of its sites is in scope."""
    for wave in campaign.waves:
        for batch in wave.batches:
            if batch.row.number == number:
                return wave, batch
    raise Http404("There is no such batch, or none of its subclouds is in your scope.")


def _context(request: PortalRequest, campaign: CampaignInView, wave: WaveSeen, batch: BatchSeen) -> dict[str, Any]:
    found = sites(request.scopes, campaign.operation.pk).filter(in_campaign__batch=batch.row.pk)
    rows = found.order_by("trouble", "number").values(*FIELDS)[:1000]
    return {
        "operation": campaign.operation, "in_view": campaign, "wave": wave, "batch": batch, "row": batch.row,
        "active": batch.row.state in ACTIVE, "stale": is_stale(batch.row, campaign.now),
        "kinds": KINDS, "mark": BATCH_MARKS[batch.row.state], "bar": bar(batch.counts),
        "counted": counted(batch.counts), "rows": [markup(row, request.now) for row in rows], **_whole(request, batch),
    }  # fmt: skip


def _whole(request: PortalRequest, batch: BatchSeen) -> dict[str, Any]:
    """What may name sites out of scope: only for whoever sees the System Controller."""
    if not batch.told:
        message = told(batch.row.message, whole=False, instead=WAITING)
        return {"message": message, "requests": [], "steps": [], "archive": []}
    archive = archive_of(batch.row.pk)
    last = [] if archive else Batch.objects.values_list("last_steps", flat=True).get(pk=batch.row.pk)
    names = {row.dcmanager_id: row.name for row in Target.objects.filter(in_campaign__batch=batch.row.pk)}
    requests = [
        row | {"mark": OUTCOME_MARKS[row["outcome"]], "word": Outcome(row["outcome"]).label,
               "what": VERBS.get(row["verb"], row["verb"]), "name": names.get(row["subject"], row["subject"])}
        for row in requests_of(batch.row.pk)
    ]  # fmt: skip
    may = batch.row.state == BatchState.HELD and request.standing.may("operations.run_campaign")
    return {
        "message": _message(batch), "requests": requests, "archive": archive, "steps": [_step(step) for step in last],
        "settle": may and DOUBT in batch.row.message, "again": may and DOUBT not in batch.row.message,
    }  # fmt: skip


def _message(batch: BatchSeen) -> str:
    """A strategy that is complete may have left sites that are not well."""
    bad = failed(batch.counts)
    if batch.row.state != BatchState.FAILED or not bad:
        return batch.row.message
    return f"{batch.row.message} {subclouds(bad).capitalize()} failed: why stands below."


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """As it was told, with times as such."""
    times = {name: parse_datetime(step[name]) if step.get(name) else None for name in ("started_at", "finished_at")}
    return {name: step.get(name) for name in ("cloud", "stage", "state", "details")} | times

"""Taking a chosen set of a campaign's sites back: a table to choose from, and a new campaign for exactly those."""

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from operations.campaign_facts.sites import campaign_sites
from operations.campaign_filters import CampaignSiteFilter
from operations.campaign_reads import sites
from operations.campaigns.open_deployments import no_way_back
from operations.forms.campaigns import RollBackForm
from operations.services.campaign_children import roll_back
from operations.services.permits import campaign_for
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.standings import MARKS, WORKED_ON, Standing
from operations.views.campaigns.inview import CampaignInView, campaign_in_view
from sites.middleware import PortalRequest
from sites.services.actors import actor_of

MOST = 1000
GONE = "It is not in the portal's books any more."
FIELDS = ("id", "name", "region", "profile", "standing", "error", "ended_at", "in_campaign__batch__wave__name",
          "in_campaign__new_alarms", "cloud_id")  # fmt: skip


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """GET offers the sites that were worked on, filtered as the page is; POST plans the way back for those chosen.

    Raises PermissionDenied, audited.
    """
    campaign = campaign_in_view(request, pk)
    campaign_for(request, request.scopes, pk, "roll_back")
    data = request.POST if request.method == "POST" else None
    form = RollBackForm(data, chosen=request.POST.getlist("site"))
    if request.method == "POST" and form.is_valid():
        try:
            made = roll_back(pk, form.targets, {}, cast(User, request.user), actor_of(request), request.now)
        except NotNowError as problem:
            form.add_error(None, str(problem))
        except RefusedError as refusal:
            form.add_error(None, " ".join(refusal.problems.values()))
        else:
            return redirect("operations:operation", made.pk)
    context = {"form": form, "operation": campaign.operation, "in_view": campaign, **_rows(request, campaign, form)}
    return render(request, "operations/campaigns/roll_back.html", context, status=400 if form.errors else 200)


def _rows(request: PortalRequest, campaign: CampaignInView, form: RollBackForm) -> dict[str, Any]:
    """Chosen: what was ticked, else with ?all=1 everything that is listed, else what failed; of these never what
    cannot go back."""
    found = sites(request.scopes, campaign.operation.pk).filter(standing__in=[word.value for word in WORKED_ON])
    filters = CampaignSiteFilter(request.GET, queryset=found, request=request)
    rows = list((filters.qs if filters.is_valid() else found).order_by("trouble", "number").values(*FIELDS)[: MOST + 1])
    everything = request.GET.get("all") == "1"
    bad = (Standing.FAILED.value, Standing.ALARMED.value)
    known = campaign_sites([row["cloud_id"] for row in rows if row["cloud_id"]], request.now)
    for row in rows:
        there = known.get(row["cloud_id"])
        cannot = no_way_back(there.facts.releases) if there is not None else GONE
        ticked = str(row["id"]) in form.chosen if form.is_bound else everything or row["standing"] in bad
        row |= {
            "ticked": ticked and not cannot,
            "cannot": cannot,
            "mark": MARKS[row["standing"]],
            "word": Standing(row["standing"]).label,
        }
    return {
        "rows": rows[:MOST], "more": len(rows) > MOST, "able": sum(not row["cannot"] for row in rows[:MOST]),
        "ticked": sum(row["ticked"] for row in rows[:MOST]),
        "snapshot": campaign.book.spec.snapshot,
    }  # fmt: skip

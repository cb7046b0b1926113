"""One address for every operation and target: campaigns have pages of their own."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from operations.choices import Kind
from operations.views import oppage, recorder
from operations.views.campaigns import page as campaign
from operations.views.campaigns import site
from sites.middleware import PortalRequest


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """Raises Http404 where the user sees none of its targets."""
    is_campaign = oppage.operation_in_view(request, pk).operation.kind == Kind.CAMPAIGN
    return campaign.page(request, pk) if is_campaign else oppage.page(request, pk)


@require_GET
def target(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """Raises Http404 where it is not in scope."""
    is_campaign = recorder.target_in_view(request, pk, target).operation.kind == Kind.CAMPAIGN
    return site.page(request, pk, target) if is_campaign else recorder.page(request, pk, target)

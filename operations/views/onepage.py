"""One address for every operation and target: campaigns have pages of their own, where they are switched on."""

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from operations.choices import Kind
from operations.models import Operation
from operations.views import oppage, recorder
from operations.views.campaigns import page as campaign
from operations.views.campaigns import site
from sites.middleware import PortalRequest


@require_GET
def page(request: PortalRequest, pk: int) -> HttpResponse:
    """Raises Http404 where the user sees none of its targets."""
    own = _has_own_page(oppage.operation_in_view(request, pk).operation)
    return campaign.page(request, pk) if own else oppage.page(request, pk)


@require_GET
def target(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """Raises Http404 where it is not in scope."""
    own = _has_own_page(recorder.target_in_view(request, pk, target).operation)
    return site.page(request, pk, target) if own else recorder.page(request, pk, target)


def _has_own_page(operation: Operation) -> bool:
    return bool(settings.CAMPAIGNS) and operation.kind == Kind.CAMPAIGN

"""REST: the report of a campaign for the change board, as JSON and as a sheet."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.campaign_report_schemas import ReportSchema
from operations.api.common import scopes_of
from operations.api.deploys import AnyAccept
from operations.campaign_report import campaign_facts
from operations.campaign_selectors import campaigns
from operations.campaigns.report import report
from operations.campaigns.report_sheet import sheet
from sites.access import EVERYTHING
from sites.export import csv_response
from sites.services.actors import actor_of, audit, now_of

TAGS = ["campaigns"]


class Report(APIView):
    @extend_schema(
        summary="The report for the change board, also while the campaign runs: sites in your scope, others counted",
        tags=TAGS, responses=ReportSchema,
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(request, pk))


class Sheet(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="The same as CSV: blocks parted by empty lines, the sites last; safe to open in a spreadsheet",
        tags=TAGS, responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        header, *rows = sheet(_told(request, pk))
        return csv_response(f"campaign-{pk}-report", header, rows)


def _told(request: Request, pk: int) -> dict[str, Any]:
    """Raises NotFound; who looked for what is not theirs is in the audit."""
    facts = campaign_facts(scopes_of(request), pk, now_of(request))
    if facts is not None:
        return report(facts)
    if campaigns(EVERYTHING).filter(pk=pk).exists():
        audit(actor_of(request), "read", f"operation:{pk}", now_of(request), {"why": "out of scope"}, "refused")
    raise NotFound("There is no such campaign, or it is not in your scope.")

"""REST: what may be asked for one subcloud now, and why the rest may not."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.common import scopes_of
from operations.api.schemas import VerbsSchema
from operations.kinds import KindSpec
from operations.selectors import active_target
from operations.verdicts import Verdict, verdicts
from sites.choices import Facet
from sites.expressions import observed, stale
from sites.selectors import subclouds
from sites.services.actors import now_of

WORDS = ("deploy_status", "management_state", "availability_status", "backup_status", "prestage_status")


class Verbs(APIView):
    @extend_schema(
        summary="Every kind of operation for a subcloud, with the reason where it is not legal now",
        tags=["subclouds"], responses=VerbsSchema,
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        scopes = scopes_of(request)
        rows = subclouds(scopes).filter(pk=pk).select_related("controller").defer("search")
        aged = rows.annotate(seen=observed(Facet.SUBCLOUD), old=stale(now_of(request), facet=Facet.SUBCLOUD))
        cloud: Any = aged.first()
        if cloud is None:
            raise Http404
        target = active_target(scopes, pk)
        busy = target.operation_id if target else None
        kinds = [_kind(request, spec, verdict) for spec, verdict in verdicts(cloud, busy)]
        words = {name: getattr(cloud, name) for name in WORDS}
        return Response(words | {"observed_at": cloud.seen, "stale": cloud.old, "operation": busy, "verbs": kinds})


def _kind(request: Request, spec: KindSpec, verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": spec.kind.value, "title": spec.kind.label, "legal": verdict.legal, "reason": verdict.reason,
        "permitted": request.user.has_perm(spec.permission), "steps": spec.steps, "risk": spec.risk,
        "secrets": spec.secrets, "may_have": spec.may_have, "options": spec.options,
    }  # fmt: skip

"""REST: new sites. A dry run with a verdict for each row, and the operation that deploys those without a problem."""

from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.bodies import NewDeploy
from operations.api.common import answered, given, scopes_of, user_of
from operations.api.operations import created
from operations.api.schemas import AddedOperationSchema, DryRunSchema
from operations.choices import Kind
from operations.models import SiteTemplate
from operations.planning.preflight import Verdict
from operations.planning.run_secrets import needed
from operations.planning.sheets import template_csv
from operations.planning.templates import columns_for, read_template
from operations.services.deploys import Checked, DeployAsk, Template, check_deploy, plan_deploy
from operations.services.permits import controller_for, demand_kind
from operations.services.site_targets import noted
from sites.idempotency import idempotent
from sites.services.actors import actor_of, now_of

TEXTS = ("bootstrap_values", "install_values", "deploy_config")
FORMS = {"application/json": NewDeploy, "multipart/form-data": NewDeploy}
MOST_SHOWN = 200  # rows with their payloads: ten thousand would be many megabytes


class Deploys(APIView):
    @extend_schema(
        summary="Deploy new sites: rows with a problem are refused, the others run so many at once",
        tags=["operations"], request=FORMS, responses={201: AddedOperationSchema},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        ask = _ask(request)
        with answered():
            operation = plan_deploy(ask, user_of(request), actor_of(request), now_of(request))
        return created(request, operation, operation.targets.count())


class CheckDeploys(APIView):
    @extend_schema(
        summary="What a deployment would come to, row by row; nothing is stored or sent",
        tags=["operations"], request=FORMS, responses=DryRunSchema,
        parameters=[OpenApiParameter("row", int, many=True, description="Only these rows, with their payloads")],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        rows = _rows(request)
        ask = _ask(request)
        with answered():
            return Response(_answer(check_deploy(ask), rows))


class AnyAccept(BaseContentNegotiation):
    """There is one thing to give, whatever the client would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class SheetTemplate(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="An empty sheet for new sites: a header, and an example row",
        tags=["operations"], responses={(200, "text/csv"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("template", int, description="With the columns of this stored template")],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        demand_kind(request, Kind.DEPLOY, "sheet")
        asked = request.query_params.get("template", "")
        if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
            raise ValidationError({"template": ["The id of a stored template."]})
        stored = SiteTemplate.objects.filter(pk=int(asked)).first() if asked else None
        if asked and stored is None:
            raise Http404
        read = read_template(*(getattr(stored, name) for name in TEXTS)) if stored else read_template("{}")
        answer = HttpResponse(template_csv(columns_for(read)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{stored.name if stored else "sites"}.csv"'
        return answer


def _ask(request: Request) -> DeployAsk:
    """Raises ValidationError, Http404, PermissionDenied (audited)."""
    body = given(request, NewDeploy)
    controller, groups = controller_for(request, scopes_of(request), body["controller"])
    sites, filename = body["sites"]
    defaults = body["defaults"] | ({"release": body["release"]} if body.get("release") else {})
    limits = ("reason", "max_at_once", "stop_after_failures", "start", "manage", "secrets")
    return DeployAsk(
        controller=controller, template=_template(body), sites=sites, filename=filename, defaults=defaults,
        groups=groups, scopes=scopes_of(request), **{name: body[name] for name in limits if name in body},
    )  # fmt: skip


def _template(body: dict[str, Any]) -> Template:
    inline = {name: body[name] for name in TEXTS if body.get(name)}
    if ("template" in body) == bool(inline):
        raise ValidationError({"template": ["Give a stored template, or its texts, and not both."]})
    if inline:
        return Template(**{"bootstrap_values": ""} | inline)
    stored = SiteTemplate.objects.filter(pk=body["template"]).first()
    if stored is None:
        raise ValidationError({"template": ["There is no such template."]})
    return Template(**{name: getattr(stored, name) for name in TEXTS}, name=stored.name)


def _rows(request: Request) -> set[int] | None:
    asked = request.query_params.getlist("row")
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in asked):
        raise ValidationError({"row": ["Numbers of rows."]})
    return {int(text) for text in asked} or None


def _answer(checked: Checked, wanted: set[int] | None) -> dict[str, Any]:
    verdicts = [each for each in checked.verdicts if wanted is None or each.row in wanted]
    good = sum(each.ok for each in checked.verdicts)
    return {
        "total": len(checked.verdicts), "ok": good, "refused": len(checked.verdicts) - good,
        "plan_hash": checked.plan_hash, "needed": list(needed(checked.template)),
        "rows": [_row(each, payload=len(verdicts) <= MOST_SHOWN) for each in verdicts],
    }  # fmt: skip


def _row(verdict: Verdict, *, payload: bool) -> dict[str, Any]:
    latitude, longitude = verdict.position or (None, None)
    return {
        "row": verdict.row, "name": verdict.name, "ok": verdict.ok, "problems": noted(verdict.problems),
        "warnings": noted(verdict.warnings), "release": verdict.release, "group": verdict.group_id,
        "bootstrap_address": verdict.bootstrap_address, "profile": verdict.kind, "hosts": verdict.hosts,
        "phases": verdict.phases, "latitude": latitude, "longitude": longitude, "digest": verdict.digest,
        "payload": verdict.payload if payload else None,
    }  # fmt: skip

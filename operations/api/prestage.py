"""REST: how many sites have a release prestaged, together and by place."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from operations.api.common import scopes_of
from sites.filters import CloudFilter
from sites.prestage import LONGEST, PrestageState
from sites.prestage_coverage import Tally, coverage, known_releases
from sites.selectors import subclouds
from sites.services.actors import now_of


class KnownReleaseSchema(s.Serializer[dict[str, object]]):
    release_id = s.CharField()
    states = s.DictField(child=s.IntegerField(), help_text="By USM's state: at how many System Controllers")


class CoverageCountsSchema(s.Serializer[dict[str, object]]):
    total = s.IntegerField()
    deployed = s.IntegerField(help_text="It runs there already")
    prestaged = s.IntegerField()
    prestaging = s.IntegerField(help_text="A prestage is under way; dcmanager does not say of which release")
    failed = s.IntegerField(help_text="Not there, and the last prestage failed, of whichever release")
    absent = s.IntegerField(help_text="Not there")
    unknown = s.IntegerField(help_text="Neither the site nor dcmanager has told lately")
    percent = s.IntegerField(allow_null=True, help_text="Prestaged or deployed, rounded down; null of no sites")
    oldest_reading = s.DateTimeField(allow_null=True, help_text="The oldest on which one of the known states rests")


class OfControllerSchema(CoverageCountsSchema):
    controller = s.IntegerField()
    name = s.CharField()


class OfRegionSchema(CoverageCountsSchema):
    region = s.CharField(help_text="Empty: of sites without one")


class CoverageSchema(s.Serializer[dict[str, object]]):
    of = s.CharField()
    releases = KnownReleaseSchema(many=True, help_text="Those of the System Controllers, the newest first")
    all = CoverageCountsSchema()
    controllers = OfControllerSchema(many=True)
    regions = OfRegionSchema(many=True)


class Prestage(APIView):
    @extend_schema(
        summary="How many subclouds in your scope have a release prestaged",
        description="With the filters of /subclouds/. Which they are: /subclouds/?prestage=STATE:RELEASE,"
        " ?prestaged=RELEASE, ?not_prestaged=RELEASE.",
        tags=["subclouds"], responses=CoverageSchema,
        parameters=[
            OpenApiParameter("of", OpenApiTypes.STR, description="The release; the newest known where none is named")
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        scopes = scopes_of(request)
        for name in request.query_params:
            if name != "of" and name not in CloudFilter.base_filters:
                raise ValidationError(
                    {name: f"There is no such parameter. Known: of, {', '.join(CloudFilter.base_filters)}."}
                )
        filters = CloudFilter(request.query_params, queryset=subclouds(scopes), request=request)
        if not filters.is_valid():
            raise ValidationError(filters.errors)
        known = known_releases(scopes)
        release = request.query_params.get("of", "") or (known[0]["release_id"] if known else "")
        if not release or len(release) > LONGEST or "\x00" in release:
            raise ValidationError({"of": f"Name a release, of at most {LONGEST} characters."})
        found = coverage(filters.qs, release, now_of(request))
        controllers = [{"controller": int(each.key or 0), "name": each.name} | told(each) for each in found.controllers]
        regions = [{"region": each.name} | told(each) for each in found.regions]
        together = {"of": release, "releases": known, "all": told(found.all)}
        return Response(together | {"controllers": controllers, "regions": regions})


def told(tally: Tally) -> dict[str, Any]:
    counts = {state.value: tally.counts[state] for state in PrestageState}
    return {"total": tally.total, **counts, "percent": tally.percent, "oldest_reading": tally.oldest}

"""The REST interface, version 1: an index, the schema, and every app's share."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path, reverse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import alarms.urls
import ceph.urls
import hosts.urls
import network.urls
import operations.urls
import sites.api.scheme  # registers itself with the schema
import sites.urls
from dcportal import docs


class Index(APIView):
    """The lists this interface has."""

    @extend_schema(
        summary="The lists there are",
        tags=["index"],
        responses={200: {"type": "object", "additionalProperties": {"type": "string"}}},
    )
    def get(self, request: Request) -> Response:
        plain = [p for p in shares if isinstance(p, URLPattern) and p.name and not p.pattern.converters]
        lists = [p.name for p in plain if hasattr(getattr(p.callback, "cls", None), "get")]
        return Response({name: request.build_absolute_uri(reverse(f"api:{name}")) for name in lists})


shares: list[URLPattern | URLResolver] = [
    *sites.urls.api,
    *alarms.urls.api,
    *hosts.urls.api,
    *network.urls.api,
    *ceph.urls.api,
    *operations.urls.api,
    *(operations.urls.campaigns_api if settings.CAMPAIGNS else ()),
]
app_name = "api"
urlpatterns = [
    path("", Index.as_view(), name="index"),
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", docs.page, name="docs"),
    *shares,
]

"""What is sent for a site, as YAML with its secrets masked."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from operations.payloads import shown_payload
from operations.views.recorder import target_in_view
from sites.middleware import PortalRequest
from sites.services.actors import demand


@never_cache
@require_GET
def page(request: PortalRequest, pk: int, target: int) -> HttpResponse:
    """For those who may deploy: the others may not read templates either."""
    seen = target_in_view(request, pk, target)
    demand(request, "operations.run_deploy", "target.payload", f"target:{target}")
    context = {"number": seen.number, "name": seen.name, "documents": documents(shown_payload(seen)), "problems": []}
    return render(request, "operations/_payload.html", context)


def documents(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """[(name, YAML)]. A list is a document of several parts."""
    plain = json.loads(json.dumps(dict(payload), default=str))
    return [(name, _yaml(value)) for name, value in plain.items() if value]


def _yaml(value: Any) -> str:
    if isinstance(value, list):
        return str(yaml.safe_dump_all(value, sort_keys=False, allow_unicode=True))
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))

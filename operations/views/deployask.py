"""From the deploy page's form to what the service is asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from operations.forms.deploy import CELL, FILE, ONE, SECRET, TEXTS, DeployForm
from operations.models import SiteTemplate
from operations.planning.run_secrets import needed
from operations.planning.sheets import Columns
from operations.planning.templates import columns_for, read_template
from operations.services.deploys import DeployAsk, Template
from operations.services.permits import controller_for
from sites.middleware import PortalRequest
from sites.models import Controller
from sites.selectors import controllers

MOST_TEMPLATES = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What the chosen template asks of a sheet and of a run; `problems` with it, as sentences."""

    template: Template | None = None
    columns: Columns | None = None
    secrets: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)


def bound_form(request: PortalRequest, data: QueryDict | None, files: Any, initial: Mapping[str, Any]) -> DeployForm:
    """With the fields that the chosen template brings."""
    asked = asked_by(data if data is not None else initial)
    return DeployForm(
        data, files, initial=dict(initial), controllers=offered(request), columns=asked.columns, secrets=asked.secrets,
        templates=list(SiteTemplate.objects.values_list("pk", "name")[:MOST_TEMPLATES]),
    )  # fmt: skip


def offered(request: PortalRequest) -> list[Controller]:
    rows = controllers(request.scopes).filter(enabled=True).order_by("name")
    return list(rows.only("name", "write_username"))


def asked_by(given: Mapping[str, Any]) -> Asked:
    """One query for a stored template. A template with problems asks for nothing: they are said when it is checked."""
    template = chosen_template(given)
    if template is None:
        return Asked()
    read = read_template(*(getattr(template, name) for name in TEXTS))
    if read.problems:
        return Asked(template, problems=[f"{each.field}: {each.message}" for each in read.problems[:20]])
    return Asked(template, columns_for(read), needed(read))


def chosen_template(given: Mapping[str, Any]) -> Template | None:
    pk = str(given.get("template") or "")
    if pk.isascii() and pk.isdecimal() and len(pk) < 19:
        stored = SiteTemplate.objects.filter(pk=int(pk)).first()
        if stored is None:
            return None
        return Template(**{name: getattr(stored, name) for name in TEXTS}, name=stored.name)
    if str(given.get("bootstrap_values") or "").strip():
        return Template(**{name: str(given.get(name) or "") for name in TEXTS})
    return None


def deploy_ask(request: PortalRequest, form: DeployForm, looked_at: str = "") -> DeployAsk:
    """Of a valid form. Raises Http404, PermissionDenied (audited)."""
    given = form.cleaned_data
    controller, groups = controller_for(request, request.scopes, int(given["controller"]))
    template = chosen_template(given)
    sites, filename = _sites(form)
    defaults = {name: given[name] for name in ("release", "group") if given[name]}
    names = form.secret_names
    return DeployAsk(
        controller=controller, template=template or Template(""), sites=sites, filename=filename, defaults=defaults,
        secrets={name: given[SECRET + name] for name in names if given.get(SECRET + name)}, groups=groups,
        scopes=request.scopes,
        manage=given["manage"], reason=given["reason"], max_at_once=given["max_at_once"],
        stop_after_failures=given["stop_after_failures"], start=given["start"], looked_at=looked_at,
    )  # fmt: skip


def _sites(form: DeployForm) -> tuple[bytes, str]:
    given = form.cleaned_data
    if given["how"] == FILE:
        upload = given["sites_file"]
        upload.seek(0)
        return upload.read(), upload.name or ""
    if given["how"] == ONE:
        cells = {name.removeprefix(CELL): text for name, text in given.items() if name.startswith(CELL) and text}
        return json.dumps([cells]).encode(), "site.json"
    return given["sites_text"].encode("utf-8", "replace"), ""

"""Templates of sites: the list, and writing one. Read by those who may deploy, written by those who may change them."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from operations.forms.confirm import ConfirmForm
from operations.forms.templates import TemplateForm, shown_values
from operations.models import SiteTemplate
from operations.planning.run_secrets import needed
from operations.planning.templates import columns_for, read_template
from operations.services.requests import RefusedError
from operations.services.start import NotNowError
from operations.services.templates import TEXTS, add_template, change_template, delete_template
from operations.views.answers import gone_to, shown
from operations.views.opactions import Question
from sites.middleware import PortalRequest
from sites.services.actors import actor_of, demand

MAY_READ, MAY_CHANGE = "operations.run_deploy", "operations.change_sitetemplate"
SHOWN = 500


@never_cache
@require_GET
def page(request: PortalRequest) -> HttpResponse:
    """Every template; they belong to nobody's scope, and hold no secret."""
    demand(request, MAY_READ, "template.read", "templates")
    rows = SiteTemplate.objects.values("id", "name", "description", "changed_at", "changed_by")
    return render(request, "operations/template_list.html", {"rows": rows[:SHOWN]})


@never_cache
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    demand(request, MAY_CHANGE, "template.add", "template:new")
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_template(form.values(), actor_of(request), request.now)
        except RefusedError as refusal:
            form.add_problems(refusal.problems)
        else:
            messages.success(request, f"Template {made.name} is kept.")
            return redirect("operations:templates")
    return _form(request, form, None)


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: PortalRequest, pk: int) -> HttpResponse:
    """Those who may only deploy see it, and cannot save."""
    demand(request, MAY_READ if request.method == "GET" else MAY_CHANGE, "template.change", f"template:{pk}")
    template = get_object_or_404(SiteTemplate, pk=pk)
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=shown_values(template))
    if request.method == "POST" and form.is_valid():
        try:
            seen = datetime.fromisoformat(form.cleaned_data["seen"]) if form.cleaned_data["seen"] else None
            change_template(pk, form.values(), actor_of(request), request.now, seen)
        except RefusedError as refusal:
            form.add_problems(refusal.problems)
        except (NotNowError, ValueError) as problem:
            form.add_error(None, str(problem))
        except SiteTemplate.DoesNotExist:
            raise Http404 from None
        else:
            messages.success(request, f"Template {form.cleaned_data['name']} is kept. What runs keeps its own copy.")
            return redirect("operations:templates")
    return _form(request, form, template)


@never_cache
@require_http_methods(["GET", "POST"])
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    demand(request, MAY_CHANGE, "template.delete", f"template:{pk}")
    template = get_object_or_404(SiteTemplate, pk=pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        delete_template(pk, actor_of(request), request.now)
        return gone_to(request, "/operations/templates/")
    lines = (f"Template {template.name}, last changed by {template.changed_by}.",
             "Deployments made with it keep their own copy.")  # fmt: skip
    question = Question(f"Delete template {template.name}", lines, "Delete", "danger")
    context = {"form": form, "question": question, "action": request.path, "back": "/operations/templates/"}
    return shown(request, "operations/_confirm.html", context, status=400 if form.errors else 200)


def _form(request: PortalRequest, form: TemplateForm, template: SiteTemplate | None) -> HttpResponse:
    context = {"form": form, "template": template, **_reads(template)}
    return render(request, "operations/template_form.html", context, status=400 if form.errors else 200)


def _reads(template: SiteTemplate | None) -> dict[str, Any]:
    """What the kept template asks of a sheet, and of the one who runs it."""
    if template is None:
        return {}
    read = read_template(*(getattr(template, name) for name in TEXTS))
    columns = columns_for(read)
    return {"required": columns.required, "optional": columns.optional, "secrets": needed(read)}

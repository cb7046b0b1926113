"""One's own API tokens, for people who do not want to make the first one with curl."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sites.middleware import PortalRequest
from sites.models import ApiToken
from sites.services.actors import actor_of
from sites.services.people import issue_token, revoke_token

SHOWN = 200


class TokenForm(forms.Form):
    name = forms.CharField(label="What is it for?", max_length=64)
    days = forms.TypedChoiceField(
        label="Valid for", choices=[(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year")], coerce=int,
        initial=90,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: PortalRequest) -> HttpResponse:
    """The list; after a POST with the new token on it, this once: it is not kept, so it cannot be redirected to."""
    form = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        until = request.now + timedelta(days=form.cleaned_data["days"])
        try:
            _, made = issue_token(
                cast(User, request.user), form.cleaned_data["name"], until, actor_of(request), request.now
            )
            form = TokenForm()
        except ValidationError as error:
            form.add_error(None, error.messages)
    context: dict[str, Any] = {"form": form, "made": made, "tokens": _own(request)[:SHOWN]}
    return render(request, "sites/tokens.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: PortalRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(_own(request).select_related("user"), pk=pk)
    revoke_token(token, actor_of(request), request.now)
    messages.success(request, f"{token} is revoked.")
    return redirect("tokens")


def _own(request: PortalRequest) -> Any:
    return ApiToken.objects.filter(user=request.user.pk).order_by("-created_at", "-id")

"""Signing in: Django's own view, with an audit row for each attempt. Locking out is django-axes' part."""

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpResponse

from sites.services.actors import Actor, actor_of, audit, now_of


class PasswordChange(views.PasswordChangeView):
    def form_valid(self, form: Any) -> HttpResponse:
        """Told to the audit; the user's other sessions and sockets end by themselves."""
        answer = super().form_valid(form)
        audit(actor_of(self.request), "password.change", f"user:{form.user.pk}", now_of(self.request), {})
        return answer


class SignIn(views.LoginView):
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        audit(actor_of(self.request), "sign-in", f"user:{form.get_user().pk}", now_of(self.request), {})
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """The name that was tried is kept, the password never."""
        name = str(form.data.get("username", ""))[:150]
        actor = Actor(name or "nobody", actor_of(self.request).source)
        audit(actor, "sign-in", f"user:{name}", now_of(self.request), {}, "refused")
        return super().form_invalid(form)

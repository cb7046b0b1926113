"""Who asks: users with scopes, their sessions and tokens, made straight in the database of this bench."""

import os
from datetime import timedelta


def setup() -> None:
    """Django, on the database of this bench."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    import django

    django.setup()


def user(name: str, *, scoped: bool = False):  # type: ignore[no-untyped-def] # Django's models cannot be imported yet
    """An operator who sees the fleet; `scoped`: by a grant for each controller, as most users do."""
    from django.contrib.auth.models import Group, User

    from sites.models import Controller, ScopeGrant

    found, _ = User.objects.get_or_create(username=name)
    found.groups.add(Group.objects.get(name="Operator"))
    if scoped:
        for controller in Controller.objects.all():
            ScopeGrant.objects.get_or_create(user=found, controller=controller)
    else:
        ScopeGrant.objects.get_or_create(user=found, fleet=True)
    return found


def token(name: str, *, scoped: bool = False) -> str:
    """Text of a new API token of the user."""
    from django.utils import timezone

    from sites import tokens

    return tokens.create(user(name, scoped=scoped), "bench", timezone.now() + timedelta(days=1))[1]


def session(name: str, *, scoped: bool = False) -> str:
    """Key of a new session of the user, for the cookie `sessionid`."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    who = user(name, scoped=scoped)
    store = SessionStore()
    store[SESSION_KEY] = str(who.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = who.get_session_auth_hash()
    store.create()
    return str(store.session_key)

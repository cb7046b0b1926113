"""python -m dcportal.demo.accounts: the demo's users and its administrator's token. Needs a migrated database."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import django

ROLES = {  # user name -> role, see sites/migrations/0003_roles.py
    "viewer": "Viewer",
    "operator": "Operator",
    "engineer": "Engineer",
    "approver": "Approver",
    "admin": "Administrator",
}
PASSWORD_FILE, TOKEN_FILE = "demo-password", "demo-token"  # names in var/
TOKEN_LIFE = timedelta(days=365)


def make_users(var: Path) -> None:
    """Users of every role who see the whole fleet. Existing ones keep the password they have."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, User

    from dcportal.env import kept_secret
    from sites.models import ScopeGrant

    fresh = not (var / PASSWORD_FILE).exists()  # then the old passwords are known to nobody
    password = kept_secret(var / PASSWORD_FILE, size=12)  # people type it
    hashed = make_password(password)  # slow on purpose: once for all
    for name, role in ROLES.items():
        highest = role == "Administrator"
        user, created = User.objects.get_or_create(
            username=name, defaults={"is_staff": highest, "is_superuser": highest, "email": f"{name}@example.org"}
        )
        user.groups.add(Group.objects.get(name=role))
        ScopeGrant.objects.get_or_create(user=user, fleet=True)
        if created or fresh:
            user.password = hashed
            user.save(update_fields=["password"])


def make_token(var: Path) -> None:
    """An API token of `admin` in var/demo-token. One that still works is kept."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from sites import tokens

    path = var / TOKEN_FILE
    now = timezone.now()
    with suppress(FileNotFoundError):
        if tokens.user_of_token(path.read_text(encoding="ascii").strip(), now):
            return
    _, text = tokens.create(User.objects.get(username="admin"), "demo", now + TOKEN_LIFE)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(text + "\n")
    draft.rename(path)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    django.setup()
    from django.conf import settings

    make_users(settings.VAR_DIR)
    make_token(settings.VAR_DIR)


if __name__ == "__main__":
    main()

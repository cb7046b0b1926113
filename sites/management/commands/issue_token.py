"""manage.py issue_token USER --name NAME --output FILE: an API token for automation."""

import argparse
import getpass
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sites.services.actors import Actor
from sites.services.people import issue_token


class Command(BaseCommand):
    help = "Makes an API token that sees what USER sees. Written to a file with mode 0600, never to a log."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--name", required=True, help="What the token is for")
        parser.add_argument("--days", type=int, default=90, help="Life of the token, 366 at most")
        parser.add_argument("--output", required=True, help="File; - is standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']!r}.")
        now = timezone.now()
        actor = Actor("command", f"issue_token by {getpass.getuser()}")
        try:
            token, text = issue_token(user, options["name"], now + timedelta(days=options["days"]), actor, now)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        if options["output"] == "-":
            sys.stdout.write(f"{text}\n")
            return
        _write(Path(options["output"]), text)
        self.stderr.write(f"{token} for {user.username}, until {token.expires_at:%Y-%m-%d}, in {options['output']}")


def _write(path: Path, text: str) -> None:
    """Replaces the file whole, readable by its owner only from the first byte on."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(text + "\n")
    draft.rename(path)

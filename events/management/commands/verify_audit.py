"""manage.py verify_audit: does the chain of the audit hold?"""

from typing import Any

from django.core.management import BaseCommand, CommandError

from events.audit import verify


class Command(BaseCommand):
    help = "Check every entry of the audit against its seal. Ends with 1 if one was changed, added or taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        if found.broken_at is not None:
            raise CommandError(f"{found.entries} entries hold; entry {found.broken_at} {found.reason}")
        self.stdout.write(f"{found.entries} entries hold; last seal {found.seal.hex()}")

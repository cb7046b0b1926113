"""python -m dcportal.demo.setup: bring the database up to date, make the demo's users, register its controllers.

One process for all three: each start of Django costs a second. Prints one line per step.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from dcportal.demo import accounts, options
from dcportal.demo.options import Options

SECRETS = {  # of the simulator's Keystone and Kubernetes; they open nothing else
    "--password-file": "reader-secret",
    "--write-password-file": "operator-secret",
    "--kube-token-file": "kube-reader-token",
}


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:  # building an index may take longer than a page may; unknown before version 17
        cursor.execute("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'")
    call_command("migrate", verbosity=0, interactive=False)


def register_controllers(asked: Options) -> None:
    """Through the command that users have. Controllers that the simulator no longer has are disabled."""
    from django.core.management import call_command

    from sites.models import Controller

    names = [f"controller-{number}" for number in range(1, asked.controllers + 1)]
    addresses = dict(Controller.objects.values_list("name", "auth_url"))
    with tempfile.TemporaryDirectory() as folder:  # 0700
        files = []
        for flag, secret in SECRETS.items():
            path = Path(folder, flag.strip("-"))
            path.write_text(secret, encoding="ascii")
            files.append(f"{flag}={path}")
        for number, name in enumerate(names, start=1):
            base = f"{asked.simulator_url}/c{number}"
            if addresses.get(name) != f"{base}/identity/v3":
                call_command("add_controller", name, *files, *_addresses(base))


def _addresses(base: str) -> list[str]:
    return [
        f"--auth-url={base}/identity/v3",
        "--username=portal-reader",
        "--write-username=portal-operator",
        f"--subcloud-auth-url={base}/s{{id}}/identity/v3",
        f"--kube-url={base}/s{{id}}/kube",
    ]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    with step("portal loaded"):
        django.setup()
    asked = options.read()
    with step("database schema up to date"):
        migrate()
    with step("users and token"):
        accounts.make_users(asked.var)
        accounts.make_token(asked.var)
    with step("controllers registered"):
        register_controllers(asked)
    return 0


if __name__ == "__main__":
    sys.exit(main())

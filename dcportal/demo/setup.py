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
from typing import Any

import django
from django.utils import timezone

from dcportal.demo import accounts, options
from dcportal.demo.options import Options

SECRETS = {  # of the simulator's Keystone and Kubernetes; they open nothing else
    "password": "reader-secret",
    "write_password": "operator-secret",
    "kube_token": "kube-reader-token",
}


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # saves seconds at each later start
    with connection.cursor() as cursor:  # building an index may take longer than a page may; unknown before version 17
        cursor.execute("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout'")
    call_command("migrate", verbosity=0, interactive=False)


def register_controllers(asked: Options) -> None:
    """New ones through the command that users have; known ones follow the simulator's port and number."""
    from sites.models import Controller
    from sites.services.actors import Actor
    from sites.services.controllers import change_controller

    actor = Actor("demo", "make demo")
    known = {each.name: each for each in Controller.objects.filter(name__regex=r"^controller-\d+$")}
    for number in range(1, asked.controllers + 1):
        controller = known.pop(f"controller-{number}", None)
        wanted: dict[str, Any] = {**addresses(asked, number), "enabled": True}
        if controller is None:
            add(number, asked)
        elif any(getattr(controller, name) != value for name, value in wanted.items()):
            change_controller(controller, {**wanted, **SECRETS}, actor, timezone.now())  # they go to another port
    for left_over in known.values():
        if left_over.enabled:
            change_controller(left_over, {"enabled": False}, actor, timezone.now())


def addresses(asked: Options, number: int) -> dict[str, str]:
    base = f"{asked.simulator_url}/c{number}"
    return {
        "auth_url": f"{base}/identity/v3",
        "subcloud_auth_url": f"{base}/s{{id}}/identity/v3",
        "kube_url": f"{base}/s{{id}}/kube",
        "bmc_url": f"{base}/bmc/{{bmc_address}}",
    }


def add(number: int, asked: Options) -> None:
    from django.core.management import call_command

    flags = [f"--{name.replace('_', '-')}={value}" for name, value in addresses(asked, number).items()]
    with tempfile.TemporaryDirectory() as folder:  # 0700
        for name, secret in SECRETS.items():
            path = Path(folder, name)
            path.write_text(secret, encoding="ascii")
            flags.append(f"--{name.replace('_', '-')}-file={path}")
        users = ["--username=portal-reader", "--write-username=portal-operator"]
        call_command("add_controller", f"controller-{number}", *users, *flags, stdout=sys.stderr)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dcportal.settings")
    with step("portal loaded"):
        django.setup()
    asked = options.read()
    Path(asked.var, "static").mkdir(exist_ok=True)  # WhiteNoise complains where it is missing
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

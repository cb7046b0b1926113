"""manage.py add_controller NAME --auth-url … --username … --password-file …: register a System Controller."""

import argparse
import getpass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sites.choices import Interface
from sites.models import Controller
from sites.services.actors import Actor
from sites.services.controllers import ControllerFacts, add_controller, change_controller

PATTERN = "Pattern; knows {id} {region_name} {management_start_ip} {oam_ip}"


class Command(BaseCommand):
    help = "Registers a System Controller. Secrets come from files, never from the command line, where others see them."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        faces = Interface.values
        parser.add_argument("name")
        parser.add_argument("--auth-url", required=True, help="Keystone, for example https://10.10.10.2:5000/v3")
        parser.add_argument("--username", required=True, help="Reads; role reader is enough")
        parser.add_argument("--password-file", required=True, help="First line; - asks on the terminal")
        parser.add_argument("--write-username", default="", help="Changes; leave out for a read-only controller")
        parser.add_argument("--write-password-file", default="")
        parser.add_argument("--interface", choices=faces, default=Interface.PUBLIC, help="In the central catalog")
        parser.add_argument("--subcloud-interface", choices=faces, default=Interface.ADMIN)
        parser.add_argument("--region", default="", help="Central region; taken from the catalog if left out")
        parser.add_argument("--ca-file", default="", help="PEM bundle that its certificates are checked against")
        parser.add_argument("--subcloud-auth-url", default="", help=f"{PATTERN}; default: StarlingX's own address")
        parser.add_argument("--bmc-url", default="", help=f"{PATTERN}, and {{bmc_address}}")
        parser.add_argument("--bmc-verify", action="store_true", help="Against --bmc-ca-file, else --ca-file")
        parser.add_argument("--bmc-ca-file", default="", help="PEM bundle; verifies certificates of BMCs against it")
        parser.add_argument("--kube-url", default="", help=PATTERN)
        parser.add_argument("--kube-token-file", default="", help="Bearer token for the Kubernetes API of every site")
        parser.add_argument("--replace", action="store_true", help="Change the controller of this name if there is one")

    def handle(self, *args: Any, **options: Any) -> None:
        actor, now = Actor("command", f"add_controller by {getpass.getuser()}"), timezone.now()
        values = self._values(options)
        known = Controller.objects.filter(name=options["name"]).first()
        if known and not options["replace"]:
            raise CommandError(f"There is a controller {known.name!r} already. --replace changes it.")
        try:
            if known:
                controller = change_controller(known, values, actor, now)
            else:
                controller = add_controller(ControllerFacts(name=options["name"], **values), actor, now)
        except ValidationError as error:
            said = [f"{field}: {'; '.join(messages)}" for field, messages in error.message_dict.items()]
            raise CommandError("\n".join(said)) from None
        verb = "changed" if known else "added"
        self.stdout.write(f"{verb} {controller.name} (id {controller.pk}); the collector reads it within seconds")

    def _values(self, options: dict[str, Any]) -> dict[str, Any]:
        plain = (
            "auth_url", "username", "write_username", "interface", "subcloud_interface", "region", "subcloud_auth_url",
            "bmc_url", "kube_url",
        )  # fmt: skip
        return {
            **{name: options[name] for name in plain},
            "password": _secret(options["password_file"], "Password"),
            "write_password": _secret(options["write_password_file"], "Write password"),
            "kube_token": _secret(options["kube_token_file"], "Kubernetes token"),
            "bmc_verify": options["bmc_verify"] or bool(options["bmc_ca_file"]),
            "bmc_ca_bundle": _text(options["bmc_ca_file"]) if options["bmc_ca_file"] else "",
            "ca_bundle": _text(options["ca_file"]) if options["ca_file"] else "",
        }


def _secret(path: str, asked: str) -> str:
    """The first line of a file; "-": asked on the terminal; "": none."""
    if path == "-":
        return getpass.getpass(f"{asked}: ")
    return _text(path).partition("\n")[0].rstrip("\r") if path else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from None

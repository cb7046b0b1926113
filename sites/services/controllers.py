"""Adding, changing and disabling System Controllers. Passwords go in and never come out."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from django.core.exceptions import ValidationError
from django.db import transaction

from events.kinds import Kind
from events.log import NewEvent, append
from sites.choices import Interface
from sites.credentials import seal
from sites.models import Controller
from sites.services.actors import Actor, audit
from sites.services.destinations import secrets_to_enter

PLACEHOLDERS = ("{id}", "{region_name}", "{management_start_ip}", "{oam_ip}")
PATTERNS = {
    "subcloud_auth_url": PLACEHOLDERS,
    "kube_url": PLACEHOLDERS,
    "bmc_url": (*PLACEHOLDERS, "{bmc_address}"),
}
BUNDLES = ("ca_bundle", "bmc_ca_bundle")
STRAY = re.compile(r"[\s\\\x00-\x20\x7f]")
KEPT_BY: list[Callable[[int], str]] = []  # of the apps above: why that System Controller cannot go now; "" where it can
SECRETS = {"password": "password_sealed", "write_password": "write_password_sealed", "kube_token": "kube_token_sealed"}


@dataclass(frozen=True, slots=True)
class ControllerFacts:
    """What an administrator says about a System Controller. Secrets in clear; empty: keep what is there."""

    name: str
    auth_url: str
    username: str
    password: str = ""
    interface: str = Interface.PUBLIC
    subcloud_interface: str = Interface.ADMIN
    region: str = ""
    ca_bundle: str = ""
    subcloud_auth_url: str = ""
    bmc_url: str = ""
    bmc_verify: bool = False
    bmc_ca_bundle: str = ""
    kube_url: str = ""
    write_username: str = ""
    write_password: str = ""
    kube_token: str = ""
    enabled: bool = True

    def open_values(self) -> dict[str, Any]:
        """Everything but the secrets, by column."""
        return {name: value for name, value in asdict(self).items() if name not in SECRETS}


FIELDS = [field.name for field in fields(ControllerFacts)]


def add_controller(facts: ControllerFacts, actor: Actor, now: datetime) -> Controller:
    """The collector finds it by itself. Raises ValidationError ({field: message}) for what cannot work."""
    if not facts.password:
        raise ValidationError({"password": "A System Controller needs the read user's password."})
    controller = Controller(**facts.open_values(), **_sealed(facts))
    check(controller)
    with transaction.atomic():
        controller.save()
        _tell(controller, {"added": True}, now)
        audit(actor, "controller.add", f"controller:{controller.pk}", now, _shown(facts.open_values()))
    return controller


def change_controller(controller: Controller, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Controller:
    """`changes`: some of FIELDS. An empty secret keeps the old one; without a write user its password goes.

    Compared with what is stored, under a lock, and only what differs is written: of two people who change different
    fields at once, neither undoes the other. Raises ValidationError.
    """
    with transaction.atomic():
        before = locked(controller.pk)
        after = changed_copy(before, changes)
        check(after)
        entered = [name for name in SECRETS if changes.get(name)]
        if missing := secrets_to_enter(before, after, entered):
            raise ValidationError(missing)
        changed = {name: value for name, value in changes.items() if _differs(name, before, after)}
        columns = [field.name for field in _columns() if getattr(before, field.name) != getattr(after, field.name)]
        if columns:
            after.save(update_fields=[*columns, "changed_at"])
        _tell(after, {name: value for name, value in changed.items() if name in ("name", "enabled")}, now)
        detail = {"changed": _shown(changed), "was": _shown({name: getattr(before, name) for name in changed})}
        audit(actor, "controller.change", f"controller:{after.pk}", now, detail | {"secrets": entered})
    return after


def locked(pk: int) -> Controller:
    """The stored row, until the end of the transaction nobody else's to change. Raises ValidationError if deleted."""
    row = Controller.objects.select_for_update(no_key=True).filter(pk=pk).first()  # the collector may go on writing
    if row is None:
        raise ValidationError({"name": "This System Controller was deleted meanwhile."})
    return row


def changed_copy(before: Controller, changes: Mapping[str, Any]) -> Controller:
    """What the row would be after `changes`, in clear, of some FIELDS."""
    after = copy(before)
    for name, value in changes.items():
        if name not in SECRETS:
            setattr(after, name, value)
        elif value:
            setattr(after, SECRETS[name], seal(str(value)))
    if not after.write_username and not changes.get("write_password"):
        after.write_password_sealed = None
    return after


def why_kept(controller: Controller) -> list[str]:
    """Why it cannot be deleted now, in sentences; [] where it can."""
    told = (why(controller.pk) for why in KEPT_BY)
    enabled = "Disable it first, so that no collector writes what is being deleted." if controller.enabled else ""
    return [sentence for sentence in (enabled, *told) if sentence]


def delete_controller(controller: Controller, actor: Actor, now: datetime) -> None:
    """With everything that was ever observed there. Raises ValidationError while it is enabled, as it is being read,
    and while something is done there."""
    with transaction.atomic():
        if problems := why_kept(locked(controller.pk)):
            raise ValidationError({"enabled": problems})
        _tell(controller, {"deleted": True}, now)
        audit(actor, "controller.delete", f"controller:{controller.pk}", now, {"name": controller.name})
        controller.delete()


def check(controller: Controller) -> None:
    """Raises ValidationError ({field: message}) where the collector could not work with these values."""
    if problems := problems_of(controller):
        raise ValidationError(problems)
    controller.full_clean(exclude=list(SECRETS.values()))


def problems_of(controller: Controller) -> dict[str, str]:
    """{field: what is wrong with it}, beyond what the columns themselves check."""
    problems: dict[str, str] = {}
    if problem := _url_problem(controller.auth_url):
        problems["auth_url"] = problem
    for name, known in PATTERNS.items():
        if getattr(controller, name) and (problem := _pattern_problem(getattr(controller, name), known)):
            problems[name] = problem
    for name in BUNDLES:
        if getattr(controller, name) and (problem := _bundle_problem(getattr(controller, name))):
            problems[name] = problem
    if controller.bmc_ca_bundle and not controller.bmc_verify:
        problems.setdefault("bmc_ca_bundle", "Of no use while certificates of BMCs are not verified.")
    if controller.write_username and not controller.write_password_sealed:
        problems["write_password"] = "A write user needs a password."  # noqa: S105 # a message
    return problems


def _columns() -> list[Any]:
    return [field for field in Controller._meta.concrete_fields if field.name not in ("id", "created_at", "changed_at")]


def _differs(name: str, before: Controller, after: Controller) -> bool:
    return name not in SECRETS and getattr(before, name) != getattr(after, name)


def _sealed(facts: ControllerFacts) -> dict[str, bytes]:
    return {column: seal(getattr(facts, name)) for name, column in SECRETS.items() if getattr(facts, name)}


def _url_problem(text: str) -> str:
    if STRAY.search(text):  # programs disagree about where the host ends
        return "No spaces, control characters or backslashes in a URL."
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return "Not a URL. An IPv6 address gets its brackets by itself."
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return "The port must be a number from 1 to 65535."
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "A URL that begins with http:// or https:// and names a host."
    labels = parts.hostname.removesuffix(".").split(".")
    if ":" not in parts.hostname and not all(0 < len(label) < 64 for label in labels):
        return "The name of the host must not have empty parts, nor any of more than 63 characters."
    if parts.username or parts.password:
        return "No user or password in the URL: they have fields of their own."
    return ""


def _pattern_problem(text: str, known: Sequence[str]) -> str:
    filled = text
    for name in known:
        filled = filled.replace(name, "1")
    if "{" in filled or "}" in filled:
        return f"Only {', '.join(known)} are known between braces."
    return _url_problem(filled)


def _bundle_problem(text: str) -> str:
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return "Not a PEM bundle: it must hold one or more BEGIN CERTIFICATE blocks."
    return "" if found else "The bundle holds no certificate."


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """For the audit: a CA bundle is told by its length."""
    return {name: f"{len(value)} characters" if name in BUNDLES else value for name, value in values.items()}


def _tell(controller: Controller, fields: dict[str, Any], now: datetime) -> None:
    append(
        [
            NewEvent(
                Kind.CONTROLLER_CHANGED, f"controller:{controller.pk}", now, {"fields": fields},
                controller_id=controller.pk,
            )
        ]
    )  # fmt: skip

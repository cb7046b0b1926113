"""What is sent to dcmanager for one row: form fields and YAML files, with the secrets of the run merged in.

Source: starlingx-dcmanager.md 2.2.1 (add) and 2.4 (phased create takes the same, without sysadmin_password).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import yaml

from operations.planning.digests import digest_of
from operations.planning.paths import Path
from operations.planning.run_secrets import assign, in_place, is_form_slot
from operations.planning.settling import Settled, settle
from operations.planning.site_rows import SiteRow
from operations.planning.templates import CONFIG_DOCUMENT, SiteTemplate, part_of

WIDEST = 4096  # columns; so that no text is folded


@dataclass(frozen=True, slots=True)
class Payload:
    """`fields` and `files` of the form, not to be shown or kept. `digest` equals that of the verdict it was checked
    under; send nothing when it does not."""

    fields: Mapping[str, str] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    digest: str


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the one with libyaml, if there
    """Writes everything out: the same part twice is no alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def payload(
    row: SiteRow,
    template: SiteTemplate,
    secrets: Mapping[str, str],
    *,
    defaults: Mapping[str, str],
    release: str = "",
    group_id: int | None = None,
    names: Collection[str] | None = None,
) -> Payload:
    """The real payload of a checked row. `release` and `group_id` are those of its verdict; `secrets` see run_secrets.

    `names`: only these documents, with the secrets that they need; None: all. Raises SecretMisfit, naming what is
    missing.
    """
    part = template if names is None else part_of(template, names)
    assigned = assign(part, secrets if names is None else in_place(part, secrets))
    settled = settle(row, template, defaults)
    fields = form_fields(settled, release, group_id) | dict(assigned.in_form)
    without = {slot for slot in template.slots if is_form_slot(slot)}
    files = {
        name: _yaml(name, _merged(value, (name,), assigned.in_documents, without))
        for name, value in settled.documents.by_name.items()
        if names is None or name in names
    }
    return Payload(fields, files, digest_of(settled, release, group_id))


def form_fields(settled: Settled, release: str, group_id: int | None) -> dict[str, str]:
    """The plain fields of the form that are no secret; what is not known is left to dcmanager's own defaults."""
    fields = {"bootstrap-address": settled.bootstrap_address, "release": release}
    if group_id is not None:
        fields["group_id"] = str(group_id)  # a name is refused on add (trap 32)
    return {name: value for name, value in fields.items() if value}


def _merged(value: object, path: Path, secrets: Mapping[Path, str], without: set[Path]) -> object:
    if path in secrets:
        return secrets[path]
    if isinstance(value, Mapping):
        keys = (key for key in value if (*path, key) not in without)
        return {key: _merged(value[key], (*path, key), secrets, without) for key in keys}
    if isinstance(value, list | tuple):
        return [_merged(each, (*path, number), secrets, without) for number, each in enumerate(value)]
    return value


def shown_yaml(name: str, value: object) -> str:
    """A settled document as people may change it: its secrets are blank, and read again it means the same."""
    return _yaml(name, _merged(value, (name,), {}, set())).decode().replace("${", "$${")


def _yaml(name: str, value: object) -> bytes:
    documents = value if name == CONFIG_DOCUMENT and isinstance(value, list) else [value]
    text: str = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=WIDEST,
        explicit_start=len(documents) > 1,
    )
    return text.encode()

"""Documents as people may see and the database may keep them: where a secret goes in stands "[hidden]".

The real values are never in here: they are merged when a payload is sent. What looks like a secret under a harmless
key is hidden too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from operations.planning.paths import Path
from operations.planning.template_walk import Found
from operations.planning.templates import Documents, SiteTemplate, documents_of
from operations.planning.yaml_reading import Plain
from starlingx.redaction import HIDDEN, redact


def masked_template(template: SiteTemplate) -> SiteTemplate:
    """The template of which masked documents are made: filled with `masked_cells`, it shows no secret."""
    slots = frozenset(template.slots)
    masked = documents_of({name: _masked(value, (name,), slots) for name, value in template.documents.by_name.items()})
    found = Found()
    for name, value in masked.by_name.items():
        found.walk(value, (name,))
    return replace(template, documents=masked, touched=found.touched)


def masked_cells(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells without what looks like a secret."""
    return {column: redact(value) for column, value in cells.items()}


def shown_documents(documents: Documents) -> dict[str, object]:
    """Documents by the name of their form field, as JSON has them."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in documents.by_name.items()}


def _masked(value: object, path: Path, slots: frozenset[Path]) -> object:
    if path in slots:
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _masked(each, (*path, key), slots) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_masked(each, (*path, number), slots) for number, each in enumerate(value))
    if isinstance(value, str):
        shown = redact(value)
        return Plain(shown) if isinstance(value, Plain) else shown
    return value

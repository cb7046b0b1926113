"""What one row of a sheet comes to, with a template and defaults: the documents and fields that dcmanager is to get.

No secret is in it: templates and sheets hold none. Source of the form's fields: starlingx-dcmanager.md 2.2.1, 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from operations.planning.addresses import canonical_text
from operations.planning.canonical_values import BOOTSTRAP_ADDRESSES, INSTALL_ADDRESSES, canonical_values
from operations.planning.problems import Problem
from operations.planning.site_rows import SiteRow
from operations.planning.templates import Documents, SiteTemplate, fill

_LAID_OVER = ("description", "location")


@dataclass(frozen=True, slots=True)
class Settled:
    """`cells`: those of the row, and the defaults where it has none."""

    cells: Mapping[str, str]
    documents: Documents
    bootstrap_address: str
    problems: tuple[Problem, ...]


def settle(row: SiteRow, template: SiteTemplate, defaults: Mapping[str, str]) -> Settled:
    """The same for the same arguments always: what was checked is what is sent."""
    cells = {column: value for column, value in defaults.items() if value}
    cells |= {column: value for column, value in row.cells.items() if value}
    documents, problems = fill(template, cells)
    documents = lay_over(documents, cells)
    address, wrong = _bootstrap_address(cells, documents)
    return Settled(cells, documents, address, (*problems, *wrong))


def lay_over(documents: Documents, cells: Mapping[str, str]) -> Documents:
    """With the row's name, its description and location where the template has none of its own, and canonical
    addresses."""
    laid: dict[str, object] = {"name": cells.get("name", "")} | dict(documents.bootstrap)
    for key in _LAID_OVER:
        if key in cells and laid.get(key) in (None, ""):
            laid[key] = cells[key]
    install = documents.install
    return replace(
        documents,
        bootstrap=canonical_values(laid, BOOTSTRAP_ADDRESSES),
        install=None if install is None else canonical_values(install, INSTALL_ADDRESSES),
    )


def _bootstrap_address(cells: Mapping[str, str], documents: Documents) -> tuple[str, list[Problem]]:
    """The address that the site is reached at over SSH: its own column, or that of the install values."""
    cell = canonical_text(cells.get("bootstrap_address", ""))
    value = (documents.install or {}).get("bootstrap_address")
    installed = value if isinstance(value, str) else ""
    if cell and installed and cell != installed:
        return cell, [Problem("bootstrap_address", "It differs from bootstrap_address of the install values.")]
    return cell or installed, []

"""One row judged alone: all that is wrong or worth knowing without looking at the other rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from operations.planning.addresses import Address
from operations.planning.bootstrap import Bootstrap, check_bootstrap
from operations.planning.fleet import FleetPlan
from operations.planning.install import Install, check_install
from operations.planning.overlaps import PlannedSite
from operations.planning.places_of_sites import group_of, position_of, release_of
from operations.planning.problems import Problem, Values
from operations.planning.releases import missing_image
from operations.planning.settling import Settled, settle
from operations.planning.site_rows import SiteRow
from operations.planning.templates import SiteTemplate


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """`position`: latitude and longitude in degrees."""

    row: SiteRow
    settled: Settled
    planned: PlannedSite
    release: str
    group_id: int | None
    position: tuple[float, float] | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def bootstrap(self) -> Bootstrap:
        return self.planned.bootstrap


def check_row(row: SiteRow, template: SiteTemplate, fleet: FleetPlan, defaults: Mapping[str, str]) -> CheckedRow:
    settled = settle(row, template, defaults)
    release, misreleased = release_of(settled.cells, fleet)
    group_id, misgrouped = group_of(settled.cells, fleet)
    position, misplaced = position_of(settled.cells)
    bootstrap = check_bootstrap(settled.documents.bootstrap, fleet, release)
    install = _install(settled, release, bootstrap)
    address, misaddressed = _address(settled, install)
    problems = (
        *row.problems,
        *settled.problems,
        *misreleased,
        *misgrouped,
        *misplaced,
        *bootstrap.problems,
        *(install.problems if install else ()),
        *misaddressed,
        *(_image(release, fleet) if install and not misreleased else ()),
    )
    warnings = [*bootstrap.warnings, *(install.warnings if install else ())]
    if settled.documents.bootstrap.get("location") and position is None and not misplaced:
        warnings.append(Problem("latitude", "It has a location without coordinates: the map cannot show it yet."))
    planned = PlannedSite(row.number, bootstrap, install, address)
    return CheckedRow(row, settled, planned, release, group_id, position, problems, tuple(warnings))


def _install(settled: Settled, release: str, bootstrap: Bootstrap) -> Install | None:
    if settled.documents.install is None:
        return None
    return check_install(settled.documents.install, release, bootstrap.oam_floating)


def _address(settled: Settled, install: Install | None) -> tuple[Address | None, list[Problem]]:
    """The address of the form; its problems are said once where it is that of the install values."""
    if settled.documents.install and settled.bootstrap_address == settled.documents.install.get(
        "bootstrap_address", ""
    ):
        return (install.bootstrap_address if install else None), []
    values = Values("form", {"bootstrap_address": settled.bootstrap_address})
    found = values.addresses("bootstrap_address", needed=True)
    if len(found) > 1:
        values.complain("bootstrap_address", "bootstrap_address must be one address.")
    problems = [Problem("bootstrap_address", each.message) for each in values.problems]
    return (found[0] if found else None), problems


def _image(release: str, fleet: FleetPlan) -> Iterator[Problem]:
    wrong = missing_image(release, fleet)
    if wrong:
        yield Problem("release", wrong)

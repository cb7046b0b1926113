"""A verdict on every row of a sheet before anything is touched: what is wrong, what to know, what would be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from operations.planning.digests import digest_of, plan_hash
from operations.planning.fleet import FleetPlan
from operations.planning.masking import masked_cells, masked_template, shown_documents
from operations.planning.overlaps import find_claims, find_overlaps
from operations.planning.problems import Problem
from operations.planning.row_check import CheckedRow, check_row
from operations.planning.run_secrets import form_secrets, misfits
from operations.planning.sending import Payload, form_fields, payload
from operations.planning.settling import lay_over
from operations.planning.site_network import SIMPLEX
from operations.planning.site_rows import SiteRow
from operations.planning.templates import Documents, SiteTemplate, fill
from starlingx.redaction import HIDDEN

__all__ = ["Payload", "Verdict", "check", "hash_of", "payload"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row's. `ok`: it may be sent.

    `payload` is what would be sent, secrets as "[hidden]": `form` and the documents by the name of their form field.
    `digest` tells it from any other (see digests). `kind` is AIO-SX or AIO-DX, "" when unknown. `phases` in order.
    `position`: latitude and longitude in degrees.
    """

    row: int
    name: str
    ok: bool
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    payload: Mapping[str, object]
    digest: str
    kind: str
    hosts: int | None
    release: str
    group_id: int | None
    bootstrap_address: str
    position: tuple[float, float] | None
    phases: tuple[str, ...]


def check(
    rows: Sequence[SiteRow],
    template: SiteTemplate,
    fleet: FleetPlan,
    defaults: Mapping[str, str],
    given: Collection[str] = (),
) -> list[Verdict]:
    """Verdicts in the order of the rows. `defaults` stand for blank cells; `given` names the secrets of the run."""
    checked = [check_row(row, template, fleet, defaults) for row in rows]
    planned = [each.planned for each in checked]
    overlaps, claims = find_overlaps(planned, fleet), find_claims(planned, fleet)
    warnings = tuple(_warnings_of_all(template, fleet, given))
    masked = masked_template(template)
    return [
        _verdict(
            each,
            (*template.problems, *each.problems, *overlaps.get(each.row.number, ())),
            (*warnings, *claims.get(each.row.number, ())),
            masked,
        )
        for each in checked
    ]


def hash_of(verdicts: Sequence[Verdict], settings: Mapping[str, object] | None = None) -> str:
    """The hash of the plan that these verdicts make: the rows that may be sent, and what the run is set to."""
    return plan_hash(((each.row, each.name, each.digest) for each in verdicts if each.ok), settings)


def _verdict(
    checked: CheckedRow, problems: tuple[Problem, ...], warnings: tuple[Problem, ...], masked: SiteTemplate
) -> Verdict:
    settled = checked.settled
    kind, hosts = _size(checked.bootstrap.mode, settled.documents)
    return Verdict(
        row=checked.row.number,
        name=checked.bootstrap.name,
        ok=not problems,
        problems=problems,
        warnings=(*warnings, *checked.warnings),
        payload=_masked_payload(checked, masked),
        digest=digest_of(settled, checked.release, checked.group_id),
        kind=kind,
        hosts=hosts,
        release=checked.release,
        group_id=checked.group_id,
        bootstrap_address=settled.bootstrap_address,
        position=checked.position,
        phases=_phases(settled.documents),
    )


def _masked_payload(checked: CheckedRow, masked: SiteTemplate) -> dict[str, object]:
    cells = masked_cells(checked.settled.cells)
    documents = lay_over(fill(masked, cells)[0], cells)
    form = masked_cells(form_fields(checked.settled, checked.release, checked.group_id))
    form |= dict.fromkeys(form_secrets(masked), HIDDEN)
    return {"form": form, **shown_documents(documents)}


def _phases(documents: Documents) -> tuple[str, ...]:
    install = ("install",) if documents.install is not None else ()
    configure = ("configure",) if documents.config is not None else ()
    return ("create", *install, "bootstrap", *configure)


def _size(mode: str, documents: Documents) -> tuple[str, int | None]:
    """Kind of site, and its hosts: those of the deploy configuration, else as many as the mode has at least."""
    if not mode:
        return "", None
    hosts = sum(part.get("kind") == "Host" for part in documents.config or ())
    return ("AIO-SX", hosts or 1) if mode == SIMPLEX else ("AIO-DX", hosts or 2)


def _warnings_of_all(template: SiteTemplate, fleet: FleetPlan, given: Collection[str]) -> Iterator[Problem]:
    yield from misfits(template, given)
    documents = template.documents
    if documents.install is None:
        yield Problem("install_values", "There are no install values: the server must be installed already.")
    elif fleet.releases_with_image is None:
        yield Problem("release", "Whether the System Controller has the image of the release is not known.")
    if documents.config is None:
        yield Problem("deploy_config", "There is no deploy configuration: the site ends after its bootstrap.")
    if not fleet.supported_releases:
        yield Problem("release", "Not checked against the supported releases, which are not known.")

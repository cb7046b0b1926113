"""Corrections of what is sent for one target: checked by the rules of planning, and kept as a new revision of it.

What was looked at stays told apart from what runs: the digest in the target's facts is that of the last revision.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from operations.fleet_facts import fleet_plan, major_of, standing_groups
from operations.models import SiteRevision, Target
from operations.payloads import SitePlan, site_plan
from operations.planning.fleet import FleetPlan
from operations.planning.phases import DOCUMENTS
from operations.planning.preflight import Verdict, check
from operations.planning.problems import Problem
from operations.planning.run_secrets import IN_FORM, needed
from operations.planning.sheets import SiteRow
from operations.planning.templates import columns_for, part_of
from operations.services.own_checks import default_problems, judged
from operations.services.permits import groups_to_add
from operations.services.site_targets import site_facts
from operations.services.start import RefusedError
from sites.access import EVERYTHING, Scopes
from sites.services.actors import Actor, audit

FIXED = ("group", "release")  # what dcmanager has of a site from its beginning


@dataclass(frozen=True, slots=True)
class Correction:
    """`cells` of its row, `documents` in YAML by name; their secrets are blank, and given for the run."""

    cells: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.cells or self.documents)


NONE = Correction()


def revise(
    target: Target, correction: Correction, takes: Collection[str], actor: Actor, now: datetime,
    scopes: Scopes = EVERYTHING, *, anew: bool = False,
) -> None:  # fmt: skip
    """Writes the revision and changes the target's facts, which the caller saves. `takes`: the documents that the next
    request may carry; `anew`: it is added once more. Raises RefusedError."""
    before = site_plan(target)
    if correction.cells and (before is None or "cells" not in target.facts):
        raise RefusedError({"cells": "It was not deployed from a sheet: give the documents."})
    site = _corrected(target, correction, before)
    _demand(_cell_problems(site, correction, anew=anew))
    verdict = _verdict(target, site, scopes)
    whole = "cells" in target.facts
    problems = [each for each in verdict.problems if whole or each.field.partition("/")[0] in correction.documents]
    if verdict.name != target.name:
        problems.append(Problem("bootstrap_values/name", f"It is {target.name}, and keeps that name."))
    changed = _changed(site, before, correction)
    _demand([*problems, *_not_taken(changed, takes)])
    if before is not None and not changed and site.row.cells == before.row.cells:
        return
    facts = target.facts | (site_facts(site.row, verdict) if whole else {})
    revised = [name for name in DOCUMENTS if name in changed or name in target.facts.get("revised", ())]
    target.facts = facts | {"revision": target.facts.get("revision", 0) + 1, "revised": revised}
    target.facts["digest"] = replace(site, facts=target.facts).digest()
    if anew and target.controller is not None:
        group = standing_groups(target.controller).filter(dcmanager_id=verdict.group_id)
        target.group_id = group.values_list("pk", flat=True).first()
    _write(target, correction, site, actor, now)


def secrets_for(target: Target, verb: str, *, bmc: bool) -> set[str]:
    """Names of the secrets, beside those of the kind, that the documents sent with `verb` need. Two queries for what
    was corrected."""
    site = site_plan(target)
    if site is None:
        return set()
    names = site.sent_with(verb, target.deploy_status, bmc=bmc)
    return set(needed(part_of(site.template(), names))) if names else set()


def slots_of(documents: Mapping[str, str]) -> list[str]:
    """The places in these documents where a secret goes in, which are not fields of the form."""
    template = SitePlan(documents, {}, SiteRow(1, {}), {}).template()
    return [name for name in needed(template) if name not in IN_FORM]


def _corrected(target: Target, correction: Correction, before: SitePlan | None) -> SitePlan:
    texts = dict(before.texts if before else {}) | dict(correction.documents)
    cells = dict(before.row.cells) if before else {"name": target.name}
    row = SiteRow(target.number, cells | dict(correction.cells))
    return SitePlan(texts, before.defaults if before else {}, row, target.facts)


def _cell_problems(site: SitePlan, correction: Correction, *, anew: bool) -> Iterable[Problem]:
    template = site.template()
    yield from template.problems
    for each in default_problems(correction.cells, columns_for(template)):
        yield Problem(f"cells/{each.field}", each.message)
    for name in ("name",) if anew else ("name", *FIXED):
        if name in correction.cells:
            yield Problem(f"cells/{name}", f"The {name} stays as the System Controller has it.")


def _verdict(target: Target, site: SitePlan, scopes: Scopes) -> Verdict:
    """Against the fleet without this site itself. Whoever may not add to every group corrects towards those that they
    may add to, and leaves the site in the one it was asked for."""
    groups = groups_to_add(target.controller, scopes) if target.controller else None
    if groups is not None and target.facts.get("group_id") is not None:
        groups |= {target.facts["group_id"]}
    fleet = _others(target, scopes, groups)
    release = target.facts.get("release") or major_of(target.cloud.software_version if target.cloud else "")
    defaults = dict(site.defaults) | ({"release": release} if release else {})
    (verdict,) = check([site.row], site.template(), fleet, defaults)
    return judged(site.row, verdict, fleet, groups)


def _others(target: Target, scopes: Scopes, groups: frozenset[int] | None) -> FleetPlan:
    if target.controller is None:
        return FleetPlan()
    fleet = fleet_plan(target.controller, groups, scopes)
    sites, planned = (tuple(s for s in some if s.name != target.name) for some in (fleet.sites, fleet.planned))
    return replace(fleet, sites=sites, planned=planned)


def _changed(site: SitePlan, before: SitePlan | None, correction: Correction) -> list[str]:
    """Documents that mean something else now."""
    if before is None:
        return [name for name in DOCUMENTS if correction.documents.get(name)]
    old, new = before.settled().documents.by_name, site.settled().documents.by_name
    return [name for name in DOCUMENTS if old.get(name) != new.get(name)]


def _not_taken(changed: Iterable[str], takes: Collection[str]) -> Iterable[Problem]:
    which = f"only {', '.join(takes)}" if takes else "none"
    for name in changed:
        if name not in takes:
            yield Problem(name, f"What is asked for takes no {name}, {which}: that phase is over, or no part of it.")


def _demand(problems: Iterable[Problem]) -> None:
    said: dict[str, str] = {}
    for each in problems:
        said.setdefault(each.field[:120], each.message)
    if said:
        raise RefusedError(said)


def _write(target: Target, correction: Correction, site: SitePlan, actor: Actor, now: datetime) -> None:
    number, digest = target.facts["revision"], target.facts["digest"]
    kept = target.revisions.order_by("-number").first()
    texts = {name: correction.documents.get(name) or getattr(kept, name, "") for name in DOCUMENTS}
    SiteRevision.objects.create(
        target=target, number=number, cells=dict(correction.cells), digest=digest, requester_name=actor.name,
        created_at=now, **texts,
    )  # fmt: skip
    detail = {"number": number, "documents": sorted(correction.documents), "cells": sorted(correction.cells)}
    audit(actor, "target.revise", f"target:{target.pk}", now, detail | {"digest": digest})

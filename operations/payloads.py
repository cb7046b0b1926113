"""What is sent for one site of a deployment: made from plan, row and secrets when its turn comes, shown masked before.

So that no secret and no copy of the template is kept for each of thousands of sites.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from operations.models import DeployPlan, Target
from operations.planning.digests import digest_of
from operations.planning.fleet import FleetPlan
from operations.planning.phases import DOCUMENTS, documents_of_verb
from operations.planning.preflight import check, payload
from operations.planning.run_secrets import SecretMisfit, needed
from operations.planning.sending import shown_yaml
from operations.planning.settling import Settled, settle
from operations.planning.sheets import SiteRow
from operations.planning.templates import SiteTemplate, read_template
from starlingx.errors import BadValue


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One row with what it needs from the rows of its operation; read before the loop, used in it. `texts`: the three
    documents as they are after the last revision."""

    texts: Mapping[str, str]
    defaults: Mapping[str, str]
    row: SiteRow
    facts: Mapping[str, Any]

    def template(self) -> SiteTemplate:
        bootstrap, install, config = (self.texts.get(name, "") for name in DOCUMENTS)
        return read_template(bootstrap or "{}", install, config, one_site=True)

    def settled(self) -> Settled:
        """What is sent, less secrets."""
        return settle(self.row, self.template(), self.defaults)

    def digest(self) -> str:
        return digest_of(self.settled(), self.facts.get("release", ""), self.facts.get("group_id"))

    def sent_with(self, verb: str, deploy_status: str, *, bmc: bool) -> tuple[str, ...]:
        """The documents that go with a verb after `add`: those that were corrected, as dcmanager has the others; and
        with the password of a BMC the install values, as dcmanager reads it only beside them."""
        taken = documents_of_verb(verb, deploy_status)
        wanted = {*self.facts.get("revised", ()), *(("install_values",) if bmc else ())}
        return tuple(name for name in taken if name in wanted and self.texts.get(name, "").strip())

    def files(self, secrets: Mapping[str, str], names: Collection[str] | None = None) -> dict[str, Any]:
        """{"bootstrap_values", "install_values", "deploy_config": YAML, "bootstrap_address", "group_id"}; with `names`
        only those documents.

        Raises BadValue, naming secrets that are missing; and where it would not be what was checked.
        """
        release, group_id = self.facts.get("release", ""), self.facts.get("group_id")
        try:
            made = payload(
                self.row, self.template(), secrets, defaults=self.defaults, release=release, group_id=group_id,
                names=names,
            )  # fmt: skip
        except SecretMisfit as missing:
            raise BadValue(f"{missing} Secrets are erased when a run is over: give them again.") from None
        if made.digest != self.facts.get("digest"):
            raise BadValue("what would be sent is not what was checked: ask for the deployment anew")
        files = {name: content.decode() for name, content in made.files.items()}
        return files | {"bootstrap_address": self.facts.get("bootstrap_address", ""), "group_id": group_id}


def site_plan(target: Target) -> SitePlan | None:
    """None for what is no site of a deployment, and was given no documents. One query; of what was corrected two."""
    cells = target.facts.get("cells")
    plan = DeployPlan.objects.filter(operation=target.operation_id).first() if cells is not None else None
    revised = target.revisions.order_by("-number").first() if target.facts.get("revision") else None
    if plan is None and revised is None:
        return None
    texts = {name: getattr(revised, name, "") or getattr(plan, name, "") for name in DOCUMENTS}
    row = SiteRow(target.number, cells or {"name": target.name})
    return SitePlan(texts, plan.defaults if plan else {}, row, target.facts)


def shown_payload(target: Target) -> dict[str, Any]:
    """The effective payload with its secrets as "[hidden]"; {} for what is no site of a deployment. One query."""
    site = site_plan(target)
    if site is None:
        return {}
    facts = target.facts
    groups = {facts["group_id"]: site.row.cells.get("group", "")} if facts.get("group_id") else None
    fleet = FleetPlan(active_release=facts.get("release", ""), groups=groups)
    template = site.template()
    (verdict,) = check([site.row], template, fleet, site.defaults, needed(template))
    return dict(verdict.payload)


def editable_documents(target: Target) -> dict[str, str]:
    """What is sent for it as YAML that may be corrected, secrets blank; {} where only dcmanager has it."""
    site = site_plan(target)
    if site is None:
        return {}
    given = (name for name in DOCUMENTS if site.texts.get(name, "").strip())
    found = site.settled().documents.by_name
    return {name: shown_yaml(name, found[name]) for name in given if name in found}

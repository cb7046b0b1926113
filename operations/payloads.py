"""What is sent for one site of a deployment: made from plan, row and secrets when its turn comes, shown masked before.

So that no secret and no copy of the template is kept for each of thousands of sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.models import DeployPlan, Target
from operations.planning.fleet import FleetPlan
from operations.planning.preflight import check, payload
from operations.planning.run_secrets import SecretMisfit, needed
from operations.planning.sheets import SiteRow
from operations.planning.templates import SiteTemplate, read_template
from starlingx.errors import BadValue


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One row with what it needs from the rows of its operation; read before the loop, used in it."""

    plan: DeployPlan
    row: SiteRow
    facts: Mapping[str, Any]

    def template(self) -> SiteTemplate:
        return read_template(self.plan.bootstrap_values, self.plan.install_values, self.plan.deploy_config)

    def files(self, secrets: Mapping[str, str]) -> dict[str, Any]:
        """{"bootstrap_values", "install_values", "deploy_config": YAML, "bootstrap_address", "group_id"}.

        Raises BadValue, naming secrets that are missing; and where it would not be what was checked.
        """
        release, group_id = self.facts.get("release", ""), self.facts.get("group_id")
        try:
            made = payload(
                self.row, self.template(), secrets, defaults=self.plan.defaults, release=release, group_id=group_id
            )
        except SecretMisfit as missing:
            raise BadValue(f"{missing} Secrets are erased when a run is over: give them again.") from None
        if made.digest != self.facts.get("digest"):
            raise BadValue("what would be sent is not what was checked: ask for the deployment anew")
        files = {name: content.decode() for name, content in made.files.items()}
        return files | {"bootstrap_address": self.facts.get("bootstrap_address", ""), "group_id": group_id}


def site_plan(target: Target) -> SitePlan | None:
    """None for what is no site of a deployment. One query."""
    cells = target.facts.get("cells")
    plan = DeployPlan.objects.filter(operation=target.operation_id).first() if cells is not None else None
    return None if plan is None else SitePlan(plan, SiteRow(target.number, cells or {}), target.facts)


def shown_payload(target: Target) -> dict[str, Any]:
    """The effective payload with its secrets as "[hidden]"; {} for what is no site of a deployment. One query."""
    site = site_plan(target)
    if site is None:
        return {}
    facts = target.facts
    groups = {facts["group_id"]: site.row.cells.get("group", "")} if facts.get("group_id") else None
    fleet = FleetPlan(active_release=facts.get("release", ""), groups=groups)
    template = site.template()
    (verdict,) = check([site.row], template, fleet, site.plan.defaults, needed(template))
    return dict(verdict.payload)

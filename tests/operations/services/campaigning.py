"""A small fleet that wants a release, somebody who plans campaigns, and somebody who approves them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from operations.models import Campaign, Operation
from operations.services.approvals import approve
from operations.services.campaign_control import start
from operations.services.campaigns import CampaignAsk, create_campaign
from sites.services.actors import Actor
from tests.operations.campaign_facts.patchable import RELEASE
from tests.sites.world import World


@dataclass(frozen=True)
class Crew:
    """Who plans, who approves, and the fleet they do it to."""

    world: World
    planner: User
    approver: User

    @property
    def now(self) -> datetime:
        return self.world.now

    def ask(self, **given: Any) -> CampaignAsk:
        usual: dict[str, Any] = {
            "strategy": {"kind": "sw-deploy", "release_id": RELEASE}, "rules": {},
            "clouds": [cloud.pk for cloud in self.world.clouds],
        }  # fmt: skip
        return CampaignAsk(**usual | given)

    def plan(self, **given: Any) -> Operation:
        return create_campaign(self.ask(**given), self.planner, actor(self.planner), self.now)

    def approve(self, operation: Operation, **given: Any) -> Operation:
        operation.refresh_from_db()
        usual = {"seen_hash": operation.plan_hash, "user": self.approver, "actor": actor(self.approver)}
        return approve(operation.pk, now=self.now, **usual | given)

    def start(self, operation: Operation, now: datetime | None = None) -> Operation:
        return start(operation.pk, {}, actor(self.planner), now or self.now)

    def running(self, **given: Any) -> Operation:
        operation = self.plan(**given)
        self.approve(operation)
        return self.start(operation)


def actor(user: User) -> Actor:
    return Actor(user.username, "10.9.9.9")


def campaign_of(operation: Operation) -> Campaign:
    return Campaign.objects.get(pk=operation.pk)

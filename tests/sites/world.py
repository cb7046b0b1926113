"""A small fleet to test against: two controllers, two groups and two regions, a subcloud in each corner."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from sites.choices import Facet, Severity
from sites.models import Cloud, Controller, FacetState, ScopeGrant, SubcloudGroup


@dataclass(frozen=True)
class World:
    controllers: list[Controller]
    centrals: list[Cloud]
    groups: list[SubcloudGroup]
    clouds: list[Cloud]  # [0], [1]: controller 0; [2], [3]: controller 1; even ones in Brazil, odd ones in Europe
    now: datetime


def make_world() -> World:
    now = timezone.now()
    controllers = [
        Controller.objects.create(
            name=f"central-{n}", auth_url="https://10.0.0.2:5000/v3", username="reader", password_sealed=b"-"
        )
        for n in (1, 2)
    ]
    groups = [
        SubcloudGroup.objects.create(controller=c, dcmanager_id=1, name=f"group of {c.name}", observed_at=now)
        for c in controllers
    ]
    centrals = [make_cloud(c, None, c.name, now, kind="central", dcmanager_id=None) for c in controllers]
    clouds = [
        make_cloud(controllers[n // 2], groups[n // 2], f"edge-{n}", now, region=["Brazil", "Europe"][n % 2],
                   dcmanager_id=n + 1)
        for n in range(4)
    ]  # fmt: skip
    return World(controllers, centrals, groups, clouds, now)


def make_cloud(
    controller: Controller, group: SubcloudGroup | None, name: str, now: datetime, *, age: float = 1.0, **values: Any
) -> Cloud:
    """A cloud whose facets were all read `age` seconds before `now`."""
    usual: dict[str, Any] = {
        "kind": "subcloud", "region_name": f"{name}-region", "availability_status": "online", "contact": "reachable",
        "management_state": "managed", "sync_status": "in-sync", "deploy_status": "complete",
        "software_version": "10.0.2", "severity": Severity.MINOR, "critical_alarms": 0, "major_alarms": 0,
        "minor_alarms": 1, "warning_alarms": 0, "latitude": 1.5, "longitude": 2.5,
    }  # fmt: skip
    cloud = Cloud.objects.create(controller=controller, group=group, name=name, **usual | values)
    at = now - timedelta(seconds=age)
    FacetState.objects.bulk_create(
        FacetState(cloud=cloud, facet=facet, observed_at=at, attempted_at=at, source="test") for facet in Facet
    )
    return cloud


def make_user(name: str, role: str = "Viewer", **scope: Any) -> User:
    """A user with one scope grant: fleet=True, controller=…, group=… or region=…; without any, none."""
    user = User.objects.create_user(name)  # without a password: hashing takes longer than the test
    user.groups.add(Group.objects.get(name=role))
    if scope:
        ScopeGrant.objects.create(user=user, **scope)
    return user

"""What others have: addresses of other System Controllers, servers and plans, compared when a site is planned and again
when it starts; groups outside the scope, which are not told of."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hosts.models import Host
from operations.choices import OperationState, TargetState
from operations.models import Operation, Target
from sites.models import Cloud, Controller, SubcloudGroup
from tests.operations.api.asking import OPERATIONS, post
from tests.operations.api.sheets import DEPLOYS, body, ready
from tests.operations.planning.site_template import line
from tests.sites.world import World

CHECK = f"{DEPLOYS}check/"


@pytest.fixture
def controller(world: World) -> Controller:
    ready(world.controllers[0])
    return world.controllers[0]


def said(answer: Any, of: str = "problems") -> str:
    return " ".join(each["message"] for row in answer.json()["rows"] for each in row[of])


def test_a_bmc_of_another_controller(api: Client, narrow_api: Client, controller: Controller, world: World) -> None:
    Cloud.objects.filter(pk=world.clouds[2].pk).update(bmc_address="10.64.0.2", name="secret-place")
    asked = body(controller, line(1))
    assert 'BMC address 10.64.0.2 is that of subcloud "secret-place" of "central-2"' in said(post(api, CHECK, asked))
    hidden = said(post(narrow_api, CHECK, asked))
    assert "BMC address 10.64.0.2 is that of a subcloud outside your scope" in hidden
    assert "secret-place" not in hidden
    assert "central-2" not in hidden


def test_a_bmc_of_a_server(api: Client, controller: Controller, world: World) -> None:
    for cloud, address in ((world.clouds[3], "10.64.0.2"), (world.centrals[0], "10.64.0.3")):
        Host.objects.create(cloud=cloud, uuid="u", hostname="controller-0", bmc_ip=address, changed_at=timezone.now())
    text = said(post(api, CHECK, body(controller, line(1), line(2))))
    assert 'BMC address 10.64.0.2 is that of subcloud "edge-3" of "central-2"' in text
    assert 'BMC address 10.64.0.3 is that of "central-1"' in text


def test_of_two_plans_with_the_same_addresses_one_starts(api: Client, controller: Controller) -> None:
    first = post(api, DEPLOYS, body(controller, line(1))).json()["id"]
    again = line(1).replace("cell-0001", "cell-0101")
    warned = post(api, CHECK, body(controller, again))
    assert warned.json()["ok"] == 1
    assert f"which operation {first} plans" in said(warned, "warnings")
    second = post(api, DEPLOYS, body(controller, again)).json()["id"]
    Operation.objects.update(state=OperationState.PLANNED)  # as the look at the System Controller leaves them
    Target.objects.update(state=TargetState.READY)
    assert post(api, f"{OPERATIONS}{first}/start/").json()["state"] == "processing"
    post(api, f"{OPERATIONS}{second}/start/")
    target = Target.objects.get(operation=second)
    assert target.state == TargetState.REFUSED
    assert "in use by now" in target.problems[0]["message"]


@pytest.mark.parametrize("asked", ["Brazil", "Brasil", "nowhere", "7"])
def test_groups_of_others_are_not_named(asked: str, narrow_api: Client, controller: Controller, world: World) -> None:
    SubcloudGroup.objects.create(controller=controller, dcmanager_id=7, name="Brazil", observed_at=world.now)
    answer = post(narrow_api, CHECK, body(controller, line(1, group=asked)))
    (row,) = answer.json()["rows"]
    said = " ".join(each["message"] for each in row["problems"])
    assert "in your scope; there are West" in said
    assert "Brazil" not in said.replace('"Brazil"', "", asked == "Brazil")

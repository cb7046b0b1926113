"""The body that the documentation shows is taken, as it stands there but for the fleet of this test."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.operations.api.asking import post
from tests.operations.api.test_campaigns import CAMPAIGNS
from tests.operations.campaign_facts.patchable import RELEASE, make_patchable
from tests.sites.world import World

PREVIEWED = ("strategy", "rules", "filter")


@pytest.fixture(autouse=True)
def patchable(world: World) -> None:
    make_patchable(world)


def test_a_campaign_as_in_the_documentation(api: Client) -> None:
    (text,) = re.findall(r"```json\n(\{\"strategy\".*?)```", Path("docs/campaigns.md").read_text("utf-8"), re.DOTALL)
    body = json.loads(text)
    body["strategy"]["release_id"], body["secrets"]["sysadmin_password"] = RELEASE, "Only-4-this-run"
    seen = post(api, f"{CAMPAIGNS}preview/", {name: body[name] for name in PREVIEWED})
    assert seen.status_code == 200, seen.json()
    body["expected"] = seen.json()["counts"]["chosen"]
    made = post(api, CAMPAIGNS, body)
    assert made.status_code == 201, made.json()

"""What a deployment leaves behind while it is not deleted: the site differs, and can go back or be cleaned up."""

from collections.abc import Callable

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.campaigns import RELEASE, Campaign, campaign, software
from tests.simulator.test_strategies import releases_of, site_of
from tests.waiting import wait_until

PENDING = "Software deployment is already complete, pending delete"


@pytest.fixture
def run(start_simulator: Callable[..., Simulator]) -> Campaign:
    return campaign(start_simulator, subclouds=8, speed=600)


def deployed(run: Campaign) -> str:
    """A site with an open deployment, after a strategy that did not delete it."""
    name = next(row["name"] for row in run.dcm.subclouds() if software(row) == "out-of-sync")
    strategy(run, name, lambda: run.deploy(cloud_name=name).status)
    return name


def strategy(run: Campaign, name: str, create: Callable[[], int], state: str = "complete") -> str:
    """One over this site, to its end; what its step said."""
    wait_until(lambda: create() == 200, what="taken, once no site is unknown")
    run.act("apply")
    assert run.over()["state"] == state
    (step,) = run.steps()
    run.delete()
    run.gone()
    return str(step["details"])


def test_it_stays_out_of_sync_and_its_release_deploying(run: Campaign) -> None:
    name = deployed(run)
    row = run.known(name)
    assert (row["deploy-status"], software(row)) == ("complete", "out-of-sync")
    assert releases_of(run, name)[RELEASE] == "deploying"
    site = site_of(run.fleet, row)
    assert site.get("/usm/v1/deploy").json()[0]["state"] == "completed"
    again = {"release_id": RELEASE, "cloud_name": name}
    details = strategy(run, name, lambda: run.create(**again).status, "failed")
    assert PENDING in details


def test_it_can_go_back(run: Campaign) -> None:
    name = deployed(run)
    strategy(run, name, lambda: run.create(rollback=True, cloud_name=name).status)
    assert releases_of(run, name)[RELEASE] == "available"
    row = run.known(name)
    assert site_of(run.fleet, row).get("/usm/v1/deploy").json() == []
    assert software(row) == "out-of-sync"
    strategy(run, name, lambda: run.create(rollback=True, cloud_name=name).status)  # nothing is left to be done
    assert releases_of(run, name)[RELEASE] == "available"


def test_cleaned_up_it_is_in_sync_and_there_is_no_way_back(run: Campaign) -> None:
    name = deployed(run)
    strategy(run, name, lambda: run.create(cleanup=True, cloud_name=name).status)
    assert releases_of(run, name)[RELEASE] == "deployed"
    wait_until(lambda: software(run.subclouds([name])[0]) == "in-sync")
    refused = run.create(rollback=True, cloud_name=name)
    assert (refused.status, "does not require software update" in refused.json()["description"]) == (422, True)


def test_deploying_again_with_delete_only_deletes(run: Campaign) -> None:
    name = deployed(run)
    strategy(run, name, lambda: run.create(release_id=RELEASE, cloud_name=name, delete="true").status)
    assert releases_of(run, name)[RELEASE] == "deployed"

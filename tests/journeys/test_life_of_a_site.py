"""One site from its deployment to its end, each time asked of the portal and each time one request upstream."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.journeys.forty import OPERATIONS, SECRETS, Forty, name_of
from tests.operations.engine.sites import BOOTSTRAP, INSTALL, row, sheet
from tests.simulator.bmc_calls import RACK_PASSWORD, USER, Bmc
from tests.simulator.new_sites import DEPLOY_CONFIG, install
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(600)
SYSADMIN = {"sysadmin_password": SECRETS["sysadmin_password"]}
BMC = {"bmc_password": SECRETS["bmc_password"]}
NAME = name_of(1)
RELEASE = "26.09"


@pytest.fixture(scope="module")
def installed(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Forty]:
    simulator = start_simulator(subclouds=4, speed=600, seed=7)
    simulator.control("churn", {"on": False})  # else an alarm that comes by itself may forbid a prestage
    portal = module_portal(worker=True, collector=False, DCPORTAL_SPEED="600")
    portal.register(simulator, write=True)
    portal.start("collector")
    yield Forty(portal, simulator)
    simulator.child.stop()


def subcloud(installed: Forty) -> dict[str, Any]:
    rows = installed.ask("/api/v1/subclouds/?limit=1000")[1]["results"]
    found: dict[str, Any] = next((each for each in rows if each["name"] == NAME), {})
    return found


def until_seen(installed: Forty, **wanted: Any) -> dict[str, Any]:
    """The portal's books say so, which is what the next verb is judged by."""

    def seen() -> dict[str, Any] | None:
        row = subcloud(installed)
        assert {name: row.get(name) for name in wanted} == wanted
        return row

    return wait_until(seen, timeout=60, every=0.2, what=f"the site is {wanted}")


def done(installed: Forty, kind: str, **more: Any) -> dict[str, Any]:
    """Ask for it, wait for its end, which must be good."""
    cloud = subcloud(installed)
    body = {"kind": kind, "clouds": [cloud["id"]], "start": True, "reason": "CHG-7"} | more
    status, made = installed.ask(OPERATIONS, body, key=f"{kind}-{cloud['id']}-{len(installed.orders())}")
    assert status == 201, made
    ended = installed.until_ended(int(made["id"]), timeout=180)
    (target,) = installed.targets(int(made["id"])).values()
    assert ended["state"] == "completed", (kind, target["state"], target["problems"], target["error"])
    return target


def deploy(installed: Forty) -> None:
    wait_until(lambda: installed.ask("/api/v1/subcloud-groups/")[1]["results"], timeout=60, what="groups were read")
    (controller,) = installed.ask("/api/v1/controllers/")[1]["results"]
    body = {
        "controller": controller["id"], "bootstrap_values": BOOTSTRAP, "install_values": INSTALL,
        "deploy_config": DEPLOY_CONFIG, "sites": sheet([row(1)]).decode(), "secrets": SECRETS,
    }  # fmt: skip
    status, made = installed.ask(f"{OPERATIONS}deploys/", body)
    assert status == 201, made
    assert installed.until_ended(int(made["id"]), timeout=180)["state"] == "completed"


def test_a_site_lives_and_ends(installed: Forty) -> None:
    deploy(installed)
    until_seen(installed, management_state="managed", availability_status="online", deploy_status="complete")
    done(installed, "edit", options={"description": "north mast", "location": "Lisbon"})
    until_seen(installed, description="north mast", location="Lisbon")
    move_away(installed)
    done(installed, "prestage", secrets=SYSADMIN)
    until_seen(installed, deploy_status="complete")
    done(installed, "backup", secrets=SYSADMIN)
    until_seen(installed, backup_status="complete-central")
    assert NAME in {each["name"] for each in installed.ask("/api/v1/subclouds/?backup=central")[1]["results"]}
    done(installed, "unmanage")
    until_seen(installed, management_state="unmanaged")
    done(installed, "restore", secrets=SYSADMIN, options={"with_install": True})
    until_seen(installed, deploy_status="complete", availability_status="online")
    redeploy(installed)
    done(installed, "manage")
    until_seen(installed, management_state="managed")
    done(installed, "delete_backup", secrets=SYSADMIN, options={"release": RELEASE})
    until_seen(installed, backup_at=None)
    decommission(installed)
    check_orders(installed)


def move_away(installed: Forty) -> None:
    before = subcloud(installed)["group"]
    others = [each for each in installed.ask("/api/v1/subcloud-groups/")[1]["results"] if each["id"] != before]
    done(installed, "move_group", options={"group": others[0]["id"]})
    until_seen(installed, group=others[0]["id"])


def redeploy(installed: Forty) -> None:
    """Its server is switched off by hand first, as the portal asks."""
    status, told = installed.ask(OPERATIONS, {"kind": "redeploy", "clouds": [subcloud(installed)["id"]],
                                              "secrets": SYSADMIN | BMC, "reason": "too early"})  # fmt: skip
    assert status == 201, told
    assert installed.until_ended(int(told["id"]), timeout=60)["state"] == "failed"
    address = install(1)["bmc_address"]
    board = Bmc(f"{installed.simulator.url}/c1/bmc/{address}", board_password(installed))
    assert board.reset("ForceOff") < 300
    until_seen(installed, availability_status="offline")
    done(installed, "redeploy", secrets=SYSADMIN | BMC)
    until_seen(installed, deploy_status="complete", availability_status="online")


def board_password(installed: Forty) -> str:
    """Of the simulated BMC, whatever the sheet said."""
    return f"{RACK_PASSWORD}-{subcloud(installed)['dcmanager_id']}"


def decommission(installed: Forty) -> None:
    done(installed, "decommission", secrets={"bmc_password": board_password(installed)}, options={"bmc_username": USER})
    wait_until(lambda: not subcloud(installed), timeout=60, what="the site is gone from the portal")
    assert NAME not in installed.names_there()


def check_orders(installed: Forty) -> None:
    """Whatever was asked for took effect once."""
    counts = installed.orders()
    ends = {path.rsplit("/", 1)[-1] for _, path in counts}
    assert {"prestage", "redeploy"} <= ends, counts
    again = {order: count for order, count in counts.items() if count > 1 and order[0] != "PATCH"}
    assert again == {}

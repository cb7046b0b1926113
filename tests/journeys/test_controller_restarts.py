"""The System Controller restarts in the middle of deployments: interrupted, not failed, and picked up again."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.fixtures.portal import Installer
from tests.journeys.forty import OPERATIONS, SECRETS, Forty, name_of
from tests.operations.engine.sites import BOOTSTRAP, INSTALL, row, sheet
from tests.simulator.new_sites import DEPLOY_CONFIG
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(400)
# Which phase each site is in when the restart comes: it does not leave it before
PHASES = {1: "create", 2: "pre-install", 3: "install", 4: "bootstrap", 5: "configure"}
DURING = {1: "creating", 2: "pre-install", 3: "installing", 4: "bootstrapping", 5: "configuring"}
AWAY = 3.0  # seconds for which its services do not answer


@pytest.fixture(scope="module")
def installed(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Iterator[Forty]:
    simulator = start_simulator(subclouds=4, speed=600, seed=7)
    portal = module_portal(worker=True, collector=False, DCPORTAL_SPEED="600")
    base = f"{simulator.url}/c1"
    password = portal.var / "operator-password"
    password.write_text("operator-secret", encoding="ascii")
    portal.add_controller(
        "controller-1", f"{base}/identity/v3", write_username="portal-operator", write_password_file=str(password),
        bmc_url=f"{base}/bmc/{{bmc_address}}",
    )  # fmt: skip
    portal.start("collector")
    yield Forty(portal, simulator)
    simulator.child.stop()


def started(installed: Forty) -> int:
    wait_until(lambda: installed.ask("/api/v1/subcloud-groups/")[1]["results"], timeout=60, what="groups were read")
    (controller,) = installed.ask("/api/v1/controllers/")[1]["results"]
    body = {
        "controller": controller["id"], "bootstrap_values": BOOTSTRAP, "install_values": INSTALL,
        "deploy_config": DEPLOY_CONFIG, "sites": sheet([row(n) for n in PHASES]).decode(), "secrets": SECRETS,
    }  # fmt: skip
    status, made = installed.ask(f"{OPERATIONS}deploys/", body)
    assert status == 201, made
    return int(made["id"])


def stuck(installed: Forty) -> list[int]:
    """Faults that hold each site in its phase."""
    return [
        int(installed.simulator.control("faults", {
            "kind": "deploy-stuck", "controller": 1, "subcloud": name_of(number), "options": {"phase": phase},
        })["id"])
        for number, phase in PHASES.items()
    ]  # fmt: skip


def told_of(installed: Forty, name: str) -> list[dict[str, Any]]:
    """What events said of a site, oldest first."""
    rows = installed.ask("/api/v1/events/?kind=target.changed&limit=1000&sort=id")[1]["results"]
    return [each["data"] for each in rows if each["data"]["name"] == name]


def test_every_phase_is_interrupted_and_goes_on(installed: Forty) -> None:
    faults = stuck(installed)
    pk = started(installed)

    def all_stuck() -> bool:
        found = {number: each["deploy_status"] for number, each in installed.targets(pk).items()}
        assert found == DURING
        return True

    wait_until(all_stuck, timeout=120, every=0.3, what="each site is in its phase")
    restart = {"kind": "controller-restart", "controller": 1, "subcloud": "central", "seconds": AWAY}
    installed.simulator.control("faults", restart)
    for each in faults:
        installed.simulator.control(f"faults/{each}", method="DELETE")
    ended = installed.until_ended(pk, timeout=180)
    assert (ended["state"], ended["counts"]["completed"]) == ("completed", len(PHASES))
    for number in PHASES:
        told = told_of(installed, name_of(number))
        assert "failed" not in {each["state"] for each in told}
        assert any("interrupted" in each["message"] for each in told), [each["message"] for each in told]
    attempts = {n: each["attempt"] for n, each in installed.targets(pk).items()}
    assert set(attempts.values()) == {1}, "an interruption is no new attempt"
    check_orders(installed.orders())


def check_orders(orders: Counter[tuple[str, str]]) -> None:
    """Each is taken up once; only what was cut off while it was created is taken away and added anew."""
    resumed = [count for (_, path), count in orders.items() if path.endswith("/resume")]
    assert resumed == [1] * (len(PHASES) - 1)
    assert sum(count for (method, _), count in orders.items() if method == "DELETE") == 1
    assert orders["POST", "subclouds"] == len(PHASES) + 1

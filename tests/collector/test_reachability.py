"""A controller that cannot be read says why, in its table of services, and the others are read all the same."""

from collections.abc import Callable

import psycopg
import pytest

from tests.collector.watching import Watched
from tests.fixtures.fleet import Simulator
from tests.fixtures.network import free_port
from tests.fixtures.portal import Installer
from tests.waiting import wait_until

NO_PEM = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def watched(start_simulator: Callable[..., Simulator], module_portal: Installer) -> Watched:
    """Good and bad controllers side by side."""
    simulator = start_simulator(subclouds=3, controllers=1)
    simulator.control("churn", {"on": False})
    portal = module_portal(simulator, web=False, collector=False, DCPORTAL_SPEED="60")
    base = f"{simulator.url}/c1"
    pattern = f"{base}/s{{id}}/identity/v3"
    portal.add_controller("password", simulator.auth_url(), password="wrong", subcloud_auth_url=pattern)
    portal.add_controller("address", f"http://127.0.0.1:{free_port()}/v3")
    portal.add_controller("nonsense", f"http://127.0.0.1:{free_port()}/v3")
    found = Watched(simulator, portal)
    portal.add_controller("sealed", f"http://127.0.0.1:{free_port()}/v3")
    with psycopg.connect(portal.database_url, autocommit=True) as connection:  # as it was entered before checks
        connection.execute("UPDATE sites_controller SET auth_url = 'http://10.0.0.1:99999' WHERE name = 'nonsense'")
        connection.execute("UPDATE sites_controller SET password_sealed = 'by another key' WHERE name = 'sealed'")
    portal.start("collector")
    found.until_swept(controllers=1)
    return found


def errors(watched: Watched, name: str) -> dict[str, str]:
    return dict(
        watched.sql(
            "SELECT s.service, s.error FROM sites_controllerservice s JOIN sites_controller c ON c.id = s.controller_id"
            " WHERE c.name = %s",
            name,
        )
    )


def test_the_good_one_answers(watched: Watched) -> None:
    wait_until(
        lambda: (
            {"identity", "dcmanager", "faultmanagement", "platform", "usm"} <= errors(watched, "controller-1").keys()
        )
    )
    assert set(errors(watched, "controller-1").values()) == {""}
    rows = watched.sql(
        "SELECT url, succeeded_at, seconds FROM sites_controllerservice WHERE service = 'dcmanager' AND error = ''"
    )
    assert rows[0][0].startswith(watched.simulator.url)
    assert rows[0][1]


def test_a_wrong_password_is_said_of_keystone(watched: Watched) -> None:
    told = wait_until(lambda: errors(watched, "password"))
    assert "does not accept these credentials" in told["identity"]
    assert "wrong" not in " ".join(told.values())


def test_a_dead_address_is_said_to_refuse(watched: Watched) -> None:
    told = wait_until(lambda: errors(watched, "address"))
    assert "refused" in told["identity"].lower()


def test_an_address_that_never_works_is_said_with_what_to_do(watched: Watched) -> None:
    told = wait_until(lambda: errors(watched, "nonsense"))
    assert "'http://10.0.0.1:99999' does not make an http or https URL" in told["identity"]
    assert "Correct the address" in told["identity"]
    beats = "SELECT count(*) FROM sites_collectorbeat b JOIN sites_controller c ON c.id = b.controller_id"
    assert watched.sql(f"{beats} WHERE c.name = 'nonsense' AND b.beat_at > 'epoch'") == [(1,)]


def test_credentials_that_another_key_sealed_are_said_to_be(watched: Watched) -> None:
    told = wait_until(lambda: errors(watched, "sealed"))
    assert "enter them again" in told["identity"]
    assert watched.portal.log("collector").count("enter them again") == 1


def test_what_fails_is_logged_once(watched: Watched) -> None:
    log = watched.portal.log("collector")
    assert log.count("address: identity fails") == 1


def test_the_central_services_may_go_away_and_come_back(watched: Watched) -> None:
    fault = watched.inject("error", controller=1, subcloud="central", options={"status": 503, "service": "dcmanager"})
    wait_until(lambda: errors(watched, "controller-1")["dcmanager"], timeout=40, what="the fault is told")
    ((since,),) = watched.sql(
        "SELECT failing_since FROM sites_controllerservice WHERE service = 'dcmanager' AND error <> '' AND url <> ''"
    )
    assert since
    watched.lift(fault)
    wait_until(lambda: errors(watched, "controller-1")["dcmanager"] == "", timeout=60, what="it works again")
    log = watched.portal.log("collector")
    assert log.count("controller-1: dcmanager fails") == log.count("controller-1: dcmanager works again") == 1

"""Every verb of the phased deployment in every deploy state, over HTTP: what is allowed, and how it is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Answer, Dcmanager
from tests.simulator.new_sites import DEPLOY_CONFIG, NewSite, bootstrap, install
from tests.waiting import wait_until

Make = Callable[[], NewSite]

# written down here a second time, from the contract (starlingx-dcmanager.md 2.4 and 3.3)
NAMES = """
not-deployed creating create-failed create-complete pre-install pre-install-failed installing install-failed
install-complete aborting-install install-aborted pre-bootstrap pre-bootstrap-failed bootstrapping bootstrap-failed
bootstrap-complete aborting-bootstrap bootstrap-aborted pre-config pre-config-failed configuring config-failed
aborting-config config-aborted complete pre-init-enroll pre-init-enroll-failed initiating-enroll init-enroll-failed
init-enroll-complete pre-enroll pre-enroll-complete pre-enroll-failed enrolling enroll-complete enroll-failed
pre-restore restore-prep-failed restoring onsite-restoring restore-failed factory-restore-complete pre-rehome
rehome-prep-failed rehoming rehome-failed rehome-pending secondary secondary-failed sw-deploy-in-progress
sw-deploy-apply-strategy-failed reconfiguring-network network-reconfiguration-failed pre-deploy deploying
deploy-prep-failed deploy-failed
"""
STATES = NAMES.split()
ALLOWED = {
    "install": "create-complete pre-install-failed install-failed install-complete install-aborted",
    "bootstrap": "install-complete pre-bootstrap-failed bootstrap-failed bootstrap-aborted bootstrap-complete "
    "create-complete",
    "configure": "complete pre-config-failed config-failed bootstrap-complete enroll-complete config-aborted",
    "complete": "bootstrap-complete enroll-complete",
    "abort": "installing bootstrapping configuring",
    "resume": "create-complete pre-install-failed install-failed install-aborted install-complete "
    "pre-bootstrap-failed bootstrap-failed bootstrap-aborted bootstrap-complete pre-config-failed config-failed "
    "config-aborted",
    "enroll": "create-complete enroll-failed pre-enroll-failed pre-init-enroll-failed init-enroll-failed "
    "factory-restore-complete",
}
PREDICTED = {"install": "pre-install", "bootstrap": "pre-bootstrap", "configure": "pre-config"}
PREDICTED |= {"complete": "complete", "enroll": "pre-init-enroll"}
INITIAL_ONLY = ("install", "abort", "resume")


def predicted(verb: str, state: str) -> str:
    """The deploy-status of the reply."""
    if verb == "abort":
        names = {"installing": "install", "bootstrapping": "bootstrap", "configuring": "config"}
        return f"aborting-{names[state]}"
    if verb == "resume":
        if "install" in state and state != "install-complete":
            return "pre-install"
        if state == "create-complete":
            return "pre-install"
        return "pre-config" if "config" in state or state == "bootstrap-complete" else "pre-bootstrap"
    return PREDICTED[verb]


@pytest.fixture(scope="module")
def put(workshop: Simulator) -> Callable[..., None]:
    """Puts a subcloud into a state: `put(site, "installing", initial=False)`."""

    def write(site: NewSite, status: str, initial: bool = True) -> None:
        body = {"controller": 1, "subcloud": site.id, "status": status, "initial": initial}
        workshop.control("deploy-status", body)

    return write


@pytest.fixture(scope="module")
def site(workshop: Simulator, numbers: Any) -> NewSite:
    """One with install values and deploy config."""
    site = NewSite(Dcmanager(workshop.url), next(numbers))
    assert site.add().status == 200
    return site


def test_the_table_is_whole() -> None:
    assert len(STATES) == len(set(STATES)) == 57


@pytest.mark.parametrize("verb", ALLOWED)
def test_verb_in_every_state(site: NewSite, put: Callable[..., None], verb: str) -> None:
    allowed = ALLOWED[verb].split()
    for state in STATES:
        put(site, state)
        answer = site.verb(verb)
        if state in allowed:
            assert (answer.status, answer.json().get("deploy-status")) == (200, predicted(verb, state)), (state, answer)
        else:
            assert answer.status == 400, (state, answer)
            description = answer.json()["description"]
            assert "deploy status" in description
            assert set(description.rpartition(": ")[2].split(", ")) == set(allowed)
            assert site.status() == state  # nothing happened


@pytest.mark.parametrize("verb", ALLOWED)
def test_verb_after_the_first_deployment(site: NewSite, put: Callable[..., None], verb: str) -> None:
    for state in ALLOWED[verb].split():
        put(site, state, initial=False)
        answer = site.verb(verb)
        assert (answer.status == 400) == (verb in INITIAL_ONLY), (state, answer)
        if verb in INITIAL_ONLY:
            assert "during initial deployment" in answer.json()["description"]


@pytest.mark.parametrize(
    ("state", "deletable"),
    [
        ("create-failed", True),
        ("not-deployed", True),
        ("bootstrap-failed", True),
        ("secondary", True),
        ("installing", False),
        ("aborting-config", False),
        ("rehome-pending", False),
        ("reconfiguring-network", False),
    ],
)
def test_delete_in_a_state(new_site: Make, put: Callable[..., None], state: str, deletable: bool) -> None:
    one = new_site()
    one.add()
    put(one, state)
    answer = one.dcmanager.ask(f"/v1.0/subclouds/{one.id}", "DELETE")
    assert (answer.status, one.dcmanager.ask(f"/v1.0/subclouds/{one.id}").status) == (
        (200, 404) if deletable else (400, 200)
    )


def refused(answer: Answer, why: str) -> None:
    assert answer.status == 400, answer.body
    assert why in answer.json()["description"]


def test_what_each_verb_needs(new_site: Make, put: Callable[..., None]) -> None:
    bare = new_site()
    bare.add(with_install=False, with_config=False)
    put(bare, "create-complete")
    refused(bare.verb("install"), "Failed to read data install from db")
    refused(bare.verb("install", {}), "Body required")
    refused(bare.verb("install", {"bmc_password": "x"}), "Failed to read data install from db")
    refused(bare.verb("install", {"release": "1"}, install_values=install(bare.number)), "Invalid release 1")
    refused(bare.verb("bootstrap", {}), "subcloud sysadmin_password required")
    refused(bare.verb("bootstrap", {"sysadmin_password": "no base64!"}), "Failed to decode")
    other = {**bootstrap(bare.number), "name": "other"}
    refused(bare.verb("bootstrap", bootstrap_values=other), "must match the current subcloud name")
    broken = {**bootstrap(bare.number), "management_subnet": "nowhere"}
    refused(bare.verb("bootstrap", bootstrap_values=broken), "management_subnet invalid")
    refused(bare.verb("enroll"), "Install values is necessary for subcloud enrollment")
    put(bare, "bootstrap-complete")
    refused(bare.verb("configure"), "Required deploy_config file was not provided")
    refused(bare.verb("configure", {}), "Body required")
    refused(bare.verb("resume"), "Only deploy phase left is deploy config")
    refused(bare.verb("frobnicate"), "Invalid request")
    bare.id = 99999
    assert bare.verb("install").status == 404


def test_files_of_phases_that_are_over(new_site: Make, put: Callable[..., None]) -> None:
    one = new_site()
    one.add()
    put(one, "config-failed")
    refused(one.verb("resume", install_values=install(one.number)), "Install was already executed and install-values")
    refused(one.verb("resume", bootstrap_values=bootstrap(one.number)), "Bootstrap was already executed")
    put(one, "bootstrap-failed")
    refused(one.verb("resume", install_values=install(one.number)), "Install was already executed")
    assert one.verb("resume", bootstrap_values=bootstrap(one.number)).status == 200


def test_phases_without_values_are_skipped(new_site: Make, put: Callable[..., None]) -> None:
    """No install values, no deploy config: bootstrap alone, then complete."""
    one = new_site()
    one.add(with_install=False, with_config=False)
    put(one, "create-complete")
    assert one.verb("resume").json()["deploy-status"] == "pre-install"  # the real one's reply says so too
    seen: list[str] = []
    one.wait_for("complete", seen=seen.append, timeout=60)
    assert set(seen) <= {"create-complete", "pre-bootstrap", "bootstrapping", "bootstrap-complete", "complete"}


def test_reply_is_ahead_of_the_database(new_site: Make, put: Callable[..., None], broken_workshop: Any) -> None:
    one = new_site()
    one.add()
    put(one, "create-complete")
    broken_workshop("deploy-stuck", one.id, phase="pre-install")
    reply = one.verb("install", {"sysadmin_password": "WA==", "release": "26.03"}).json()
    assert (reply["deploy-status"], reply["software-version"]) == ("pre-install", "26.03")
    assert " " in reply["created-at"]
    wait_until(lambda: one.status() == "pre-install")
    assert one.row()["software-version"] == "26.03"


def test_new_bootstrap_values_take_effect(new_site: Make, put: Callable[..., None]) -> None:
    one = new_site()
    one.add()
    put(one, "bootstrap-failed")
    values = {**bootstrap(one.number), "management_end_address": bootstrap(one.number)["management_start_address"]}
    reply = one.verb("bootstrap", bootstrap_values={**values, "location": "Porto"}).json()
    for row in (reply, one.row()):
        assert row["management-end-ip"] == values["management_start_address"]
        assert row["location"] == "Porto"


def test_create_waits_for_the_manager(new_site: Make) -> None:
    one = new_site()
    answer = one.create()
    if answer.status == 500:  # more than sixty seconds by this site's dice: done all the same
        assert answer.json()["description"] == "Unable to create subcloud"
        wait_until(lambda: one.dcmanager.subcloud(one.name)["deploy-status"] == "create-complete")
    else:
        assert answer.json()["deploy-status"] == "create-complete"
        assert "T" in answer.json()["created-at"]


@pytest.mark.parametrize("missing", ["bootstrap_values", "bootstrap-address"])
def test_create_needs_both(new_site: Make, missing: str) -> None:
    one = new_site()
    form = one.form()
    form["fields"].pop(missing, None)
    form["files"].pop(missing, None)
    refused(
        one.dcmanager.send_form("/v1.0/phased-subcloud-deploy", **form), f"Missing required parameter(s): {missing}"
    )


def test_create_that_fails_says_so_in_its_answer(new_site: Make, broken_workshop: Any) -> None:
    one = new_site()
    broken_workshop("deploy-fails", one.name, phase="create")
    answer = one.create()
    row = answer.json() if answer.status == 200 else one.dcmanager.subcloud(one.name)
    one.id = one.dcmanager.subcloud(one.name)["id"]
    assert one.wait_for("create-failed")
    if answer.status == 200:
        assert row["deploy-status"] == "create-failed"
        assert one.name in row["error-description"]


def test_configure_once_more_after_complete(new_site: Make, put: Callable[..., None]) -> None:
    one = new_site()
    one.add(with_config=False)
    put(one, "complete")
    answer = one.verb("configure", deploy_config=DEPLOY_CONFIG)
    assert (answer.status, answer.content_type) == (200, JSON)

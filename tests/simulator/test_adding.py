"""POST /v1.0/subclouds: what it answers, what it refuses and in which order."""

import io
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Dcmanager, call, sign_in
from tests.simulator.new_sites import DEPLOY_CONFIG, GONE, PASSWORD, SECRETS, NewSite, bootstrap, install, text
from tests.waiting import wait_until

Make = Callable[[], NewSite]
PATH = "/v1.0/subclouds"
NOT_BASE64 = "no base64!"


def send(site: NewSite, path: str = PATH, *, fields: dict[str, str] | None = None, **values: Any) -> tuple[int, str]:
    """(status, description) of adding with changed fields and files; `GONE` leaves one out."""
    form = site.form(**(fields or {}))
    form["files"] |= values
    for part in ("fields", "files"):
        form[part] = {name: text(value) for name, value in form[part].items() if value != GONE}
    answer = site.dcmanager.send_form(path, **form)
    body = answer.json() if answer.content_type == JSON else {}
    return answer.status, str(body.get("description", ""))


def test_answer_of_an_add(new_site: Make) -> None:
    site = new_site()
    row = site.add(release="26.03").json()
    assert row["deploy-status"] == "not-deployed"
    assert row["software-version"] == "26.03"
    assert row["management-subnet"] == bootstrap(site.number)["management_subnet"]
    assert row["management-gateway-ip"] == bootstrap(site.number)["management_gateway_address"]
    assert row["error-description"] == "No errors present"
    assert row["updated-at"] is None
    assert " " in row["created-at"]  # read from the database, not come through RPC
    assert "sync_status" not in row
    assert SECRETS["bmc_password"] in row["data_install"]  # the real one shows it too: clients redact
    assert row["id"] in [each["id"] for each in site.dcmanager.subclouds()]
    assert site.row()["name"] == site.name
    statuses: set[str] = set()
    site.wait_for("installing", seen=statuses.add)
    assert statuses <= {"not-deployed", "creating", "create-complete", "pre-install", "installing"}


def test_form_fields_win_over_the_file(new_site: Make) -> None:
    site = new_site()
    assert site.add(description="from the form", group_id="3").json()["description"] == "from the form"
    assert site.row()["group_id"] == 3


def test_forbidden_for_readers_and_operators(new_site: Make) -> None:
    site = new_site()
    for user, status in (("portal-reader", 403), ("portal-operator", 200)):
        site.dcmanager = Dcmanager(site.dcmanager.simulator_url, user=user)
        assert site.add().status == status


@pytest.mark.parametrize(
    ("fields", "values", "status", "why"),
    [
        ({"sysadmin_password": GONE}, {}, 400, "subcloud sysadmin_password required"),
        ({"sysadmin_password": "no base64!"}, {}, 400, "Failed to decode subcloud sysadmin_password"),
        ({"sysadmin_password": "/w=="}, {}, 400, "Failed to decode subcloud sysadmin_password"),  # not UTF-8
        ({}, {"bootstrap_values": "- a list"}, 400, "bootstrap_values must hold keys and values"),
        ({}, {"bootstrap_values": "a: ["}, 400, "bootstrap_values is not readable YAML"),
        ({}, {"bootstrap_values": "a: &a [1]\nb: *a"}, 400, "bootstrap_values uses YAML aliases"),
        ({}, {"bootstrap_values": GONE}, 400, "name required"),
        ({"release": "27.03"}, {}, 400, "Release 27.03 is not supported; supported are 26.09, 26.03, 25.09"),
        ({"release": "newest"}, {}, 400, "Invalid release newest"),
        ({"release": "25.09"}, {}, 400, "No image of release 25.09 in the vault"),
        ({"group_id": "77"}, {}, 400, "Invalid group_id"),
        ({"group_id": "Europe"}, {}, 400, "Invalid group_id"),
        ({"bmc_password": GONE}, {}, 400, "subcloud bmc_password required"),
        ({"bmc_password": "no base64!"}, {}, 400, "Failed to decode subcloud bmc_password"),
        ({}, {"install_values": {"image": "x"}}, 400, "Mandatory install value bootstrap_interface not present"),
        ({"deploy_config": DEPLOY_CONFIG}, {"deploy_config": GONE}, 400, "No deploy_config file uploaded"),
        ({"migrate": "perhaps"}, {}, 400, "Invalid value of migrate: perhaps"),
        ({"migrate": "true", "enroll": "true"}, {}, 400, "migrate with enroll is not allowed"),
        ({"migrate": "true"}, {}, 400, "migrate with deploy-config is not allowed"),
        ({"migrate": "true", "name": "other"}, {"deploy_config": GONE}, 400, "subcloud name does not match"),
        ({"migrate": "true"}, {"deploy_config": GONE}, 400, "Unable to reach the subcloud"),
        ({"secondary": "yes"}, {}, 400, "Invalid value of secondary"),
        ({"secondary": "true"}, {}, 400, "secondary with deploy-config is not allowed"),
        ({"secondary": "true", "migrate": "false"}, {"deploy_config": GONE}, 400, "secondary with migrate is not"),
        ({"enroll": "false"}, {"cloud_init_config": "x"}, 400, "cloud_init_config is not allowed with enroll=false"),
        ({"enroll": "false", "on_site": "true"}, {}, 400, "on_site is not allowed with enroll=false"),
        ({"enroll": "true"}, {"install_values": GONE}, 400, "install_values required"),
        ({"enroll": "true", "bmc_password": GONE}, {}, 400, "subcloud bmc_password required"),
        ({"enroll": "true"}, {"cloud_init_config": "no archive"}, 400, "is not a valid tar archive"),
        ({"description": "x" * 256}, {}, 500, ""),
    ],
)
def test_refused(new_site: Make, fields: dict[str, str], values: dict[str, Any], status: int, why: str) -> None:
    site = new_site()
    answered, description = send(site, fields=fields, **values)
    assert answered == status
    assert why in description
    assert site.dcmanager.ask(f"{PATH}/{site.name}").status == 404


def test_refused_address_plans_and_names(new_site: Make) -> None:
    """Some of them over HTTP; test_values_files.py has them all."""
    site = new_site()
    taken = site.dcmanager.subclouds()[0]
    for changed, status, why in (
        ({"name": "4711"}, 400, "name must contain alphabetic characters"),
        ({"name": taken["name"]}, 409, f"Subcloud with name={taken['name']} already exists"),
        ({"management_subnet": "10.1.0.0/40"}, 400, "management_subnet invalid"),
        ({"kubernetes_version": "v1.9.9"}, 400, "fresh_install_k8s_version"),
    ):
        values = bootstrap(site.number, **changed)
        assert_refused(send(site, fields={"release": "26.03"}, bootstrap_values=values), status, why)


def assert_refused(answer: tuple[int, str], status: int, why: str) -> None:
    assert answer[0] == status
    assert why in answer[1]


def test_overlap_with_a_site_added_before(new_site: Make) -> None:
    first, second = new_site(), new_site()
    assert first.add().status == 200
    values = {**bootstrap(first.number), "name": second.name, "external_oam_subnet": "10.250.0.0/24"}
    values |= {"external_oam_gateway_address": "10.250.0.1", "external_oam_floating_address": "10.250.0.2"}
    status, why = send(second, bootstrap_values=values)
    assert (status, why) == (400, f"management address range overlaps with that of subcloud {first.name}")


def test_first_failure_wins(new_site: Make) -> None:
    """In dcmanager's order: each answer names the next thing once the one before is mended."""
    site = new_site()
    taken = site.dcmanager.subclouds()[0]["name"]
    values = bootstrap(site.number, name=taken, management_subnet="nowhere")
    fields = {"migrate": "perhaps", "sysadmin_password": NOT_BASE64, "bmc_password": NOT_BASE64}
    fields |= {"release": "99.99", "group_id": "77"}
    seen = []
    for mended in (
        {"migrate": GONE},
        {"sysadmin_password": PASSWORD},
        {"release": "26.09"},
        {},
        {},
        {"group_id": "1"},
        {"bmc_password": SECRETS["bmc_password"]},
    ):
        seen.append(send(site, fields=fields, bootstrap_values=values)[1])
        fields |= mended
        if "already exists" in seen[-1]:
            values["name"] = site.name
        if "management_subnet" in seen[-1]:
            values = bootstrap(site.number)
    words = ("migrate", "sysadmin_password", "99.99", "already exists", "management_subnet", "group_id", "bmc_password")
    assert [word in why for word, why in zip(words, seen, strict=True)] == [True] * len(words), seen
    assert send(site, fields=fields, bootstrap_values=values)[0] == 200


def test_errors_are_html_for_those_who_do_not_ask_for_json(new_site: Make) -> None:
    site = new_site()
    answer = site.dcmanager.send_form(PATH, {"sysadmin_password": PASSWORD}, {}, accept="*/*")
    assert answer.status == 400
    assert answer.content_type.startswith("text/html")
    assert b"name required" in answer.body


def test_text_in_place_of_a_file_is_a_crash(new_site: Make) -> None:
    site = new_site()
    fields = {**SECRETS, "bootstrap_values": text(bootstrap(site.number))}
    answer = site.dcmanager.send_form(PATH, fields)
    assert (answer.status, answer.body) == (500, b"")


def test_secondary(new_site: Make) -> None:
    site = new_site()
    form = site.form(with_config=False, secondary="true")
    del form["fields"]["sysadmin_password"]
    row = site.dcmanager.send_form(PATH, **form).json()
    assert row["deploy-status"] == "secondary"
    site.id = row["id"]
    for path, answered in (
        (f"{PATH}/{site.id}/redeploy", 500),
        (f"{PATH}/{site.id}", 500),
    ):
        sent = site.dcmanager.send_form(path, {"management_subnet": "10.0.0.0/24"}, {}, "PATCH")
        assert (sent.status, "Cannot perform on secondary state subcloud" in sent.body.decode()) == (answered, True)


def archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("user-data"))
    return buffer.getvalue()


def test_enroll(new_site: Make) -> None:
    site = new_site()
    form = site.form(enroll="true", with_config=False)
    form["files"]["cloud_init_config"] = archive()
    form["files"]["install_values"] = text(
        {"bootstrap_interface": "eno1", "bmc_address": "10.9.9.9", "bmc_username": "x"}
    )
    site.id = site.dcmanager.send_form(PATH, **form).json()["id"]
    site.wait_for("initiating-enroll")


def test_migrate_takes_the_site_of_another_controller(new_site: Make, workshop: Simulator) -> None:
    """The site itself is asked for its region."""
    site, there = new_site(), Dcmanager(workshop.url, controller=2)
    old = there.pick({"management-state": "managed", "availability-status": "online"})
    address = there.ask(f"{PATH}/{old['id']}/detail").json()["oam_floating_ip"]
    oam = {
        "external_oam_subnet": f"{address}/16",
        "external_oam_gateway_address": address.rsplit(".", 1)[0] + ".254",
        "external_oam_floating_address": address,
    }
    form = site.form(migrate="true", with_config=False, with_install=False)
    form["files"]["bootstrap_values"] = text(bootstrap(site.number, **oam))
    form["fields"]["bootstrap-address"] = address
    answer = site.dcmanager.send_form(PATH, **form)
    assert answer.status == 200, answer.body
    assert answer.json()["region-name"] == old["region-name"]
    site.id = answer.json()["id"]
    site.wait_for("complete")
    wait_until(lambda: site.row()["availability-status"] == "online")


def test_without_a_bootstrap_address_it_fails_later(new_site: Make) -> None:
    site = new_site()
    form = site.form(with_install=False)
    del form["fields"]["bootstrap-address"]
    site.id = site.dcmanager.send_form(PATH, **form).json()["id"]
    site.wait_for("create-failed")
    assert "bootstrap-address" in site.row()["error-description"]


def test_controller_that_deploys_itself(
    new_site: Make, broken_workshop: Callable[..., int], workshop: Simulator
) -> None:
    known, site = new_site(), new_site()
    central = f"{workshop.url}/c1"
    token = sign_in(central).headers["X-Subject-Token"]
    known.add()  # dcmanager has just looked: it takes its controller for idle for a minute
    fault = broken_workshop("controller-deploying")
    assert_refused(send(site), 422, "Subcloud create is not allowed while the system controller is still undergoing")
    wait_until(lambda: send(site)[0] == 400)
    assert_refused(send(site), 400, "A local software deployment operation is in progress")
    assert_refused(send(site, "/v1.0/phased-subcloud-deploy"), 400, "A local software deployment operation is in")
    doomed = known.dcmanager.pick({"management-state": "unmanaged", "deploy-status": "bootstrap-failed"})
    refused = known.dcmanager.ask(f"{PATH}/{doomed['id']}", "DELETE")
    assert (refused.status, "Subcloud delete is not allowed" in refused.body.decode()) == (422, True)
    assert known.dcmanager.send_form(f"{PATH}/{doomed['id']}/redeploy", SECRETS, {}, "PATCH").status == 400
    path = f"/v1.0/phased-subcloud-deploy/{doomed['id']}/bootstrap"
    answer = known.dcmanager.send_form(path, SECRETS, {}, "PATCH")
    assert (answer.status, "Subcloud bootstrap is not allowed" in answer.body.decode()) == (422, True)
    (deployment,) = call(f"{central}/usm/v1/deploy", X_Auth_Token=token).json()
    assert (deployment["from_release"], deployment["state"]) == ("26.09.1", "host")
    workshop.control(f"faults/{fault}", method="DELETE")
    assert call(f"{central}/usm/v1/deploy", X_Auth_Token=token).json() == []
    wait_until(lambda: send(site)[0] == 200)


def test_subclouds_get_what_their_controller_runs(simulator: Callable[..., Simulator]) -> None:
    fleet = simulator(subclouds=2)
    site = NewSite(Dcmanager(fleet.url), 1)
    fleet.control("controller-release", {"controller": 1, "release": "starlingx-27.03.0"})
    assert_refused(send(site, fields={"release": "25.09"}), 400, "supported are 27.03, 26.09, 26.03")
    assert site.add().json()["software-version"] == "27.03"


def test_bmc_that_does_not_answer_fails_the_installation(new_site: Make, broken_workshop: Callable[..., int]) -> None:
    site = new_site()
    values = install(site.number, bmc_address=f"10.66.0.{site.number % 250}")
    form = site.form()
    form["files"]["install_values"] = text(values)  # an account the server does not have
    site.id = site.dcmanager.send_form(PATH, **form).json()["id"]
    site.wait_for("install-failed")
    assert "err_code=bmc_cred" in site.row()["error-description"]
    assert "Compare BMC user name and password" in site.row()["error-description"]

"""PATCH and DELETE of subclouds, redeploy, update_status, network change, peer groups, deploy files."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import Answer, Dcmanager
from tests.simulator.new_sites import PASSWORD, SECRETS, NewSite, bootstrap, install, text
from tests.waiting import wait_until

Make = Callable[[], NewSite]
NETWORK = {
    "management_subnet": "10.199.7.0/24",
    "management_gateway_ip": "10.199.7.1",
    "management_start_ip": "10.199.7.2",
    "management_end_ip": "10.199.7.40",
    "bootstrap_address": "10.199.8.1",
    "sysadmin_password": PASSWORD,
}


@pytest.fixture(scope="module")
def dcmanager(workshop: Simulator) -> Dcmanager:
    return Dcmanager(workshop.url, controller=2)


@pytest.fixture(scope="module")
def idle(dcmanager: Dcmanager) -> dict[str, Any]:
    """Unmanaged, online, complete."""
    return dcmanager.pick(
        {"management-state": "unmanaged", "availability-status": "online", "deploy-status": "complete"}
    )


@pytest.fixture(scope="module")
def managed(dcmanager: Dcmanager) -> dict[str, Any]:
    return dcmanager.pick({"management-state": "managed", "availability-status": "online", "sync_status": "in-sync"})


def patch(dcmanager: Dcmanager, row: dict[str, Any], fields: dict[str, str], verb: str = "", **files: Any) -> Answer:
    path = f"/v1.0/subclouds/{row['id']}{verb}"
    return dcmanager.send_form(path, fields, {name: text(value) for name, value in files.items()}, "PATCH")


def refused(answer: Answer, status: int, why: str) -> None:
    assert (answer.status, why in answer.json()["description"]) == (status, True), answer.body


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({}, 400, "Body required"),
        ({"colour": "green"}, 422, "nothing to update"),
        ({"management-state": "asleep"}, 400, "Invalid management-state"),
        ({"management-state": "unmanaged"}, 422, "already unmanaged"),
        ({"force": "true"}, 400, "Invalid option: force"),
        ({"force": "true", "management-state": "unmanaged"}, 400, "Invalid option: force"),
        ({"force": "maybe", "management-state": "managed"}, 400, "Invalid option: force"),
        ({"group_id": "nosuch"}, 400, "Invalid group"),
        ({"group_id": "99"}, 400, "Invalid group"),
        ({"name": "Capital"}, 400, "new name is invalid"),
        ({"name": "a" * 256}, 400, "new name is invalid"),
        ({"name": "12"}, 400, "new name is invalid"),
        ({"name": "SystemController"}, 400, "new name is invalid"),
        ({"name": "-dash"}, 400, "new name is invalid"),
        ({"peer_group": "1"}, 400, "must provide both the bootstrap-values and bootstrap-address"),
        ({"bootstrap_values": "a: 1"}, 422, "bootstrap_values and bootstrap_address are both needed"),
        ({"bootstrap_address": "10.0.0.1"}, 422, "bootstrap_values and bootstrap_address are both needed"),
        ({"install_values": "a: ["}, 400, "install_values is not readable YAML"),
        ({"install_values": "a: 1"}, 400, "bmc_password required"),
        ({"install_values": "a: 1", "bmc_password": "eA=="}, 400, "Mandatory install value bootstrap_interface not"),
        ({**NETWORK, "management-state": "managed"}, 422, "must be updated separately"),
        ({**NETWORK, "bootstrap_address": ""}, 422, "bootstrap_address parameter is required"),
        ({**NETWORK, "management_end_ip": ""}, 422, "Subcloud network reconfiguration needs all of management_subnet"),
        ({**NETWORK, "sysadmin_password": ""}, 400, "subcloud sysadmin_password required"),
        (
            {**NETWORK, "management_gateway_ip": "10.199.7.3"},
            400,
            "admin_gateway_address invalid, is within admin pool",
        ),
        ({**NETWORK, "management_subnet": "10.199.7.0/31"}, 400, "admin_subnet invalid: Subnet too small"),
    ],
)
def test_refused_updates(
    dcmanager: Dcmanager, idle: dict[str, Any], fields: dict[str, str], status: int, why: str
) -> None:
    refused(patch(dcmanager, idle, fields), status, why)
    row = dcmanager.subcloud(idle["id"])
    assert (row["name"], row["deploy-status"]) == (idle["name"], "complete")


def test_what_a_managed_subcloud_may_not(dcmanager: Dcmanager, managed: dict[str, Any]) -> None:
    refused(patch(dcmanager, managed, {"management-state": "managed"}), 422, "already managed")
    refused(patch(dcmanager, managed, {"name": "other"}), 400, "must be unmanaged and deployed before it is renamed")
    refused(patch(dcmanager, managed, NETWORK), 422, "must be unmanaged to perform network reconfiguration")
    refused(patch(dcmanager, managed, {"migrate": "true"}), 400, "Subcloud must be unmanaged")
    refused(patch(dcmanager, managed, SECRETS, "/redeploy"), 400, "Cannot re-deploy an online and/or managed subcloud")


def test_rename_stays_when_what_follows_is_refused(dcmanager: Dcmanager, idle: dict[str, Any]) -> None:
    other = dcmanager.subclouds()[0]["name"]
    refused(patch(dcmanager, idle, {"name": other}), 409, "already exists")
    refused(patch(dcmanager, idle, {"name": idle["name"]}), 400, "is the same as the current subcloud")
    refused(patch(dcmanager, idle, {"name": "half-done", "group_id": "nosuch"}), 400, "Invalid group")
    assert dcmanager.subcloud(idle["id"])["name"] == "half-done"
    assert patch(dcmanager, idle, {"name": idle["name"]}).status == 200


def test_texts_group_and_values(dcmanager: Dcmanager, idle: dict[str, Any]) -> None:
    values = text(install(900, hw_settle=7))
    fields = {"description": "d", "location": "l", "group_id": "Europe", "install_values": values}
    row = patch(dcmanager, idle, fields | {"bmc_password": SECRETS["bmc_password"]}).json()
    assert (row["description"], row["location"], row["group_id"]) == ("d", "l", 3)
    assert '"hw_settle": 7' in row["data_install"]
    assert "T" in row["updated-at"]
    assert row["rehome_data"] is None
    values = text(bootstrap(900))
    row = patch(dcmanager, idle, {"bootstrap_values": values, "bootstrap_address": "10.0.0.9"}).json()
    assert "10.0.0.9" in row["rehome_data"]
    assert "Registry*4" in row["rehome_data"]  # the real one shows secrets too


def test_network_change(dcmanager: Dcmanager, idle: dict[str, Any]) -> None:
    same = {**NETWORK, "management_subnet": idle["management-subnet"]}
    refused(patch(dcmanager, idle, same), 422, "management_subnet already in use by the subcloud.")
    assert patch(dcmanager, idle, NETWORK).json()["deploy-status"] == "complete"  # the database's old value
    wait_until(lambda: dcmanager.subcloud(idle["id"])["deploy-status"] == "reconfiguring-network")
    again = {**NETWORK, "management_subnet": "10.199.9.0/24"}
    refused(patch(dcmanager, idle, again), 409, "its deploy-status is reconfiguring-network")
    wait_until(lambda: dcmanager.subcloud(idle["id"])["deploy-status"] == "complete")
    row = dcmanager.subcloud(idle["id"])
    assert (row["management-subnet"], row["management-start-ip"]) == ("10.199.7.0/24", "10.199.7.2")


def test_network_change_fails(dcmanager: Dcmanager, workshop: Simulator, idle: dict[str, Any]) -> None:
    body = {"kind": "deploy-fails", "controller": 2, "subcloud": idle["id"], "options": {"phase": "network"}}
    fault = workshop.control("faults", body)
    changed = {name: value.replace("10.199.7.", "10.199.17.") for name, value in NETWORK.items()}
    assert patch(dcmanager, idle, changed).status == 200
    wait_until(lambda: dcmanager.subcloud(idle["id"])["deploy-status"] == "network-reconfiguration-failed")
    assert "FAILED reconfiguring the network" in dcmanager.subcloud(idle["id"])["error-description"]
    workshop.control(f"faults/{fault['id']}", method="DELETE")
    workshop.control("deploy-status", {"controller": 2, "subcloud": idle["id"], "status": "complete"})


def test_migrate_waits_for_another_controller(dcmanager: Dcmanager, managed: dict[str, Any]) -> None:
    fields = {"migrate": "true", "management-state": "unmanaged"}
    row = patch(dcmanager, managed, fields).json()
    assert (row["deploy-status"], row["management-state"]) == ("rehome-pending", "unmanaged")
    refused(dcmanager.ask(f"/v1.0/subclouds/{managed['id']}", "DELETE"), 400, "deploy status is rehome-pending")
    row = patch(dcmanager, managed, {"management-state": "managed"}).json()
    assert (row["deploy-status"], row["management-state"]) == ("complete", "managed")


def test_peer_group(dcmanager: Dcmanager) -> None:
    """The last controller has one."""
    member = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    values = {"bootstrap_values": text(bootstrap(901)), "bootstrap_address": "10.0.0.8"}
    refused(patch(dcmanager, member, {**values, "peer_group": "nosuch"}), 400, "Invalid peer group")
    offline = dcmanager.pick({"availability-status": "offline"})
    refused(patch(dcmanager, offline, {**values, "peer_group": "1"}), 400, "Only subclouds that are managed and online")
    assert patch(dcmanager, member, {**values, "peer_group": "pg-standby"}).json()["peer_group_id"] == 1
    status = dcmanager.ask("/v1.0/subcloud-peer-groups/1/status").json()
    assert (status["total_subclouds"], status["managed"], status["complete"]) == (1, 1, 1)
    members = dcmanager.ask("/v1.0/subcloud-peer-groups/pg-standby/subclouds").json()["subclouds"]
    assert [row["id"] for row in members] == [member["id"]]
    refused(patch(dcmanager, member, {"management-state": "unmanaged"}), 400, "associated with a peer group")
    assert patch(dcmanager, member, {"peer_group": "none"}).json()["peer_group_id"] is None


def test_only_the_certificate_monitor_writes_a_status(dcmanager: Dcmanager) -> None:
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}/update_status"
    for body, why in (
        ({"status": "in-sync"}, "endpoint required"),
        ({"endpoint": "software", "status": "in-sync"}, "updating endpoint software status is not allowed"),
        ({"endpoint": "dc-cert"}, "status required"),
        ({"endpoint": "dc-cert", "status": "fine"}, "status fine is invalid"),
    ):
        refused(dcmanager.send(path, body, "PATCH"), 400, why)
    assert dcmanager.send(path, {"endpoint": "dc-cert", "status": "out-of-sync"}, "PATCH").json() == {"result": "OK"}
    endpoints = dcmanager.subcloud(row["id"])["endpoint_sync_status"]
    assert {"endpoint_type": "dc-cert", "sync_status": "out-of-sync"} in endpoints
    dcmanager.send(path, {"endpoint": "dc-cert", "status": "in-sync"}, "PATCH")


def test_redeploy(workshop: Simulator) -> None:
    dcmanager = Dcmanager(workshop.url)
    row = dcmanager.pick({"management-state": "unmanaged", "deploy-status": "bootstrap-failed"})
    refused(patch(dcmanager, row, {}, "/redeploy"), 400, "subcloud sysadmin_password required")
    refused(patch(dcmanager, row, {**SECRETS, "release": "27.03"}, "/redeploy"), 400, "Release 27.03 is not supported")
    unknown = install(902, bmc_address="10.1.2.3")
    refused(patch(dcmanager, row, SECRETS, "/redeploy", install_values=unknown), 422, "BMC of subcloud")
    fault = workshop.control("faults", {"kind": "bmc-unreachable", "controller": 1, "subcloud": row["id"]})
    refused(patch(dcmanager, row, SECRETS, "/redeploy"), 422, "does not answer")
    workshop.control(f"faults/{fault['id']}", method="DELETE")
    answer = patch(dcmanager, row, {**SECRETS, "release": "26.03"}, "/redeploy").json()
    assert (answer["deploy-status"], answer["software-version"]) == ("pre-install", "26.03")
    assert dcmanager.subcloud(row["id"])["error-description"] == "No errors present"
    wait_until(lambda: dcmanager.subcloud(row["id"])["deploy-status"] == "installing")
    path = f"/v1.0/phased-subcloud-deploy/{row['id']}"
    refused(dcmanager.send_form(f"{path}/abort", {}, {}, "PATCH"), 400, "can only be aborted during initial")


def test_delete_needs_the_site_powered_down(dcmanager: Dcmanager) -> None:
    row = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    path = f"/v1.0/subclouds/{row['id']}"
    refused(dcmanager.ask(path, "DELETE"), 400, "Cannot delete a subcloud that is 'managed' status")
    patch(dcmanager, row, {"management-state": "unmanaged"})
    refused(dcmanager.ask(path, "DELETE"), 422, "must be powered down first")
    patch(dcmanager, row, {"management-state": "managed"})


def test_deploy_files(dcmanager: Dcmanager) -> None:
    path = "/v1.0/subcloud-deploy"
    refused(dcmanager.send_form(path, {}, {}), 400, "argument --deploy-playbook is required")
    refused(dcmanager.send_form(path, {}, {"deploy_playbook": "x"}), 400, "argument --deploy-chart is required")
    refused(dcmanager.send_form(path, {"release": "1.0"}, {"prestage_images": "x"}), 400, "Invalid release 1.0")
    refused(dcmanager.ask(f"{path}/26.03", "DELETE"), 404, "No deployment files of release 26.03")
    sent = {"deploy_playbook": "x", "deploy_chart": "y", "deploy_overrides": "z"}
    assert dcmanager.send_form(path, {"release": "26.03"}, sent).json() == {
        **{kind: f"{kind}.yml" for kind in sent},
        "software_version": "26.03",
    }
    assert dcmanager.send_form(path, {"release": "26.03"}, {"prestage_images": "list"}).status == 200
    shown = dcmanager.ask(f"{path}/26.03").json()["subcloud_deploy"]
    assert shown == {"software_version": "26.03", **{k: f"{k}.yml" for k in (*sent, "prestage_images")}}
    refused(dcmanager.ask(f"{path}/26.03?prestage_images=maybe", "DELETE"), 400, "Invalid value of prestage_images")
    assert dcmanager.ask(f"{path}/26.03?prestage_images=true", "DELETE").json() is None
    shown = dcmanager.ask(f"{path}/26.03").json()["subcloud_deploy"]
    assert (shown["prestage_images"], shown["deploy_chart"]) == (None, "deploy_chart.yml")
    assert dcmanager.ask(f"{path}/26.03?deployment_files=true", "DELETE").status == 200
    assert dcmanager.ask(f"{path}/26.03").json()["subcloud_deploy"]["deploy_chart"] is None
    assert dcmanager.ask(path).json()["subcloud_deploy"]["software_version"] == "26.09"

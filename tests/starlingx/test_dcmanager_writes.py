"""Orders to dcmanager: exact paths, fields and encodings; answers as recorded from the real server."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest

from starlingx.bodies import BYTES, ZIP, File
from starlingx.dcmanager_writes import DcManagerWrites, DeployInputs, NewNetwork, NewOptions, NewStrategy
from starlingx.errors import BadValue, Refused, ServerFailed, StarlingXError, Unexpected
from starlingx.secret import Secret
from starlingx.session import CloudSession
from tests.starlingx.capture import Capture
from tests.starlingx.replay import Answer, Replay, recorded, spoken

Call = Callable[[DcManagerWrites], Awaitable[object]]

SUBCLOUD = recorded("dcmanager", "mut_patch_manage_ok.json")
SUBCLOUDS = Answer(b'{"subclouds": [' + SUBCLOUD.body + b"]}")
PASSWORD, BMC = Secret("Sys4dm!n€"), Secret("Bmc-passw0rd")
CODED = base64.b64encode("Sys4dm!n€".encode()).decode()
BMC_CODED = base64.b64encode(b"Bmc-passw0rd").decode()
YAML = "text/yaml"
ALL_FILES = {
    "bootstrap_values": ("bootstrap_values.yaml", YAML, b"name: s"),
    "install_values": ("install_values.yaml", YAML, b"image: i"),
    "deploy_config": ("deploy_config.yaml", YAML, b"---"),
}
INPUTS = DeployInputs(
    bootstrap_values=b"name: s",
    install_values=b"image: i",
    deploy_config=b"---",
    bootstrap_address="10.10.10.12",
    sysadmin_password=PASSWORD,
    bmc_password=BMC,
    group_id=3,
    release="26.03",
)
WITHOUT_CONFIG = replace(INPUTS, deploy_config=None)


def only(**chosen: object) -> DeployInputs:
    return replace(DeployInputs(sysadmin_password=PASSWORD), **chosen)


FORMS: list[tuple[str, Call, str, str, dict[str, object]]] = [
    (
        "describe",
        lambda w: w.describe_subcloud(9, description="", location="Porto é", group_id=2),
        "PATCH",
        "/subclouds/9",
        {"description": "", "location": "Porto é", "group_id": "2"},
    ),
    ("rename", lambda w: w.rename_subcloud(9, "edge-9"), "PATCH", "/subclouds/9", {"name": "edge-9"}),
    ("manage", lambda w: w.manage_subcloud(9), "PATCH", "/subclouds/9", {"management-state": "managed"}),
    (
        "manage by force",
        lambda w: w.manage_subcloud(9, force=True),
        "PATCH",
        "/subclouds/9",
        {"management-state": "managed", "force": "true"},
    ),
    ("unmanage", lambda w: w.unmanage_subcloud(9), "PATCH", "/subclouds/9", {"management-state": "unmanaged"}),
    (
        "unmanage to migrate",
        lambda w: w.unmanage_subcloud(9, migrate=True),
        "PATCH",
        "/subclouds/9",
        {"management-state": "unmanaged", "migrate": "true"},
    ),
    ("hand over", lambda w: w.hand_over_subcloud(9), "PATCH", "/subclouds/9", {"migrate": "true"}),
    (
        "install values",
        lambda w: w.replace_install_values(9, b"image: i", bmc_password=BMC, release="26.03"),
        "PATCH",
        "/subclouds/9",
        {"install_values": ALL_FILES["install_values"], "bmc_password": BMC_CODED, "release": "26.03"},
    ),
    (
        "network",
        lambda w: w.reconfigure_network(
            9,
            NewNetwork(
                management_subnet="192.168.9.0/24",
                management_gateway_ip="192.168.9.1",
                management_start_ip="192.168.9.2",
                management_end_ip="192.168.9.9",
                bootstrap_address="10.0.0.9",
            ),
            PASSWORD,
        ),
        "PATCH",
        "/subclouds/9",
        {
            "management_subnet": "192.168.9.0/24",
            "management_gateway_ip": "192.168.9.1",
            "management_start_ip": "192.168.9.2",
            "management_end_ip": "192.168.9.9",
            "bootstrap_address": "10.0.0.9",
            "sysadmin_password": CODED,
        },
    ),
    (
        "add",
        lambda w: w.add_subcloud(INPUTS),
        "POST",
        "/subclouds",
        {
            **ALL_FILES,
            "bootstrap-address": "10.10.10.12",
            "sysadmin_password": CODED,
            "bmc_password": BMC_CODED,
            "group_id": "3",
            "release": "26.03",
        },
    ),
    (
        "enroll on site",
        lambda w: w.add_subcloud(
            only(bootstrap_values=b"name: s", bootstrap_address="10.0.0.2", cloud_init_config=b"tar\0"),
            enroll=True,
            on_site=True,
        ),
        "POST",
        "/subclouds",
        {
            "bootstrap_values": ALL_FILES["bootstrap_values"],
            "bootstrap-address": "10.0.0.2",
            "sysadmin_password": CODED,
            "cloud_init_config": ("cloud_init_config.tar", BYTES, b"tar\0"),
            "enroll": "true",
            "on_site": "true",
        },
    ),
    (
        "secondary",
        lambda w: w.add_subcloud(
            DeployInputs(bootstrap_values=b"name: s", bootstrap_address="10.0.0.2"), secondary=True
        ),
        "POST",
        "/subclouds",
        {
            "bootstrap_values": ALL_FILES["bootstrap_values"],
            "bootstrap-address": "10.0.0.2",
            "secondary": "true",
        },
    ),
    (
        "migrate",
        lambda w: w.add_subcloud(only(bootstrap_values=b"name: s", bootstrap_address="a"), migrate_name="s"),
        "POST",
        "/subclouds",
        {
            "bootstrap_values": ALL_FILES["bootstrap_values"],
            "bootstrap-address": "a",
            "sysadmin_password": CODED,
            "migrate": "true",
            "name": "s",
        },
    ),
    (
        "create",
        lambda w: w.deploy_create(replace(INPUTS, sysadmin_password=None)),
        "POST",
        "/phased-subcloud-deploy",
        {
            **ALL_FILES,
            "bootstrap-address": "10.10.10.12",
            "bmc_password": BMC_CODED,
            "group_id": "3",
            "release": "26.03",
        },
    ),
    (
        "install",
        lambda w: w.deploy_install(9, only(install_values=b"image: i", bmc_password=BMC, release="26.03")),
        "PATCH",
        "/phased-subcloud-deploy/9/install",
        {
            "install_values": ALL_FILES["install_values"],
            "sysadmin_password": CODED,
            "bmc_password": BMC_CODED,
            "release": "26.03",
        },
    ),
    (
        "bootstrap",
        lambda w: w.deploy_bootstrap(9, only(bootstrap_values=b"name: s", bootstrap_address="a")),
        "PATCH",
        "/phased-subcloud-deploy/9/bootstrap",
        {
            "bootstrap_values": ALL_FILES["bootstrap_values"],
            "bootstrap-address": "a",
            "sysadmin_password": CODED,
        },
    ),
    (
        "configure",
        lambda w: w.deploy_configure(9, only(deploy_config=b"---")),
        "PATCH",
        "/phased-subcloud-deploy/9/configure",
        {"deploy_config": ALL_FILES["deploy_config"], "sysadmin_password": CODED},
    ),
    (
        "resume",
        lambda w: w.deploy_resume(9, only()),
        "PATCH",
        "/phased-subcloud-deploy/9/resume",
        {"sysadmin_password": CODED},
    ),
    (
        "enroll",
        lambda w: w.deploy_enroll(9, only(cloud_init_config=b"tar")),
        "PATCH",
        "/phased-subcloud-deploy/9/enroll",
        {"sysadmin_password": CODED, "cloud_init_config": ("cloud_init_config.tar", BYTES, b"tar")},
    ),
    ("complete", lambda w: w.deploy_complete(9), "PATCH", "/phased-subcloud-deploy/9/complete", {}),
    ("abort", lambda w: w.deploy_abort(9), "PATCH", "/phased-subcloud-deploy/9/abort", {}),
    (
        "redeploy",
        lambda w: w.redeploy(9, only(install_values=b"image: i", release="26.03")),
        "PATCH",
        "/subclouds/9/redeploy",
        {"install_values": ALL_FILES["install_values"], "sysadmin_password": CODED, "release": "26.03"},
    ),
]


@pytest.mark.parametrize(("call", "method", "path", "form"), [case[1:] for case in FORMS], ids=[c[0] for c in FORMS])
async def test_forms_about_one_subcloud(
    session: CloudSession, replay: Replay, call: Call, method: str, path: str, form: dict[str, object]
) -> None:
    capture = Capture(SUBCLOUD)
    replay.answers["dcmanager"] = capture.handler
    told = await call(DcManagerWrites(session))
    assert capture.calls == [(method, f"/dcmanager/v1.0{path}")]
    assert capture.bodies == [form]
    assert getattr(told, "region_name", "") == "5d158a2ff2ee4e4599f9919c895fd7b3"
    assert "password" not in repr(told)


BACKUPS: list[tuple[str, Call, str, str, dict[str, object]]] = [
    (
        "of one",
        lambda w: w.create_backup(PASSWORD, subcloud_id=9),
        "POST",
        "/subcloud-backup",
        {"subcloud": "9", "sysadmin_password": CODED},
    ),
    (
        "of a group",
        lambda w: w.create_backup(
            PASSWORD, group_id=2, local_only=True, registry_images=True, backup_values=b"backup_dir: /x"
        ),
        "POST",
        "/subcloud-backup",
        {
            "group": "2",
            "sysadmin_password": CODED,
            "local_only": "true",
            "registry_images": "true",
            "backup_values": ("backup_values.yaml", YAML, b"backup_dir: /x"),
        },
    ),
    (
        "restore",
        lambda w: w.restore_backup(
            PASSWORD, subcloud_id=9, with_install=True, release="26.03", restore_values=b"restore_timeout: 9"
        ),
        "PATCH",
        "/subcloud-backup/restore",
        {
            "subcloud": "9",
            "sysadmin_password": CODED,
            "with_install": "true",
            "release": "26.03",
            "restore_values": ("restore_values.yaml", YAML, b"restore_timeout: 9"),
        },
    ),
    (
        "restore by factory",
        lambda w: w.restore_backup(PASSWORD, group_id=1, factory=True, auto=True),
        "PATCH",
        "/subcloud-backup/restore",
        {"group": "1", "sysadmin_password": CODED, "factory": "true", "auto": "true"},
    ),
    (
        "restore on site",
        lambda w: w.restore_backup(PASSWORD, subcloud_id=9, on_site=True, local_only=True, registry_images=True),
        "PATCH",
        "/subcloud-backup/restore",
        {
            "subcloud": "9",
            "sysadmin_password": CODED,
            "on_site": "true",
            "local_only": "true",
            "registry_images": "true",
        },
    ),
]


@pytest.mark.parametrize(
    ("call", "method", "path", "form"), [case[1:] for case in BACKUPS], ids=[c[0] for c in BACKUPS]
)
async def test_backups_and_restores(
    session: CloudSession, replay: Replay, call: Call, method: str, path: str, form: dict[str, object]
) -> None:
    capture = Capture(SUBCLOUDS)
    replay.answers["dcmanager"] = capture.handler
    taken = await call(DcManagerWrites(session))
    assert capture.calls == [(method, f"/dcmanager/v1.0{path}")]
    assert capture.bodies == [form]
    assert isinstance(taken, list)
    assert [subcloud.name for subcloud in taken] == ["subcloud9"]


async def test_deleting_backups_tells_whom_it_failed_for(session: CloudSession, replay: Replay) -> None:
    writes = DcManagerWrites(session)
    capture = Capture(Answer(b"", 204))
    replay.answers["dcmanager"] = capture.handler
    assert await writes.delete_backup("26.03", subcloud_id=9) == ""
    capture.answer = Answer(b'"Backup delete failed for: sub1,\\n sub2"', 207)
    failed = await writes.delete_backup("26/03", group_id=2, local_password=PASSWORD)
    assert failed == "Backup delete failed for: sub1, sub2"
    assert capture.calls == [
        ("PATCH", "/dcmanager/v1.0/subcloud-backup/delete/26.03"),
        ("PATCH", "/dcmanager/v1.0/subcloud-backup/delete/26%2F03"),
    ]
    assert capture.bodies == [{"subcloud": "9"}, {"group": "2", "local_only": "true", "sysadmin_password": CODED}]


async def test_prestaging_is_json_of_texts(session: CloudSession, replay: Replay) -> None:
    capture = Capture(SUBCLOUD)
    replay.answers["dcmanager"] = capture.handler
    writes = DcManagerWrites(session)
    await writes.prestage_subcloud(9, PASSWORD, for_install=True)
    await writes.prestage_subcloud(9, PASSWORD, for_sw_deploy=True, force=True, release="26.03")
    assert capture.calls == [("PATCH", "/dcmanager/v1.0/subclouds/9/prestage")] * 2
    assert capture.bodies == [
        {"sysadmin_password": CODED, "for_install": "true"},
        {"sysadmin_password": CODED, "for_sw_deploy": "true", "force": "true", "release": "26.03"},
    ]


async def test_groups_as_the_real_server_answers(session: CloudSession, replay: Replay) -> None:
    writes, capture = DcManagerWrites(session), Capture(recorded("dcmanager", "mut_group_create.json"))
    replay.answers["dcmanager"] = capture.handler
    made = await writes.create_group("gx", description="d", update_apply_type="parallel", max_parallel_subclouds=4)
    assert (made.id, made.name, made.max_parallel_subclouds) == (6, "gx", 4)
    capture.answer = recorded("dcmanager", "mut_group_patch.json")
    assert (await writes.update_group(6, max_parallel_subclouds=7)).max_parallel_subclouds == 7
    capture.answer = recorded("dcmanager", "mut_group_delete.json")
    await writes.delete_group(6)
    assert capture.calls == [
        ("POST", "/dcmanager/v1.0/subcloud-groups"),
        ("PATCH", "/dcmanager/v1.0/subcloud-groups/6"),
        ("DELETE", "/dcmanager/v1.0/subcloud-groups/6"),
    ]
    assert capture.bodies == [
        {"name": "gx", "description": "d", "update_apply_type": "parallel", "max_parallel_subclouds": 4},
        {"max_parallel_subclouds": 7},
        None,
    ]


async def test_deploy_files(session: CloudSession, replay: Replay) -> None:
    writes = DcManagerWrites(session)
    names = {"software_version": "26.03", "deploy_playbook": "p.zip", "deploy_chart": "c.tgz"}
    capture = Capture(spoken(names))
    replay.answers["dcmanager"] = capture.handler
    playbook, chart = File(b"PK", "p.zip", ZIP), File(b"\x1f\x8b", "c.tgz", BYTES)
    files = await writes.upload_deploy_files(playbook=playbook, chart=chart, release="26.03")
    assert (files.software_version, files.deploy_playbook, files.deploy_overrides) == ("26.03", "p.zip", "")
    await writes.upload_deploy_files(prestage_images=File(b"i", "images.lst", BYTES))
    capture.answer = Answer(b"null")
    await writes.delete_deploy_files(release="26.03", deployment_files=True)
    await writes.delete_deploy_files(prestage_images=True)
    assert capture.calls[2:] == [
        ("DELETE", "/dcmanager/v1.0/subcloud-deploy/26.03?deployment_files=true&prestage_images=false"),
        ("DELETE", "/dcmanager/v1.0/subcloud-deploy?deployment_files=false&prestage_images=true"),
    ]
    assert capture.bodies[:2] == [
        {"deploy_playbook": ("p.zip", ZIP, b"PK"), "deploy_chart": ("c.tgz", BYTES, b"\x1f\x8b"), "release": "26.03"},
        {"prestage_images": ("images.lst", BYTES, b"i")},
    ]
    for wrong in ({"playbook": playbook}, {}, {"prestage_images": chart, "chart": chart}):
        with pytest.raises(BadValue):
            await writes.upload_deploy_files(**wrong)
    with pytest.raises(BadValue):
        await writes.delete_deploy_files()


async def test_options_are_words_and_a_number(session: CloudSession, replay: Replay) -> None:
    writes, capture = DcManagerWrites(session), Capture(recorded("dcmanager", "mut_options_post.json"))
    replay.answers["dcmanager"] = capture.handler
    options = await writes.set_options(4, NewOptions(storage_apply_type="serial", max_parallel_workers=3))
    assert (options.name, options.subcloud_id, options.storage_apply_type) == ("subcloud4", 4, "serial")
    capture.answer = recorded("dcmanager", "mut_options_delete.json")
    await writes.delete_options(None)
    assert capture.calls == [
        ("POST", "/dcmanager/v1.0/sw-update-options/4"),
        ("DELETE", "/dcmanager/v1.0/sw-update-options/SystemController"),
    ]
    assert capture.bodies[0] == {
        "storage-apply-type": "serial",
        "worker-apply-type": "parallel",
        "max-parallel-workers": 3,
        "alarm-restriction-type": "relaxed",
        "default-instance-action": "migrate",
    }


@pytest.mark.parametrize(
    "options",
    [
        NewOptions(storage_apply_type='serial" or __import__("os").system("x") or "'),
        NewOptions(worker_apply_type="ignore"),
        NewOptions(max_parallel_workers=1),
        NewOptions(max_parallel_workers=True),
        NewOptions(max_parallel_workers="3"),  # type: ignore[arg-type]  # as a careless caller might
        NewOptions(alarm_restriction_type="permissive"),
        NewOptions(default_instance_action=""),
    ],
)
async def test_options_that_no_vim_understands_are_not_sent(
    session: CloudSession, replay: Replay, options: NewOptions
) -> None:
    with pytest.raises(BadValue):
        await DcManagerWrites(session).set_options(4, options)
    assert replay.requests == []


STRATEGIES: list[tuple[NewStrategy, dict[str, object]]] = [
    (
        NewStrategy(type="sw-deploy", release_id="starlingx-26.03.1", group_id=5),
        {"subcloud_group": "5", "release_id": "starlingx-26.03.1"},
    ),
    (
        NewStrategy(
            type="sw-deploy",
            release_id="r",
            cloud_name="s1",
            apply_type="parallel",
            max_parallel=50,
            stop_on_failure=True,
            snapshot=True,
            delete=True,
            kube_upgrade="v1.34.1",
            with_prestage=True,
            sysadmin_password=PASSWORD,
        ),
        {
            "release_id": "r",
            "cloud_name": "s1",
            "subcloud-apply-type": "parallel",
            "max-parallel-subclouds": 50,
            "stop-on-failure": "true",
            "snapshot": True,
            "delete": True,
            "kube_upgrade": "v1.34.1",
            "with_prestage": True,
            "sysadmin_password": CODED,
        },
    ),
    (NewStrategy(type="sw-deploy", rollback=True), {"rollback": True}),
    (NewStrategy(type="sw-deploy", cleanup=True), {"cleanup": True}),
    (NewStrategy(type="kubernetes", to_version="v1.34.1"), {"to-version": "v1.34.1"}),
    (
        NewStrategy(type="kube-rootca-update", subject="CN=x", expiry_date=date(2027, 1, 2), force=True),
        {"subject": "CN=x", "expiry-date": "2027-01-02", "force": "true"},
    ),
    (NewStrategy(type="firmware", apply_type="serial"), {"subcloud-apply-type": "serial"}),
    (
        NewStrategy(type="prestage", sysadmin_password=PASSWORD, for_sw_deploy=True, release="26.03"),
        {"sysadmin_password": CODED, "for_sw_deploy": "true", "release": "26.03"},
    ),
]


@pytest.mark.parametrize(("new", "body"), STRATEGIES)
async def test_strategies_are_created_with_exact_words(
    session: CloudSession, replay: Replay, new: NewStrategy, body: dict[str, object]
) -> None:
    capture = Capture(recorded("dcmanager", "sw_update_strategy.json"))
    replay.answers["dcmanager"] = capture.handler
    made = await DcManagerWrites(session).create_strategy(new)
    assert capture.calls == [("POST", "/dcmanager/v1.0/sw-update-strategy")]
    assert capture.bodies == [{"type": new.type, "stop-on-failure": "false", **body}]
    assert made.arguments == (("release_id", "starlingx-26.03.1"),)


@pytest.mark.parametrize(
    "new",
    [
        NewStrategy(type="patch"),
        NewStrategy(type="sw-deploy"),
        NewStrategy(type="sw-deploy", release_id="r", cloud_name="a", group_id=1),
        NewStrategy(type="sw-deploy", release_id="r", group_id=1, max_parallel=2),
        NewStrategy(type="sw-deploy", release_id="r", group_id=0),
        NewStrategy(type="sw-deploy", release_id="r", max_parallel=0),
        NewStrategy(type="sw-deploy", release_id="r", max_parallel=5001),
        NewStrategy(type="sw-deploy", release_id="r", apply_type="ignore"),
        NewStrategy(type="sw-deploy", release_id="r", rollback=True),
        NewStrategy(type="sw-deploy", rollback=True, cleanup=True),
        NewStrategy(type="sw-deploy", rollback=True, snapshot=True),
        NewStrategy(type="sw-deploy", cleanup=True, kube_upgrade="v1"),
        NewStrategy(type="sw-deploy", release_id="r", with_prestage=True),
        NewStrategy(type="sw-deploy", release_id="r", sysadmin_password=PASSWORD),
        NewStrategy(type="sw-deploy", release_id="r", force=True),
        NewStrategy(type="firmware", release_id="r"),
        NewStrategy(type="prestage", for_install=True),
        NewStrategy(type="prestage", sysadmin_password=PASSWORD),
        NewStrategy(type="prestage", sysadmin_password=PASSWORD, for_install=True, max_parallel=251),
    ],
)
async def test_strategies_that_would_be_refused_or_misread_are_not_sent(
    session: CloudSession, replay: Replay, new: NewStrategy
) -> None:
    with pytest.raises(BadValue):
        await DcManagerWrites(session).create_strategy(new)
    assert replay.requests == []


async def test_a_strategy_is_applied_aborted_and_deleted_by_its_type(session: CloudSession, replay: Replay) -> None:
    writes, capture = DcManagerWrites(session), Capture(recorded("dcmanager", "mut_strategy_abort.json"))
    replay.answers["dcmanager"] = capture.handler
    assert (await writes.abort_strategy("sw-deploy")).state == "abort requested"
    await writes.apply_strategy("kubernetes")
    await writes.delete_strategy("prestage")
    assert capture.calls == [
        ("POST", "/dcmanager/v1.0/sw-update-strategy/actions?type=sw-deploy"),
        ("POST", "/dcmanager/v1.0/sw-update-strategy/actions?type=kubernetes"),
        ("DELETE", "/dcmanager/v1.0/sw-update-strategy?type=prestage"),
    ]
    assert capture.bodies == [{"action": "abort"}, {"action": "apply"}, None]
    with pytest.raises(BadValue):
        await writes.apply_strategy("")


async def test_deleting_a_subcloud(session: CloudSession, replay: Replay) -> None:
    capture = Capture(recorded("dcmanager", "mut_delete_ok.json"))
    replay.answers["dcmanager"] = capture.handler
    await DcManagerWrites(session).delete_subcloud(9)
    assert capture.calls == [("DELETE", "/dcmanager/v1.0/subclouds/9")]
    assert capture.bodies == [None]


@pytest.mark.parametrize(
    "call",
    [
        lambda w: w.describe_subcloud(9),
        lambda w: w.describe_subcloud(0, description="x"),
        lambda w: w.describe_subcloud(9, group_id=-1),
        lambda w: w.delete_subcloud("9/../../x"),
        lambda w: w.delete_subcloud(True),
        lambda w: w.prestage_subcloud(9, PASSWORD),
        lambda w: w.prestage_subcloud(9, PASSWORD, for_install=True, for_sw_deploy=True),
        lambda w: w.update_group(9),
        lambda w: w.update_group(9, update_apply_type="quick"),
        lambda w: w.add_subcloud(DeployInputs(sysadmin_password=PASSWORD)),
        lambda w: w.add_subcloud(DeployInputs(bootstrap_values=b"", bootstrap_address="a")),
        lambda w: w.add_subcloud(replace(INPUTS, cloud_init_config=b"t")),
        lambda w: w.add_subcloud(INPUTS, on_site=True),
        lambda w: w.add_subcloud(INPUTS, secondary=True),
        lambda w: w.add_subcloud(INPUTS, migrate_name="s"),
        lambda w: w.add_subcloud(WITHOUT_CONFIG, migrate_name="s", enroll=True),
        lambda w: w.deploy_create(INPUTS),
        lambda w: w.deploy_install(9, DeployInputs()),
        lambda w: w.deploy_install(9, INPUTS),
        lambda w: w.deploy_configure(9, only(install_values=b"")),
        lambda w: w.redeploy(9, only(group_id=1)),
        lambda w: w.create_backup(PASSWORD),
        lambda w: w.create_backup(PASSWORD, subcloud_id=1, group_id=1),
        lambda w: w.create_backup(PASSWORD, subcloud_id=1, registry_images=True),
        lambda w: w.delete_backup("", subcloud_id=1),
        lambda w: w.restore_backup(PASSWORD, subcloud_id=1, release="26.03"),
        lambda w: w.restore_backup(PASSWORD, subcloud_id=1, registry_images=True),
        lambda w: w.restore_backup(PASSWORD, group_id=1, on_site=True),
        lambda w: w.restore_backup(PASSWORD, subcloud_id=1, on_site=True, with_install=True),
    ],
)
async def test_orders_that_make_no_sense_are_not_sent(session: CloudSession, replay: Replay, call: Call) -> None:
    with pytest.raises(BadValue) as refused:
        await call(DcManagerWrites(session))
    assert not refused.value.outcome_unknown
    assert PASSWORD.reveal() not in str(refused.value)
    assert replay.requests == []


@pytest.mark.parametrize(
    ("file", "kind", "unknown", "text"),
    [
        ("mut_patch_manage_422_json.json", Refused, False, "its deploy_status must be either 'complete'"),
        ("mut_patch_manage_422_html.json", Refused, False, "its deploy_status must be either 'complete'"),
        ("mut_patch_bad_group_400.json", Refused, False, "400: Invalid group"),
        ("mut_patch_empty.json", ServerFailed, True, "500: the service gave no reason"),
    ],
)
async def test_refusals_as_the_real_server_words_them(
    session: CloudSession, replay: Replay, file: str, kind: type[StarlingXError], unknown: bool, text: str
) -> None:
    replay.answers["dcmanager"] = recorded("dcmanager", file)
    with pytest.raises(kind, match=text) as failure:
        await DcManagerWrites(session).manage_subcloud(8)
    assert failure.value.outcome_unknown is unknown


@pytest.mark.parametrize("body", [b"null", b"{}", b'{"id": 0}', b"[]", b'"text"'])
async def test_a_success_we_cannot_read_leaves_the_outcome_unknown(
    session: CloudSession, replay: Replay, body: bytes
) -> None:
    replay.answers["dcmanager"] = Answer(body)
    writes = DcManagerWrites(session)
    for call in (
        writes.manage_subcloud(9),
        writes.create_backup(PASSWORD, group_id=1),
        writes.apply_strategy("firmware"),
        writes.update_group(1, description="x"),
        writes.set_options(None, NewOptions()),
    ):
        with pytest.raises(Unexpected) as failure:
            await call
        assert failure.value.outcome_unknown

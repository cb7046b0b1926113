"""Whatever a client sends, the simulator answers in dcmanager's words and stays up."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.fleet import Simulator
from tests.simulator.cloud_calls import JSON, Dcmanager, call, multipart, sign_in
from tests.simulator.new_sites import SECRETS, bootstrap, install, text

RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ANSWERS = {200, 400, 404, 409, 422, 500}
KEYS = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
GROUP_KEYS = st.sampled_from(["name", "description", "update_apply_type", "max_parallel_subclouds", "x"])


@RELAXED
@given(body=st.binary(max_size=400), boundary=st.sampled_from(["b", "simple-boundary", ""]))
def test_any_bytes_as_a_form(dcmanager: Dcmanager, body: bytes, boundary: str) -> None:
    kind = f"multipart/form-data; boundary={boundary}"
    answer = dcmanager.ask("/v1.0/subclouds/1", "PATCH", b"--b\r\n" + body, Content_Type=kind)
    assert answer.status in ANSWERS
    assert b"Server got itself in trouble" not in answer.body


@RELAXED
@given(
    fields=st.dictionaries(
        st.sampled_from(["force", "group_id", "management-state", "nosuch", "name"]),
        st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=30),
        max_size=4,
    )
)
def test_any_text_as_fields(dcmanager: Dcmanager, fields: dict[str, str]) -> None:
    fields.pop("name", None) if fields.get("name", "").isascii() else None  # a good name would rename the site
    body, kind = multipart(fields)
    answer = dcmanager.ask("/v1.0/subclouds/2", "PATCH", body, Content_Type=kind)
    assert answer.status in ANSWERS
    assert b"Server got itself in trouble" not in answer.body


DEPLOYING = ("/v1.0/subclouds", "/v1.0/phased-subcloud-deploy", "/v1.0/subcloud-deploy")


@RELAXED
@given(body=st.binary(max_size=400), path=st.sampled_from(DEPLOYING))
def test_any_bytes_as_a_new_subcloud(dcmanager: Dcmanager, body: bytes, path: str) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="bootstrap_values"; filename="x"\r\n\r\n'
    for form in (b"--b\r\n" + body, head + body + b"\r\n--b--\r\n"):
        answer = dcmanager.ask(path, "POST", form, Content_Type="multipart/form-data; boundary=b")
        assert answer.status in ANSWERS
        assert b"Server got itself in trouble" not in answer.body


@RELAXED
@given(
    changed=st.dictionaries(
        st.sampled_from([*bootstrap(1), "group_id", "kubernetes_version", "x"]), VALUES, max_size=4
    ),
    board=st.dictionaries(st.sampled_from([*install(1), "network_mask", "hw_settle"]), VALUES, max_size=4),
    path=st.sampled_from(DEPLOYING[:2]),
)
def test_any_values_of_a_new_subcloud(
    dcmanager: Dcmanager, changed: dict[str, object], board: dict[str, object], path: str
) -> None:
    files = {"bootstrap_values": text(bootstrap(1, **changed)), "install_values": text(install(1, **board))}
    sent = {**SECRETS, "bootstrap-address": "10.0.0.1", "group_id": "77"}  # no such group: nothing is added
    answer = dcmanager.send_form(path, sent, files)
    assert answer.status in ANSWERS - {200}
    assert b"Server got itself in trouble" not in answer.body


@RELAXED
@given(
    fields=st.dictionaries(
        st.sampled_from(["install_values", "bootstrap_values", "bootstrap_address", "management_subnet", "peer_group"]),
        st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=30),
        max_size=4,
    )
)
def test_any_values_of_an_update(dcmanager: Dcmanager, fields: dict[str, str]) -> None:
    answer = dcmanager.send_form("/v1.0/subclouds/3", fields, {}, "PATCH")
    assert answer.status in ANSWERS
    assert b"Server got itself in trouble" not in answer.body


@RELAXED
@given(value=st.dictionaries(GROUP_KEYS, VALUES, max_size=4) | VALUES)
def test_any_json_as_a_group(dcmanager: Dcmanager, value: object) -> None:
    answer = dcmanager.send("/v1.0/subcloud-groups", value)
    assert answer.status in ANSWERS - {500}
    if answer.status == 200:
        assert dcmanager.ask(f"/v1.0/subcloud-groups/{answer.json()['id']}", "DELETE").status == 200


STRATEGY_KEYS = [
    "type",
    "subcloud-apply-type",
    "max-parallel-subclouds",
    "stop-on-failure",
    "cloud_name",
    "subcloud_group",
    "force",
    "release_id",
    "release",
    "snapshot",
    "rollback",
    "with_prestage",
    "delete",
    "cleanup",
    "kube_upgrade",
    "sysadmin_password",
    "for_sw_deploy",
    "to-version",
    "subject",
    "expiry-date",
]
GOOD = st.sampled_from(["sw-deploy", "prestage", "kubernetes", "starlingx-26.09.1", "26.09", "true", "1", "dGV4dA=="])


@RELAXED
@given(
    kind=st.sampled_from(["sw-deploy", "prestage", "kubernetes", "kube-rootca-update", "firmware"]) | VALUES,
    fields=st.dictionaries(st.sampled_from(STRATEGY_KEYS[1:]), VALUES | GOOD, max_size=5),
    whole=st.none() | VALUES,
)
def test_any_json_as_a_strategy(dcmanager: Dcmanager, kind: object, fields: dict[str, object], whole: object) -> None:
    """None is made: the fleet has one."""
    answer = dcmanager.send("/v1.0/sw-update-strategy", {"type": kind, **fields} if whole is None else whole)
    assert answer.status in (400, 422)
    assert b"Server got itself in trouble" not in answer.body
    assert dcmanager.send("/v1.0/sw-update-strategy/actions", whole or {"action": kind}).status in (400, 422)


@RELAXED
@given(body=st.binary(max_size=100) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_options(dcmanager: Dcmanager, body: bytes) -> None:
    answer = dcmanager.ask("/v1.0/sw-update-options/1", "POST", body, Content_Type=JSON)
    assert answer.status in (400, 500)
    assert b"Server got itself in trouble" not in answer.body


@RELAXED
@given(identity=VALUES, scope=VALUES)
def test_any_token_request(fleet: Simulator, identity: object, scope: object) -> None:
    body = json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()
    assert call(f"{fleet.url}/c1/identity/v3/auth/tokens", "POST", body, Content_Type=JSON).status in (400, 401)


@RELAXED
@given(token=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=200))
def test_any_token(fleet: Simulator, token: str) -> None:
    for sent in (token, "gAAAAA" + token):
        answer = call(f"{fleet.url}/c1/dcmanager/v1.0/alarms", Accept=JSON, X_Auth_Token=sent)
        assert answer.status == 401


def test_token_of_another_cloud_is_refused(fleet: Simulator, dcmanager: Dcmanager) -> None:
    site = dcmanager.pick({"management-state": "managed", "availability-status": "online"})
    token = sign_in(f"{fleet.url}/c1/s{site['id']}").headers["X-Subject-Token"]
    assert call(f"{fleet.url}/c1/dcmanager/v1.0/alarms", X_Auth_Token=token).status == 401


@pytest.mark.parametrize(
    ("user", "allowed"),
    [
        ("portal-reader", {"read"}),
        ("portal-operator", {"read", "manage", "write"}),
        ("admin", {"read", "manage", "write"}),
    ],
)
def test_roles(fleet: Simulator, user: str, allowed: set[str]) -> None:
    dcmanager = Dcmanager(fleet.url, user=user)
    statuses = {
        "read": dcmanager.ask("/v1.0/subclouds/1").status,
        "manage": dcmanager.patch_form("/v1.0/subclouds/1", management_state="asleep").status,
        "write": dcmanager.ask("/v1.0/subcloud-groups/1", "DELETE").status,
    }
    assert {verb for verb, status in statuses.items() if status != 403} == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/c1",
        "/c",
        "/cx/fm",
        "/c1/s",
        "/c1/s99999/fm/v1/alarms",
        "/c1/nosuch/v1",
        "/",
        "//",
        "/c%31/fm",
        "/c1/s1%2f2/fm",
        "/_control/nosuch",
        "/c٣/fm",
    ],
)
def test_no_such_place(fleet: Simulator, path: str) -> None:
    assert call(fleet.url + path.replace("٣", "%D9%A3")).status == 404


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("text/plain", "text/plain"),
        ("application/json, */*;q=0.1", "application/json"),
        ("text/html, application/json;q=0.9", "text/html"),
    ],
)
def test_error_bodies_follow_accept(dcmanager: Dcmanager, accept: str, kind: str) -> None:
    answer = dcmanager.ask("/v1.0/subclouds/nosuch", accept=accept)
    assert answer.status == 404
    assert answer.content_type.split(";")[0] == kind


def test_hyphen_and_secret_are_there(dcmanager: Dcmanager) -> None:
    """Redaction can only be tested when there is something to redact."""
    rows = dcmanager.subclouds()
    assert any("bmc_password" in (row["data_install"] or "") for row in rows)
    assert any("admin_password" in (row["rehome_data"] or "") for row in rows)
    sizes = sorted(len(json.dumps(row)) for row in rows)
    assert 1500 <= sizes[len(sizes) // 2] <= 4096

"""No secret leaves this package: not by record, repr, message, traceback or log line."""

from __future__ import annotations

import base64
import json
import logging
import re
import traceback

import pytest
from aiohttp import web

from starlingx.dcmanager import DcManager
from starlingx.errors import StarlingXError
from starlingx.kubernetes import Kubernetes
from starlingx.redaction import redact
from starlingx.session import CloudSession, Connector
from starlingx.sysinv import SysInv
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import PASSWORD, Answer, Replay, recorded, spoken

BMC_PASSWORD = re.compile(r"bmc_password\\*\": \\*\"([^\"\\]+)")


async def test_install_values_are_left_behind(
    session: CloudSession, replay: Replay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = recorded("dcmanager", "subclouds_list.json")
    passwords = set(BMC_PASSWORD.findall(answer.body.decode()))
    assert len(passwords) > 100
    rows = json.loads(answer.body)
    rows["subclouds"][0]["rehome_data"] = json.dumps({"saved_payload": {"sysadmin_password": "UmVob21lUHc="}})
    replay.answers["dcmanager"] = spoken(rows)

    subclouds = await DcManager(session).subclouds()

    shown = f"{subclouds!r}{subclouds[0]}{caplog.text}"
    assert len(subclouds) == 1000
    for password in passwords:
        assert password not in shown
        assert base64.b64decode(password).decode() not in shown
    for word in ("UmVob21lUHc=", "data_install", "rehome_data", "bmc_username", "password", PASSWORD):
        assert word not in shown


async def test_a_failed_playbook_is_told_without_its_passwords(session: CloudSession, replay: Replay) -> None:
    row = json.loads(recorded("dcmanager", "subcloud_subcloud2.json").body)
    row["error-description"] = "FAILED. ansible_ssh_pass=Hunter2! {'sysadmin_password': 'St4rl*'} err_code=images"
    row["data_install"] = '{"bmc_address": "pw: hunter2 http://x"}'
    replay.answers["dcmanager"] = spoken(row)
    subcloud = await DcManager(session).subcloud(2)
    assert "Hunter2" not in repr(subcloud)
    assert "hunter2" not in repr(subcloud)
    assert "St4rl" not in repr(subcloud)
    assert "FAILED." in subcloud.error_description
    assert "err_code=images" in subcloud.error_description


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500, 503])
@pytest.mark.parametrize("shape", ["json", "twice", "html", "text"])
async def test_echoed_secrets_stay_out_of_errors(
    status: int, shape: str, session: CloudSession, replay: Replay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="starlingx")
    caplog.set_level(logging.DEBUG, logger="asyncio")
    seen = []

    async def echo(request: web.Request) -> web.Response:
        token = request.headers["X-Auth-Token"]
        seen.append(token)
        text = f"Bad token {token} of {PASSWORD}, bmc_password: bm90LXJlYWw="
        shapes = {
            "json": json.dumps({"code": status, "title": "t", "description": text}),
            "twice": json.dumps({"error_message": json.dumps({"faultstring": text})}),
            "html": f"<html><body><h1>{status}</h1>{text}</body></html>",
            "text": text,
        }
        body = shapes[shape] if status != 200 else f"{{{text}"
        return web.Response(text=body, status=status, content_type="text/html" if shape == "html" else "text/plain")

    replay.answers["sysinv"] = echo
    with pytest.raises(StarlingXError) as failure:
        await SysInv(session).hosts()

    told = "".join(traceback.format_exception(failure.value))
    shown = f"{failure.value} {failure.value!r} {failure.value.args} {vars(failure.value)} {told}"
    log = "".join(record.getMessage() for record in caplog.records if record.name.startswith(("starlingx", "asyncio")))
    assert seen
    for secret in (*seen, PASSWORD, "bm90LXJlYWw="):
        assert secret not in shown
        assert secret not in log


async def test_no_exception_is_chained_to_one_that_holds_our_request(session: CloudSession, replay: Replay) -> None:
    replay.answers["sysinv"] = Answer(b"{", 200)
    for broken in (Answer(b"{", 200), Answer(b"", 302)):
        replay.answers["sysinv"] = broken
        with pytest.raises(StarlingXError) as failure:
            await SysInv(session).hosts()
        assert failure.value.__cause__ is None
        assert failure.value.__context__ is None


async def test_clients_and_tokens_show_no_secret(session: CloudSession, connector: Connector) -> None:
    await session.catalog()
    kubernetes = Kubernetes(connector, "http://127.0.0.1:1/kube", "kube-secret-token")
    shown = f"{session!r} {session.token!r} {CREDENTIALS!r} {CREDENTIALS} {kubernetes!r} {connector!r}"
    for secret in (PASSWORD, "gAAAAA", "kube-secret-token"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"bmc_password": "c2VjcmV0", "image": "x"}', '"image": "x"'),
        (r'"{\"admin_token\": \"c2VjcmV0\"}"', "admin_token"),
        ("ansible_become_pass=c2VjcmV0 next", "next"),
        ("Authorization: Bearer c2VjcmV0-c2VjcmV0", "Authorization"),
        ("x-auth-token c2VjcmV0c2VjcmV0", "x-auth-token"),
        ("token c2VjcmV0c2VjcmV0c2VjcmV0 is not valid", "is not valid"),
        ("http://user:c2VjcmV0@host/path", "host/path"),
        ("-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY----- after", "after"),
        ("sysadmin_password: 'c2VjcmV0 with spaces' after", "after"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, kept: str) -> None:
    hidden = redact(text)
    assert "c2VjcmV0" not in hidden
    assert "[hidden]" in hidden
    assert kept in hidden


@pytest.mark.parametrize(
    "text", ["Password is required", "No errors present", "Invalid token", "Secret agents: none here?", "err_code=x"]
)
def test_plain_words_stay_readable(text: str) -> None:
    assert redact(text).split(":")[0] == text.split(":")[0]

"""Answers that are wrong, huge, cut off or hostile, and connections that fail."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket

import pytest
from aiohttp import web

from starlingx.connector import LARGEST_BODY
from starlingx.dcmanager import DcManager
from starlingx.errors import NotFound, ServerFailed, Unexpected, Unreachable
from starlingx.fault import FaultManagement
from starlingx.session import CloudSession, Connector
from starlingx.sysinv import SysInv
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import Answer, Replay, spoken

ALARM = {"uuid": "u", "alarm_id": "100.101", "entity_instance_id": "host=a", "reason_text": "r"}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            Answer(b"<html><title>x</title><body>Hello</body></html>", 200, "text/html"),
            "text/html.*begins with: Hello",
        ),
        (Answer(b'{"alarms": [{"uuid": "1', 200), "not JSON"),
        (Answer(b"", 200), "0 bytes, begins with: nothing"),
        (Answer(b"null", 200), "no list 'alarms'"),
        (Answer(b"[]", 200), "no list 'alarms'"),
        (Answer(b'{"ialarms": []}', 200), "no list 'alarms'"),
        (Answer(b'{"alarms": {}}', 200), "no list 'alarms'"),
        (Answer(b'{"alarms": [5]}', 200), r"alarms\[0\] is not an object"),
        (Answer(b"[" * 5000, 200), "not JSON"),
        (Answer(b'"\\ud800"', 200), "no list 'alarms'"),
        (Answer(b"", 302), "redirect"),
    ],
)
async def test_what_is_no_alarm_list_is_unexpected(
    answer: Answer, says: str, session: CloudSession, replay: Replay
) -> None:
    replay.answers["fm"] = answer
    with pytest.raises(Unexpected, match=says):
        await FaultManagement(session).alarms()


@pytest.mark.parametrize(("path", "name"), [("subclouds", "subclouds"), ("groups", "subcloud_groups")])
async def test_an_id_told_twice_spoils_the_list(path: str, name: str, session: CloudSession, replay: Replay) -> None:
    rows = [{"id": number, "name": f"cell-{at}", "region-name": f"r{at}"} for at, number in enumerate((7, 8, 7))]
    replay.answers["dcmanager"] = spoken({name: rows})
    with pytest.raises(Unexpected, match=f"{name} has more than one row with id 7$"):
        await getattr(DcManager(session), path)()


@pytest.mark.parametrize("alarm_id", [100.11, None, "", [], "1" * 256, "100.101\n", True])
async def test_a_row_without_identity_spoils_the_list_and_is_named(
    alarm_id: object, session: CloudSession, replay: Replay
) -> None:
    replay.answers["fm"] = spoken({"alarms": [ALARM, ALARM | {"alarm_id": alarm_id}]})
    with pytest.raises(Unexpected, match=r"alarms\[1\] has no usable alarm_id"):
        await FaultManagement(session).alarms()


@pytest.mark.parametrize("odd", ["Europe\u00a0nord", "Europe\tnord", "Euro\u200dpe nord"])
async def test_an_odd_name_refuses_no_list(odd: str, session: CloudSession, replay: Replay) -> None:
    """dcmanager takes such names, and people enter them."""
    replay.answers["dcmanager/v1.0/subcloud-groups"] = spoken({"subcloud_groups": [{"id": 2, "name": odd}]})
    rows = [{"id": 7, "name": odd, "region-name": "r7"}, {"id": 8, "name": None, "region-name": "r8"}]
    replay.answers["dcmanager/v1.0/subclouds"] = spoken({"subclouds": rows})
    replay.answers["dcmanager/v1.0/alarms"] = spoken({"alarm_summary": [{"region_name": odd}]})
    replay.answers["fm"] = spoken({"alarms": [ALARM | {"entity_instance_id": f"host={odd}"}, ALARM]})
    dcmanager = DcManager(session)
    assert [group.name for group in await dcmanager.groups()] == ["Europe nord"]
    assert [subcloud.name for subcloud in await dcmanager.subclouds()] == ["Europe nord", "r8"]
    assert [summary.name for summary in await dcmanager.alarms()] == ["Europe nord"], "the join by name holds"
    found = await FaultManagement(session).alarms()
    assert [alarm.entity_instance_id for alarm in found] == ["host=Europe nord", ALARM["entity_instance_id"]]


async def test_null_and_odd_values_elsewhere_are_tolerated(session: CloudSession, replay: Replay) -> None:
    odd = ALARM | {"timestamp": None, "severity": "catastrophic", "mgmt_affecting": "major", "suppression": [1]}
    replay.answers["fm"] = spoken({"alarms": [odd | {"service_affecting": "perhaps", "new": {}}]})
    (alarm,) = await FaultManagement(session).alarms()
    assert (alarm.severity, alarm.timestamp, alarm.mgmt_affecting) == ("catastrophic", None, True)
    assert (alarm.suppression, alarm.service_affecting) == (None, None)


async def test_a_huge_text_is_cut_to_its_legal_length(session: CloudSession, replay: Replay) -> None:
    replay.answers["fm"] = spoken({"alarms": [ALARM | {"reason_text": "x" * 10_000_000}]})
    (alarm,) = await FaultManagement(session).alarms()
    assert alarm.reason_text == "x" * 255


async def test_control_characters_do_not_pass(session: CloudSession, replay: Replay) -> None:
    text = "a\x00b\x1b[31mc\u202edcba\r\nnext\ttab"
    replay.answers["fm"] = spoken({"alarms": [ALARM | {"reason_text": text}]})
    (alarm,) = await FaultManagement(session).alarms()
    assert alarm.reason_text == "ab[31mcdcba \nnext tab"


@pytest.mark.parametrize("way", ["told", "untold", "compressed", "compressed and told"])
async def test_a_body_beyond_the_limit_is_unexpected(way: str, session: CloudSession, replay: Replay) -> None:
    async def huge(request: web.Request) -> web.StreamResponse:
        body = b" " * (LARGEST_BODY + 1)
        headers = {"Content-Encoding": "gzip"} if "compressed" in way else {}
        if "told" in way.split():
            return web.Response(body=gzip.compress(body, 1) if headers else body, headers=headers)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        await response.write(gzip.compress(body, 1) if way == "compressed" else body)
        return response

    replay.answers["fm"] = huge
    with pytest.raises(Unexpected, match="larger than 16777216 bytes"):
        await FaultManagement(session).alarms()


async def test_a_body_that_stops_early_is_unexpected(session: CloudSession, replay: Replay) -> None:
    async def short(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"alarms": []}')
        assert request.transport is not None
        request.transport.close()
        return response

    replay.answers["fm"] = short
    with pytest.raises(Unexpected, match="cut off"):
        await FaultManagement(session).alarms()


async def test_a_dropped_connection_is_unreachable(session: CloudSession, replay: Replay) -> None:
    async def drop(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    replay.answers["fm"] = drop
    with pytest.raises(Unreachable, match=r"GET http://127\.0\.0\.1:\d+/fm/v1/alarms: the connection was lost"):
        await FaultManagement(session).alarms()


async def test_a_server_that_speaks_no_http_is_unexpected(connector: Connector) -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example.test ESMTP\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    session = CloudSession(connector, auth_url=f"http://127.0.0.1:{port}/v3", credentials=CREDENTIALS)
    with pytest.raises(Unexpected, match="not proper HTTP"):
        await session.catalog()
    server.close()


async def test_a_closed_port_is_unreachable(connector: Connector) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    session = CloudSession(connector, auth_url=f"http://127.0.0.1:{port}/v3", credentials=CREDENTIALS)
    with pytest.raises(Unreachable, match=rf"POST http://127\.0\.0\.1:{port}/v3/auth/tokens: no connection"):
        await session.catalog()


async def test_a_name_that_does_not_exist_is_unreachable(connector: Connector) -> None:
    session = CloudSession(connector, auth_url="http://no-such-host.invalid:5000/v3", credentials=CREDENTIALS)
    with pytest.raises(Unreachable, match="cannot be resolved"):
        await session.catalog()


async def test_redirects_are_not_followed_with_our_token(session: CloudSession, replay: Replay) -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/trap")

    replay.answers["fm"] = away
    with pytest.raises(Unexpected, match="redirect"):
        await FaultManagement(session).alarms()
    assert [request.path for request in replay.requests] == ["/fm/v1/alarms"]


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (json.dumps({"code": 500, "title": "Oops", "description": "the text"}), "application/json", "500: the text"),
        (json.dumps({"error_message": json.dumps({"faultstring": "twice"})}), "application/json", "500: twice"),
        (json.dumps({"error_message": "plain"}), "application/json", "500: plain"),
        (json.dumps({"error_message": '{"broken'}), "application/json", '500: {"broken'),
        (json.dumps({"error": {"title": "t", "message": "inner"}}), "application/json", "500: inner"),
        (json.dumps({"info": "", "warning": "", "error": "usm says"}), "application/json", "500: usm says"),
        (json.dumps({"kind": "Status", "message": "kube says"}), "application/json", "500: kube says"),
        (json.dumps("a text"), "application/json", "500: a text"),
        (json.dumps([1, 2]), "application/json", "500: the service gave no reason"),
        (
            "<html><title>T</title><body><h1>Bad &amp; sad</h1></body></html>",
            "text/html",
            "500: Bad & sad",
        ),
        ("one\n\ttwo\x00", "text/plain", "500: one two"),
        ("", "", "500: the service gave no reason"),
        ("x" * 100_000, "text/plain", "500: " + "x" * 100),
    ],
)
async def test_every_shape_of_error_gives_one_short_line(
    body: str, content_type: str, says: str, session: CloudSession, replay: Replay
) -> None:
    replay.answers["sysinv"] = Answer(body.encode(), 500, content_type)
    with pytest.raises(ServerFailed) as failure:
        await SysInv(session).hosts()
    assert failure.value.message.startswith(says)
    assert len(str(failure.value)) <= 500
    assert "\n" not in str(failure.value)


async def test_an_unknown_subcloud_is_not_found(session: CloudSession) -> None:
    with pytest.raises(NotFound) as failure:
        await DcManager(session).subcloud(4711)
    assert failure.value.status == 404

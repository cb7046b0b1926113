"""A write is sent once, and its error says whether it may have taken effect."""

from __future__ import annotations

import asyncio
import html
import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from starlingx.errors import (
    BadValue,
    Forbidden,
    MissingService,
    NotFound,
    Refused,
    ServerFailed,
    StarlingXError,
    Timeout,
    TlsFailed,
    Unauthorized,
    Unexpected,
    Unreachable,
)
from starlingx.secret import Secret
from starlingx.session import CloudSession, Connector, Credentials
from tests.starlingx.authority import make_authority, server_tls
from tests.starlingx.conftest import CREDENTIALS
from tests.starlingx.replay import Answer, Replay, spoken

METHODS = ("POST", "PATCH", "DELETE", "PUT")


async def order(session: CloudSession, method: str = "POST", timeout: float = 25.0) -> object:
    json = None if method == "DELETE" else {"name": "a"}
    return await session.send(method, "dcmanager", "v1.0", "/subcloud-groups", json=json, central=True, timeout=timeout)


async def failure_of(call: Awaitable[object]) -> StarlingXError:
    with pytest.raises(StarlingXError) as failure:
        await call
    return failure.value


def counting(replay: Replay, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> list[str]:
    """Answer with `handler`; the returned list has the methods that arrived."""
    arrived: list[str] = []

    async def counted(request: web.Request) -> web.StreamResponse:
        arrived.append(request.method)
        return await handler(request)

    replay.answers["dcmanager"] = counted
    return arrived


async def test_a_write_says_what_it_is_and_reads_the_answer(session: CloudSession, replay: Replay) -> None:
    seen: list[tuple[str, str, str, object]] = []

    async def create(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, request.content_type, await request.json()))
        return web.json_response({"id": 7})

    replay.answers["dcmanager"] = create
    assert await order(session) == {"id": 7}
    assert seen == [("POST", "/dcmanager/v1.0/subcloud-groups", "application/json", {"name": "a"})]


@pytest.mark.parametrize("answer", [Answer(b"", 204), Answer(b"", 200), Answer(b"null", 200), Answer(b" \n", 202)])
async def test_a_success_may_say_nothing(session: CloudSession, replay: Replay, answer: Answer) -> None:
    replay.answers["dcmanager"] = answer
    assert await order(session, "DELETE") is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (403, Forbidden), (404, NotFound), (409, Refused), (410, Refused), (422, Refused)],
)
async def test_a_refusal_is_certainly_not_done(
    session: CloudSession, replay: Replay, status: int, kind: type[StarlingXError]
) -> None:
    replay.answers["dcmanager"] = spoken({"code": status, "description": "no"}, status)
    failure = await failure_of(order(session))
    assert type(failure) is kind
    assert not failure.outcome_unknown


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(b"", 500, "text/plain"), ServerFailed),
        (Answer(b"<html>busy</html>", 503, "text/html"), ServerFailed),
        (Answer(b"<html><body>welcome</body></html>", 200, "text/html"), Unexpected),
        (Answer(b"{", 200), Unexpected),
        (Answer(b"", 302), Unexpected),
    ],
)
async def test_any_other_answer_leaves_the_outcome_unknown(
    session: CloudSession, replay: Replay, answer: Answer, kind: type[StarlingXError]
) -> None:
    replay.answers["dcmanager"] = answer
    failure = await failure_of(order(session))
    assert isinstance(failure, kind)
    assert failure.outcome_unknown


@pytest.mark.parametrize("method", METHODS)
async def test_a_lost_connection_is_unknown_and_nothing_is_sent_again(
    session: CloudSession, replay: Replay, method: str
) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    arrived = counting(replay, hang_up)
    failure = await failure_of(order(session, method))
    assert isinstance(failure, Unreachable)
    assert failure.outcome_unknown
    assert arrived == [method]


async def test_an_answer_cut_off_leaves_the_outcome_unknown(session: CloudSession, replay: Replay) -> None:
    async def cut_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"id": 7')
        assert request.transport is not None
        request.transport.close()
        return response

    arrived = counting(replay, cut_off)
    failure = await failure_of(order(session, "DELETE"))
    assert isinstance(failure, Unexpected)
    assert failure.outcome_unknown
    assert arrived == ["DELETE"]


async def test_a_refusal_too_long_to_read_is_still_a_refusal(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = Answer(b"x" * (16 * 2**20 + 1), 400)
    failure = await failure_of(order(session))
    assert isinstance(failure, Unexpected)
    assert not failure.outcome_unknown


async def test_a_read_may_be_repeated_on_a_connection_that_had_gone(session: CloudSession, replay: Replay) -> None:
    hung_up = False

    async def once(request: web.Request) -> web.StreamResponse:
        nonlocal hung_up
        if not hung_up:
            hung_up = True
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({})

    counting(replay, once)
    assert await session.get("dcmanager", "v1.0", "/subcloud-groups", central=True) == {}


async def test_too_slow_an_answer_is_unknown(session: CloudSession, replay: Replay) -> None:
    stop = asyncio.Event()

    async def stall(request: web.Request) -> web.StreamResponse:
        await stop.wait()
        return web.Response()

    arrived = counting(replay, stall)
    await session.catalog()
    failure = await failure_of(order(session, timeout=0.2))
    stop.set()
    assert isinstance(failure, Timeout)
    assert failure.outcome_unknown
    assert str(failure).startswith("POST dcmanager/subcloud-groups of the cloud at ")
    assert arrived == ["POST"]


async def test_waiting_for_ones_turn_is_certainly_not_done(replay: Replay) -> None:
    stop, under_way = asyncio.Event(), asyncio.Event()

    async def stall(request: web.Request) -> web.StreamResponse:
        under_way.set()
        await stop.wait()
        return web.json_response({})

    counting(replay, stall)
    async with Connector(per_host=1) as connector:
        session = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
        first = asyncio.create_task(order(session))
        await under_way.wait()
        failure = await failure_of(order(session, timeout=0.05))
        stop.set()
        await first
    assert isinstance(failure, Timeout)
    assert not failure.outcome_unknown


async def test_a_refused_token_is_replaced_and_the_write_sent_again(session: CloudSession, replay: Replay) -> None:
    arrived = counting(replay, lambda request: _ok())
    await session.catalog()
    replay.expire_tokens()
    assert await order(session, "DELETE") == {"done": True}
    assert arrived == ["DELETE"]
    assert [request.method for request in replay.requests] == ["DELETE", "DELETE"]


async def test_no_new_token_after_a_401_is_certainly_not_done(session: CloudSession, replay: Replay) -> None:
    await session.catalog()
    replay.expire_tokens()

    async def down(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    replay.sign_in = down
    failure = await failure_of(order(session))
    assert isinstance(failure, ServerFailed)
    assert not failure.outcome_unknown


async def test_a_401_twice_is_certainly_not_done(session: CloudSession, replay: Replay) -> None:
    arrived = counting(replay, lambda request: _denied())
    failure = await failure_of(order(session))
    assert isinstance(failure, Unauthorized)
    assert not failure.outcome_unknown
    assert arrived == ["POST", "POST"]


async def test_a_connection_lost_after_the_new_token_is_unknown(session: CloudSession, replay: Replay) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    arrived = counting(replay, hang_up)
    await session.catalog()
    replay.expire_tokens()
    failure = await failure_of(order(session, "DELETE"))
    assert failure.outcome_unknown
    assert arrived == ["DELETE"]


async def test_what_never_left_us_is_certainly_not_done(
    connector: Connector, replay: Replay, unused_tcp_port: int
) -> None:
    wrong = CloudSession(connector, auth_url=replay.auth_url, credentials=Credentials("portal", "wrong-one"))
    closed = f"http://127.0.0.1:{unused_tcp_port}"
    away = CloudSession(connector, auth_url=f"{closed}/v3", credentials=CREDENTIALS)
    replay.catalog = [
        {"type": "dcmanager", "endpoints": [{"interface": "public", "region": "SystemController", "url": closed}]},
        {"type": "platform", "endpoints": [{"interface": "public", "region": "RegionOne", "url": "file:///x"}]},
    ]
    half = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
    failures = [
        await failure_of(order(wrong)),
        await failure_of(order(away)),
        await failure_of(order(half)),
        await failure_of(half.send("POST", "usm", "v1", "/release", json={})),
        await failure_of(half.send("POST", "platform", "v1", "/ihosts", json={})),
        await failure_of(half.send("POST", "platform", "v1", "/ihosts", json={"a": object()})),
    ]
    kinds = [Unauthorized, Unreachable, Unreachable, MissingService, Unexpected, BadValue]
    assert [type(failure) for failure in failures] == kinds
    assert [failure.outcome_unknown for failure in failures] == [False] * len(kinds)


async def test_a_stranger_at_the_address_is_certainly_not_told(replay: Replay, tmp_path: Path) -> None:
    ours, stranger = make_authority(tmp_path, "ours"), make_authority(tmp_path, "stranger")
    other = Replay()
    server = await other.start(tls=server_tls(tmp_path, "stranger", stranger[1]))
    replay.catalog = [
        {
            "type": "dcmanager",
            "endpoints": [{"interface": "public", "region": "SystemController", "url": f"{other.base}/dcmanager/v1.0"}],
        }
    ]
    async with Connector(ca_file=ours[0]) as connector:
        failure = await failure_of(order(CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)))
    await server.close()
    assert isinstance(failure, TlsFailed)
    assert not failure.outcome_unknown
    assert other.requests == []


async def test_a_token_is_handed_to_the_next_session(connector: Connector, replay: Replay) -> None:
    counting(replay, lambda request: _ok())
    first = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS)
    assert first.token is None
    await order(first)
    second = CloudSession(connector, auth_url=replay.auth_url, credentials=CREDENTIALS, token=first.token)
    await order(second)
    assert replay.sign_ins == 1
    replay.expire_tokens()
    await order(second)
    assert replay.sign_ins == 2
    assert second.token is not None
    assert first.token is not None
    assert second.token.value != first.token.value


async def test_reads_never_speak_of_outcomes(session: CloudSession, replay: Replay) -> None:
    replay.answers["dcmanager"] = Answer(b"", 500)
    assert not (await failure_of(session.get("dcmanager", "v1.0", "/subclouds", central=True))).outcome_unknown


@pytest.mark.parametrize("shape", ["json", "html", "text"])
@pytest.mark.parametrize("status", [200, 400, 422, 500])
async def test_echoed_secrets_of_a_body_are_hidden(
    session: CloudSession, replay: Replay, shape: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    password = Secret("S3<cr>et 'pass\"")
    plain, coded = password.reveal(), password.base64().reveal()

    async def echo(request: web.Request) -> web.Response:
        sent = await request.text()
        text = f"{sent} {html.escape(sent)} {plain} {html.escape(plain)} {quote(plain)}"
        page = f"<html><body>{text}</body></html>" if shape == "html" else text
        return web.Response(text=page, status=status, content_type="text/html" if shape == "html" else "text/plain")

    replay.answers["dcmanager"] = echo
    for sent in ({"sysadmin_password": password}, {"words": [password, "x"]}, {"p": password.base64()}):
        failure = await failure_of(session.send("POST", "dcmanager", "v1.0", "/x", json=sent, central=True))
        told = "".join(traceback.format_exception(failure))
        shown = f"{failure} {failure!r} {vars(failure)} {told} {caplog.text}"
        for part in (plain, coded, "S3<cr>", "et 'pass", "cr>et", "cr&gt;et"):
            assert part not in shown


def _ok() -> Awaitable[web.StreamResponse]:
    return _answered(web.json_response({"done": True}))


def _denied() -> Awaitable[web.StreamResponse]:
    return _answered(web.json_response({}, status=401))


async def _answered(response: web.StreamResponse) -> web.StreamResponse:
    return response

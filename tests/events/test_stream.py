"""The socket as a client meets it: who gets in, what it is told, from where it continues."""

import asyncio
import socket
from contextlib import suppress

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from events.kinds import Kind
from events.log import cursor_now
from tests.events.conftest import event
from tests.events.serving import eventually, frame, numbers, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]


@pytest.fixture
async def tell(write):
    return sync_to_async(write)


@pytest.fixture(autouse=True)
async def now(stream_server, transactional_db):
    """The cursor of a page rendered now; once the server knows the epoch that began when the last test's rows went."""
    current = await sync_to_async(cursor_now)()
    async with asyncio.timeout(10), stream_server.socket() as socket:
        while not (await until(socket, "cursor"))["cursor"].startswith(current.partition(".")[0]):
            pass
    yield await sync_to_async(cursor_now)()
    await sync_to_async(close)()


def close() -> None:
    """The connection of the thread in which asynchronous tests ask."""
    connection.close()


async def closed(socket) -> int | None:
    """The code with which the server ends this socket."""
    try:
        async for _ in socket:
            pass
    except ConnectionClosed:
        pass
    return socket.close_code


async def test_an_event_arrives_with_its_cursor(stream_server, tell):
    async with stream_server.socket() as socket:
        hello = await frame(socket)
        assert hello["events"] == []
        await tell(event(7, controller_id=1))
        told = await until(socket, "events")
        assert told["events"] == [
            {
                "kind": "cloud.changed",
                "subject": "cloud:7",
                "at": "2026-11-22T06:00:00Z",
                "cloud": 7,
                "data": {"number": 7},
            }
        ]
        assert told["cursor"] != hello["cursor"]
        assert told["spread"] >= 250


async def test_nothing_between_page_and_socket_is_lost(stream_server, tell, now):
    await tell(event(1), event(2))
    async with stream_server.socket(cursor=now) as socket:
        await tell(event(3))
        assert await numbers(socket, 3) == [1, 2, 3]


async def test_who_comes_back_is_told_what_it_missed_and_nothing_twice(stream_server, tell, now):
    async with stream_server.socket(cursor=now) as socket:
        await tell(*(event(n) for n in range(5)))
        seen = []
        while len(seen) < 5:
            told = await until(socket, "events")
            seen += [e["data"]["number"] for e in told["events"]]
    await tell(*(event(n) for n in range(5, 1500)))
    async with stream_server.socket(cursor=told["cursor"]) as socket:
        seen += await numbers(socket, 1495)
        await tell(event(1500))
        seen += await numbers(socket, 1)
    assert seen == list(range(1501))


@pytest.mark.parametrize(
    ("token", "expected"),
    [("all", [1, 2, 3, 4, 9]), ("controller-1", [1, 2, 9]), ("group-20", [2, 3, 9]), ("east", [4, 9])],
)
@pytest.mark.parametrize("live", [True, False])
async def test_a_socket_gets_only_what_is_in_its_scope(stream_server, tell, now, token, expected, live):
    events = (
        event(1, controller_id=1, group_id=10),
        event(2, controller_id=1, group_id=20),
        event(3, controller_id=2, group_id=20),
        event(4, controller_id=2, group_id=10, region="east"),
        event(9, controller_id=1, group_id=20, region="east"),
    )
    if not live:
        await tell(*events)
    async with stream_server.socket(token=token, cursor=now) as socket:
        if live:
            await until(socket, "cursor")
            await tell(*events)
        assert await numbers(socket, len(expected)) == expected


async def test_topics_choose(stream_server, tell, now):
    async with stream_server.socket(cursor=now, topics="alarms,cloud:5") as socket:
        await tell(
            event(1), event(2, Kind.ALARM_RAISED), event(3, cloud_id=5), event(4, Kind.ALARM_CLEARED, cloud_id=5)
        )
        assert await numbers(socket, 3) == [2, 3, 4]


async def test_unknown_topics_are_refused_by_name(stream_server):
    async with stream_server.socket(topics="fleet,nonsense") as socket:
        assert "nonsense" in (await frame(socket))["error"]
        assert await closed(socket) == 4400


async def test_a_query_of_many_parameters_is_refused_like_bad_topics(stream_server):
    async with stream_server.socket(topics="fleet&a=1" + "&b=2" * 20) as socket:
        assert "parameters" in (await frame(socket))["error"]
        assert await closed(socket) == 4400


@pytest.mark.parametrize("cursor", ["nonsense", "0" * 32 + ".5.5"])
async def test_a_cursor_it_cannot_continue_from_is_told_to_start_anew(stream_server, tell, cursor):
    async with stream_server.socket(cursor=cursor) as socket:
        told = await frame(socket)
        assert told["resync"] is True
        await tell(event(1))
        assert await numbers(socket, 1) == [1]


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_nobody_is_told_so(stream_server, token):
    headers = {"Origin": f"http://127.0.0.1:{stream_server.port}"}
    async with stream_server.socket(token=token, **headers) as socket:
        assert await closed(socket) == 4401


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Origin": "http://evil.example"}, "all"),
        ({"Origin": "http://127.0.0.1:1"}, "all"),
        ({"Origin": "null"}, "all"),
        ({}, ""),
    ],
)
async def test_a_foreign_page_is_refused(stream_server, headers, token):
    with pytest.raises(InvalidStatus) as refused:
        async with stream_server.socket(token=token, **headers):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:{port}", "https://noc.example"])
async def test_our_own_pages_are_let_in(stream_server, origin):
    async with stream_server.socket(Origin=origin.format(port=stream_server.port)) as socket:
        assert "cursor" in await frame(socket)


async def test_a_session_is_enough_until_it_ends(stream_server, tell, django_user_model, client):
    user = await django_user_model.objects.acreate_user("ann", password="correct horse")
    await sync_to_async(client.force_login)(user)
    headers = {"Origin": f"http://127.0.0.1:{stream_server.port}", "Cookie": client.cookies.output(header="").strip()}
    async with stream_server.socket(token="", **headers) as socket:
        await until(socket, "cursor")
        await tell(event(1))
        assert await numbers(socket, 1) == [1]
    await sync_to_async(client.logout)()
    async with stream_server.socket(token="", **headers) as socket:
        assert await closed(socket) == 4401


@pytest.mark.parametrize(("listed", "code"), [("barred", 4401), ("moved", 4403)])
async def test_rights_that_end_or_change_end_the_socket(stream_server, listed, code):
    path = stream_server.var / listed
    async with stream_server.socket(token="east") as socket:
        await until(socket, "cursor")
        path.write_text("east")
        try:
            assert await asyncio.wait_for(closed(socket), 20) == code
        finally:
            path.unlink()


async def test_one_user_cannot_take_all_sockets(stream_server):
    async with asyncio.timeout(40):
        sockets = [stream_server.socket(token="nothing") for _ in range(30)]
        for each in sockets:
            await frame(await each.__aenter__())
        async with stream_server.socket(token="nothing") as socket:
            assert await closed(socket) == 4429
        for each in sockets:
            await each.__aexit__(None, None, None)


LONG = {f"text{number}": "x" * 255 for number in range(20)}


async def test_a_client_that_does_not_read_is_dropped_and_told_everything_when_it_returns(stream_server, tell, now):
    narrow = socket_of(stream_server, receive_buffer=4096)
    async with stream_server.socket(cursor=now, sock=narrow, max_queue=1) as stalled:
        for step in range(24):  # some 12 MB: more than the kernel keeps for a reader that does not read
            await tell(*(event(n)._replace(data={"number": n, **LONG}) for n in range(step * 100, step * 100 + 100)))
        await eventually(lambda: stream_server.metric("dcportal_stream_sockets") == 0, 15)
        stalled.transport.abort()
    async with stream_server.socket(cursor=now) as back:
        assert await numbers(back, 2400) == list(range(2400))


def socket_of(server, receive_buffer: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.connect(("127.0.0.1", server.port))
    made.setblocking(False)
    return made


async def test_a_client_that_talks_too_much_is_shown_the_door(stream_server):
    async with stream_server.socket() as socket:
        await socket.send("hello")
        await socket.send("x" * 5000)
        assert await closed(socket) == 1008


async def test_a_flood_is_one_refusal_and_no_fault_of_ours(stream_server):
    before = (stream_server.var / "web.log").read_text().count("Traceback")
    async with stream_server.socket() as socket:
        with suppress(ConnectionClosed):
            for _ in range(300):
                await socket.send("x")
        assert await closed(socket) == 1008
    async with stream_server.socket() as another:  # by now the server is done with the first
        await until(another, "cursor")
    assert (stream_server.var / "web.log").read_text().count("Traceback") == before


async def test_heartbeats_tell_the_age_of_the_horizon(stream_server, tell, other_connection):
    async with stream_server.socket() as socket:
        idle = await until(socket, "heartbeat")
        assert idle["horizon_age"] < 2
        await an_open_transaction_holds_nothing_back(socket, other_connection)
        with other_connection.transaction():
            other_connection.execute("SELECT pg_current_xact_id()")
            await tell(event(1))
            first = await until(socket, "heartbeat")
            second = await until(socket, "heartbeat")
        assert second["horizon_age"] > first["horizon_age"] > idle["horizon_age"]
        assert second["horizon_age"] > 5


async def an_open_transaction_holds_nothing_back(socket, other_connection):
    """Unless another database of the server (its vacuum, say) wrote meanwhile: then it is looked at again."""
    for _ in range(6):
        with other_connection.transaction():
            (own,) = other_connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
            heard = await until(socket, "heartbeat")
            (following,) = other_connection.execute(
                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
            ).fetchone()
        if following <= own:  # the first number that no ended transaction has
            assert heard["horizon_age"] < 2
            return
    pytest.fail("somebody else writes all the time")


async def test_a_transaction_without_events_releases_what_it_held_back(stream_server, tell, other_connection):
    async with stream_server.socket() as socket:
        await until(socket, "cursor")
        with other_connection.transaction():
            other_connection.execute("SELECT pg_current_xact_id()")
            await tell(event(1))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(numbers(socket, 1), 1)
        assert await asyncio.wait_for(numbers(socket, 1), 2) == [1]


async def test_a_truncated_log_makes_everybody_start_anew(stream_server, tell, other_connection):
    async with stream_server.socket() as socket:
        await until(socket, "cursor")
        other_connection.execute("TRUNCATE events_event, events_stream")
        assert (await until(socket, "resync"))["resync"] is True
        await tell(event(1))
        assert await numbers(socket, 1) == [1]

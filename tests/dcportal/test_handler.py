"""The one-hop handler over real sockets: nobody who is slow slows anybody else down."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.waiting import wait_until


def open_socket(stack, server, data=b"", receive_buffer=None):
    sock = stack.enter_context(socket.socket())
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(20)
    sock.connect(("127.0.0.1", server.port))
    sock.sendall(data)
    return sock


def request(path, method="GET", **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def seconds_for_pings(server, count=20):
    begun = time.monotonic()
    for _ in range(count):
        assert server.ask("/ping").body == b"pong"
    return time.monotonic() - begun


def test_a_page_has_the_headers_and_cookies_of_its_view(server):
    answer = server.ask("/cookies")
    assert answer.status == 200
    assert "nosniff" in answer.headers["X-Content-Type-Options"]
    with ExitStack() as stack:
        sock = open_socket(stack, server, request("/cookies", Connection="close"))
        raw = b"".join(iter(lambda: sock.recv(65536), b"")).lower()
    assert raw.count(b"set-cookie:") == 2


def test_fifty_slow_uploads_slow_nobody_down(server):
    alone = seconds_for_pings(server)
    with ExitStack() as stack:
        for _ in range(50):
            open_socket(stack, server, request("/upload", "POST", Content_Length=1_000_000) + b"x" * 1000)
        beside = seconds_for_pings(server)
        assert beside < alone * 4 + 1, (alone, beside)


def test_fifty_slow_readers_slow_nobody_down(server):
    alone = seconds_for_pings(server)
    with ExitStack() as stack:
        for _ in range(50):
            open_socket(stack, server, request("/big"), receive_buffer=4096)
        wait_until(lambda: server.ask("/ping").status == 200, what="the big answers have been made")
        beside = seconds_for_pings(server)
        assert beside < alone * 4 + 2, (alone, beside)


def test_an_upload_that_takes_too_long_is_ended(server):
    with ExitStack() as stack:
        sock = open_socket(stack, server, request("/upload", "POST", Content_Length=1000) + b"x")
        begun = time.monotonic()
        answer = sock.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408")
        assert 2 < time.monotonic() - begun < 10


def test_an_upload_arrives_whole_also_from_disk(server):
    answer = server.ask("/upload", "POST", body=b"x" * 3_500_000)
    assert (answer.status, answer.body) == (200, b'{"bytes": 3500000}')


def test_too_much_is_refused_before_it_is_sent(server):
    with ExitStack() as stack:
        sock = open_socket(stack, server, request("/upload", "POST", Content_Length=10**9, Expect="100-continue"))
        assert sock.recv(65536).startswith(b"HTTP/1.1 413")


def test_too_much_without_a_length_is_refused_on_the_way(server):
    def pieces():
        for _ in range(80):
            yield b"x" * 60_000

    answer = server.ask("/upload", "POST", body=pieces(), Transfer_Encoding="chunked")
    assert answer.status == 413


def test_more_than_can_be_served_is_told_to_come_back(server):
    server.ask("/shut")
    try:
        with ThreadPoolExecutor(16) as pool:
            waiting = [pool.submit(server.ask, "/wait") for _ in range(16)]
            wait_until(lambda: in_flight(server) == 16, what="no place left")
            refused = server.ask("/ping")
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "2"
            assert server.ask("/healthz").status == 200
            assert server.ask("/things/export/").status == 200
            open_gate(server)
            assert [each.result().body for each in waiting] == [b"waited"] * 16
    finally:
        open_gate(server)
    assert server.ask("/ping").status == 200


def open_gate(server):
    """Through the lane of exports: that of pages may be full."""
    assert server.ask("/open/export/").status == 200


def test_who_leaves_while_waiting_gives_the_place_back(server):
    server.ask("/shut")
    try:
        with ExitStack() as stack:
            socks = [open_socket(stack, server, request("/wait")) for _ in range(16)]
            wait_until(lambda: in_flight(server) == 16, what="no place left")
            for sock in socks:
                sock.close()
            # eight have a thread and keep it; the eight that only waited for one are forgotten
            wait_until(lambda: in_flight(server) == 8, what="places given back")
    finally:
        open_gate(server)


def test_a_stream_is_read_to_its_end_and_closed(server):
    before = server.ask("/facts").body
    answer = server.ask("/stream")
    assert answer.body.split() == [str(n).encode() for n in range(1000)]
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert facts(server)["closed"] == json_of(before)["closed"] + 1


def test_a_stream_that_fails_half_way_is_an_honest_error(server):
    before = facts(server)
    answer = server.ask("/broken-stream")
    assert answer.status == 500
    after = facts(server)
    assert (after["errors"], after["closed"]) == (before["errors"] + 1, before["closed"] + 1)


def test_an_exception_is_a_500_and_signalled(server):
    before = facts(server)["errors"]
    assert server.ask("/fail").status == 500
    assert facts(server)["errors"] == before + 1


def test_signals_come_in_pairs_and_files_are_closed(server):
    for _ in range(10):
        server.ask("/file")
        server.ask("/stream")
        server.ask("/upload", "POST", body=b"x" * 3_000_000)
    before = facts(server)
    for _ in range(30):
        server.ask("/file")
        server.ask("/stream")
        server.ask("/upload", "POST", body=b"x" * 3_000_000)
    after = facts(server)
    assert after["started"] - before["started"] == after["finished"] - before["finished"] == 91
    assert after["files"] <= before["files"] + 3


def test_connections_to_the_database_persist_per_thread(server):
    found = [facts(server) for _ in range(60)]
    assert all(each["thread"].startswith("pages") for each in found)
    assert len({(each["thread"], each["backend"]) for each in found}) == len({each["thread"] for each in found}) <= 8


def test_context_variables_do_not_leak_between_requests(server):
    assert {facts(server)["colour"] for _ in range(30)} == {"none"}


def test_exports_run_on_threads_of_their_own(server):
    assert server.ask("/things/export/").body.startswith(b"exports")


def test_head_has_no_body(server):
    assert server.ask("/ping", "HEAD").body == b""


@pytest.mark.parametrize("path", ["/static/js/live.js", "/static/img/favicon.svg"])
def test_static_files_come_whole_and_are_not_sent_twice(server, path):
    answer = server.ask(path)
    with open(f".{path}", "rb") as source:
        assert answer.body == source.read()
    again = server.ask(path, If_Modified_Since=answer.headers["Last-Modified"])
    assert (again.status, again.body) == (304, b"")


def in_flight(server):
    text = server.ask("/metrics").body.decode()
    return int(float(text.split('dcportal_requests_in_flight{lane="pages"} ')[1].split()[0]))


def facts(server):
    return json_of(server.ask("/facts").body)


def json_of(body):
    return json.loads(body)

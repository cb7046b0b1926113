"""live.js in a real Chromium: the badge never lies, and nothing is lost between a page and its socket."""

import json
import os
import signal

import psycopg
import pytest

from tests.events.serving import StreamServer
from tests.fixtures.cluster import as_url, create_database, drop_database
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def template(cluster_url, tmp_path_factory):
    """The name of a migrated database to be copied."""
    name = "test_live_template"
    drop_database(cluster_url, name)
    create_database(cluster_url, name)
    StreamServer(as_url(cluster_url, name), tmp_path_factory.mktemp("template")).migrate()
    yield name
    drop_database(cluster_url, name)


@pytest.fixture
def server(new_database, template, tmp_path):
    web = StreamServer(new_database(template), tmp_path)
    web.start()
    yield web
    web.stop()


@pytest.fixture
def tell(server):
    """Writes an event as append() does. Not through Django: Playwright's event loop runs in this thread."""

    def write(number):
        with psycopg.connect(server.database_url) as connection:
            connection.execute(
                "INSERT INTO events_event (at, kind, subject, region, data)"
                " VALUES (now(), 'cloud.changed', 'cloud:1', '', %s)",
                [json.dumps({"number": number})],
            )
            connection.execute("SELECT pg_notify('events', '')")

    return write


@pytest.fixture
def visit(server, page):
    def go(**query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        page.goto(f"http://127.0.0.1:{server.port}/page?{words}")

    return go


def badge(page):
    return page.evaluate(
        "() => { const b = document.querySelector('[data-live-badge]');"
        " return [b.dataset.live, b.querySelector('b').textContent, b.querySelector('use').getAttribute('href')]; }"
    )


def seen(page):
    return page.evaluate("() => window.seen")


def becomes(page, state, timeout=30):
    wait_until(lambda: badge(page)[0] == state, timeout=timeout, what=f"badge {state}")


def start_of(server):
    """A cursor before every event."""
    with psycopg.connect(server.database_url) as connection:
        (epoch,) = connection.execute("SELECT epoch FROM events_stream").fetchone()
    return f"{epoch.hex}.0.0"


def test_what_happened_since_the_page_was_rendered_is_told_and_then_what_happens(server, page, visit, tell):
    tell(1)
    tell(2)
    visit(cursor=start_of(server))
    wait_until(lambda: seen(page) == [1, 2], what="replayed")
    assert badge(page) == ["live", "Live", "/static/img/shapes.svg#live"]
    tell(3)
    wait_until(lambda: seen(page) == [1, 2, 3], what="live")
    assert page.evaluate("() => window.resyncs") == 0


def test_a_page_without_a_cursor_loads_its_facts_anew_once(page, visit):
    visit()
    becomes(page, "live")
    wait_until(lambda: page.evaluate("() => window.resyncs") == 1, what="resync")


def test_a_page_that_follows_continues_from_the_one_before(server, page, visit, tell):
    visit(cursor=start_of(server))
    becomes(page, "live")
    page.goto("about:blank")
    tell(5)
    visit()
    wait_until(lambda: seen(page) == [5], what="replayed from the kept cursor")
    assert page.evaluate("() => window.resyncs") == 0


def test_a_cursor_that_leads_nowhere_makes_the_page_load_anew(page, visit):
    visit(cursor="nonsense")
    wait_until(lambda: page.evaluate("() => window.resyncs") == 1, what="resync")
    becomes(page, "live")


def test_a_web_process_that_dies_is_told_and_nothing_is_lost(server, page, visit, tell):
    visit(cursor=start_of(server))
    becomes(page, "live")
    tell(1)
    wait_until(lambda: seen(page) == [1], what="live")
    server.kill()
    becomes(page, "reconnecting", timeout=5)
    tell(2)
    becomes(page, "stale", timeout=20)
    _, word, shape = badge(page)
    assert word.startswith("Stale since ")
    assert shape.endswith("#stale")
    server.start()
    becomes(page, "live", timeout=40)
    tell(3)
    wait_until(lambda: seen(page) == [1, 2, 3], what="what was missed, and what came")


def test_an_open_socket_that_says_nothing_is_not_live(server, page, visit, tell):
    visit(cursor=start_of(server))
    becomes(page, "live")
    os.kill(server.child.pid, signal.SIGSTOP)
    try:
        becomes(page, "stale", timeout=20)
    finally:
        os.kill(server.child.pid, signal.SIGCONT)
    becomes(page, "live", timeout=40)
    tell(1)
    wait_until(lambda: seen(page) == [1], what="live again")


def test_a_transaction_that_blocks_the_stream_makes_the_page_stale(server, page, visit, tell):
    visit(cursor=start_of(server))
    becomes(page, "live")
    with psycopg.connect(server.database_url) as blocker:
        blocker.execute("SET idle_in_transaction_session_timeout = 0")
        blocker.execute("SELECT pg_current_xact_id()")
        tell(1)
        becomes(page, "stale", timeout=25)
        assert seen(page) == []
    wait_until(lambda: seen(page) == [1], what="released")
    becomes(page, "live")


def test_who_is_signed_out_is_told(server, page, visit):
    visit(token="nobody", cursor=start_of(server))
    becomes(page, "stale")
    assert "Sign in" in page.evaluate("() => document.querySelector('[data-live-badge]').title")

"""Ten thousand rows: seconds, a fixed number of statements, and no copy of template or secret for each."""

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations.engine import jobs, preflight
from operations.engine.survey import Survey
from operations.models import Operation, RunSecret, Target
from sites.models import Controller
from tests.operations.api.asking import OPERATIONS, post
from tests.operations.api.sheets import DEPLOYS, GIVEN, body, ready
from tests.operations.planning.site_template import line
from tests.sites.world import World

ROWS = 10_000
BAD = {100: {"mode": "triplex"}, 5000: {"oam": "10.97"}, 9999: {"location": "=1+1"}}


@pytest.fixture
def controller(world: World) -> Controller:
    ready(world.controllers[0])
    with connection.cursor() as cursor:  # the test's own transaction stays open while a crowded machine reckons
        names = "('transaction_timeout', 'idle_in_transaction_session_timeout')"  # not every PostgreSQL has the first
        cursor.execute(f"SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN {names}")  # noqa: S608
    return world.controllers[0]


def test_ten_thousand_rows(api: Client, controller: Controller) -> None:
    rows = [line(number, **BAD.get(number, {})) for number in range(ROWS)]
    asked = body(controller, *rows)
    began = time.process_time()
    with CaptureQueriesContext(connection) as captured:
        answer = post(api, DEPLOYS, asked, **{"Idempotency-Key": "many"})
    spent = time.process_time() - began
    assert answer.status_code == 201, answer.content[:1000]
    counts = answer.json()["counts"]
    assert (counts["checking"], counts["refused"], counts["total"]) == (ROWS - len(BAD), len(BAD), ROWS)
    assert len(captured) < 70, [query["sql"][:90] for query in captured.captured_queries]
    assert spent < 30, f"{spent:.1f} s of CPU"
    assert RunSecret.objects.count() == 3
    assert len(GIVEN) == 5  # what goes into documents is one row
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('operations_target') / %s", [ROWS])
        assert cursor.fetchone()[0] < 6000  # bytes of each site, indexes and all
    pk = Operation.objects.get().pk
    refused = api.get(f"{OPERATIONS}{pk}/targets/?state=refused&fields=number,problems").json()["results"]
    assert [row["number"] for row in refused] == [number + 2 for number in BAD]
    assert Target.objects.filter(name="cell-0001").count() == 1


@pytest.mark.parametrize("path", [DEPLOYS, f"{DEPLOYS}check/"])
def test_no_statement_more_for_more_rows(path: str, api: Client, controller: Controller) -> None:
    def statements(numbers: range) -> int:
        asked = body(controller, *(line(number) for number in numbers))
        with CaptureQueriesContext(connection) as captured:
            assert post(api, path, asked).status_code in (200, 201)
        return len(captured)

    post(api, path, body(controller, line(0)))  # notes the use of the token
    assert statements(range(1, 3)) == statements(range(100, 300))


def test_a_turn_of_checking_and_the_start(api: Client, controller: Controller, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the database alone takes of a step's 30 s; the System Controller is not asked."""

    async def survey(asked: Controller) -> Survey:
        return Survey(frozenset(), {2: "West"}, "", "26.09", ())

    monkeypatch.setattr(preflight, "survey", survey)
    answer = post(api, DEPLOYS, body(controller, *(line(number) for number in range(ROWS))))
    (claim,) = jobs.claim(timezone.now(), 1, 1)
    began = time.process_time()
    preflight.check(claim, Operation.objects.get())
    assert time.process_time() - began < 15
    Target.objects.update(state="ready")
    Operation.objects.update(state="planned")
    began = time.process_time()
    started = post(api, f"{OPERATIONS}{answer.json()['id']}/start/")
    assert time.process_time() - began < 20
    assert started.json()["counts"]["waiting"] == ROWS

"""The three addresses that watch the process."""

import json


def test_the_process_is_alive_whatever_the_host_header_says(server):
    answer = server.ask("/healthz", Host="10.1.2.3")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


def test_a_database_without_its_tables_is_not_ready(server):
    answer = server.ask("/readyz")
    assert answer.status == 503
    assert json.loads(answer.body) == {"ready": False, "database": "ok", "migrations": "missing"}


def test_metrics_tell_of_requests_and_the_stream(server):
    server.ask("/ping")
    text = server.ask("/metrics").body.decode()
    assert 'dcportal_requests_total{method="GET"' in text
    assert "dcportal_stream_horizon_age_seconds" in text
    assert "dcportal_database_up" in text

"""/readyz: every enabled controller was looked at once, or its look failed and the failure is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dcportal.readiness import look
from sites.ingest import Progress, ServiceLook, record_beat, record_services
from sites.models import Controller
from tests.observed import controller

pytestmark = pytest.mark.django_db
DONE = {"t0": True, "t1": True, "t2": True}


def beat(owner: Controller, *, swept: bool) -> None:
    now = timezone.now()
    record_beat(owner.pk, "test", Progress(now, now, now) if swept else Progress(), now=now)


def answer(owner: Controller, error: str, service: str = "identity") -> None:
    record_services(owner.pk, [ServiceLook(service, timezone.now(), error=error)], now=timezone.now())


@pytest.fixture
def good() -> Controller:
    owner = controller("good")
    beat(owner, swept=True)
    answer(owner, "")
    return owner


@pytest.fixture
def bad(good: Controller) -> Controller:
    """One that a collector has only just begun with."""
    owner = controller("bad")
    beat(owner, swept=False)
    return owner


def told() -> dict[str, Any]:
    return {name: value for name, value in look().items() if name in ("sweeps", "unread")}


def test_one_that_was_not_tried_is_waited_for(bad: Controller) -> None:
    assert told() == {"sweeps": dict.fromkeys(DONE, False), "unread": 0}


@pytest.mark.parametrize("service", ["identity", "dcmanager"])
def test_one_that_fails_and_says_so_is_not_waited_for(bad: Controller, service: str) -> None:
    answer(bad, "connection refused", service)
    assert told() == {"sweeps": DONE, "unread": 1}
    assert look()["collector_age"] < 60


def test_one_that_answers_again_is_waited_for(bad: Controller) -> None:
    answer(bad, "connection refused")
    answer(bad, "")
    assert told() == {"sweeps": dict.fromkeys(DONE, False), "unread": 0}


def test_a_service_beside_the_fleet_excuses_nothing(bad: Controller) -> None:
    answer(bad, "503", "usm")
    assert not look()["sweeps"]["t0"]


def test_one_that_was_listed_has_to_be_swept_although_it_fails_now(bad: Controller) -> None:
    now = timezone.now()
    record_beat(bad.pk, "test", Progress(t0_at=now), now=now + timedelta(seconds=1))
    answer(bad, "timed out")
    assert told() == {"sweeps": {"t0": True, "t1": False, "t2": False}, "unread": 0}


def test_one_without_a_collector_has_no_age(good: Controller) -> None:
    controller("new")
    assert look()["collector_age"] is None
    assert not look()["sweeps"]["t0"]


def test_without_controllers_nothing_was_read(db: Any) -> None:
    assert look()["sweeps"] == dict.fromkeys(DONE, False)

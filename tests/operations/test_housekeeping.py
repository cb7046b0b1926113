from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.utils.module_loading import import_string

from operations import housekeeping

asked: list[str] = []


def quick(now: datetime) -> Iterator[int]:
    yield from (3, 2)


def endless(now: datetime) -> Iterator[int]:
    while True:
        asked.append("again")
        yield 1


@pytest.mark.django_db
def test_every_pruner_is_called(settings: Any) -> None:
    settings.PRUNERS = [f"{__name__}.quick", f"{__name__}.quick"]
    assert housekeeping.prune() == 10


def test_it_ends_when_its_time_is_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRUNERS = [f"{__name__}.endless", f"{__name__}.quick"]
    monkeypatch.setattr(housekeeping, "BUDGET", -1.0)
    assert housekeeping.prune() == 1


@pytest.mark.parametrize("path", portal_settings.HOUSEKEEPING)
def test_what_the_settings_name_is_there(path: str) -> None:
    assert callable(import_string(path))

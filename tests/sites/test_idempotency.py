"""A repeated write is done once and answered the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sites.idempotency import forget_keys
from sites.models import ApiToken, IdempotencyKey

PATH = "/api/v1/tokens/"


def post(api: Client, body: dict[str, Any], key: str | None = "key-1") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(PATH, body, content_type="application/json", headers=headers)


def test_twice_is_once(api: Client) -> None:
    before = ApiToken.objects.count()
    first, second = post(api, {"name": "ci"}), post(api, {"name": "ci"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replay"] == "true"
    assert ApiToken.objects.count() == before + 1
    stored = str(list(IdempotencyKey.objects.values()))
    assert first.json()["token"] not in stored


def test_another_request_under_the_same_key_is_refused(api: Client) -> None:
    post(api, {"name": "ci"})
    answer = post(api, {"name": "other"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


def test_keys_of_two_users_are_two_keys(api: Client, narrow_api: Client) -> None:
    assert post(api, {"name": "ci"}).json()["token"] != post(narrow_api, {"name": "ci"}).json()["token"]


def test_what_was_refused_may_be_tried_again(api: Client) -> None:
    assert post(api, {"name": ""}).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert post(api, {"name": "ci"}).status_code == 201


def test_an_unknown_outcome_is_not_repeated(api: Client) -> None:
    post(api, {"name": "ci"})
    IdempotencyKey.objects.update(status=None)  # as after a crash in the middle
    before = ApiToken.objects.count()
    assert post(api, {"name": "ci"}).status_code == 409
    assert ApiToken.objects.count() == before


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 129])
def test_keys_have_a_shape(key: str, api: Client) -> None:
    assert post(api, {"name": "ci"}, key or " ").status_code == 400


def test_keys_are_forgotten_after_a_day(api: Client) -> None:
    post(api, {"name": "ci"})
    assert sum(forget_keys(timezone.now())) == 0
    assert sum(forget_keys(timezone.now() + timedelta(days=2))) == 1

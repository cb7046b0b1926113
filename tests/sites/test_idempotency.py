"""A repeated write is done once and answered the same."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request

from sites.idempotency import forget_keys, request_digest
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


def form(boundary: str, name: str, content: str, field: str = "12") -> bytes:
    """A multipart body as any client writes it: another boundary each time."""
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="controller"\r\n\r\n{field}\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="sites"; filename="{name}"\r\n\r\n{content}\r\n',
        f"--{boundary}--\r\n",
    )
    return "".join(parts).encode()


def of_form(body: bytes, boundary: str) -> str:
    path, kind = "/api/v1/x/", f"multipart/form-data; boundary={boundary}"
    wire = RequestFactory().generic("POST", path, body, content_type=kind)
    return request_digest(Request(wire, parsers=[MultiPartParser()]))


def test_a_form_is_the_same_under_a_new_boundary() -> None:
    first = of_form(form("aaaa", "a.csv", "name\nedge"), "aaaa")
    assert of_form(form("bbbb", "a.csv", "name\nedge"), "bbbb") == first
    others = [
        form("bbbb", "a.csv", "name\nedge-2"), form("bbbb", "a.yaml", "name\nedge"),
        form("bbbb", "a.csv", "name\nedge", "13"),
    ]  # fmt: skip
    assert len({first, *(of_form(each, "bbbb") for each in others)}) == 4


def test_the_files_of_a_form_can_still_be_read() -> None:
    wire = RequestFactory().generic(
        "POST", "/x/", form("aaaa", "a.csv", "name"), content_type="multipart/form-data; boundary=aaaa"
    )
    request = Request(wire, parsers=[MultiPartParser()])
    request_digest(request)
    assert request.data["sites"].read() == b"name"


def test_a_digest_is_no_oracle_for_the_passwords_of_its_body(settings: Any) -> None:
    """Whoever reads the table without the seal key cannot try passwords against it."""
    wire = RequestFactory().post("/x/", {"sysadmin_password": "guess"}, content_type="application/json")
    first = request_digest(Request(wire, parsers=[JSONParser()]))
    plain = hashlib.sha256(b"\0".join([b"POST", b"/x/", wire.body])).hexdigest()
    assert first != plain
    settings.SEAL_KEY = "another-key"
    assert request_digest(Request(wire, parsers=[JSONParser()])) != first

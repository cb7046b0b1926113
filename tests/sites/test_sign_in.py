"""Signing in and out, and the lock after too many attempts."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.models import AuditEntry
from tests.sites.world import World, make_user

PASSWORD = "an-odd-phrase-for-tests"


@pytest.fixture
def user(world: World) -> User:
    user = make_user("somebody", fleet=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, password: str, **more: str) -> Any:
    return client.post("/login/", {"username": "somebody", "password": password, **more})


def test_passwords_are_hashed_with_argon2(user: User) -> None:
    assert user.password.startswith("argon2")


def test_in_and_out(user: User) -> None:
    client = Client()
    assert client.get("/login/").status_code == 200
    assert sign_in(client, PASSWORD).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_back_to_where_one_wanted_to_go_but_never_elsewhere(user: User) -> None:
    assert sign_in(Client(), PASSWORD, next="/subclouds/?q=x").headers["Location"] == "/subclouds/?q=x"
    assert sign_in(Client(), PASSWORD, next="https://evil.example/").headers["Location"] == "/"


def test_five_failures_lock_the_name_from_that_address(user: User) -> None:
    client = Client()
    for _ in range(4):
        assert sign_in(client, "wrong").status_code == 200
    assert sign_in(client, "wrong").status_code == 429
    locked = sign_in(client, PASSWORD)
    assert locked.status_code == 429
    assert b"locked" in locked.content
    assert sign_in(Client(REMOTE_ADDR="10.9.9.9"), PASSWORD).status_code == 302


def test_password_change(user: User) -> None:
    client = Client()
    client.force_login(user)
    assert client.get("/password/").status_code == 200
    new = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert client.post("/password/", new).status_code == 200
    new |= {"new_password1": "quite-another-phrase", "new_password2": "quite-another-phrase"}
    assert client.post("/password/", new).headers["Location"] == "/password/done/"
    assert client.get("/password/done/").status_code == 200


def test_a_user_without_scopes_sees_an_empty_portal(world: World) -> None:
    client = Client()
    client.force_login(make_user("nobody"))
    assert client.get("/").status_code == 200
    assert b"No subclouds" in client.get("/subclouds/").content
    assert not any(client.get("/map/feed").json()["values"])


def test_every_attempt_is_in_the_audit_without_the_password(user: User) -> None:
    sign_in(Client(), "a-wrong-password")
    sign_in(Client(), PASSWORD)
    entries = list(AuditEntry.objects.order_by("id").values("actor", "verb", "outcome", "source", "subject", "detail"))
    assert [(entry["actor"], entry["verb"], entry["outcome"]) for entry in entries] == [
        ("somebody", "sign-in", "refused"), ("somebody", "sign-in", "done"),
    ]  # fmt: skip
    assert "a-wrong-password" not in str(entries)

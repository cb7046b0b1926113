"""Asking over REST, as the tests do."""

from typing import Any

from django.test import Client

OPERATIONS = "/api/v1/operations/"
PASSWORD = "Sysadmin-0nly-for-this-run"


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, {} if body is None else body, content_type="application/json", headers=headers)


def asked(client: Client, kind: str, clouds: list[int], **more: Any) -> Any:
    """The answer to a request for an operation; not started unless told so."""
    return post(client, OPERATIONS, {"kind": kind, "clouds": clouds, "start": False} | more)


def planned(client: Client, kind: str, clouds: list[int], **more: Any) -> dict[str, Any]:
    """The operation, which must have been taken."""
    answer = asked(client, kind, clouds, **more)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def faults_of(answer: Any) -> dict[str, str]:
    """{field: first sentence} of a refusal."""
    return {name: str(_first(texts)) for name, texts in answer.json()["error"].get("fields", {}).items()}


def _first(texts: Any) -> Any:
    while isinstance(texts, list | dict) and texts:
        texts = texts[0] if isinstance(texts, list) else next(iter(texts.values()))
    return texts

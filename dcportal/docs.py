"""The page that explains the REST interface, drawn from its schema by the server: nothing is loaded from elsewhere."""

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "patch", "put", "delete")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "sites/api_docs.html", {"groups": _groups(), "kinds": _kinds()})


@lru_cache(maxsize=1)
def _groups() -> list[dict[str, Any]]:
    """The operations by tag, in the order of their paths. The schema does not change while the process lives."""
    schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                tag = (operation.get("tags") or ["other"])[0]
                found.setdefault(tag, []).append(_operation(schema, path, method, operation))
    return [{"tag": tag, "operations": operations} for tag, operations in found.items()]


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {
            "name": p["name"],
            "in": p["in"],
            "type": _type(p["schema"]),
            "said": p.get("description") or _said(p["schema"]),
        }
        for p in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [
        answer.get("content", {}).get("application/json", {}).get("schema", {})
        for code, answer in operation.get("responses", {}).items()
        if code.startswith("2")
    ]
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary") or operation.get("description") or path,
        "parameters": parameters,
        "body": _fields(schema, body),
        "answer": _fields(schema, answers[0]) if answers else [],
    }


def _fields(schema: dict[str, Any], of: dict[str, Any]) -> list[dict[str, str]]:
    """The fields of an object, or of the rows of a list."""
    shape = _followed(schema, of)
    rows = shape.get("properties", {}).get("results")
    if rows:
        shape = _followed(schema, _followed(schema, rows).get("items", {}))
    return [
        {"name": name, "type": _type(field), "said": field.get("description") or _said(field)}
        for name, field in shape.get("properties", {}).items()
    ]


def _followed(schema: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    reference = of.get("$ref")
    return schema["components"]["schemas"][reference.rsplit("/", 1)[-1]] if reference else of


def _type(of: dict[str, Any]) -> str:
    kind = of.get("format") or of.get("type") or "object"
    return " or ".join(str(word) for word in kind) if isinstance(kind, list) else str(kind)


def _said(of: dict[str, Any]) -> str:
    words = of.get("enum")
    return ", ".join(str(word) for word in words) if words else ""


def _kinds() -> list[dict[str, Any]]:
    from events.kinds import PAYLOAD

    return [
        {"kind": kind.value, "fields": list(shape.__annotations__), "said": (shape.__doc__ or "").strip()}
        for kind, shape in PAYLOAD.items()
    ]

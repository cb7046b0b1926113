"""The portal's HTTP in this process: handler, middleware, view, as the web process runs them in a thread."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dcportal import asgi
from dcportal.replies import Reply


class InProcess:
    """Asks as one person. `settle` is what the web process does when it starts."""

    def __init__(self, **headers: str) -> None:
        asgi.settle()
        self._headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    def get(self, address: str) -> Reply:
        path, _, query = address.partition("?")
        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), *self._headers], "scheme": "http", "http_version": "1.1",
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "root_path": "",
        }  # fmt: skip
        reply = asgi.http.answer(scope, io.BytesIO(), threading.Event())
        assert reply.status == 200, (address, reply.status, reply.content)
        return reply

    def queries(self, address: str) -> int:
        """How many statements this takes, those for session, user and scopes among them."""
        with counted() as count:
            self.get(address)
        return count[0]


@contextmanager
def counted() -> Iterator[list[int]]:
    from django.db import connection

    count = [0]

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield count

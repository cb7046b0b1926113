"""The real ASGI application under a real uvicorn, with views made for watching it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

import pytest

from processes.child import Child, Program
from tests.fixtures.cluster import CHECKOUT, as_url, create_database, drop_database
from tests.fixtures.network import free_port
from tests.waiting import wait_until


@dataclass
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass
class Server:
    port: int
    child: Child

    def ask(self, path: str, method: str = "GET", body: Any = None, timeout: float = 15, **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, fields, encode_chunked="Transfer_Encoding" in headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.ask("/ping").status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started once per module; its database is empty, which these views do not mind."""
    name = "test_handler"
    drop_database(cluster_url, name)
    create_database(cluster_url, name)
    var = tmp_path_factory.mktemp("server")
    port = free_port()
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.dcportal.server_settings",
        "DATABASE_URL": as_url(cluster_url, name),
        "DCPORTAL_VAR": str(var),
    }
    options = (f"--port={port}", "--ws=websockets-sansio", "--no-access-log")
    command = ("-m", "uvicorn", "dcportal.asgi:application", *options)
    child = Child(Program("web", (sys.executable, *command), Path(var) / "web.log", environment, CHECKOUT))
    running = Server(port, child)
    wait_until(running.answers, timeout=60, what=f"server answers, see {child.program.log}")
    yield running
    child.stop()
    drop_database(cluster_url, name)

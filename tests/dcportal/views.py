"""Views that show what the handler does with them; served by a real uvicorn in tests/dcportal/test_handler.py."""

import contextvars
import os
import threading
from collections.abc import Iterator

from django.core import signals
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

colour: contextvars.ContextVar[str] = contextvars.ContextVar("colour", default="none")
gate = threading.Event()
seen = {"started": 0, "finished": 0, "errors": 0, "closed": 0}
lock = threading.Lock()


def count(name: str) -> None:
    with lock:
        seen[name] += 1


signals.request_started.connect(lambda **_: count("started"), weak=False)
signals.request_finished.connect(lambda **_: count("finished"), weak=False)
signals.got_request_exception.connect(lambda **_: count("errors"), weak=False)


def ping(request: HttpRequest) -> HttpResponse:
    return HttpResponse("pong")


def facts(request: HttpRequest) -> JsonResponse:
    """What this request ran on, and what was counted so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    before = colour.get()
    colour.set("red")
    thread = threading.current_thread().name
    files = len(os.listdir("/proc/self/fd"))
    return JsonResponse({"backend": backend, "colour": before, "thread": thread, "files": files, **seen})


def wait(request: HttpRequest) -> HttpResponse:
    """Until somebody asks for /open."""
    gate.wait(30)
    return HttpResponse("waited")


def open_gate(request: HttpRequest) -> HttpResponse:
    gate.set()
    return HttpResponse("open")


def shut_gate(request: HttpRequest) -> HttpResponse:
    gate.clear()
    return HttpResponse("shut")


def big(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"x" * 20_000_000)


@csrf_exempt
def upload(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"bytes": len(request.read())})


class Lines:
    """A stream that tells whether it was closed."""

    def __init__(self, fail_at: int = -1) -> None:
        self.left = iter(range(1000))
        self.fail_at = fail_at

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        number = next(self.left)
        if number == self.fail_at:
            raise RuntimeError("half-way")
        return f"{number}\n".encode()

    def close(self) -> None:
        count("closed")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(Lines())


def broken_stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(Lines(fail_at=500))


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(open(__file__, "rb"))


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def export(request: HttpRequest) -> HttpResponse:
    return HttpResponse(threading.current_thread().name)


def cookies(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("ok")
    response.set_cookie("one", "1")
    response.set_cookie("two", "2")
    return response


urlpatterns = [
    path("ping", ping),
    path("facts", facts),
    path("wait", wait),
    path("open", open_gate),
    path("shut", shut_gate),
    path("big", big),
    path("upload", upload),
    path("stream", stream),
    path("broken-stream", broken_stream),
    path("file", file),
    path("fail", fail),
    path("things/export/", export),
    path("cookies", cookies),
    path("open/export/", open_gate),
]

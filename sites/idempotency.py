"""`Idempotency-Key`: a write that automation repeats after a broken connection is done once and answered the same."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast

import orjson
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from sites.credentials import derived_key, seal, unseal
from sites.models import IdempotencyKey
from sites.services.actors import now_of

Method = Callable[..., Response]
HEADER = "Idempotency-Key"
SHAPE = re.compile(r"[\x21-\x7e]{1,128}")
KEPT_FOR = timedelta(days=1)


class KeyReusedError(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key stood for another request. Use a new one."


class StillRunningError(APIException):
    status_code = 409
    default_code = "idempotency_key_running"
    default_detail = "A request with this Idempotency-Key runs, or its outcome is not known. Look before you repeat it."


def idempotent(method: Method) -> Method:
    """For a write of an APIView that raises what it refuses. Only what was done is remembered."""

    @wraps(method)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return method(view, request, *args, **kwargs)
        if not SHAPE.fullmatch(key):
            raise ValidationError({HEADER: "1 to 128 visible ASCII characters."})
        row, is_first = IdempotencyKey.objects.get_or_create(
            user=cast(User, request.user),
            key=key,
            defaults={"digest": request_digest(request), "created_at": now_of(request)},
        )
        if not is_first:
            return _repeated(row, request)
        return _remembered(row, lambda: method(view, request, *args, **kwargs))

    return answer


def forget_keys(now: datetime) -> Iterator[int]:
    """Deletes what is older than a day; for manage.py prune."""
    yield IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _repeated(row: IdempotencyKey, request: Request) -> Response:
    if row.digest != request_digest(request):
        raise KeyReusedError
    if row.status is None or row.answer_sealed is None:
        raise StillRunningError
    return Response(orjson.loads(unseal(row.answer_sealed)), status=row.status, headers={"Idempotent-Replay": "true"})


def _remembered(row: IdempotencyKey, work: Callable[[], Response]) -> Response:
    """Not in one transaction with the write: a refusal leaves an audit row, which must stay. A crash in between
    leaves the outcome unknown, and that is what a repetition is told."""
    try:
        response = work()
    except Exception:
        row.delete()  # nothing was done: whoever failed or was refused may try again
        raise
    row.status = response.status_code
    row.answer_sealed = seal(orjson.dumps(response.data, default=str, option=orjson.OPT_UTC_Z).decode())
    row.save(update_fields=["status", "answer_sealed"])
    return response


def request_digest(request: Request) -> str:
    """What tells this request from another, in hex. Keyed: bodies hold passwords, and the digest is kept in a row.

    A form counts by its fields and files: a client that repeats it draws a new boundary. Raises ParseError.
    """
    return _digest(request.method, request.get_full_path(), _content(request))


def form_digest(request: HttpRequest) -> str:
    """What tells this form from another, as request_digest(). The token against forgery is drawn anew each time."""
    given: dict[str, list[Any]] = {**dict(request.POST.lists()), **dict(request.FILES.lists())}
    form: MultiValueDict[str, Any] = MultiValueDict(given)
    form.pop("csrfmiddlewaretoken", None)
    return _digest(request.method, request.get_full_path(), _fields(form))


def _digest(method: str | None, path: str, content: Iterable[bytes]) -> str:
    found = hmac.new(derived_key("idempotency digests"), digestmod="sha256")
    for part in (str(method).encode(), path.encode(), *content):
        found.update(len(part).to_bytes(8))  # so that no part can pass for the end of the one before
        found.update(part)
    return found.hexdigest()


def _content(request: Request) -> Iterator[bytes]:
    if not (request.content_type or "").lower().startswith("multipart/"):
        yield request._request.body
        return
    yield from _fields(cast(QueryDict, request.data))


def _fields(form: MultiValueDict[str, Any]) -> Iterator[bytes]:
    for name in sorted(form):
        for value in form.getlist(name):
            yield name.encode()
            yield from _file(value) if isinstance(value, UploadedFile) else (b"text", str(value).encode())


def _file(upload: "UploadedFile[bytes]") -> Iterator[bytes]:
    """Its name too: that says how a sheet is read."""
    content = hashlib.sha256()
    for chunk in upload.chunks():
        content.update(chunk)
    upload.seek(0)
    yield from (b"file", (upload.name or "").encode(), content.digest())

"""From an answer to decoded JSON, or to the error that the answer is."""

from __future__ import annotations

from collections.abc import Iterable

from yarl import URL

from starlingx.connector import Answer, place
from starlingx.error_text import MOST_READ, error_text, presentable
from starlingx.errors import Forbidden, NotFound, Refused, ServerFailed, StarlingXError, Unauthorized, Unexpected
from starlingx.json_reading import NotJsonError, parse

EXCERPT = 120


def decode(answer: Answer, url: URL, secrets: Iterable[str] = ()) -> object:
    """The JSON of a successful answer (None for an empty 204). Raises what the status says, or Unexpected."""
    if answer.status >= 300:
        raise refusal(answer, url, secrets)
    if answer.status == 204 and not answer.body:
        return None
    try:
        return parse(answer.body)
    except NotJsonError as caught:
        reason = str(caught)
    # Cut after redacting, as half a secret would not be found.
    start = presentable(answer.body[:MOST_READ].decode("utf-8", "replace"), secrets)[:EXCERPT] or "nothing"
    what = f"{answer.content_type}, {len(answer.body)} bytes"
    where = place(answer.method, url)
    raise Unexpected(f"not JSON ({reason}); {what}, begins with: {start}", place=where, status=answer.status)


def outcome(answer: Answer, url: URL, secrets: Iterable[str] = ()) -> object:
    """The same for the answer to a write, where a success may say nothing at all: then None."""
    if 200 <= answer.status < 300 and not answer.body.strip():
        return None
    return decode(answer, url, secrets)


def refusal(answer: Answer, url: URL, secrets: Iterable[str] = ()) -> StarlingXError:
    """The error for an answer that is no success."""
    status, where = answer.status, place(answer.method, url)
    if status == 401:
        return Unauthorized("the service does not accept our token", place=where, status=status)
    text = error_text(bytes(answer.body), secrets).removeprefix(f"{status} ") or "the service gave no reason"
    kind: type[StarlingXError] = {403: Forbidden, 404: NotFound}.get(status, Refused)
    if status >= 500 or status < 400:
        kind = ServerFailed if status >= 500 else Unexpected
    return kind(f"{status}: {text}", place=where, status=status)

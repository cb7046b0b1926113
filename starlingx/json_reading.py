"""JSON as StarlingX's services write it, read so that it can be written again.

They are Python, whose encoder writes NaN, Infinity and halves of surrogate pairs without a word. No other reader takes
those: one bad byte in the name of one site would cost the list of the fleet. Numbers that are none become null, halves
become the replacement character; neither PostgreSQL nor a browser would take them.
"""

from __future__ import annotations

import json
import math
import re

import orjson

REPLACEMENT = "\ufffd"
_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class NotJsonError(ValueError):
    """Not JSON by anybody's rules. Holds nothing of the document."""


def parse(body: bytes | bytearray) -> object:
    """The value. Raises NotJsonError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as caught:
        reason = caught.msg
    try:
        return mended(DECODER.decode(body.decode()))
    except (ValueError, RecursionError):
        pass
    raise NotJsonError(reason)  # outside the handlers: the decoders' exceptions hold the whole document


def has_halves(body: bytes | bytearray) -> bool:
    """Whether there may be halves of surrogate pairs in it: they can only come as escapes."""
    return _ESCAPED_HALF.search(body) is not None


def mended(value: object) -> object:
    """The same without halves of surrogate pairs, in keys too."""
    if isinstance(value, str):
        return value if value.isascii() else _HALF.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [mended(item) for item in value]
    if isinstance(value, dict):
        return {mended(name): mended(item) for name, item in value.items()}
    return value


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _no_number(_: str) -> None:
    """NaN, Infinity, -Infinity."""


DECODER = json.JSONDecoder(parse_float=_number, parse_constant=_no_number)

"""Texts and payloads as the log may hold them: bounded, and free of what PostgreSQL or JSON cannot store."""

from typing import Any

import orjson

LONGEST_TEXT = 255
MOST_ITEMS = 64
DEEPEST = 4


def text(value: str, limit: int = LONGEST_TEXT) -> str:
    """Cut to `limit` characters; NUL and lone surrogates, which upstream can send, become U+FFFD."""
    return value[:limit].replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def encode(data: dict[str, Any]) -> str:
    """As JSON, every text bounded. Raises TypeError for what is not plain data."""
    return orjson.dumps(_bounded(data, 0)).decode()


def _bounded(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict) and depth < DEEPEST:
        return {text(str(key), 80): _bounded(part, depth + 1) for key, part in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, (list, tuple)) and depth < DEEPEST:
        return [_bounded(part, depth + 1) for part in value[:MOST_ITEMS]]
    if isinstance(value, (dict, list, tuple)):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)  # upstream numbers may exceed what JSON readers keep
    return value

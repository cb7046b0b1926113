"""Asking our own programs over HTTP whether they are there. No proxy: these addresses are of this machine."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def ask(url: str, timeout: float = 5.0) -> tuple[int, Any]:
    """Status and JSON body of a GET; (0, None) where nobody answers, and None for a body that is not JSON."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    try:
        return answer.status, json.loads(body)
    except ValueError:
        return answer.status, None

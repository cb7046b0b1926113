"""YAML and base64 as dcmanager reads them from forms. Everything here raises Refused (400)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import yaml

from simulator.dcmanager.refusals import Refused

MAX_TEXT = 256 * 1024  # what a values file may hold here: far above any real one, below what could tie up the parser

MAX_DEPTH = 50
OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there

Values = dict[str, Any]


def mapping(value: Any, name: str) -> Values:
    """That document as keys and values that survive JSON: dates and the like become text."""
    if not isinstance(value, dict):
        raise Refused(400, f"Error: {name} must hold keys and values")
    try:
        plain: Values = json.loads(json.dumps({str(key): inner for key, inner in value.items()}, default=str))
    except (TypeError, ValueError) as error:
        raise Refused(400, f"Error: {name} has keys that are no text") from error
    return plain


def document(text: str, name: str) -> Any:
    """One YAML document. Aliases are refused, because a few lines of them can grow without bounds."""
    if len(text) > MAX_TEXT:
        raise Refused(400, f"Error: {name} is too large")
    depth = 0
    try:
        for token in yaml.scan(text, Loader=Loader):
            if isinstance(token, yaml.AliasToken):
                raise Refused(400, f"Error: {name} uses YAML aliases")
            depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
            if depth > MAX_DEPTH:
                raise Refused(400, f"Error: {name} is nested too deeply")
        return yaml.load(text, Loader=Loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused(400, f"Error: {name} is not readable YAML") from error


def checked_secret(value: str | None, name: str) -> str:
    """A password in base64 of UTF-8; required."""
    if not value:
        raise Refused(400, f"subcloud {name} required")
    try:
        base64.b64decode(value).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise Refused(400, f"Failed to decode subcloud {name}, verify the password is base64 encoded") from error
    return value


def boolean(value: str | None, name: str) -> bool:
    """`true` or `false` as text; absent is false."""
    if value not in (None, "true", "false"):
        raise Refused(400, f"Invalid value of {name}: {value}. Valid options are true and false.")
    return value == "true"

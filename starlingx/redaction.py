"""Keeps secrets out of everything we show: known ones by value, unknown ones by how they look.

Answers of StarlingX echo tokens (401 of dcmanager), and failed playbooks print variables. A pattern finds only what
looks like a secret, so structures known to hold some (`data_install`, `rehome_data`, …) are never read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
SHORTEST_SECRET = 4
TEXT_LENGTH = 4096

# Every pattern below needs one of these, and most texts have none.
_SUSPECT = re.compile(
    r"(?i)pass|secret|credential|private|api[_-]?key|token|auth|bearer|basic|gaaaaa|eyj|-----begin|://"
)
_NAMED = re.compile(
    r"""(?ix)
    ( [\w-]{0,40}
      (?: passw(?:or)?d | passphrase | _pass\b | secret | credential | private[_-]?key | api[_-]?key | token )
      [\w-]{0,40} [\\"']{0,4} \s{0,8} [:=]{1,2} \s{0,8} )
    (?! \[hidden )
    ( \\*u?"(?:[^"\\]|\\.)* "? | \\*u?'(?:[^'\\]|\\.)* '? | [^\s,;}\]"']+ )
    """
)
_HEADER = re.compile(r"(?i)\b((?:x-auth-token|x-subject-token|authorization)\s*[:=]?\s*)(?:(?:bearer|basic)\s+)?\S+")
_BEARER = re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}")
_TOKEN = re.compile(r"gAAAAA[\w=-]{16,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?")
_TOKEN_NAMED_IN_TEXT = re.compile(r"(?i)\b((?:token|password)\s+(?:is\s+)?)([\w.=+/-]{20,})")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|\Z)", re.DOTALL)
_TELLING_KEY = (
    r"""[\w-]{0,60}(?:passw|passphrase|_pass|secret|credential|private|api[_-]?key|token)[\w-]{0,60}["']?[ \t]{0,8}:"""
)
_BLOCK_VALUE = re.compile(
    rf"""(?im)^[ \t-]{{0,80}}["']?{_TELLING_KEY}[ \t]{{1,8}}["']?([^\s"'{{\[][^\r\n"']{{2,255}}?)["']?[ \t]{{0,8}},?$"""
)
_FLOW_VALUE = re.compile(rf"""(?i)["']{_TELLING_KEY}\s{{0,8}}(?:"([^"\r\n]{{3,255}})"|'([^'\r\n]{{3,255}})')""")
_YAML_WORDS = frozenset({"true", "false", "null", "none", "yes", "no"})
MOST_SEARCHED = 2**20
_USERINFO = re.compile(r"(://)[^/\s@]{1,256}@")


def named_values(text: str) -> list[str]:
    """Values of keys like `bmc_password` in YAML, in blocks or as JSON, to be hidden wherever they come back."""
    text = text[:MOST_SEARCHED]
    found = [*_BLOCK_VALUE.findall(text), *("".join(either) for either in _FLOW_VALUE.findall(text))]
    return [value for value in dict.fromkeys(found) if value.lower() not in _YAML_WORDS]


def without(text: str, secrets: Iterable[str]) -> str:
    """`text` without the given secrets, longest first: one may be part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given secrets and without what looks like one: named values, tokens, keys, URL passwords.

    At most `TEXT_LENGTH` characters of it. The given ones go first, so that no cut can leave half of one.
    """
    text = without(text, secrets)[:TEXT_LENGTH]
    if not _SUSPECT.search(text):
        return text
    text = _PEM.sub(HIDDEN, text)
    text = _TOKEN.sub(HIDDEN, text)
    text = _HEADER.sub(rf"\1{HIDDEN}", text)
    text = _BEARER.sub(rf"\1{HIDDEN}", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    text = _TOKEN_NAMED_IN_TEXT.sub(rf"\1{HIDDEN}", text)
    return _USERINFO.sub(rf"\1{HIDDEN}@", text)

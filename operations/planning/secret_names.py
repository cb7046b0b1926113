"""Which keys and columns name a secret, and which texts are one by their looks.

Templates and sheets are kept in the database, so they may hold none: secrets are given for one run.
"""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"(?:^|_)(?:passwords?|passwd|pwd|passphrase|pass|secrets?|tokens?|credentials?|private_?keys?|api_?keys?"
    r"|access_?keys?|encryption_?keys?|psk)(?:_|$)|password|passwd|passphrase"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
# Names of where a secret is kept, not the secret.
_REFERENCES = re.compile(
    r"(?:^|_)(?:secret_?names?|secret_?refs?|secret_?key_?refs?|image_?pull_?secrets|secret_?type)$"
)
_LOOKS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|://[^/\s:@]{1,256}:[^/\s@]{1,256}@")


def names_secret(key: str) -> bool:
    """Whether a value under this key is a secret: `bmc_password`, `adminPasswd`, `api-key`, `token`…"""
    plain = _NOT_LETTERS.sub("_", _CAMEL.sub("_", key[:200]).lower())
    return bool(_WORDS.search(plain)) and not _REFERENCES.search(plain)


def looks_secret(text: str) -> bool:
    """Whether the text is a private key, or a URL with a password in it."""
    return bool(_LOOKS.search(text))

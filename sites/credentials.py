"""Sealing of controllers' passwords and tokens. The key stands outside the database, so a dump of it opens nothing."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotUnsealError(Exception):
    """The sealed bytes were made with another key, or are damaged. Says nothing about what they hold."""


def seal(text: str) -> bytes:
    """`text` as it may be kept in a row. Twice the same text gives different bytes."""
    return _box(settings.SEAL_KEY).encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text that was sealed. Raises CannotUnsealError when the key of this installation does not open it."""
    try:
        return _box(settings.SEAL_KEY).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise CannotUnsealError(
            "The credentials cannot be opened with this installation's seal key: enter them again."
        ) from None


def derived_key(purpose: str) -> bytes:
    """32 bytes for that purpose alone, out of this installation's seal key."""
    return _derived(settings.SEAL_KEY, f"dcportal {purpose}")


@lru_cache(maxsize=4)
def _box(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, "dcportal controller credentials")))


@lru_cache(maxsize=8)
def _derived(key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())

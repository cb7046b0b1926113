"""Identifiers and dice that are the same after every restart: a function of the seed and a label."""

from __future__ import annotations

import hashlib
import random
from uuid import UUID


def dice(*label: object) -> random.Random:
    """A generator of its own for one purpose, so that a new question never shifts older answers."""
    return random.Random("/".join(map(str, label)))


def stable_hex(*label: object) -> str:
    """32 hexadecimal digits, the shape of Keystone ids and of a subcloud's region-name."""
    return hashlib.md5("/".join(map(str, label)).encode(), usedforsecurity=False).hexdigest()


def stable_uuid(*label: object) -> str:
    return str(UUID(hex=stable_hex(*label), version=4))


def stable_fraction(*label: object) -> float:
    """A number in [0, 1) without the price of a whole generator."""
    return int(stable_hex(*label)[:12], 16) / 16**12

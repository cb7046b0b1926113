"""Hashes by which a plan is told from another: of one site's payload without secrets, and of a whole plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import orjson

from operations.planning.settling import Settled

_OPTIONS = orjson.OPT_SORT_KEYS


def digest_of(settled: Settled, release: str, group_id: int | None) -> str:
    """SHA-256, in hex, of everything that is sent for a site but its secrets."""
    form = [settled.bootstrap_address, release, group_id]
    return _hashed([form, settled.documents.by_name])


def plan_hash(sites: Iterable[tuple[int, str, str]], settings: Mapping[str, object] | None = None) -> str:
    """SHA-256, in hex, of a plan: its sites in order as (row, name, digest), and what it runs with (limits, waves…)."""
    return _hashed([[list(site) for site in sites], dict(settings or {})])


def _hashed(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=_OPTIONS)).hexdigest()

"""The audit: append-only, and chained. Each entry is sealed together with the seal before it, with a key that is not
in the database, so an entry that was changed, added or taken out by other means breaks the chain."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from django.conf import settings
from django.db import transaction

from events.models import AuditEntry, AuditHead
from events.payload import text

START = bytes(32)
SECRETS = ("password", "passwd", "secret", "token", "private_key", "authorization")
HIDDEN = "[hidden]"
MOST_ITEMS = 200
AT_ONCE = 2000


def record(
    *,
    actor: str,
    verb: str,
    subject: str,
    outcome: Literal["done", "refused", "failed"],
    detail: dict[str, Any],
    source: str,
    at: datetime,
) -> None:
    """Append an entry, in the caller's transaction if there is one. Others who append wait until it ends."""
    with transaction.atomic():
        AuditHead.objects.bulk_create([AuditHead(id=1)], ignore_conflicts=True)
        head = AuditHead.objects.select_for_update().get()
        entry = AuditEntry(
            id=head.last_id + 1,
            at=at,
            actor=text(actor, 150),
            verb=text(verb, 60),
            subject=text(subject, 120),
            outcome=outcome,
            source=text(source, 60),
            detail=_storable(detail),
        )
        entry.seal = seal(bytes(head.seal), entry)
        entry.save(force_insert=True)
        AuditHead.objects.update(last_id=entry.id, seal=entry.seal)


def seal(before: bytes, entry: AuditEntry) -> bytes:
    """What `entry` must carry if `before` is the seal of the entry before it."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    facts = [entry.id, at, entry.actor, entry.verb, entry.subject, entry.outcome, entry.source, entry.detail]
    key = hashlib.sha256(b"audit chain " + settings.SEAL_KEY.encode()).digest()
    return hmac.digest(key, before + orjson.dumps(facts, option=orjson.OPT_SORT_KEYS), "sha256")


def _storable(value: Any, name: str = "") -> Any:
    """As PostgreSQL gives it back: texts, whole numbers, truth values, lists and objects. Secrets are left out."""
    if any(name.lower() == word or name.lower().endswith(f"_{word}") for word in SECRETS):
        return HIDDEN
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, dict):
        return {text(str(key), 80): _storable(part, str(key)) for key, part in list(value.items())[:MOST_ITEMS]}
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [_storable(part) for part in parts[:MOST_ITEMS]]
    return text(str(value), 1000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries hold. `broken_at` is the first that does not, with the reason; None if all do.

    `seal` is that of the last good entry: noted down elsewhere, it also proves that nothing was cut off the end.
    """

    entries: int
    seal: bytes
    broken_at: int | None = None
    reason: str = ""


def verify() -> Verdict:
    """Read the whole chain, within one snapshot."""
    with transaction.atomic():
        last = AuditHead.objects.select_for_update().values_list("last_id", "seal").first() or (0, START)
        count, before = 0, START
        for entry in _entries():
            if entry.id != count + 1:
                return Verdict(count, before, count + 1, "is missing")
            if not hmac.compare_digest(seal(before, entry), bytes(entry.seal)):
                return Verdict(count, before, entry.id, "was changed, or the key is another")
            count, before = entry.id, bytes(entry.seal)
    if (count, before) != (last[0], bytes(last[1])):
        return Verdict(count, before, count + 1, "was cut off the end, or the head was changed")
    return Verdict(count, before)


def _entries() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("id").iterator(chunk_size=AT_ONCE)

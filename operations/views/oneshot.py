"""A form that is sent twice (an impatient click, a reload) does its work once, and leads to the same place.

The same form is one with the same content: whoever goes back and asks for something else is never led to the work
that was done before.
"""

import uuid
from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from operations.services.start import NotNowError
from sites.credentials import seal, unseal
from sites.idempotency import form_digest
from sites.models import IdempotencyKey
from sites.services.actors import now_of

FIELD = "once"
DONE = 303


def new_key() -> str:
    return uuid.uuid4().hex


def once_only(request: HttpRequest, work: Callable[[], str]) -> str:
    """The address that `work` gives, or gave when this form was sent before. Raises NotNowError while it still runs."""
    try:
        drawn = uuid.UUID(request.POST.get(FIELD, "")).hex
    except ValueError:
        return work()
    digest = form_digest(request)
    row, first = IdempotencyKey.objects.get_or_create(
        user=cast(User, request.user), key=f"form-{drawn}-{digest}",
        defaults={"digest": digest, "created_at": now_of(request)},
    )  # fmt: skip
    if not first:
        if row.answer_sealed is None:
            raise NotNowError("This form was sent already, and its outcome is not known yet: look at the operations.")
        return unseal(row.answer_sealed)
    try:
        address = work()
    except Exception:
        row.delete()  # nothing was done: whoever was refused may try again
        raise
    row.status, row.answer_sealed = DONE, seal(address)
    row.save(update_fields=["status", "answer_sealed"])
    return address

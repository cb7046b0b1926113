"""Writes that automation may repeat safely."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """One `Idempotency-Key` of one user: which request it stood for, and what that was answered.

    `status` is null while the request runs, and stays null where the process died in it: then nobody knows.
    The answer is sealed, because it may hold a token. Kept for a day.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=128)
    digest = models.CharField(max_length=64)  # keyed, of method, path and content
    status = models.PositiveSmallIntegerField(null=True)
    answer_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]

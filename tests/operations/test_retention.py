"""Operations do not pile up for ever, and what is under way is never old enough."""

from datetime import timedelta

import pytest
from django.utils import timezone

from operations.models import Intent, Operation, Target
from operations.retention import forget_operations

NOW = timezone.now()
OLD, YOUNG = NOW - timedelta(days=401), NOW - timedelta(days=399)


def operation(state: str, created_at: object, ended_at: object = None, targets: int = 1) -> Operation:
    made = Operation.objects.create(
        kind="manage", title="x", requester_name="x", state=state, created_at=created_at, ended_at=ended_at
    )
    rows = [Target(operation=made, number=number, name=f"t{number}") for number in range(1, targets + 1)]
    Target.objects.bulk_create(rows)
    Intent.objects.create(target=rows[0], attempt=1, number=1, created_at=NOW)
    return made


@pytest.mark.django_db
def test_what_ended_long_ago_goes() -> None:
    operation("completed", OLD, OLD, targets=1200)
    operation("failed_temp", OLD, OLD)
    operation("planned", OLD)
    kept = {
        operation("completed", OLD, YOUNG).pk,
        operation("processing", OLD).pk,
        operation("planned", YOUNG).pk,
        operation("cancelled", OLD, YOUNG).pk,
    }
    batches = list(forget_operations(NOW))
    assert set(Operation.objects.values_list("pk", flat=True)) == kept
    assert Target.objects.count() == Intent.objects.count() == 4
    assert len(batches) == 4  # 500, 500, 202 targets, and then their operations

"""The comparison itself must be able to fail."""

import pytest

from tests.simulator.shapes import differences

RECORDED = {"id": 1, "backup-datetime": None, "rows": [{"created-at": "2026-11-22 06:25:11.259508"}]}


@pytest.mark.parametrize(
    ("ours", "complaint"),
    [
        ({"id": 1, "rows": [{"created-at": "2026-11-22 06:25:11.259508"}]}, "missing key backup-datetime"),
        ({**RECORDED, "more": 1}, "extra key more"),
        ({**RECORDED, "id": "1"}, "$.id: text instead of int"),
        ({**RECORDED, "rows": [{"created-at": "2026-11-22T06:25:11.259508"}]}, "time, RPC instead of time, database"),
        ({**RECORDED, "rows": []}, "0 elements"),
        ({**RECORDED, "backup-datetime": 5}, "int instead of null"),
        ({"rows": RECORDED["rows"], "id": 1, "backup-datetime": None}, "other order"),
    ],
)
def test_difference_is_named(ours: object, complaint: str) -> None:
    assert any(complaint in line for line in differences(RECORDED, ours))


def test_same_shape_has_no_difference() -> None:
    ours = {"id": 7, "backup-datetime": "2026-01-01 00:00:00.000001", "rows": RECORDED["rows"]}
    assert list(differences(RECORDED, ours)) == []

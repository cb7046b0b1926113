"""The chain of the audit holds, and breaks where somebody meddles."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from events.audit import record, verify
from events.models import AuditEntry, AuditHead
from tests.events.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def note(number=1, **detail):
    record(
        actor="ann", verb="controller.add", subject=f"controller:{number}", outcome="done", detail=detail,
        source="10.0.0.1", at=NOW,
    )  # fmt: skip


def meddle(sql):
    """As somebody with the database's own password would, past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE events_auditentry ENABLE TRIGGER USER")


def test_entries_are_chained_and_verified(capsys):
    for number in range(5):
        note(number, pool={"a": 1.5, "b": None, "c": [True, 10**30]}, text="x\0y\ud800")
    assert (verify().entries, verify().broken_at) == (5, None)
    call_command("verify_audit")
    assert "5 entries hold" in capsys.readouterr().out


def test_an_empty_chain_holds():
    assert verify().broken_at is None


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE events_auditentry SET outcome = 'refused' WHERE id = 3", 3),
        ('UPDATE events_auditentry SET detail = \'{"why": "else"}\' WHERE id = 2', 2),
        ("DELETE FROM events_auditentry WHERE id = 4", 4),
        ("DELETE FROM events_auditentry WHERE id = 5", 5),
        ("UPDATE events_auditentry SET at = at + interval '1 microsecond' WHERE id = 1", 1),
    ],
)
def test_meddling_is_found(sql, broken_at):
    for number in range(5):
        note(number, why="because")
    meddle(sql)
    assert verify().broken_at == broken_at
    with pytest.raises(CommandError, match=f"entry {broken_at} "):
        call_command("verify_audit")


def test_a_forged_entry_needs_the_key(settings):
    note(1)
    settings.SEAL_KEY = "another"
    note(2)
    settings.SEAL_KEY = "a third"
    assert verify().broken_at == 1


@pytest.mark.parametrize("change", ["UPDATE events_auditentry SET actor = 'eve'", "DELETE FROM events_auditentry"])
def test_the_database_itself_refuses_changes(change):
    note()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)


def test_secrets_do_not_reach_the_audit():
    note(1, password="geheim", write_password="geheim", nested={"Secret": "geheim", "api_token": "geheim"})
    assert "geheim" not in str(AuditEntry.objects.get().detail)


def test_what_is_rolled_back_leaves_no_gap():
    note(1)
    with transaction.atomic():
        note(2)
        transaction.set_rollback(True)
    note(3)
    assert list(AuditEntry.objects.order_by("id").values_list("id", "subject")) == [
        (1, "controller:1"),
        (2, "controller:3"),
    ]
    assert verify().broken_at is None


def test_many_at_once_make_one_chain():
    def some(number):
        try:
            for _ in range(10):
                note(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(some, range(4)))
    assert (verify().entries, verify().broken_at) == (40, None)
    assert AuditHead.objects.get().last_id == 40

"""The database itself refuses to change or delete an audit entry."""

from django.db import migrations

FORBID = """
CREATE FUNCTION events_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are append-only';
END $$;
CREATE TRIGGER events_auditentry_append_only BEFORE UPDATE OR DELETE ON events_auditentry
    FOR EACH ROW EXECUTE FUNCTION events_audit_is_append_only();
"""
ALLOW = """
DROP TRIGGER events_auditentry_append_only ON events_auditentry;
DROP FUNCTION events_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]

"""Brings back what 0011 took away unasked: Django drops every index of a column alone when its foreign key stops being
indexed, also the partial one behind a constraint."""

from django.db import migrations

LEAVE_ONE = """
UPDATE sites_cloud SET removed_at = now() WHERE kind = 'central' AND removed_at IS NULL AND id NOT IN (
    SELECT min(id) FROM sites_cloud WHERE kind = 'central' AND removed_at IS NULL GROUP BY controller_id)
"""
CREATE = """
CREATE UNIQUE INDEX IF NOT EXISTS cloud_central_unique ON sites_cloud (controller_id)
WHERE kind = 'central' AND removed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("sites", "0015_bmc_trust")]

    operations = [
        migrations.RunSQL(LEAVE_ONE, migrations.RunSQL.noop),
        migrations.RunSQL(CREATE, migrations.RunSQL.noop),
    ]

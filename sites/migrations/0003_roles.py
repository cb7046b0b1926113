"""The five roles as Django groups (StarlingX: reader, operator, configurator, -, admin)."""

from django.db import migrations

ROLES = ["Viewer", "Operator", "Engineer", "Approver", "Administrator"]


def create(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    for name in ROLES:
        group_model.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("sites", "0002_regions"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

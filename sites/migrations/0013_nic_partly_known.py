from django.db import migrations, models

WORDS = [
    ("unknown", "unknown"),
    ("none", "no ports in use"),
    ("ok", "all links up"),
    ("partly", "partly known"),
    ("error", "link down"),
]
# what is green now although ports of it are unknown would stay so until its next inventory
PARTLY = "UPDATE sites_cloud SET nic_status = 'partly' WHERE nic_status = 'ok' AND ports_unknown > 0"


class Migration(migrations.Migration):
    dependencies = [
        ("sites", "0012_service_problem"),
    ]

    operations = [
        migrations.AlterField(
            model_name="cloud",
            name="nic_status",
            field=models.CharField(choices=WORDS, default="unknown", max_length=8),
        ),
        migrations.RunSQL(PARTLY, "UPDATE sites_cloud SET nic_status = 'ok' WHERE nic_status = 'partly'"),
    ]

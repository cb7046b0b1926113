from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0010_campaign_stops"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="forgiven",
            field=models.PositiveIntegerField(default=0),
        ),
    ]

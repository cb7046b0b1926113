import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0014_away_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="after",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="next_in_chain",
                to="operations.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="after_number",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="begin_anyway_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="begin_anyway_by",
            field=models.CharField(blank=True, max_length=150),
        ),
    ]

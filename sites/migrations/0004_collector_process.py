from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sites", "0003_roles")]

    operations = [
        migrations.CreateModel(
            name="CollectorProcess",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
    ]

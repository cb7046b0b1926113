"""The parts of the world to begin with; administrators change them in the admin console."""

from django.db import migrations

# name, order, boxes of (south, west, north, east) in degrees
REGIONS = [
    ("Brazil", 10, [(-34.0, -74.0, 5.5, -34.5)]),
    ("North America", 20, [(14.0, -170.0, 84.0, -52.0)]),
    ("Europe", 30, [(34.5, -25.0, 72.0, 45.0)]),
    ("South America", 40, [(-56.0, -82.0, 14.0, -34.0)]),
    ("Africa", 50, [(-35.5, -18.0, 34.5, 52.0)]),
    ("Asia", 60, [(-11.0, 45.0, 78.0, 180.0)]),
    ("Oceania", 70, [(-48.0, 110.0, -11.0, 180.0)]),
]


def create(apps, schema_editor):
    region_model = apps.get_model("sites", "Region")
    box_model = apps.get_model("sites", "RegionBox")
    for name, order, boxes in REGIONS:
        region = region_model.objects.create(name=name, order=order)
        for south, west, north, east in boxes:
            box_model.objects.create(region=region, south=south, west=west, north=north, east=east)


class Migration(migrations.Migration):
    dependencies = [("sites", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]

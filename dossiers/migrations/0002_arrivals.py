import django.db.models.deletion
from django.db import migrations, models

import dossiers.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dossiers.models.base.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file_sha256", models.CharField(max_length=64)),
                ("part", models.PositiveSmallIntegerField()),
                ("arrived_at", models.DateTimeField()),
                (
                    "scan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="arrival", to="dossiers.scan"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file_sha256", "part"), name="arrival_part")],
            },
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dossiers.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0003_proposals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signingsession",
            name="number",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="session",
                to="dossiers.numberentry",
            ),
        ),
        migrations.CreateModel(
            name="SigningBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dossiers.models.base.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("opened_at", models.DateTimeField()),
                ("run", models.CharField(blank=True, max_length=32)),
                ("alive_until", models.DateTimeField(null=True)),
                ("is_stop_wanted", models.BooleanField(default=False)),
                ("ended", models.CharField(blank=True, max_length=20)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.unit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BatchItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dossiers.models.base.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("shown_sha256", models.CharField(max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("parameters", models.JSONField(default=dict)),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dossiers.result"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="dossiers.signingbatch"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddIndex(
            model_name="signingbatch",
            index=models.Index(fields=["account", "-opened_at"], name="batch_of_account"),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.UniqueConstraint(fields=("batch", "position"), name="batch_position"),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.UniqueConstraint(fields=("batch", "result"), name="batch_result_once"),
        ),
    ]

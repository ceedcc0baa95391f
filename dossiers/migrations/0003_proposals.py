from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dossiers", "0002_arrivals"),
    ]

    operations = [
        migrations.AddField(
            model_name="field",
            name="proposals",
            field=models.JSONField(default=list),
        ),
    ]

"""What is known of ranges of the journal that were taken off line."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_mailed")]
    operations = [
        migrations.CreateModel(
            name="Detached",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("table", models.CharField(max_length=24)),
                ("first", models.UUIDField(null=True)),
                ("until", models.UUIDField()),
                ("cases", models.IntegerField()),
                ("entries", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("days", models.JSONField()),
                ("who", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("attached_at", models.DateTimeField(null=True)),
            ],
        ),
    ]

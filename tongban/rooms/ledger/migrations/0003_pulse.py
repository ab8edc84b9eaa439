"""Signs of life of the postman: whether it is there is asked by /readyz, /metrics and ./run doctor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("who", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]

"""Letters alone have an index, by the digest of their number; each part of the journal gets its own."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_ranges")]
    operations = [
        migrations.AddIndex(
            "Entry",
            models.Index(
                models.F("county"),
                KeyTextTransform("mail", "body"),
                condition=models.Q(step="deliver", body__has_key="mail"),
                name="entry_mail",
            ),
        )
    ]

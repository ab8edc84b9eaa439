"""Counts of a minute need no log: see ``models.tokens.Budget``."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0008_proposals_of_any_kind")]
    operations = [
        migrations.RunSQL("ALTER TABLE people_budget SET UNLOGGED", "ALTER TABLE people_budget SET LOGGED"),
    ]

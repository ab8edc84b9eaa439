"""Running numbers for case numbers: unique, taken in blocks of fifty."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE casework_case_serial INCREMENT BY 50", "DROP SEQUENCE casework_case_serial")
    ]

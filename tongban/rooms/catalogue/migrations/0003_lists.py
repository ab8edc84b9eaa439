"""Proofs, permit modes, entered lines and issued lists: added to, never rewritten."""

import django.contrib.postgres.fields
from django.db import migrations, models

import tongban.rooms.ids

#: The ledger's own function; under this name of a trigger the application's role loses UPDATE and DELETE.
APPEND_ONLY = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
)
TABLES = ("catalogue_proof", "catalogue_permitmode", "catalogue_listentry", "catalogue_listissue")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_guards"),
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.rooms.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("in_force_from", models.DateField()),
                ("basis_kind", models.CharField(max_length=8)),
                ("basis_text", models.CharField(max_length=200)),
                ("basis_source", models.CharField(blank=True, default="", max_length=200)),
                ("basis_verified", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.CharField(max_length=64)),
                ("list", models.CharField(max_length=8)),
                ("code", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=200)),
                ("item", models.CharField(max_length=80)),
                ("material", models.CharField(blank=True, default="", max_length=60)),
                ("standard", models.CharField(blank=True, default="", max_length=200)),
                ("withdrawn", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["county", "list", "code", "in_force_from"], name="list_entry_latest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("list__in", ("fee", "agency"))), name="list_entry_list")
                ],
            },
        ),
        migrations.CreateModel(
            name="ListIssue",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.rooms.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("list", models.CharField(max_length=8)),
                ("issued_on", models.DateField()),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("rows", models.IntegerField()),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("county", "list", "issued_on"), name="list_issue_once"),
                    models.CheckConstraint(
                        condition=models.Q(("list__in", ["power", "duty", "service", "fee", "agency"])),
                        name="list_issue_list",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PermitMode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.rooms.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("in_force_from", models.DateField()),
                ("basis_kind", models.CharField(max_length=8)),
                ("basis_text", models.CharField(max_length=200)),
                ("basis_source", models.CharField(blank=True, default="", max_length=200)),
                ("basis_verified", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.CharField(max_length=64)),
                ("item", models.CharField(max_length=80)),
                ("mode", models.CharField(blank=True, default="", max_length=12)),
                (
                    "after",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None),
                ),
                (
                    "scope_words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["county", "item", "in_force_from"], name="permit_mode_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["", "cancelled", "filing", "promise", "improved"])),
                        name="permit_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode", ""), ("after__len__gt", 0), _connector="OR"),
                        name="permit_mode_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongban.rooms.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("county", models.CharField(max_length=6)),
                ("in_force_from", models.DateField()),
                ("basis_kind", models.CharField(max_length=8)),
                ("basis_text", models.CharField(max_length=200)),
                ("basis_source", models.CharField(blank=True, default="", max_length=200)),
                ("basis_verified", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=12)),
                ("instead", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["county", "name", "in_force_from"], name="proof_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["kept", "cancelled", "promised", "shared"])),
                        name="proof_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("basis_text", ""), _negated=True)
                        ),
                        name="proof_named",
                    ),
                ],
            },
        ),
        *(
            migrations.RunSQL(APPEND_ONLY.format(table=table), f"DROP TRIGGER append_only ON {table}")
            for table in TABLES
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models

from smoothx.tenants.rls import protect

# The column that names what a row belongs to, by table.
WATCHED = {
    "mapping_link": "kind",
    "mapping_suggestedpair": "kind",
    "mapping_remoteitem": "resource",
    "mapping_leftout": "section",
}
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}

NOTE_CHANGE = """
CREATE FUNCTION mapping_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mapping_listchange (tenant_id, "of", xid, at)
    SELECT DISTINCT tenant_id, {column}, pg_current_xact_id()::text::bigint, clock_timestamp() FROM changed
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
WATCH = """
CREATE TRIGGER mapping_note_{event} AFTER {event} ON {table} REFERENCING {side} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION mapping_note_{table}();
"""


def watch(table: str, column: str) -> migrations.RunSQL:
    """Note every transaction that changes rows of the table, once per statement."""
    triggers = [WATCH.format(event=event, table=table, side=side) for event, side in EVENTS.items()]
    return migrations.RunSQL(
        sql=NOTE_CHANGE.format(table=table, column=column) + "".join(triggers),
        reverse_sql=f"DROP FUNCTION mapping_note_{table}() CASCADE;",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("mapping", "0006_list_pages"),
        ("tenants", "0002_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                ("of", models.CharField(max_length=60)),
                ("xid", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "of", "xid"), name="one_change_per_transaction")
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                ("part", models.CharField(max_length=60)),
                ("facts", models.JSONField(default=dict)),
                ("snapshot", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant", "part"), name="one_count_per_part")],
            },
        ),
        protect("mapping_listchange", "mapping_countedfacts"),
        *[watch(table, column) for table, column in WATCHED.items()],
    ]

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# What a row is called in a change, the list it belongs to, and the two rows it is about, by table.
WATCHED = {
    "mapping_link": ("link", "kind", "left_connection_id, left_id, right_connection_id, right_id"),
    "mapping_suggestedpair": ("pair", "kind", "left_connection_id, left_id, right_connection_id, right_id"),
    "mapping_leftout": ("out", "section", "connection_id, remote_id, NULL::bigint, NULL::text"),
}
EVENTS = {
    "insert": "NEW TABLE AS added",
    "update": "OLD TABLE AS removed NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
}

# More rows than this are no few: what they change is then counted anew.
NOTE_CHANGE = """
CREATE OR REPLACE FUNCTION mapping_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN {added} END IF;
    IF TG_OP <> 'INSERT' THEN {removed} END IF;
    RETURN NULL;
END $$;
"""
NOTE_ROWS = """
        INSERT INTO mapping_listchange (tenant_id, "of", xid, at, rows)
        SELECT tenant_id, {column}, pg_current_xact_id()::text::bigint, clock_timestamp(),
            CASE WHEN count(*) <= 50 THEN jsonb_agg(jsonb_build_array('{what}', {ends}, {sign})) END
        FROM (
            SELECT *, row_number() OVER (PARTITION BY tenant_id, {column}) AS number FROM {rows}
        ) AS changed
        WHERE number <= 51
        GROUP BY tenant_id, {column}
        ON CONFLICT (tenant_id, "of", xid) DO UPDATE
        SET rows = CASE WHEN jsonb_array_length(mapping_listchange.rows) <= 50
            THEN mapping_listchange.rows || EXCLUDED.rows END
        WHERE mapping_listchange.rows IS NOT NULL;
"""
WATCH = """
DROP TRIGGER IF EXISTS mapping_note_{event} ON {table};
CREATE TRIGGER mapping_note_{event} AFTER {event} ON {table} REFERENCING {rows}
FOR EACH STATEMENT EXECUTE FUNCTION mapping_note_{table}();
"""
# As 0007 made them.
NOTE_BEFORE = """
CREATE OR REPLACE FUNCTION mapping_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mapping_listchange (tenant_id, "of", xid, at)
    SELECT DISTINCT tenant_id, {column}, pg_current_xact_id()::text::bigint, clock_timestamp() FROM changed
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
EVENTS_BEFORE = {
    "insert": "NEW TABLE AS changed",
    "update": "NEW TABLE AS changed",
    "delete": "OLD TABLE AS changed",
}


# What was counted can be counted again, so it need not survive a crash, and written to no log it is kept in a tenth of
# the time. Compressing the keys of a list would take longer than writing them.
KEPT = """
ALTER TABLE mapping_countedfacts SET {logged};
ALTER TABLE mapping_countedfacts {storage};
"""
ARRAYS = ("pairs", "rows", "scores", "lefts")


def _keep(logged: str, storage: str) -> str:
    return KEPT.format(logged=logged, storage=", ".join(f"ALTER {name} SET STORAGE {storage}" for name in ARRAYS))


def _watch(table: str, events: dict[str, str]) -> str:
    return "".join(WATCH.format(event=event, table=table, rows=rows) for event, rows in events.items())


def note_rows(table: str, what: str, column: str, ends: str) -> migrations.RunSQL:
    """Note of a transaction that changes few rows which they were, one by one."""
    parts = {
        rows: NOTE_ROWS.format(what=what, column=column, ends=ends, rows=rows, sign=sign)
        for rows, sign in (("added", 1), ("removed", -1))
    }
    return migrations.RunSQL(
        sql=NOTE_CHANGE.format(table=table, **parts) + _watch(table, EVENTS),
        reverse_sql=NOTE_BEFORE.format(table=table, column=column) + _watch(table, EVENTS_BEFORE),
    )


class Migration(migrations.Migration):
    """What was kept before holds no figures, so parts have new names: until it is restarted the version before this one
    may keep its own beside them.
    """

    dependencies = [("mapping", "0015_search_index")]

    operations = [
        migrations.AddField(model_name="listchange", name="rows", field=models.JSONField(null=True)),
        migrations.AddField(model_name="countedfacts", name="figures", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="countedfacts",
            name="scores",
            field=ArrayField(base_field=models.PositiveSmallIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name="countedfacts",
            name="lefts",
            field=ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.RunSQL(_keep("UNLOGGED", "EXTERNAL"), _keep("LOGGED", "EXTENDED")),
        *[note_rows(table, *named) for table, named in WATCHED.items()],
    ]

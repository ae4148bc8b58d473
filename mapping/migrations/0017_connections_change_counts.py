from django.db import migrations

# Counts are of the rows of the connections in use, and which these are is told by their states.
WATCH = """
CREATE FUNCTION mapping_note_connection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO mapping_listchange (tenant_id, "of", xid, at)
    VALUES (NEW.tenant_id, 'connections', pg_current_xact_id()::text::bigint, clock_timestamp())
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER mapping_note_insert AFTER INSERT ON connectors_connection
FOR EACH ROW EXECUTE FUNCTION mapping_note_connection();
CREATE TRIGGER mapping_note_update AFTER UPDATE OF state, connected_at ON connectors_connection
FOR EACH ROW WHEN ((OLD.state, OLD.connected_at) IS DISTINCT FROM (NEW.state, NEW.connected_at))
EXECUTE FUNCTION mapping_note_connection();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mapping", "0016_moved_counts"),
        ("connectors", "0004_fewer_indexes"),
    ]

    operations = [migrations.RunSQL(WATCH, "DROP FUNCTION mapping_note_connection() CASCADE;")]

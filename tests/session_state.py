"""What a database session keeps beyond its transaction, and a transaction-pooling proxy would hand to the next client.

Looked for after each test that commits, in the connection it used.
"""

from __future__ import annotations

from typing import Any

_FIND = """
SELECT 'setting ' || name FROM pg_settings WHERE source = 'session'
UNION ALL SELECT 'tenant ' || current_setting('app.tenant', true) WHERE current_setting('app.tenant', true) <> ''
UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
UNION ALL SELECT 'listens to ' || channel FROM pg_listening_channels() AS channel
UNION ALL SELECT 'advisory lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
UNION ALL SELECT 'temporary tables' WHERE pg_my_temp_schema() <> 0
ORDER BY 1
"""


def find_session_state(connection: Any) -> list[str]:
    """In words, of a psycopg connection with no transaction open."""
    cursor = connection.execute(_FIND, prepare=False)
    return [what for (what,) in cursor.fetchall()]

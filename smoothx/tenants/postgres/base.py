"""PostgreSQL backend that tells the server, per transaction, which tenant is active.

Row-level security reads `app.tenant`. It is set with SET LOCAL semantics, so that it ends with the transaction and a
transaction-pooling proxy may hand the connection to anyone afterwards. The setting travels in the same message as the
first statement that needs it, so it costs no round trip. Outside a transaction that message is one implicit
transaction (psycopg's client-side cursors use the simple protocol), so the setting ends with it.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable

from smoothx.tenants.scope import active_tenant_id

# The stubs do not know that Django's cursor is psycopg's client-side one.
_Cursor: Any = base.Cursor
_SET_TENANT = "SELECT set_config('app.tenant', '{}', true)"


class TenantCursor(_Cursor):  # type: ignore[misc]
    """Tells the server the tenant whenever it does not know it; `smoothx_tenant` is what this transaction was told."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if isinstance(query, Composable):
            query = query.as_string(self)
        tenant = self._untold_tenant()
        if tenant is None:
            self._watch_rollback(query)
            return super().execute(query, params, **options)
        is_alone = self._is_alone()
        # Unknown until the message went through.
        self.connection.smoothx_tenant = None
        super().execute(f"{_SET_TENANT.format(tenant)};{query}", params, **options)
        self.nextset()
        self.connection.smoothx_tenant = None if is_alone else tenant
        self._watch_rollback(query)
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        if self._is_alone():
            # One transaction for all of them, as it is one call.
            with self.connection.transaction():
                self._execute_many(query, params_seq, **options)
        else:
            self._execute_many(query, params_seq, **options)

    def _execute_many(self, query: Any, params_seq: Any, **options: Any) -> None:
        tenant = self._untold_tenant()
        if tenant is not None:
            super().execute(_SET_TENANT.format(tenant))
            self.connection.smoothx_tenant = tenant
        super().executemany(query, params_seq, **options)

    def _untold_tenant(self) -> str | None:
        """The tenant the server has to be told, "" for none; None when it knows, or when nothing can be told."""
        connection, status = self.connection, self.connection.info.transaction_status
        if status == TransactionStatus.IDLE:
            connection.smoothx_tenant = ""
        tenant = str(active_tenant_id() or "")
        return None if status == TransactionStatus.INERROR or connection.smoothx_tenant == tenant else tenant

    def _is_alone(self) -> bool:
        """Outside a transaction: whatever is sent is one of its own."""
        is_idle = self.connection.info.transaction_status == TransactionStatus.IDLE
        return bool(is_idle and self.connection.autocommit)

    def _watch_rollback(self, query: Any) -> None:
        # Rolling back to a savepoint also rolls back settings made after it, so set the tenant again next time.
        if isinstance(query, str) and query.startswith("ROLLBACK TO"):
            self.connection.smoothx_tenant = None


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.cursor_factory = TenantCursor
        connection.smoothx_tenant = None
        return connection

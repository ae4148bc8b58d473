"""Which account a tenant's connection stands for: one row per vendor, one tenant per account."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors.consent import AccountTaken, AnotherRealm
from connectors.grants import TokenPair
from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.signals import connection_restored
from smoothx.tenants.models import AuditEntry
from smoothx.tenants.scope import require_tenant_id

# Read again by itself, so it binds a tenant to no account. What is not named here does.
_REBUILT = frozenset({"connectors.call", "connectors.cursor", "mapping.remoteitem"})


def present_connection(vendor: str) -> Connection | None:
    """The tenant's connection to this vendor, whatever its state."""
    row: Connection | None = Connection.objects.filter(vendor=vendor).order_by("-id").first()
    return row


def holds_data(connection: Connection) -> bool:
    """Whether anything a person made points at this connection: documents, links, opening balances."""
    for relation in Connection._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not (relation.one_to_many and relation.auto_created) or model._meta.label_lower in _REBUILT:
            continue
        if model.objects.filter(**{relation.field.name: connection.pk}).exists():  # type: ignore[union-attr]
            return True
    return False


def is_bound(connection: Connection | None) -> bool:
    """Whether the tenant must stay with this connection's account."""
    if connection is None or not connection.account_id:
        return False
    is_in_use = connection.state in (Connection.State.CONNECTED, Connection.State.BROKEN)
    return is_in_use or holds_data(connection)


def refuse_taken(vendor: str, account_id: str) -> None:
    """Raises AccountTaken when another tenant has this account."""
    routes = ConnectionRoute.objects.filter(vendor=vendor, account_id=account_id)
    if routes.exclude(tenant_id=require_tenant_id()).exists():
        raise _taken(vendor)


def refuse_other(connection: Connection | None, account_id: str) -> None:
    """Raises AnotherRealm when the tenant is bound to a different account."""
    if connection is not None and connection.account_id != account_id and is_bound(connection):
        raise another(connection)


def another(connection: Connection) -> AnotherRealm:
    vendor = connection.get_vendor_display()
    present = connection.account_name or connection.account_id
    # "Ridgeline Builders, Inc." brings its own full stop.
    ending = f"{present.removesuffix('.')}."
    way = f"Sign in to {ending}"
    if not holds_data(connection):
        way = f"Disconnect {present} first, then connect the other one."
    elif connection.state == Connection.State.CONNECTED:
        way = f"Your documents belong to {present}, which stays connected."
    return AnotherRealm(
        connection.vendor, f"This is another {vendor} company than {ending} Nothing was changed. {way}"
    )


def bind(
    connection: Connection | None,
    *,
    vendor: str,
    account_id: str,
    name: str,
    facts: dict[str, Any],
    actor: Any,
    pair: TokenPair | None,
) -> Connection:
    """Connect the tenant to an account: row, route and audit entry together, then the signal.

    The same account keeps its row. A row of another account, which then holds no data, is replaced. Without `pair`
    the row's own tokens go on. Raises AccountTaken.
    """
    try:
        with transaction.atomic():
            row = _row_for(connection, vendor, account_id)
            values = _connected_values(name, facts, actor) | (pair.as_columns() if pair else {})
            for column, value in values.items():
                setattr(row, column, value)
            row.token_version += 1 if pair else 0
            row.save()
            _take_route(row)
            AuditEntry.note(actor=actor, action="connection.connected", subject=str(row), account=account_id)
            transaction.on_commit(partial(connection_restored.send_robust, sender=Connection, connection=row))
            return row
    except IntegrityError as error:
        raise _taken(vendor) from error


def _row_for(connection: Connection | None, vendor: str, account_id: str) -> Connection:
    if connection is None:
        return Connection(vendor=vendor, account_id=account_id)
    row: Connection = Connection.objects.select_for_update().get(pk=connection.pk)
    if row.account_id in ("", account_id):
        row.account_id = account_id
        return row
    # A new id, so that nothing read from the former account can be taken for the new one's.
    row.delete()
    row.pk, row.account_id, row.facts = None, account_id, {}
    return row


def _connected_values(name: str, facts: dict[str, Any], actor: Any) -> dict[str, Any]:
    return {
        "state": Connection.State.CONNECTED,
        "account_name": name[:200],
        "facts": facts,
        "connected_by": actor if getattr(actor, "is_authenticated", False) else None,
        "connected_at": timezone.now(),
        "broken_at": None,
        "broken_reason": "",
        "lease_owner": "",
        "lease_expires_at": None,
    }


def _take_route(row: Connection) -> None:
    route, is_new = ConnectionRoute.objects.get_or_create(
        vendor=row.vendor,
        account_id=row.account_id,
        defaults={"tenant_id": require_tenant_id(), "connection_id": row.pk},
    )
    if is_new:
        return
    if route.tenant_id != require_tenant_id():
        raise _taken(row.vendor)
    ConnectionRoute.objects.filter(pk=route.pk).update(connection_id=row.pk)


def _taken(vendor: str) -> AccountTaken:
    name = Vendor(vendor).label
    return AccountTaken(
        vendor,
        f"This {name} company is connected elsewhere already. Nothing was changed. Choose another, or ask support.",
    )

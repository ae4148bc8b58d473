"""A valid access token for a connection, refreshed by one worker at a time.

Both vendors rotate the refresh token: who uses an old one loses the connection. So a refresh runs under a lease in
the connection's row. The lease is taken and committed, the vendor is called with no transaction open, and the new
pair is saved before anybody uses it. Others wait for the new version; a lease that ran out is taken over.

Without new access nothing of the connection can be read or written. So a token endpoint that gives none means
Throttled or VendorAway, which end a run and use up no document's tries; after a few failures it is left alone a while.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import timedelta
from typing import Literal

from django.db.models import Q
from django.db.models.functions import Now

from connectors import limits
from connectors.errors import Reconnect, Retry, Throttled, VendorAway
from connectors.grants import GrantRefused, TokenPair, refresh_pair, revoke
from connectors.models import Connection
from connectors.signals import connection_broken
from connectors.transport import NoAnswer, NotSent, refuse_in_transaction
from smoothx.lib.clock import read_clock
from smoothx.lib.secrets import CannotDecrypt
from smoothx.tenants.models import AuditEntry

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=25)
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.1
TOKEN_FIELDS = (
    "state", "sealed_access_token", "sealed_refresh_token", "access_expires_at", "refresh_expires_at", "token_version",
)  # fmt: skip
_GONE = (Connection.State.BROKEN, Connection.State.DISCONNECTED)


def fresh(connection_id: int | None, *, force: bool = False, seen_version: int | None = None) -> Connection:
    """The connection with an access token that is valid for two minutes at least.

    `force` refreshes although the token looks valid: the vendor refused it. `seen_version` is the version that was
    refused, so that a worker who comes late takes what another has refreshed meanwhile. Raises Reconnect when only a
    person can help, Throttled or VendorAway when there is none just now, RuntimeError inside a database transaction.
    """
    if connection_id is None:
        message = "a connection that is not saved yet has no token to refresh"
        raise Reconnect(message)
    row = _read(connection_id)
    seen = row.token_version if seen_version is None else seen_version
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        _refuse_gone(row)
        # The caller's own clock may be wrong, and would ask for new access before each of its calls.
        if row.is_access_fresh(at=read_clock()) and (row.token_version > seen or not force):
            return row
        owner = _take_lease(row)
        if owner:
            row = _refresh(row, owner)
            _refuse_gone(row)
            return row
        if time.monotonic() > deadline:
            message = f"another worker has been refreshing the access of {row} for {WAIT_SECONDS:.0f} seconds"
            raise Throttled(message)
        time.sleep(POLL_SECONDS)
        row = _read(connection_id)


def open_token(connection: Connection, name: Literal["access_token", "refresh_token"]) -> str:
    """The token in the clear. Raises Reconnect when no key opens it any more."""
    try:
        token: str = getattr(connection, name)
    except CannotDecrypt as error:
        mark_broken(connection, "The stored access cannot be read any more.")
        message = f"{connection}: no encryption key opens the {name}"
        raise Reconnect(message) from error
    return token


def mark_broken(connection: Connection, reason: str) -> None:
    """Only a person can connect again. Does nothing if the tokens were replaced or the connection ended meanwhile."""
    changed = (
        Connection.objects.filter(pk=connection.pk, token_version=connection.token_version)
        .exclude(state__in=_GONE)
        .update(
            state=Connection.State.BROKEN,
            broken_at=Now(),
            broken_reason=reason[:300],
            lease_owner="",
            lease_expires_at=None,
        )
    )
    if not changed:
        return
    row = _read(connection.pk)
    connection.state, connection.broken_at, connection.broken_reason = row.state, row.broken_at, row.broken_reason
    AuditEntry.note(actor=None, action="connection.lost", subject=str(row), reason=reason)
    logger.warning("connectors.connection.lost connection=%s reason=%s", row.pk, reason)
    connection_broken.send_robust(sender=Connection, connection=row, reason=reason)


def _read(connection_id: int) -> Connection:
    row: Connection = Connection.objects.get(pk=connection_id)
    return row


def _refuse_gone(row: Connection) -> None:
    if row.state in _GONE:
        message = f"{row}: {row.broken_reason or 'not connected'}"
        raise Reconnect(message)


def _take_lease(row: Connection) -> str:
    """Our name when the lease is ours now, else "". The database's clock decides, the same for all workers."""
    refuse_in_transaction()
    owner = uuid.uuid4().hex
    taken = (
        Connection.objects.filter(pk=row.pk, token_version=row.token_version)
        .filter(Q(lease_expires_at=None) | Q(lease_expires_at__lt=Now()))
        # The row was read a moment ago, and may have been given up since.
        .exclude(state__in=_GONE)
        .update(lease_owner=owner, lease_expires_at=Now() + LEASE)
    )
    return owner if taken else ""


def _renew_lease(row: Connection, owner: str) -> bool:
    mine = Connection.objects.filter(pk=row.pk, token_version=row.token_version, lease_owner=owner)
    return bool(mine.update(lease_expires_at=Now() + LEASE))


def _drop_lease(row: Connection, owner: str) -> None:
    Connection.objects.filter(pk=row.pk, lease_owner=owner).update(lease_owner="", lease_expires_at=None)


def _refresh(row: Connection, owner: str) -> Connection:
    try:
        limits.begin_refresh(row)
        pair = _ask_twice(row, owner)
    except GrantRefused as refusal:
        limits.end_refresh(row, health="alive")
        return _after_refusal(row, refusal)
    except Throttled:
        _drop_lease(row, owner)
        raise
    except Retry as error:
        _drop_lease(row, owner)
        after = max(error.after, limits.end_refresh(row, health="gone"))
        raise VendorAway(f"{row} gets no new access: {error}", after=after, **error.facts) from error
    # Before anything else: nobody else has this pair.
    saved = _save(row, owner, pair)
    limits.end_refresh(row, health="alive")
    return saved


def _ask_twice(row: Connection, owner: str) -> TokenPair:
    """The new pair. A lost answer is asked for once more with the same token, which may be dead by now.

    Then no answer again means Retry, not Reconnect: whether the token still lives, only an answer can tell.
    """
    refresh_token = open_token(row, "refresh_token")
    try:
        return refresh_pair(row.vendor, refresh_token)
    except NotSent as error:
        raise _unreachable(error) from error
    except NoAnswer:
        if not _renew_lease(row, owner):
            message = "another worker took over the refresh"
            raise Throttled(message, after=1.0) from None
    try:
        return refresh_pair(row.vendor, refresh_token)
    except (NotSent, NoAnswer) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> Retry:
    return Retry(f"the token endpoint did not answer: {error}")


def _after_refusal(row: Connection, refusal: GrantRefused) -> Connection:
    """The refresh token is dead: because another worker has used it, or for good.

    The lease is kept until the row says broken, or those who wait would all ask with the dead token.
    """
    newer = _read(row.pk)
    if newer.token_version > row.token_version and newer.state not in _GONE:
        return newer
    mark_broken(row, f"{row.get_vendor_display()} no longer accepts the connection.")
    message = f"{row}: the refresh token was refused"
    raise Reconnect(message, vendor_text=refusal.vendor_text, request_id=refusal.request_id, status=refusal.status)


def _save(row: Connection, owner: str, pair: TokenPair) -> Connection:
    """Store the pair for all. If the lease was taken over meanwhile, a pair in hand still beats a call under way."""
    same = Connection.objects.filter(pk=row.pk, token_version=row.token_version)
    values = pair.as_columns() | {
        "token_version": row.token_version + 1,
        "lease_owner": "",
        "lease_expires_at": None,
    }
    if not same.filter(lease_owner=owner).update(**values):
        logger.error("connectors.token.lease_outlived connection=%s", row.pk)
        same.exclude(state__in=_GONE).update(**values)
    saved = _read(row.pk)
    if saved.state == Connection.State.DISCONNECTED:
        # Ended while its tokens were renewed: what was revoked then were the old ones.
        revoke(row.vendor, pair.refresh_token)
    return saved

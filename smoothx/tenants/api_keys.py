"""API keys of a company: made and revoked by its administrators, shown once, looked up for each request of the API."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from smoothx.tenants.models import ApiKey, AuditEntry
from smoothx.tenants.scope import require_tenant_id

# The tenant's number comes first, so that its scope can be entered before the key is looked up.
_KEY = re.compile(r"sx_([1-9][0-9]{0,17})_([A-Za-z0-9_-]{43})")
# Of the 43 random characters; the others are 210 bits that nobody sees again.
HINT_CHARACTERS = 8
MOST_KEYS = 20
# A busy key is not written down for each request.
USE_STEP = timedelta(minutes=1)


class KeyRefused(Exception):
    """A key cannot be made; the sentence is for the reader."""


def make_key(name: str, actor: Any, *, last_day: date | None = None) -> tuple[ApiKey, str]:
    """The row, and the key, which is not to be had again. Raises KeyRefused for a name in use, and for too many.

    It is good through `last_day` in the active time zone.
    """
    if usable_keys().count() >= MOST_KEYS:
        raise KeyRefused(f"There are {MOST_KEYS} keys in use. Revoke one that is not needed.")
    secret = secrets.token_urlsafe(32)
    head = f"sx_{require_tenant_id()}_"
    try:
        with transaction.atomic():
            # One that expired gives its name back.
            past = ApiKey.objects.filter(name=name, revoked_at=None, expires_at__lte=timezone.now())
            past.update(revoked_at=F("expires_at"))
            row: ApiKey = ApiKey.objects.create(
                name=name,
                hint=head + secret[:HINT_CHARACTERS],
                digest=_digest(head + secret),
                made_by=actor,
                expires_at=_end_of(last_day) if last_day else None,
            )
            until = last_day.isoformat() if last_day else ""
            AuditEntry.note(actor=actor, action="api_key.made", subject=name, begins=row.hint, expires=until)
    except IntegrityError as error:
        message = f"There is a key called {name} already. Choose another name, or revoke that one."
        raise KeyRefused(message) from error
    return row, head + secret


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())


def last_day_of(row: ApiKey) -> date | None:
    """The last day it is good for, None for a key without an end."""
    return timezone.localdate(row.expires_at - timedelta(seconds=1)) if row.expires_at else None


def revoke_key(row: ApiKey, actor: Any) -> bool:
    """It opens nothing from now on. False when somebody revoked it before."""
    with transaction.atomic():
        open_rows = ApiKey.objects.filter(pk=row.pk, revoked_at=None)
        if not open_rows.update(revoked_at=timezone.now(), revoked_by=actor):
            return False
        AuditEntry.note(actor=actor, action="api_key.revoked", subject=row.name, begins=row.hint)
    return True


def usable_keys() -> QuerySet[ApiKey]:
    """Neither revoked nor expired."""
    is_open = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    rows: QuerySet[ApiKey] = ApiKey.objects.filter(is_open, revoked_at=None)
    return rows


def tenant_of_key(text: str) -> int | None:
    """Whose key this claims to be; None for a text that is no key at all. Proves nothing."""
    match = _KEY.fullmatch(text)
    return int(match[1]) if match else None


def find_key(text: str) -> ApiKey | None:
    """The usable key of the active tenant that this text is. One statement; compared in constant time."""
    if tenant_of_key(text) != require_tenant_id():
        return None
    head = text[: text.index("_", 3) + 1]
    row = usable_keys().filter(hint=text[: len(head) + HINT_CHARACTERS]).first()
    is_it = hmac.compare_digest(row.digest if row else "", _digest(text))
    return row if is_it else None


def note_use(row: ApiKey) -> None:
    """Write down when it was last used, to the minute, and in the audit log the first use of each day."""
    now = timezone.now()
    last = row.last_used_at
    if last is not None and now - last < USE_STEP:
        return
    with transaction.atomic():
        # Of requests at the same time one writes.
        is_mine = ApiKey.objects.filter(pk=row.pk, last_used_at=last).update(last_used_at=now)
        if is_mine and (last is None or last.date() != now.date()):
            AuditEntry.note(actor=None, action="api_key.used", subject=row.name, begins=row.hint)


def _digest(text: str) -> str:
    """Without salt or stretching: 256 random bits are not guessed, and equal keys do not happen."""
    return hashlib.sha256(text.encode()).hexdigest()

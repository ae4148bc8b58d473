"""API keys: made once, found by what they are, ended by hand or by day, and never kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.forms import model_to_dict
from django.utils import timezone

from smoothx.tenants import api_keys
from smoothx.tenants.api_keys import (
    KeyRefused,
    find_key,
    last_day_of,
    make_key,
    note_use,
    revoke_key,
    tenant_of_key,
    usable_keys,
)
from smoothx.tenants.models import ApiKey, AuditEntry, Tenant
from smoothx.tenants.scope import tenant_scope

SECRET = "a-B_" * 10 + "xyz"


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def audited() -> list[tuple[str, str, Any]]:
    return list(AuditEntry.objects.order_by("id").values_list("action", "subject", "actor__email"))


@pytest.mark.parametrize(
    ("text", "tenant_id"),
    [
        (f"sx_12_{SECRET}", 12),
        (f"sx_{9 * 10**17}_{SECRET}", 9 * 10**17),
        (f"sx_{10**18}_{SECRET}", None),
        (f"sx_0_{SECRET}", None),
        (f"sx_012_{SECRET}", None),
        (f"sx_-1_{SECRET}", None),
        (f"sx_12_{SECRET}\n", None),
        (f"sx_12_{SECRET}x", None),
        (f"sx_12_{SECRET[:-1]}", None),
        (f"SX_12_{SECRET}", None),
        (f"sx_1٢_{SECRET}", None),
        ("", None),
    ],
)
def test_a_key_says_whose_it_is(text: str, tenant_id: int | None) -> None:
    assert tenant_of_key(text) == tenant_id


def test_a_key_is_found_by_itself_alone_and_kept_nowhere(scope: Tenant, admin_user: Any) -> None:
    row, key = make_key("Power BI", admin_user)
    assert key.startswith(f"sx_{scope.pk}_")
    assert (row.hint, row.digest) == (key[: len(f"sx_{scope.pk}_") + 8], hashlib.sha256(key.encode()).hexdigest())
    assert find_key(key) == row
    assert find_key(key[:-1] + ("A" if key[-1] != "A" else "B")) is None
    assert find_key(f"sx_{scope.pk}_{SECRET}") is None
    kept = json.dumps([model_to_dict(row), *AuditEntry.objects.values_list("detail", flat=True)], default=str)
    assert key[len(row.hint) :] not in kept
    assert audited() == [("api_key.made", "Power BI", admin_user.email)]
    assert AuditEntry.objects.get().detail == {"begins": row.hint, "expires": ""}


def test_another_companys_key_is_none_here(scope: Tenant, other_tenant: Tenant, stranger: Any) -> None:
    with tenant_scope(other_tenant.pk):
        _, theirs = make_key("Power BI", stranger)
        assert find_key(theirs) is not None
    assert find_key(theirs) is None
    # Nor with our number before their secret.
    assert find_key(f"sx_{scope.pk}_{theirs.partition('_')[2].partition('_')[2]}") is None


def test_a_revoked_key_opens_nothing(scope: Tenant, admin_user: Any, owner: Any) -> None:
    row, key = make_key("Power BI", admin_user)
    assert revoke_key(row, owner)
    assert find_key(key) is None
    row.refresh_from_db()
    assert (row.revoked_by, row.revoked_at is not None) == (owner, True)
    assert not revoke_key(row, admin_user)
    assert audited()[1:] == [("api_key.revoked", "Power BI", owner.email)]
    # Its name is free again.
    assert make_key("Power BI", admin_user)[0].pk != row.pk


def test_a_key_is_good_through_its_last_day(scope: Tenant, admin_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with timezone.override(ZoneInfo("America/Denver")):
        row, key = make_key("Year end", admin_user, last_day=date(2027, 1, 31))
        assert last_day_of(row) == date(2027, 1, 31)
    assert row.expires_at == datetime(2027, 2, 1, 7, tzinfo=UTC)
    at(monkeypatch, datetime(2027, 2, 1, 6, 59, 59, tzinfo=UTC))
    assert find_key(key) == row
    at(monkeypatch, datetime(2027, 2, 1, 7, tzinfo=UTC))
    assert find_key(key) is None
    assert list(usable_keys()) == []
    assert AuditEntry.objects.get(action="api_key.made").detail["expires"] == "2027-01-31"


def test_a_key_that_cannot_be_made_leaves_nothing(
    scope: Tenant, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key("Power BI", admin_user)
    with pytest.raises(KeyRefused, match=r"^There is a key called Power BI already\. Choose another name, or"):
        make_key("Power BI", admin_user)
    monkeypatch.setattr(api_keys, "MOST_KEYS", 1)
    with pytest.raises(KeyRefused, match=r"^There are 1 keys in use\. Revoke one that is not needed\.$"):
        make_key("Excel", admin_user)
    assert (ApiKey.objects.count(), len(audited())) == (1, 1)


def test_use_is_noted_by_the_minute_and_audited_by_the_day(
    scope: Tenant, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = make_key("Power BI", admin_user)
    first = datetime(2026, 3, 14, 23, 58, tzinfo=UTC)
    used = []
    for moment in (first, first + timedelta(seconds=59), first + timedelta(seconds=60), first + timedelta(minutes=3)):
        at(monkeypatch, moment)
        row = find_key(key)
        assert row is not None
        # Of two requests at once one writes.
        note_use(row)
        note_use(row)
        used.append((ApiKey.objects.get().last_used_at, len(audited()) - 1))
    assert used == [(first, 1), (first, 1), (first + timedelta(minutes=1), 1), (first + timedelta(minutes=3), 2)]
    assert audited()[1:] == [("api_key.used", "Power BI", None)] * 2

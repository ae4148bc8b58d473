"""Lists that nothing tells of are read a few times a day, and only where somebody uses them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.errors import NoPermission
from connectors.models import Connection, Cursor, Vendor
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.models import RemoteItem
from smoothx.tenants.models import Tenant
from sync import quiet_lists
from sync.quiet_lists import EVERY, read_if_old
from tests.factories import connections

pytestmark = pytest.mark.django_db


def test_what_is_in_use_is_read_again_after_some_hours(scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    procore_side, books = connections()
    read: list[str] = []

    def refresh(connection: Connection, resource: Resource) -> None:
        read.append(resource.key)
        if resource == procore.COST_TYPES:
            raise NoPermission("closed to our user")

    monkeypatch.setattr(quiet_lists, "refresh_resource", refresh)
    assert (read_if_old(procore_side), read_if_old(books), read) == (0, 0, [])
    for connection, resource in (
        (procore_side, procore.COST_TYPES),
        (procore_side, procore.TAX_CODES),
        (procore_side, procore.VENDORS),
        (books, qbo.TAX_CODES),
    ):
        RemoteItem.objects.create(connection=connection, resource=resource.key, remote_id="1", name="One")
    assert (read_if_old(procore_side), read_if_old(books)) == (0, 0)
    RemoteItem.objects.update(seen_at=timezone.now() - EVERY)
    assert (read_if_old(procore_side), read_if_old(books)) == (2, 1)
    assert read == [procore.TAX_CODES.key, procore.COST_TYPES.key, qbo.TAX_CODES.key]
    assert (read_if_old(procore_side), read_if_old(books), len(read)) == (0, 0, 3)
    Cursor.objects.filter(connection=books).update(read_until=timezone.now() - EVERY - timedelta(seconds=1))
    assert (read_if_old(procore_side), read_if_old(books), read[3:]) == (0, 1, [qbo.TAX_CODES.key])
    assert set(quiet_lists.LISTS) == set(Vendor)

"""Counts are kept until a transaction changes what they count, whoever changes it and however."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from connectors.models import Connection
from mapping.counts.kept import Counted, Kept, Listed, Saving, keep, keep_order, read_kept
from mapping.kinds import VENDOR
from mapping.models import LeftOut, Link, ListChange, RemoteItem
from mapping.page.ranked import Ranked
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from tests.mapping.factories import make_company, make_link, make_vendor

PARTS = {"links": ["vendor"], "companies": ["procore.vendors", "contacts"]}
FACTS = {"links": {"vendor": 1}, "companies": {"total": 2}}


@pytest.fixture
def firm(transactional_db: None, tenant: Any) -> Iterator[Any]:
    """Commits for real: what counts is which transactions were seen."""
    with tenant_scope(tenant.pk):
        yield tenant


def known() -> set[str]:
    return set(read_kept(PARTS).facts)


def count_anew() -> None:
    keep_facts(read_kept(PARTS))


def keep_facts(kept: Kept) -> None:
    keep(Saving(kept.can_keep, {part: Counted(facts, kept.snapshot) for part, facts in FACTS.items()}))


def test_what_was_counted_is_kept_until_its_list_changes(firm: Any) -> None:
    company, vendor = make_company("Aspen"), make_vendor("Aspen")
    count_anew()
    assert dict(read_kept(PARTS).facts) == FACTS
    made = make_link(VENDOR, company, vendor)
    assert known() == {"companies"}
    count_anew()
    made.delete()
    assert known() == {"companies"}
    count_anew()
    RemoteItem.objects.filter(pk=company.pk).update(is_active=False)
    assert known() == {"links"}
    count_anew()
    LeftOut.objects.create(section="contacts", connection=company.connection, remote_id=company.remote_id)
    assert known() == {"links"}
    count_anew()
    make_vendor("Of a list that neither counts")
    assert known() == {"links", "companies"}


def test_an_order_is_kept_as_it_is_read(firm: Any) -> None:
    keys = [make_company(name).pk for name in ("Cedar", "Aspen", "Basin")]
    rows = RemoteItem.objects.order_by().values_list("sort_name", "pk")
    listed = Listed(*rows.query.sql_with_params(), width=2)
    lists = {"order": ["procore.vendors"]}
    in_order = [keys[1], keys[2], keys[0]]
    assert keep_order("order", listed, read_kept(lists), 1, 3) == in_order[1:]
    assert read_kept(lists).facts == {"order": {"rows": 3}}
    ranked = Ranked(3, None, "order")
    assert (ranked.read(0, 2), ranked.read(0, 2, is_descending=False)) == (in_order[:2], in_order[:0:-1])
    make_company("Denver")
    assert read_kept(lists).facts == {}
    with transaction.atomic():
        make_company("Elk Creek")
        assert len(keep_order("order", listed, read_kept(lists), 0, 9)) == 5
    assert read_kept(lists).facts == {}


def test_a_change_that_is_committed_after_the_count_began_makes_it_stale(firm: Any) -> None:
    make_company("Aspen")
    begun = read_kept(PARTS)
    make_company("Basin")
    keep_facts(begun)
    assert known() == {"links"}


def test_a_transaction_that_changed_something_itself_keeps_nothing(firm: Any) -> None:
    with transaction.atomic():
        make_company("Aspen")
        count_anew()
        assert known() == set()
    assert known() == set()


def test_a_change_taken_back_leaves_the_count(firm: Any) -> None:
    company = make_company("Aspen")
    count_anew()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        RemoteItem.objects.filter(pk=company.pk).update(is_active=False)
        _ = 1 / 0
    assert known() == {"links", "companies"}


def test_counts_of_one_account_are_none_of_another(firm: Any) -> None:
    connection = make_company("Aspen").connection
    count_anew()
    Connection.objects.filter(pk=connection.pk).update(token_version=2, account_name="Aspen Builders")
    assert known() == {"links", "companies"}
    Connection.objects.filter(pk=connection.pk).update(state=Connection.State.DISCONNECTED)
    assert known() == set()
    count_anew()
    Connection.objects.create(vendor=connection.vendor, state=Connection.State.CONNECTED, account_id="9002")
    assert known() == set()


def test_many_rows_of_a_statement_are_one_change(firm: Any) -> None:
    first = make_company("Company 0")
    ListChange.objects.all().delete()
    RemoteItem.objects.bulk_create(
        [
            RemoteItem(connection=first.connection, resource=first.resource, remote_id=f"n{n}", name=f"Company {n}")
            for n in range(50)
        ]
    )
    assert list(ListChange.objects.values_list("of", flat=True)) == ["procore.vendors"]


def test_another_firm_has_counts_of_its_own(firm: Any, other_tenant: Tenant) -> None:
    make_company("Aspen")
    count_anew()
    with tenant_scope(other_tenant.pk):
        assert known() == set()
        make_company("Basin")
    assert known() == {"links", "companies"}
    assert not Link.objects.exists()

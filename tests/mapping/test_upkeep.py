"""A worker counts long lists anew after much of them changed, so that a page need not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now

from connectors.procore import resources as procore
from connectors.procore.records import Company
from mapping.counts import tasks
from mapping.counts.tasks import WHOLE_AGAIN, keep_counts
from mapping.counts.upkeep import TOPIC, recount_soon
from mapping.directory.items import company_item
from mapping.directory.rows import mark_missing, save_rows
from mapping.kinds import VENDOR
from mapping.link_sets import link_together, unlink_together
from mapping.models import CountedFacts, Link, Refresh, RemoteItem
from mapping.page.facts import PageFacts, load_best_rights, load_facts
from mapping.screens import SECTIONS
from mapping.sections import load_sides_and_situation
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import tenant_scope
from tests.factories import connections
from tests.mapping.factories import make_company, make_vendor

CONTACTS = SECTIONS["contacts"]


@pytest.fixture
def firm(transactional_db: None, tenant: Any) -> Iterator[Any]:
    with tenant_scope(tenant.pk):
        yield tenant


def look() -> PageFacts:
    sides, situation = load_sides_and_situation()
    return load_facts(CONTACTS, situation, sides)


def due_at() -> Any:
    return DueWork.objects.values_list("due_at", flat=True).get(topic=TOPIC)


def test_a_page_finds_counted_what_changed(firm: Any, django_assert_num_queries: Any) -> None:
    make_vendor("Aspen")
    make_company("Aspen")
    load_best_rights(CONTACTS, load_sides_and_situation()[0], look())
    make_company("Basin")
    keep_counts(tenant_id=firm.pk)
    sides, situation = load_sides_and_situation()
    with django_assert_num_queries(1):
        facts = load_facts(CONTACTS, situation, sides)
        load_best_rights(CONTACTS, sides, facts)
    assert (facts.coverages["contacts"].total, facts.rights_open) == (2, 1)
    assert timedelta() < due_at() - read_clock() - (WHOLE_AGAIN - timedelta(minutes=1)) < timedelta(minutes=1)


def test_a_section_nobody_opened_or_read_is_not_counted(firm: Any) -> None:
    make_company("Aspen")
    keep_counts(tenant_id=firm.pk)
    assert (CountedFacts.objects.count(), due_at()) == (0, None)
    Refresh.objects.create(section="contacts", side="procore", state=Refresh.State.DONE)
    keep_counts(tenant_id=firm.pk)
    assert CountedFacts.objects.filter(part__endswith=":contacts").exists()


def test_what_was_counted_long_ago_is_counted_whole(firm: Any) -> None:
    make_company("Aspen")
    look()
    CountedFacts.objects.update(at=Now() - WHOLE_AGAIN - timedelta(minutes=1), facts={"mapped": 7, "total": 7})
    keep_counts(tenant_id=firm.pk)
    assert look().coverages["contacts"].total == 1
    assert not CountedFacts.objects.filter(at__lt=Now() - timedelta(minutes=1)).exists()


def test_a_change_while_a_worker_counts_is_counted_next(firm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_company("Aspen")
    look()

    def change(*args: Any) -> PageFacts:
        recount_soon()
        return load_facts(*args)

    monkeypatch.setattr(tasks, "load_facts", change)
    keep_counts(tenant_id=firm.pk)
    assert due_at() - read_clock() < timedelta(minutes=1)


def links_of(pairs: Sequence[tuple[RemoteItem, RemoteItem]]) -> list[Link]:
    return [
        Link(
            kind=VENDOR.key,
            left_connection=left.connection,
            left_id=left.remote_id,
            right_connection=right.connection,
            right_id=right.remote_id,
            chosen_by=Link.ChosenBy.HAND,
        )
        for left, right in pairs
    ]


def test_rows_that_changed_have_the_lists_counted_and_others_do_not(firm: Any) -> None:
    connection, rows = connections()[0], [company_item(Company(id="1", name="Aspen"))]
    read = partial(save_rows, connection, procore.VENDORS.key, rows)
    miss = partial(mark_missing, connection, procore.VENDORS.key, only={"1"})
    for change, is_due in ((read, True), (read, False), (miss, True), (miss, False)):
        change()
        assert DueWork.objects.filter(topic=TOPIC).delete()[0] == is_due


def test_many_links_have_the_lists_counted_and_few_do_not(firm: Any) -> None:
    pairs = [(make_company(f"Company {n}"), make_vendor(f"Company {n}")) for n in range(51)]
    link_together(links_of(pairs[:1]), actor=None, run=None)
    unlink_together(Link.objects.all(), actor=None, run=None)
    assert not DueWork.objects.filter(topic=TOPIC).exists()
    link_together(links_of(pairs), actor=None, run=None)
    assert due_at() - read_clock() < timedelta(minutes=1)
    DueWork.objects.filter(topic=TOPIC).delete()
    unlink_together(Link.objects.all(), actor=None, run=None)
    assert due_at() - read_clock() < timedelta(minutes=1)

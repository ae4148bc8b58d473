"""Which posted documents a changed link or setting concerns, by what they name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from mapping.choices import choose
from mapping.models import LinkChange
from sync import naming
from sync.basis import learn_names, to_text
from sync.cost_maps import FROM_BOOKS
from sync.models import Entry
from sync.recoding import finding
from sync.recoding.narrowing import NamedUses
from sync.uses import FINDERS
from tests.factories import connections, make_entry
from tests.mapping.factories import make_code, make_row

pytestmark = pytest.mark.usefixtures("scope")

NAMED = {"cost_codes": "801", "tax_codes": "11"}
BOOKED = {"customers": "58", "accounts": "77 78", "items": "31", "classes": "41"}


@pytest.fixture(autouse=True)
def firm(scope: Any) -> None:
    make_code("03-300", "Slabs", remote_id="33")
    make_row(procore.PROJECT_COST_CODES, "x", remote_id="801", code="03-300", data={"standard_id": "33"})


def posted(flow: str, facts: dict[str, str], *, days: int = 2, **more: Any) -> Entry:
    known = {"mapped_at": to_text(timezone.now() - timedelta(days=days)), **facts}
    return make_entry(flow=flow, facts=known, **{"party_id": "518", "target_id": "1", **more})


def changed(kind: str, left_id: str, right_id: str, action: str = "linked") -> None:
    left, right = connections()
    LinkChange.objects.create(
        action=action,
        kind=kind,
        left_connection=left,
        left_id=left_id,
        left_name="Left",
        right_connection=right,
        right_id=right_id,
        right_name=f"Right {right_id}",
        chosen_by="hand",
        at=timezone.now() - timedelta(days=1),
    )


def found() -> list[int]:
    return list(finding.find().entry_ids)


@pytest.mark.parametrize("flow", ["expenses", "payroll_costs"])
@pytest.mark.parametrize(
    ("kind", "right_id", "other"),
    [
        ("vendor", "518", "519"),
        ("sub_job", "58", "59"),
        ("cost_code_account", "78", "79"),
        ("override_account", "77", "79"),
        ("cost_code_item", "31", "32"),
        ("cost_code_class", "41", "42"),
        ("cost_type_class", "41", "42"),
    ],
)
def test_a_cost_from_quickbooks_is_found_by_what_it_names_there(
    flow: str, kind: str, right_id: str, other: str
) -> None:
    cost = posted(flow, BOOKED)
    posted(flow, BOOKED, days=0, source_id="9")
    changed(kind, "1", other)
    assert found() == []
    # It led there, and does not any more: what counts is the row of QuickBooks, whatever it leads to now.
    changed(kind, "1", right_id, action="unlinked")
    changed(kind, "1", other)
    (change,) = finding.find().changes
    assert (found(), change.count, change.told) == ([cost.pk], 1, f"Right {other}")


@pytest.mark.parametrize(
    ("flow", "kind", "is_concerned"),
    [
        ("bills", "cost_code_account", True),
        ("purchase_orders", "cost_code_account", True),
        ("owner_invoices", "cost_code_account", False),
        ("estimates", "cost_code_account", False),
        ("owner_invoices", "revenue", True),
        ("estimates", "revenue", True),
        ("bills", "revenue", False),
        ("order_bills", "cost_code_account", False),
        ("bill_payments", "cost_code_account", False),
    ],
)
def test_a_document_of_procore_is_found_by_the_code_it_looks_up(flow: str, kind: str, is_concerned: bool) -> None:
    document = posted(flow, NAMED)
    changed(kind, "33", "77")
    assert found() == ([document.pk] if is_concerned else [])


def test_a_setting_concerns_documents_in_which_it_stood_in() -> None:
    named = posted("expenses", BOOKED, planned={"document": {"has_payee": True, "lines": [{"chosen_by": "Account"}]}})
    default = [{"chosen_by": "Procore Bill Code"}]
    unnamed = posted("expenses", BOOKED, planned={"document": {"has_payee": False, "lines": default}}, source_id="9")
    order = posted("purchase_orders", NAMED, planned={"document": {"lines": default}})
    choose("procore_bill_code", "33", None)
    assert found() == [unnamed.pk]
    choose("order_contracts", "both", None)
    choose("journal_costs", "yes", None)
    assert found() == [unnamed.pk]
    choose("class_type", "project", None)
    assert set(found()) == {named.pk, unnamed.pk, order.pk}


def test_a_change_of_any_kind_finds_the_documents_that_look_it_up() -> None:
    """Documents that name something of every sort, and one by one a change of whatever they name."""
    make_row(procore.PROJECTS, "Lofts", remote_id="501", data={"department_ids": ["6"]})
    named = {**NAMED, "cost_types": "3", "pairs": "801+L", "sub_jobs": "58", "payment_terms": "Net 30"}
    entries = [posted(flow, BOOKED if flow in FROM_BOOKS else named, source_id=flow) for flow in finding.POSTED]
    uses, bills = NamedUses(finding.POSTED, FINDERS), finding.load_posted([each.pk for each in entries])
    told = 0
    for kind in sorted({*FINDERS, *naming.BOOKED}):
        for bill in bills:
            if kind not in finding.NEEDS[bill.flow]:
                continue
            LinkChange.objects.all().delete()
            for right_id in (
                bill.named(naming.BOOKED[kind])[:1] if bill.flow in FROM_BOOKS and kind in naming.BOOKED else ()
            ):
                changed(kind, "of the books", right_id)
            for left_id in list(FINDERS[kind](uses, bill))[:1] if bill.flow not in FROM_BOOKS else ():
                changed(kind, left_id, "of Procore")
            if LinkChange.objects.exists():
                told += 1
                assert bill.pk in found(), (kind, bill.flow)
    assert told > 60


def test_a_document_whose_names_were_not_kept_yet_is_found_until_it_is_looked_through() -> None:
    order = posted("purchase_orders", {}, project_id="77")
    posted("purchase_orders", NAMED, source_id="2", project_id="77")
    changed("cost_code_account", "99", "77")
    changed("vendor", "519", "20")
    assert found() == [order.pk]
    learn_names(order.pk, {"cost_codes": "802", "net": "1.00"})
    order.refresh_from_db()
    assert order.facts == {"mapped_at": order.facts["mapped_at"], "cost_codes": "802", "named": "all"}
    assert found() == []

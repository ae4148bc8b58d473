"""Which files of QuickBooks are worth carrying, by what their documents became."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from connectors.qbo import resources as qbo
from connectors.qbo.records_files import Attachable
from sync.attached import keep_carried
from sync.flows.attachments_to_procore import split_by_document
from sync.models import Entry
from sync.pages.files import files_of
from sync.pages.frame import Frame
from sync.sources.files import find_holder
from tests.factories import connections, make_entry

pytestmark = pytest.mark.usefixtures("scope")


def file_on(*documents: tuple[str, str], note: str = "") -> Attachable:
    return Attachable("71", "0", "register.pdf", "application/pdf", 3, note, documents)


def kept(file: Attachable) -> set[str]:
    _, books = connections()
    work: Any = SimpleNamespace(qbo=SimpleNamespace(connection=books))
    return keep_carried(work, file, set(split_by_document(file)))


def cost(source_id: str, resource: Any = qbo.BILLS, state: str = "posted", **more: Any) -> Entry:
    procore, books = connections()
    ways = {"source_connection": books, "target_connection": procore, "target_type": "direct_cost", "flow": "expenses"}
    return make_entry(state, source_id=source_id, source_type=resource.key, group="", **{**ways, **more})


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("Bill", qbo.BILLS),
        ("VendorCredit", qbo.VENDOR_CREDITS),
        ("Purchase", qbo.PURCHASES),
        ("JournalEntry", qbo.JOURNAL_ENTRIES),
    ],
)
def test_a_file_goes_to_each_direct_cost_of_its_document(kind: str, resource: Any) -> None:
    first, second = cost("9", resource, part="58"), cost("9", resource, part="60")
    cost("9", resource, "blocked", part="61")
    file = file_on((kind, "9"), (kind, "10"), ("Invoice", "9"))
    assert kept(file) == {f"{kind}:9:58", f"{kind}:9:60"}
    assert kept(file_on((kind, "9"), note="From Procore, invoice 6. Smoothx 0a1b2c3d4e")) == set()
    key = {"flow": "attachments_to_procore", "part": f"{kind}:9:60", "number": "register.pdf"}
    hanging = cost("71", qbo.ATTACHABLES, **key)
    assert find_holder(hanging) == second
    assert [row.name for row in files_of(second, Frame())] == ["register.pdf"]
    assert files_of(first, Frame()) == []


def test_a_file_of_a_bill_of_an_order_goes_to_its_invoice_and_to_the_cost_of_its_other_lines() -> None:
    direct = cost("9", part="90")
    invoice = cost("9", part="90", flow="order_bills", target_type="commitment_invoice")
    cost("9", qbo.BILLS, "blocked", part="91", flow="order_bills")
    assert kept(file_on(("Bill", "9"))) == {"Bill:9:90", "Bill:9:order 90"}
    for part, holder in (("Bill:9:90", direct), ("Bill:9:order 90", invoice)):
        hanging = cost("71", qbo.ATTACHABLES, flow="attachments_to_procore", part=part, number="register.pdf")
        assert find_holder(hanging) == holder
        assert [row.url for row in files_of(holder, Frame())] == [f"/activity/{hanging.pk}/"]


def test_what_hangs_on_a_journal_entry_with_labour_stays_in_the_books() -> None:
    cost("9", qbo.JOURNAL_ENTRIES, part="58")
    cost("10", qbo.JOURNAL_ENTRIES, part="58")
    cost("9", qbo.JOURNAL_ENTRIES, "blocked", flow="payroll_costs", part="emp 4")
    cost("10", qbo.TIME_ACTIVITIES, flow="payroll_costs")
    assert kept(file_on(("JournalEntry", "9"), ("JournalEntry", "10"))) == {"JournalEntry:10:58"}

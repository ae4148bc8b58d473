"""A British firm: bills with VAT by the line against both sandboxes, and their payments without it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors import limits
from connectors.sandbox.pairs import start_pair
from mapping.automap.running import automap
from mapping.choices import choose
from mapping.models import RemoteItem
from mapping.screens import SECTIONS
from sync import actions
from sync.books import poll_books
from sync.engine import Engine
from sync.models import Entry
from sync.work import Work
from tests import worlds
from tests.conftest import point_at
from tests.sync.claims import bills_of, carry_again, codes_of, entry_of, post, state_of, worked_example

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def british(transactional_db: None, scope: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A mapped, live company with VAT on every line of its contracts; the world is the pair of sandboxes."""
    pair = start_pair(scenario="uk")
    monkeypatch.setattr(limits, "QBO_CALLS", ())
    off = {"per_minute": 0, "per_second": 0, "batches_per_minute": 0}
    requests.post(f"{pair.qbo.url}/_control/limits", json=off, timeout=30)
    requests.post(f"{pair.procore.url}/_control/limits", json={"hour": 0, "spike": 0}, timeout=30)
    point_at(settings, pair.info)
    worlds.connect(scope, pair)
    worlds.read_directory("tax-purchase")
    worlds.map_what_matches()
    automap(SECTIONS["tax-purchase"], None)
    worlds.choose_defaults(purchase_tax_code=tax_code("20.0% S"))
    worlds.open_books()
    yield pair
    pair.stop()


def tax_code(name: str) -> str:
    return str(RemoteItem.objects.get(resource="qbo.tax_codes", name=name).remote_id)


def bill_of(pair: Any, entry: Entry) -> dict[str, Any]:
    return next(bill for bill in bills_of(pair) if bill["Id"] == entry.target_id)


def pay(pair: Any, bill_id: str, amount: str, date: str) -> str:
    made = worlds.act(pair.qbo, "pay_bill", bill_id=bill_id, amount=amount, date=date)
    return str(made["BillPayment"]["Id"])


def carry() -> None:
    poll_books(Work())
    Engine().run_due()


def paid(pair: Any) -> list[Decimal]:
    rows = worlds.in_procore(pair, "contract_payments")
    return [Decimal(row["amount"]) for row in rows if row["origin_id"]]


def test_a_bill_carries_vat_by_the_line_and_its_payments_pay_the_invoice_without_it(british: Any) -> None:
    first, second, *_ = worked_example(british)
    (entry,) = post(first)
    assert state_of(first) == ("posted", [])
    bill, standard = bill_of(british, entry), tax_code("20.0% S")
    assert (bill["TotalAmt"], bill["TxnTaxDetail"]["TotalTax"]) == (25920.00, 4320.00)
    lines = [(line["Amount"], line["AccountBasedExpenseLineDetail"]["TaxCodeRef"]["value"]) for line in bill["Line"]]
    assert lines == [(20000.00, standard), (4000.00, standard), (-2400.00, standard)]
    assert (entry.facts["net"], entry.facts["tax"], entry.facts["coded_tax"]) == ("21600.00", "4320.00", "4320.00")

    # Three payments of which each counts 83.36, so that the last one, of all that is left, takes what rounding left.
    early = [pay(british, bill["Id"], "100.03", f"2026-10-0{day}") for day in (1, 2, 3)]
    pay(british, bill["Id"], "25619.91", "2026-10-09")
    carry()
    assert paid(british) == [Decimal("83.36"), Decimal("83.36"), Decimal("83.36"), Decimal("21349.92")]
    assert sum(paid(british)) == Decimal("21600.00")
    worlds.act(british.qbo, "void_bill_payment", payment_id=early[0])
    carry()
    # It no longer settles the bill, so it counts in proportion like the others.
    assert paid(british) == [Decimal("83.36"), Decimal("83.36"), Decimal("21349.93")]

    # With tax on the work before retention the codes make another tax than Procore, and a person decides.
    choose("tax_base", "gross", None)
    choose("retention_tax_code", tax_code("No VAT"), None)
    post(second)
    assert state_of(second) == ("held", ["tax_differs"])
    before = len(bills_of(british))
    actions.post_with_tax(entry_of(second), None)  # type: ignore[arg-type]
    Engine().run_due()
    entry = entry_of(second)
    assert (entry.state, codes_of(entry)) == ("posted_with_warnings", ["tax_differs_after_posting"])
    assert entry.notices[0]["detail"] == {"books": "6600.00", "planned": "5940.00"}
    assert (len(bills_of(british)), entry.target_total) == (before + 1, Decimal("36300.00"))
    carry_again(second)
    assert len(bills_of(british)) == before + 1

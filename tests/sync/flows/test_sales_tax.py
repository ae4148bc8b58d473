"""Tax on owner invoices: told as a total, or by a code on every line."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.procore.records_owner import OwnerInvoice
from mapping.defaults import OWNER_RETENTION_TAX, SALES_TAX_CODE, TAX_BASE, Choice
from mapping.kinds import TAX_SALES
from mapping.maps import Maps, Target
from tests.sync.flows.contracts import ZERO, Billed, amount
from tests.sync.flows.owners import DEFAULTS, LINKS, MAPS, Books, Prime, with_choice


def plan(invoice: OwnerInvoice, *, maps: Maps = MAPS, defaults: Any = DEFAULTS, approve: tuple[str, ...] = ()) -> Any:
    return Books(maps=maps, defaults=defaults).plan(invoice, *approve)


class TestTax:
    US = replace(DEFAULTS, uses_sales_tax=True)
    UK = with_choice(SALES_TAX_CODE, "20S", uses_sales_tax=True, books_country="GB")
    RATES = replace(
        MAPS, tax_rates={("sale", "20S"): Decimal(20), ("sale", "0"): Decimal(0), ("sale", "5S"): Decimal(5)}
    )

    def taxed(self, tax: str | int) -> OwnerInvoice:
        return Prime().bill(Billed("B", work=1000, retained=100), tax=Decimal(tax))

    def test_books_of_the_united_states_are_told_the_total(self) -> None:
        document = plan(self.taxed("74.25"), defaults=self.US).document
        wire = document.to_wire()
        assert (document.total, wire["TxnTaxDetail"]) == (amount("974.25"), {"TotalTax": amount("74.25")})
        assert [line.tax_code_id for line in document.lines] == ["TAX", "TAX"]

    def test_tax_before_retention_leaves_retention_untaxed(self) -> None:
        defaults = with_choice(TAX_BASE, "gross", uses_sales_tax=True)
        document = plan(self.taxed(80), defaults=defaults).document
        assert [line.tax_code_id for line in document.lines] == ["TAX", "NON"]

    def test_without_tax_in_procore_nothing_is_taxed(self) -> None:
        document = plan(self.taxed(0), defaults=self.US).document
        assert document.to_wire()["TxnTaxDetail"] == {"TotalTax": ZERO}
        assert {line.tax_code_id for line in document.lines} == {"NON"}

    def test_elsewhere_every_line_has_a_code(self) -> None:
        document = plan(self.taxed(180), maps=self.RATES, defaults=self.UK).document
        assert (document.total, document.to_wire()["GlobalTaxCalculation"]) == (amount(1080), "TaxExcluded")
        assert [line.tax_code_id for line in document.lines] == ["20S", "20S"]
        assert "TxnTaxDetail" not in document.to_wire()

    def test_a_mapped_code_of_the_contract_line_wins(self) -> None:
        maps = replace(self.RATES, links={**LINKS, (TAX_SALES.key, "7"): Target("5S", "5 %")})
        bill = Prime().bill(Billed("A", work=1000), tax=50)
        assert [line.tax_code_id for line in plan(bill, maps=maps, defaults=self.UK).document.lines] == ["5S"]

    def test_a_code_that_is_not_mapped_never_falls_to_the_default(self) -> None:
        planned = plan(Prime().bill(Billed("A", work=1000), tax=200), maps=self.RATES, defaults=self.UK)
        assert [notice.code for notice in planned.blockers] == ["tax_code_not_mapped"]
        assert planned.blockers[0].waits_for == "link:tax_sales:7"

    def test_a_code_of_its_own_for_retention(self) -> None:
        chosen = {**self.UK.choices, OWNER_RETENTION_TAX.key: Choice("0", "No VAT"), TAX_BASE.key: Choice("gross", "")}
        document = plan(self.taxed(200), maps=self.RATES, defaults=replace(self.UK, choices=chosen)).document
        assert [line.tax_code_id for line in document.lines] == ["20S", "0"]

    def test_codes_that_make_another_tax_are_for_a_person(self) -> None:
        planned = plan(self.taxed(200), maps=self.RATES, defaults=self.UK)
        (notice,) = planned.blockers
        assert (notice.code, notice.detail) == ("sales_tax_differs", {"computed": "180.00", "stated": "200.00"})
        assert plan(self.taxed(200), maps=self.RATES, defaults=self.UK, approve=("tax",)).document is not None

    def test_a_cent_is_rounding(self) -> None:
        assert plan(self.taxed("180.05"), maps=self.RATES, defaults=self.UK).document.total == amount("1080.05")

    def test_no_default_where_a_line_names_none(self) -> None:
        defaults = replace(self.UK, choices=DEFAULTS.choices)
        planned = plan(self.taxed(180), maps=self.RATES, defaults=defaults)
        assert {notice.code for notice in planned.blockers} == {"tax_code_not_set"}

    def test_the_code_of_the_form_where_tax_is_not_automated(self) -> None:
        default = with_choice(SALES_TAX_CODE, "2", uses_sales_tax=True)
        told = plan(self.taxed("74.25"), defaults=default).document.to_wire()["TxnTaxDetail"]
        assert told == {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": amount("74.25")}
        maps = replace(MAPS, links={**LINKS, (TAX_SALES.key, "7"): Target("3", "Tucson")})
        mapped = plan(Prime().bill(Billed("A", work=1000), tax=91), maps=maps, defaults=default).document
        assert mapped.to_wire()["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "3"}, "TotalTax": amount(91)}
        pseudo = with_choice(SALES_TAX_CODE, "TAX", uses_sales_tax=True)
        assert plan(self.taxed(80), defaults=pseudo).document.to_wire()["TxnTaxDetail"] == {"TotalTax": amount(80)}

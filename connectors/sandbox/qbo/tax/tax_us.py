"""Sales tax in the United States: TAX or NON per line and one tax code for the form."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.qbo.books.faults import invalid_reference
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.tax.tax_codes import is_automated, rates_of, uses_tax
from connectors.sandbox.qbo.tax.tax_lines import (
    HEAD_MEMBERS,
    LINE_MEMBERS,
    discount_share,
    map_details,
    spell_tax_line,
    taxed_lines,
    with_detail,
)
from connectors.sandbox.qbo.tax.tax_sums import ZERO, Rate, RateTax, TaxedLine, spread, tax_excluded

UNTAXED = {"value": "NON"}


def tax_us_sale(write: Write) -> None:
    """Complete the lines' codes and set TxnTaxDetail. Raises QboFault 2500."""
    _complete_codes(write)
    write.record.pop("GlobalTaxCalculation", None)
    is_taxed = uses_tax(write.book)
    write.record["TxnTaxDetail"] = _work_out(write, _read_stated(write)) if is_taxed else {"TotalTax": 0}


def _read_stated(write: Write) -> Record:
    """What the caller says of the tax; a sparse update that says nothing keeps the form's code."""
    is_sparse = write.old is not None and write.sent.get("sparse") is True
    if "TxnTaxDetail" in write.sent or not is_sparse:
        stated: Record = write.sent.get("TxnTaxDetail", {})
        return stated
    kept = (write.old or {}).get("TxnTaxDetail", {})
    return {name: kept[name] for name in ("TxnTaxCodeRef",) if name in kept}


def mark_untaxed(write: Write) -> None:
    """A purchase carries no tax; every recorded line names a pseudo code, NON unless TAX was given."""

    def mark(line: Record, detail: Record) -> Record:
        kept = {name: value for name, value in detail.items() if name not in LINE_MEMBERS}
        return with_detail(line, {**kept, "TaxCodeRef": detail.get("TaxCodeRef", UNTAXED)})

    for member in HEAD_MEMBERS:
        write.record.pop(member, None)
    write.record["Line"] = map_details(write.record["Line"], mark)


def _complete_codes(write: Write) -> None:
    def fill(line: Record, detail: Record) -> Record:
        kept = {name: value for name, value in detail.items() if name != "TaxInclusiveAmt"}
        return with_detail(line, {**kept, "TaxCodeRef": detail.get("TaxCodeRef") or _default_us_code(write, detail)})

    write.record["Line"] = map_details(write.record["Line"], fill)


def _default_us_code(write: Write, detail: Record) -> Record:
    item = write.book.get("Item", detail.get("ItemRef", {}).get("value", "")) or {}
    customer = write.book.get("Customer", write.record.get("CustomerRef", {}).get("value", "")) or {}
    is_taxed = item.get("Taxable", False) and customer.get("Taxable", True)
    return {"value": "TAX" if is_taxed else "NON"}


def _work_out(write: Write, sent: Record) -> Record:
    """One code for the form. Automated, it is the company's own jurisdiction whatever was sent."""
    code_id = sent.get("TxnTaxCodeRef", {}).get("value")
    if is_automated(write.book):
        code_id = (write.book.preference("TaxPrefs", "TaxGroupCodeRef") or {}).get("value")
    # Unverified at the vendor: without a code the older model charges nothing.
    if code_id is None:
        return {"TotalTax": 0}
    rates = _form_rates(write, code_id)
    coded = [
        TaxedLine(Decimal(line["Amount"]), rates)
        for line, detail in taxed_lines(write.record["Line"])
        if detail["TaxCodeRef"]["value"] == "TAX"
    ]
    taxes = tax_excluded(coded, share=discount_share(write.record)) or [RateTax(rate, ZERO, ZERO) for rate in rates]
    total = sum((each.tax for each in taxes), ZERO)
    given = round_cents(Decimal(sent.get("TotalTax", total)))
    if not coded and not given:
        return {"TotalTax": 0}
    lines = [spell_tax_line(each) for each in taxes]
    if given != total:
        lines = _override(taxes, given)
    return {"TxnTaxCodeRef": {"value": code_id}, "TotalTax": spell_money(given), "TaxLine": lines}


def _form_rates(write: Write, code_id: str) -> tuple[Rate, ...]:
    rates = rates_of(write.book, code_id, "Sales", write.record["TxnDate"])
    if rates is None:
        raise invalid_reference("TaxCode", code_id, "TxnTaxDetail.TxnTaxCodeRef")
    return rates


def _override(taxes: list[RateTax], total: Decimal) -> list[Record]:
    """A total the caller insists on, spread over the rates; each line tells by how much it was moved."""
    shares = spread(total, [each.rate.percent for each in taxes])
    lines = []
    for each, share in zip(taxes, shares, strict=True):
        line = spell_tax_line(RateTax(each.rate, each.net, share))
        line["TaxLineDetail"]["OverrideDeltaAmount"] = spell_money(share - each.tax)
        lines.append(line)
    return lines

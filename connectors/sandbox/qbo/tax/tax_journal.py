"""Tax on journal entries outside the United States: a code per line that says if it is for sales or purchases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.sandbox.amounts import CENT, round_cents
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import missing, tax_not_applicable, tax_rate_missing, tax_totals_clash
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.tax.tax_codes import country_of, is_us, rates_of, uses_tax
from connectors.sandbox.qbo.tax.tax_lines import spell_tax_line
from connectors.sandbox.qbo.tax.tax_sums import ZERO, RateTax, TaxedLine, net_of, spread, tax_excluded
from connectors.sandbox.qbo.tax.taxes import tax_account

DETAIL = "JournalEntryLineDetail"
TAX_MEMBERS = ("TaxCodeRef", "TaxApplicableOn", "TaxAmount", "TaxInclusiveAmt")
# The side on which tax of a direction stands; on the other one it is taken back.
NATURAL_SIDE = {"Sales": "Credit", "Purchase": "Debit"}


@dataclass(slots=True)
class _Line:
    line: Record
    taxes: list[RateTax]


def tax_journal(write: Write) -> None:
    """Set the lines' TaxAmount and TxnTaxDetail, so that lines and taxes balance. Raises QboFault 2020, 6000, 6170."""
    record = write.record
    mode = record.get("GlobalTaxCalculation")
    if is_us(write.book) or not uses_tax(write.book) or mode == "NotApplicable":
        if mode == "NotApplicable" and write.sent.get("TxnTaxDetail"):
            raise tax_not_applicable()
        _strip(record)
        return
    taxed = [_tax_line(write, line) for line in record["Line"]]
    record["Line"] = [each.line for each in taxed]
    lines = [spell_tax_line(each) for each in _sum_rates(taxed)]
    _demand_agreement(write, lines)
    record["TxnTaxDetail"] = {"TaxLine": lines} if lines else {}


def keep_journal_tax(write: Write) -> None:
    """An update without lines leaves the tax as it is, whatever it says of it."""
    for member in ("GlobalTaxCalculation", "TxnTaxDetail"):
        write.record.pop(member, None)
        if write.old is not None and member in write.old:
            write.record[member] = write.old[member]


def tax_on_side(record: Record, side: str) -> Decimal:
    """What the taxes of its lines add to the debit or the credit side."""
    return sum((amount for posting, amount in _line_taxes(record) if posting == side), ZERO)


def post_journal_tax(book: Book, record: Record) -> Iterator[tuple[str, Decimal]]:
    total = tax_on_side(record, "Debit") - tax_on_side(record, "Credit")
    account = tax_account(book) if total else None
    if account is not None:
        yield account["Id"], total


def _line_taxes(record: Record) -> Iterator[tuple[str, Decimal]]:
    for line in record["Line"]:
        detail = line.get(DETAIL, {})
        if "TaxCodeRef" in detail:
            yield detail["PostingType"], Decimal(detail.get("TaxAmount", 0))


def _strip(record: Record) -> None:
    record["Line"] = [
        {**line, DETAIL: {name: value for name, value in line[DETAIL].items() if name not in TAX_MEMBERS}}
        if DETAIL in line
        else line
        for line in record["Line"]
    ]
    record["TxnTaxDetail"] = {}


def _tax_line(write: Write, line: Record) -> _Line:
    """A line with its tax. An amount of tax that is given stands, spread over the rates of the code."""
    detail = dict(line.get(DETAIL) or {})
    code_id = detail.get("TaxCodeRef", {}).get("value")
    if code_id is None:
        return _Line(line, [])
    direction = detail.get("TaxApplicableOn")
    if direction is None:
        raise missing("TaxApplicableOn")
    rates = rates_of(write.book, code_id, direction, write.record["TxnDate"])
    if rates is None:
        raise tax_rate_missing(country_of(write.book))
    amount = Decimal(line["Amount"])
    is_gross = write.record.get("GlobalTaxCalculation") == "TaxInclusive" and "TaxInclusiveAmt" in detail
    if is_gross:
        amount = net_of(Decimal(detail["TaxInclusiveAmt"]), rates)
    taxes = tax_excluded([TaxedLine(amount, rates)])
    given = detail.get("TaxAmount")
    if is_gross:
        given = Decimal(detail["TaxInclusiveAmt"]) - amount
    if given is not None:
        shares = spread(round_cents(Decimal(given)), [each.tax for each in taxes])
        taxes = [RateTax(each.rate, each.net, share) for each, share in zip(taxes, shares, strict=True)]
    detail["TaxAmount"] = spell_money(sum((each.tax for each in taxes), ZERO))
    sign = 1 if NATURAL_SIDE[direction] == detail["PostingType"] else -1
    signed = [RateTax(each.rate, sign * each.net, sign * each.tax) for each in taxes]
    return _Line({**line, "Amount": spell_money(amount), DETAIL: detail}, signed)


def _sum_rates(taxed: list[_Line]) -> list[RateTax]:
    found: dict[str, RateTax] = {}
    for each in (tax for line in taxed for tax in line.taxes):
        before = found.get(each.rate.id)
        if before is not None:
            each = RateTax(before.rate, before.net + each.net, before.tax + each.tax)
        found[each.rate.id] = each
    return list(found.values())


def _demand_agreement(write: Write, lines: list[Record]) -> None:
    """Tax lines that are sent are not corrected, as documented; ones that say otherwise than the lines are refused."""
    given = write.sent.get("TxnTaxDetail", {}).get("TaxLine")
    if given is None:
        return
    slack = CENT * max(1, len(write.record["Line"]))
    total = sum((Decimal(line.get("Amount", 0)) for line in given), ZERO)
    if abs(total - sum((Decimal(line["Amount"]) for line in lines), ZERO)) > slack:
        raise tax_totals_clash()

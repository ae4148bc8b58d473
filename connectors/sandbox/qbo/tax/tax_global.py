"""Tax outside the United States: a tax code on every line, its rates summed over the document.

Amounts of lines are net. With `TaxInclusive` a line's gross comes in `TaxInclusiveAmt`; a line without it is taken as
net too (unverified at the vendor, whose integrators send it so).
"""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.amounts import CENT, round_cents
from connectors.sandbox.qbo.books.faults import tax_not_applicable, tax_rate_missing, tax_totals_clash
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.tax.tax_codes import Direction, country_of, rates_of, uses_tax
from connectors.sandbox.qbo.tax.tax_lines import (
    discount_share,
    drop_tax,
    map_details,
    spell_tax_line,
    taxed_lines,
    with_detail,
)
from connectors.sandbox.qbo.tax.tax_sums import (
    ZERO,
    Rate,
    RateTax,
    TaxedLine,
    effective_rate,
    tax_excluded,
    tax_inclusive,
)

# Recorded purchases list their tax lines without a total.
WITHOUT_TOTAL = frozenset({"Purchase"})


def tax_by_line(write: Write, direction: Direction) -> None:
    record = write.record
    if not uses_tax(write.book):
        drop_tax(record)
        return
    mode = record.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if mode == "NotApplicable":
        if "TxnTaxDetail" in write.sent:
            raise tax_not_applicable()
        drop_tax(record)
        record["GlobalTaxCalculation"] = mode
        return
    rates = _read_line_rates(write, direction)
    if mode == "TaxInclusive":
        taxes = _take_out_tax(write, rates)
    else:
        _drop_gross(write)
        coded = [
            TaxedLine(Decimal(line["Amount"]), rates[detail["TaxCodeRef"]["value"]])
            for line, detail in taxed_lines(record["Line"])
        ]
        taxes = tax_excluded(coded, share=discount_share(record))
    lines = _apply_given(write, taxes)
    detail: Record = {} if write.kind.name in WITHOUT_TOTAL else {"TotalTax": 0}
    if lines:
        detail["TaxLine"] = lines
    if "TotalTax" in detail:
        detail["TotalTax"] = spell_money(sum((Decimal(line["Amount"]) for line in lines), ZERO))
    record["TxnTaxDetail"] = detail


def _read_line_rates(write: Write, direction: Direction) -> dict[str, tuple[Rate, ...]]:
    """Rates by code. Every line needs a code with a list for the direction."""
    found: dict[str, tuple[Rate, ...]] = {}
    for _, detail in taxed_lines(write.record["Line"]):
        code_id = detail.get("TaxCodeRef", {}).get("value")
        if code_id in found:
            continue
        rates = rates_of(write.book, code_id, direction, write.record["TxnDate"]) if code_id else None
        if code_id is None or rates is None:
            raise tax_rate_missing(country_of(write.book))
        found[code_id] = rates
    return found


def _take_out_tax(write: Write, rates: dict[str, tuple[Rate, ...]]) -> list[RateTax]:
    """Gross lines become net ones."""
    grosses: list[TaxedLine] = []

    def fill(line: Record, detail: Record) -> Record:
        line_rates = rates[detail["TaxCodeRef"]["value"]]
        gross = Decimal(detail["TaxInclusiveAmt"]) if "TaxInclusiveAmt" in detail else _gross_of(line, line_rates)
        grosses.append(TaxedLine(gross, line_rates))
        (net,), _ = tax_inclusive(grosses[-1:])
        detail = {name: value for name, value in detail.items() if name != "TaxAmount"}
        detail["TaxInclusiveAmt"] = spell_money(gross)
        return {**with_detail(line, detail), "Amount": spell_money(net)}

    write.record["Line"] = map_details(write.record["Line"], fill)
    _, taxes = tax_inclusive(grosses, share=discount_share(write.record))
    return taxes


def _gross_of(line: Record, rates: tuple[Rate, ...]) -> Decimal:
    net = Decimal(line["Amount"])
    return net + round_cents(net * effective_rate(rates))


def _drop_gross(write: Write) -> None:
    def drop(line: Record, detail: Record) -> Record:
        kept = {name: value for name, value in detail.items() if name not in ("TaxAmount", "TaxInclusiveAmt")}
        return with_detail(line, kept)

    write.record["Line"] = map_details(write.record["Line"], drop)


def _apply_given(write: Write, taxes: list[RateTax]) -> list[Record]:
    """The tax lines, with what the caller gave for a rate in place of what was worked out.

    A line that is not percent based sets its amount freely, as an integrator sends it in production; even its
    NetAmountTaxable may be another. One that is must agree with the lines but for rounding:
    it is what a caller read before the lines changed. Where exactly the vendor draws that line is unverified.
    """
    given = {_rate_id(line): line for line in write.sent.get("TxnTaxDetail", {}).get("TaxLine", [])}
    if set(given) - {each.rate.id for each in taxes}:
        raise tax_totals_clash()
    slack = CENT * sum(1 for _ in taxed_lines(write.record["Line"]))
    lines = [_merge_given(each, given.get(each.rate.id), slack) for each in taxes]
    total = write.sent.get("TxnTaxDetail", {}).get("TotalTax")
    worked_out = sum((Decimal(line["Amount"]) for line in lines), ZERO)
    if total is not None and abs(Decimal(total) - worked_out) > slack:
        raise tax_totals_clash()
    return lines


def _merge_given(worked_out: RateTax, given: Record | None, slack: Decimal) -> Record:
    if given is None or "Amount" not in given:
        return spell_tax_line(worked_out)
    detail = given.get("TaxLineDetail", {})
    amount = round_cents(Decimal(given["Amount"]))
    is_free = detail.get("PercentBased") is False
    is_stale = abs(Decimal(detail.get("NetAmountTaxable", worked_out.net)) - worked_out.net) > slack
    if not is_free and (is_stale or abs(amount - worked_out.tax) > slack):
        raise tax_totals_clash()
    line = spell_tax_line(RateTax(worked_out.rate, worked_out.net, amount))
    if is_free:
        line["TaxLineDetail"]["PercentBased"] = False
    return line


def _rate_id(line: Record) -> str:
    return str(line.get("TaxLineDetail", {}).get("TaxRateRef", {}).get("value", ""))

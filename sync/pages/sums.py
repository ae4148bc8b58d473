"""How a document's total adds up on both sides, and its lines with the rule that coded each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q

from connectors.qbo import resources as qbo
from mapping.defaults import BILL_CODE, BILL_ITEM, INVOICE_CODE
from mapping.models import RemoteItem
from smoothx.lib.money import ZERO, total
from sync.models import Entry
from sync.pages.frame import (
    sentence_case,
    source_kind,
    source_place,
    source_side,
    target_name,
    target_noun,
    target_side,
)
from sync.pages.rows import read_amount, show_amount
from sync.totals import TAX_TOLERANCE, agrees

FALLBACKS = {BILL_CODE.label, BILL_ITEM.label, INVOICE_CODE.label}
# What a line stands for that is no retention, tax or difference: the cost of a bill, the income of an invoice.
GROSS = ("cost", "sale")
ROLE_LABELS = {
    "tax": "Tax",
    "retained": "Retention held",
    "released": "Retention released",
    "catch_up": "Difference of earlier invoices",
}


PARTS = (
    ("gross", "", "Lines", ""),
    ("held", "−", "Retention held", ""),
    ("released", "+", "Retention released", ""),
    ("tax", "+", "Tax", "Part of the cost lines"),
    ("catch_up", "+", "Difference of earlier invoices", "They changed in Procore after they were posted"),
)
# A claim states what its lines add up to.
CLAIMED = "Work and stored materials this period"
# What the document has there beyond the lines we planned, so that the column adds up.
NOT_OURS = "Otherwise there"
SYSTEMS = {"procore": "Procore", "quickbooks": "QuickBooks"}
SIGNS = {"gross": 1, "held": -1, "released": 1, "tax": 1, "catch_up": 1}


@dataclass(frozen=True, slots=True)
class SumRow:
    operator: str
    label: str
    left: Decimal | None
    right: Decimal | None
    kind: str = ""
    detail: str = ""


def planned_lines(entry: Entry) -> list[dict[str, Any]]:
    """The lines of the document as planned; empty for what has none (contacts, projects) and before a plan exists."""
    return list((entry.planned.get("document") or {}).get("lines") or ())


def is_ahead(entry: Entry) -> bool:
    """What is planned now is not what stands there: its source changed since, and that was not written."""
    planned = entry.planned.get("fingerprint")
    return entry.is_posted and bool(planned) and planned != entry.fingerprint


def sum_of(entry: Entry) -> dict[str, Any] | None:
    """What the source says beside the lines we made of it; None without lines to add up."""
    lines = planned_lines(entry)
    if not lines:
        return None
    left = _figures(entry.planned.get("facts") or entry.facts)
    coded_tax = coded_tax_of(entry)
    right = _line_figures(lines)
    right["tax"] += coded_tax
    beside = read_amount((entry.planned.get("facts") or entry.facts).get("tax_beside")) or ZERO
    if left:
        left["tax"] += beside
    rows = [
        SumRow(operator, label, left.get(name), right[name], detail=_detail_of_part(name, detail, coded_tax, beside))
        for name, operator, label, detail in _parts_of(entry)
        if left.get(name) or right[name]
    ]
    asked = total(SIGNS[name] * amount for name, amount in left.items()) if left else entry.amount
    standing = None if is_ahead(entry) else entry.target_total
    made = total([*_amounts(lines), coded_tax]) if standing is None else standing
    # What has one part only is that part, on both sides.
    parts = [replace(rows[0], left=asked)] if len(rows) == 1 else rows
    difference = None if asked is None else made - asked
    is_rounding = bool(coded_tax and difference and abs(difference) <= TAX_TOLERANCE)
    beyond = made - total(SIGNS[name] * amount for name, amount in right.items())
    if beyond and not is_rounding:
        parts.append(SumRow("+" if beyond > ZERO else "−", NOT_OURS, None, abs(beyond)))
    return {
        "left_side": source_place(entry),
        "left_label": source_kind(entry),
        "right_side": target_side(entry),
        "right_label": _right_label(entry),
        "agrees": (difference == ZERO or is_rounding) and not is_ahead(entry),
        "verdict": _verdict(entry, difference, is_rounding=is_rounding),
        "rows": [*parts, SumRow("=", "Total", asked, made, "total")],
    }


def _parts_of(entry: Entry) -> Iterable[tuple[str, str, str, str]]:
    is_claim = "completed" in (entry.planned.get("facts") or entry.facts)
    for name, operator, label, detail in PARTS:
        yield name, operator, CLAIMED if is_claim and name == "gross" else label, detail


def coded_tax_of(entry: Entry) -> Decimal:
    """The tax on top of the lines, as planned: by their tax codes, or as told; none where tax is part of the cost."""
    document = entry.planned.get("document") or {}
    is_on_top = document.get("has_tax_codes") or document.get("tells_tax")
    return (read_amount(document.get("tax")) or ZERO) if is_on_top else ZERO


def _detail_of_part(name: str, detail: str, coded_tax: Decimal, beside: Decimal) -> str:
    if name != "tax" or not coded_tax:
        return detail
    untold = f", {show_amount(str(beside))} not stated by Procore" if beside else ""
    return f"On top of the lines{untold}"


def _figures(facts: Mapping[str, Any]) -> dict[str, Decimal]:
    """What Procore states of this claim alone; what is made up for earlier claims is apart."""
    stated = {name: read_amount(facts.get(name)) for name in ("gross", "held", "released", "tax")}
    if any(amount is None for amount in stated.values()):
        return {}
    known = {name: amount or ZERO for name, amount in stated.items()}
    names = ("catch_up_cost", "catch_up_retention", "catch_up_tax")
    cost, retention, tax = (read_amount(facts.get(name)) or ZERO for name in names)
    known["gross"] -= cost
    known["held"] -= retention
    return {**known, "catch_up": cost - retention + tax}


def _line_figures(lines: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    """The same parts as they stand on the bill's lines. A cost line may hold its share of the tax."""
    lines = list(lines)
    tax = total(read_amount(line.get("tax")) or ZERO for line in lines)
    cost = total(total(_amounts(lines, role=role)) for role in (*GROSS, "tax"))
    return {
        "gross": cost - tax,
        "held": -total(_amounts(lines, role="retained")),
        "released": total(_amounts(lines, role="released")),
        "tax": tax,
        "catch_up": total(_amounts(lines, role="catch_up")),
    }


def _verdict(entry: Entry, difference: Decimal | None, *, is_rounding: bool) -> str:
    if difference is None:
        return f"{SYSTEMS[source_side(entry)]} gave no total"
    if is_rounding:
        return f"Both sides agree but for rounding of the tax, {show_amount(str(difference))}"
    if difference:
        return f"Difference {show_amount(str(difference))}"
    if is_ahead(entry):
        return _say_not_written(entry)
    is_posted = entry.target_total is not None
    return "Both sides agree, difference 0.00" if is_posted else "The plan agrees, difference 0.00"


def _say_not_written(entry: Entry) -> str:
    document = entry.planned["document"]
    there = f"has {show_amount(str(entry.target_total))}"
    stays = "stays as posted" if agrees(document, entry.target_total) else there
    return f"Not written. {target_name(entry)} {stays}"


def _target_noun(entry: Entry) -> str:
    return target_noun(entry.target_type or (entry.planned.get("document") or {}).get("entity", ""))


def _right_label(entry: Entry) -> str:
    noun = _target_noun(entry)
    return noun if entry.target_total is not None and not is_ahead(entry) else f"{noun}, planned"


def _amounts(lines: Iterable[dict[str, Any]], *, role: str = "") -> list[Decimal]:
    wanted = (line for line in lines if not role or line.get("role") == role)
    return [read_amount(line.get("amount")) or ZERO for line in wanted]


def lines_of(entry: Entry) -> dict[str, Any] | None:
    """The lines table, or None."""
    lines = planned_lines(entry)
    if not lines:
        return None
    customers, numbers = _names_of(lines)
    same = len(customers) == 1
    note = f"{len(lines)} on the {_target_noun(entry).lower()}"
    if is_ahead(entry):
        note = f"{len(lines)} planned, not written to {target_name(entry)}"
    return {
        "title": "Lines",
        "note": f"{note}, all on customer {next(iter(customers.values()))}" if same else note,
        "source_side": source_place(entry),
        "source_label": "Cost code" if source_side(entry) == "procore" else "Line",
        "target_side": target_side(entry),
        "target_label": _target_label(entry, lines),
        "has_customer": len(customers) > 1,
        "has_class": any(line.get("class_name") for line in lines),
        "rows": [_line(line, customers, numbers) for line in lines],
        "total": _foot(lines, coded_tax_of(entry)),
    }


def _target_label(entry: Entry, lines: Iterable[Mapping[str, Any]]) -> str:
    if target_side(entry) == "procore":
        entity = (entry.planned.get("document") or {}).get("entity")
        return "Line of the commitment" if entity == "commitment_invoice" else "Budget code"
    return "Product, service or account" if any(line.get("coding") == "item" for line in lines) else "Account"


def _foot(lines: Iterable[dict[str, Any]], coded_tax: Decimal) -> dict[str, Any]:
    label = f"Total, with {show_amount(str(coded_tax))} of tax" if coded_tax else "Total"
    return {"label": label, "amount": total([*_amounts(lines), coded_tax])}


def _line(line: Mapping[str, Any], customers: Mapping[str, str], numbers: Mapping[str, str]) -> dict[str, Any]:
    number = numbers.get(line.get("code_id", ""), "") if _is_on_account(line) else ""
    role, code = line.get("role", "cost"), line.get("source_code", "")
    description = line.get("description", "")
    if code and str(line.get("code_name") or "").startswith(description):
        # A line that says nothing of itself is described by the code it went to, which stands beside it.
        description = ""
    name, _, detail = description.partition(" - ")
    return {
        "code": code,
        "name": name.removeprefix(code).strip() if role in GROSS else ROLE_LABELS.get(role, role),
        "detail": detail if role in GROSS else _detail_of(role, description),
        "account": f"{number} {line.get('code_name') or line.get('code_id', '')}".strip(),
        "customer": customers.get(line.get("customer_id", "")),
        "class_name": line.get("class_name", ""),
        "chosen_by": line.get("chosen_by", ""),
        "is_default": role in (*GROSS, "tax") and line.get("chosen_by") in FALLBACKS,
        "amount": read_amount(line.get("amount")),
    }


def _detail_of(role: str, description: str) -> str:
    """What a retention line says beyond its own name."""
    return sentence_case(description.removeprefix(ROLE_LABELS.get(role, "")).lstrip(", "))


def _is_on_account(line: Mapping[str, Any]) -> bool:
    return line.get("coding") == "account"


def _names_of(lines: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """The customers on the lines and the numbers of their QuickBooks accounts, by id.

    A customer the directory does not know is shown by its id.
    """
    customers = {line.get("customer_id", "") for line in lines} - {""}
    accounts = {line.get("code_id", "") for line in lines if _is_on_account(line)}
    wanted = Q(resource=qbo.CUSTOMERS.key, remote_id__in=customers) | Q(
        resource=qbo.ACCOUNTS.key, remote_id__in=accounts
    )
    rows = list(RemoteItem.objects.filter(wanted).values_list("resource", "remote_id", "name", "code"))
    names = {remote_id: name for resource, remote_id, name, _ in rows if resource == qbo.CUSTOMERS.key}
    numbers = {remote_id: code for resource, remote_id, _, code in rows if resource == qbo.ACCOUNTS.key}
    return {remote_id: names.get(remote_id, remote_id) for remote_id in sorted(customers)}, numbers

"""How a bill's total adds up on both sides, and its lines with the rule that coded each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.qbo import resources as qbo
from mapping.defaults import BILL_CODE, BILL_ITEM
from mapping.models import RemoteItem
from smoothx.lib.money import ZERO, total
from sync.models import Entry
from sync.pages.frame import target_noun
from sync.pages.rows import read_amount, show_amount

FALLBACKS = {BILL_CODE.label, BILL_ITEM.label}
ROLE_LABELS = {
    "tax": "Tax",
    "retained": "Retention held",
    "released": "Retention released",
    "catch_up": "Difference of earlier invoices",
}


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


def sum_of(entry: Entry) -> dict[str, Any] | None:
    """Procore's own figures beside the lines we made of them; None without lines to add up."""
    lines = planned_lines(entry)
    if not lines:
        return None
    facts = entry.planned.get("facts") or entry.facts
    rows = [*_gross_rows(facts, lines), *_retention_rows(facts, lines), *_other_rows(facts, lines)]
    planned = total(_amounts(lines))
    left, right = entry.amount, planned if entry.target_total is None else entry.target_total
    rows.append(SumRow("=", "Current payment due", left, right, "total"))
    difference = None if left is None else right - left
    return {
        "left_side": "procore",
        "left_label": "Invoice",
        "right_side": "quickbooks",
        "right_label": _right_label(entry),
        "agrees": difference == ZERO,
        "verdict": _verdict(difference, is_posted=entry.target_total is not None),
        "rows": rows,
    }


def _gross_rows(facts: Mapping[str, Any], lines: Iterable[dict[str, Any]]) -> list[SumRow]:
    right = total(_amounts(lines, role="cost"))
    return [SumRow("", "Work and stored materials this period", read_amount(facts.get("gross")), right)]


def _retention_rows(facts: Mapping[str, Any], lines: Iterable[dict[str, Any]]) -> list[SumRow]:
    lines = list(lines)
    held, released = -total(_amounts(lines, role="retained")), total(_amounts(lines, role="released"))
    rows = [
        SumRow("−", ROLE_LABELS["retained"], read_amount(facts.get("retained")), held),
        SumRow("+", ROLE_LABELS["released"], read_amount(facts.get("released")), released),
    ]
    return [row for row in rows if row.left or row.right]


def _other_rows(facts: Mapping[str, Any], lines: Iterable[dict[str, Any]]) -> list[SumRow]:
    lines = list(lines)
    tax, catch_up = total(_amounts(lines, role="tax")), total(_amounts(lines, role="catch_up"))
    rows = [
        SumRow("+", ROLE_LABELS["tax"], read_amount(facts.get("tax")), tax),
        SumRow("+", ROLE_LABELS["catch_up"], None, catch_up, "", "Changed in Procore after they were posted"),
    ]
    return [row for row in rows if row.left or row.right]


def _verdict(difference: Decimal | None, *, is_posted: bool) -> str:
    if difference is None:
        return "Procore gave no total"
    if difference:
        return f"Difference {show_amount(str(difference))}"
    return "Both sides agree, difference 0.00" if is_posted else "The plan agrees, difference 0.00"


def _right_label(entry: Entry) -> str:
    noun = target_noun(entry.target_type or (entry.planned.get("document") or {}).get("entity", ""))
    return noun if entry.target_total is not None else f"{noun}, planned"


def _amounts(lines: Iterable[dict[str, Any]], *, role: str = "") -> list[Decimal]:
    wanted = (line for line in lines if not role or line.get("role") == role)
    return [read_amount(line.get("amount")) or ZERO for line in wanted]


def lines_of(entry: Entry) -> dict[str, Any] | None:
    """The lines table, or None."""
    lines = planned_lines(entry)
    if not lines:
        return None
    customers = _customer_names(lines)
    same = len(customers) == 1
    by_item = any(line.get("coding") == "item" for line in lines)
    note = f"{len(lines)} on the {_right_label(entry).lower()}"
    return {
        "title": "Lines",
        "note": f"{note}, all on customer {next(iter(customers.values()))}" if same else note,
        "target_label": "Product, service or account" if by_item else "Account",
        "has_customer": len(customers) > 1,
        "rows": [_line(line, customers) for line in lines],
        "total": {"label": "Total", "amount": total(_amounts(lines))},
    }


def _line(line: Mapping[str, Any], customers: Mapping[str, str]) -> dict[str, Any]:
    role = line.get("role", "cost")
    description = line.get("description", "")
    return {
        "code": line.get("source_code", ""),
        "name": description if role == "cost" else ROLE_LABELS.get(role, role),
        "detail": "" if role == "cost" else description,
        "account": line.get("code_name") or line.get("code_id", ""),
        "customer": customers.get(line.get("customer_id", "")),
        "chosen_by": line.get("chosen_by", ""),
        "is_default": role == "cost" and line.get("chosen_by") in FALLBACKS,
        "amount": read_amount(line.get("amount")),
    }


def _customer_names(lines: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The customers on the lines, by id; one the directory does not know is shown by its id."""
    ids = {line.get("customer_id", "") for line in lines} - {""}
    rows = RemoteItem.objects.filter(resource=qbo.CUSTOMERS.key, remote_id__in=ids)
    names = dict(rows.values_list("remote_id", "name"))
    return {remote_id: names.get(remote_id, remote_id) for remote_id in sorted(ids)}

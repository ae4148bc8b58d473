"""Budgets: amounts per account and month; read, kept and deleted, nothing more."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.qbo.books.faults import bad_value, missing
from connectors.sandbox.qbo.books.kinds import Write
from connectors.sandbox.qbo.books.names import prepare_name
from connectors.sandbox.qbo.books.values import spell_money


def prepare_budget(write: Write) -> None:
    record = write.record
    if record["EndDate"] <= record["StartDate"]:
        raise bad_value("EndDate", record["EndDate"])
    # The documentation calls the name read-only; a name of the year is unverified.
    record.setdefault("Name", f"Budget_FY{record['StartDate'][2:4]}")
    details = []
    for line in record.get("BudgetDetail") or []:
        for member in ("BudgetDate", "AccountRef"):
            if member not in line:
                raise missing(f"BudgetDetail.{member}")
        details.append({**line, "Amount": spell_money(Decimal(line.get("Amount", 0)))})
    record["BudgetDetail"] = details
    prepare_name(write)

"""What the bookkeeper does about wages: hours of employees, and the journal entry of a pay run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.desk.acts_base import ActBase, find_account, find_record, refer, to_amount, to_date

JOURNAL_LINE = "JournalEntryLineDetail"


class LabourActs(ActBase):
    """Mixed into the sandbox. Hours and amounts are numbers or their text."""

    def act_enter_time(
        self,
        employee_id: str,
        hours: Any,
        rate: Any = None,
        customer_id: Any = None,
        date: Any = None,
        memo: Any = None,
        realm: str = "",
    ) -> dict[str, Any]:
        """Hours of an employee for a customer at a cost rate."""
        body = {
            "NameOf": "Employee",
            "EmployeeRef": refer(employee_id),
            "CustomerRef": refer(customer_id),
            "TxnDate": to_date(date) if date else None,
            "CostRate": None if rate in (None, "") else to_amount(rate),
            "Description": memo,
            **_split_hours(hours),
        }
        return self.add_record("TimeActivity", body, realm)

    def act_edit_time(self, time_id: str, hours: Any, realm: str = "") -> dict[str, Any]:
        time = find_record(self.find_book(realm), "TimeActivity", time_id)
        # Asked for even where only other members change.
        whose: dict[str, Any] = {name: time[name] for name in ("NameOf", "EmployeeRef", "VendorRef") if name in time}
        return self.change_record("TimeActivity", time_id, {**whose, **_split_hours(hours)}, realm)

    def act_enter_payroll(
        self, account_id: str, lines: list[dict[str, Any]], number: Any = None, date: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """The journal entry of a pay run: `{"amount", "customer_id", "description"}` on the account, paid from the
        first bank account."""
        bank = find_account(self.find_book(realm), "Bank")
        debits = [_post(to_amount(line.get("amount")), "Debit", account_id, line) for line in lines]
        whole = sum((line["Amount"] for line in debits), Decimal(0))
        if whole <= 0:
            raise ActRefused("a pay run pays something")
        body = {
            "DocNumber": number,
            "TxnDate": to_date(date) if date else None,
            "Line": [*debits, _post(whole, "Credit", bank["Id"], {})],
        }
        return self.add_record("JournalEntry", body, realm)


def _split_hours(hours: Any) -> Record:
    minutes = int(to_amount(hours) * 60)
    return {"Hours": minutes // 60, "Minutes": minutes % 60}


def _post(amount: Decimal, side: str, account_id: Any, given: dict[str, Any]) -> Record:
    customer = refer(given.get("customer_id"))
    detail = {
        "PostingType": side,
        "AccountRef": refer(account_id),
        "Entity": {"Type": "Customer", "EntityRef": customer} if customer else None,
    }
    named = {"Description": given.get("description")}
    return {**named, "Amount": amount, "DetailType": JOURNAL_LINE, JOURNAL_LINE: detail}

"""What the bookkeeper does in QuickBooks itself: for tests, demos and the small web page."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.auth.tokens import TokenOffice
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.schema import find_member
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.desk.acts_base import (
    ActBase,
    address,
    find_record,
    refusing,
    set_other,
    to_amount,
    to_date,
)

CLOSING_DATE = "BookCloseDate"


class Acts(ActBase):
    """Mixed into the sandbox. `realm` empty means the firm's own company; amounts are numbers or their text."""

    books: dict[str, Book]
    tokens: TokenOffice

    def act_edit_bill(
        self, bill_id: str, memo: str | None = None, amount: Any = None, realm: str = ""
    ) -> dict[str, Any]:
        """Change the memo, or the amount of the first line that has one."""
        book = self.find_book(realm)
        bill = find_record(book, "Bill", bill_id)
        body = address(bill) | {"VendorRef": bill["VendorRef"]}
        if memo is not None:
            body["PrivateNote"] = memo
        if amount is not None:
            # Quantity and price would no longer multiply to the amount.
            lines = list(bill["Line"])
            number, line = next((pair for pair in enumerate(lines) if pair[1]["DetailType"] in pair[1]), (0, lines[0]))
            detail = {k: v for k, v in line.get(line["DetailType"], {}).items() if k not in ("Qty", "UnitPrice")}
            lines[number] = {**line, "Amount": to_amount(amount), line["DetailType"]: detail}
            body["Line"] = lines
        with refusing():
            return {"Bill": save(book, book.kinds["Bill"], body)}

    def act_close_books(self, date: str | None = None, realm: str = "") -> dict[str, Any]:
        """Close the books up to and including a date; without one they are opened again."""
        closed = to_date(date) if date else None
        return self.act_set_preference("AccountingInfoPrefs", CLOSING_DATE, closed, realm)

    def act_set_preference(self, group: str, name: str, value: Any, realm: str = "") -> dict[str, Any]:
        """Set one preference, null to remove it; in the group OtherPrefs the values are text."""
        book = self.find_book(realm)
        member, name = find_member("Preferences", str(group)), str(name).strip()
        if member is None or not member.name.endswith("Prefs") or not name:
            raise ActRefused(f"there is no group of preferences named {group}, or no name is given")
        group = member.name
        if name == CLOSING_DATE and value is not None:
            value = to_date(value)
        preferences = next(book.all("Preferences"))
        members = dict(preferences.get(group, {}))
        if group == "OtherPrefs":
            members["NameValue"] = set_other(members, name, None if value is None else str(value))
        else:
            # A form sends text where a switch is meant.
            is_switch = isinstance(members.get(name), bool) and isinstance(value, str)
            members[name] = value == "true" if is_switch else value
            members = {key: kept for key, kept in members.items() if kept is not None}
        book.amend(book.kinds["Preferences"], preferences["Id"], {group: members})
        return {"Preferences": next(book.all("Preferences"))}

    def act_rename_vendor(self, vendor_id: str, name: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Vendor", vendor_id, {"DisplayName": name}, realm)

    def act_deactivate_vendor(self, vendor_id: str, realm: str = "") -> dict[str, Any]:
        return self.change_record("Vendor", vendor_id, {"Active": False}, realm)

    def act_add_vendor(self, name: str, realm: str = "") -> dict[str, Any]:
        return self.add_record("Vendor", {"DisplayName": name}, realm)

    def act_add_customer(self, name: str, realm: str = "") -> dict[str, Any]:
        return self.add_record("Customer", {"DisplayName": name}, realm)

    def act_disconnect(self, realm: str = "") -> dict[str, Any]:
        """Disconnect every app from the company: all its tokens die."""
        return {"disconnected": self.tokens.kill_realm(self.find_book(realm).realm_id)}

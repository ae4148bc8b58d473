"""One company's books: its records as plain wire values, and what the service keeps beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.qbo.kinds import Kind
from connectors.sandbox.qbo.values import PACIFIC, Record, spell_money, spell_time

BALANCE_SHEET = frozenset({"Asset", "Liability", "Equity"})


class Book:
    """A stored record is never changed in place: every change puts a new one, so an answer can hold the old."""

    def __init__(self, realm_id: str, *, kinds: dict[str, Kind], now: Callable[[], datetime]) -> None:
        self.realm_id = realm_id
        self.kinds = kinds
        self.now = now
        self.on_event: Callable[[str, str, str], None] | None = None
        self.records: dict[str, dict[str, Record]] = {name: {} for name in kinds}
        self.counters: dict[str, int] = {}
        self.tombs: list[dict[str, Any]] = []
        self.replies: dict[str, str] = {}
        self._sequence = 0
        self._touched: dict[str, dict[str, int]] = {name: {} for name in kinds}
        self._names: dict[tuple[str, str], str] = {}
        self._order: dict[str, list[str]] = {}

    # --- reading

    def get(self, kind: str, record_id: str) -> Record | None:
        return self.records[kind].get(record_id)

    def all(self, kind: str) -> Iterator[Record]:
        return iter(self.records[kind].values())

    def in_order(self, kind: Kind) -> list[Record]:
        """Name lists by full name, so children follow their parent; transactions newest change first."""
        stored = self.records[kind.name]
        ids = self._order.get(kind.name)
        if ids is None:
            touched = self._touched[kind.name]
            if kind.family == "transaction":
                ids = sorted(stored, key=lambda record_id: -touched[record_id])
            elif kind.family == "list":
                ids = sorted(stored, key=lambda record_id: kind.sort_name(stored[record_id]))
            else:
                ids = list(stored)
            self._order[kind.name] = ids
        return [stored[record_id] for record_id in ids]

    def touched_at(self, kind: str, record_id: str) -> int:
        """A number that grows with each change, finer than the one-second times."""
        return self._touched[kind].get(record_id, 0)

    def name_holder(self, key: tuple[str, str]) -> str | None:
        return self._names.get(key)

    def preference(self, group: str, name: str) -> Any:
        stored = next(self.all("Preferences"), {})
        return stored.get(group, {}).get(name)

    def other_preference(self, name: str) -> str | None:
        """A value of the loose name-value list; all of them are strings."""
        stored = next(self.all("Preferences"), {})
        pairs = stored.get("OtherPrefs", {}).get("NameValue", [])
        return next((pair["Value"] for pair in pairs if pair["Name"] == name), None)

    def close_date(self) -> date | None:
        closed = self.preference("AccountingInfoPrefs", "BookCloseDate")
        return date.fromisoformat(closed) if closed else None

    def today(self) -> date:
        return self.now().astimezone(PACIFIC).date()

    # --- writing

    def next_id(self, kind: Kind) -> str:
        return self.next_number(kind.counter, first=kind.first_id)

    def next_number(self, counter: str, *, first: int = 1) -> str:
        self.counters[counter] = self.counters.get(counter, first - 1) + 1
        return str(self.counters[counter])

    def put(self, kind: Kind, record: Record, *, is_touched: bool = True) -> None:
        """Store a record as it is. `is_touched` False is for restoring."""
        record_id = record["Id"]
        old = self.records[kind.name].get(record_id)
        self._move_name(kind, old, record)
        self.records[kind.name][record_id] = record
        if is_touched:
            self._sequence += 1
            self._touched[kind.name][record_id] = self._sequence
        if kind.family == "transaction" or old is None or kind.sort_name(old) != kind.sort_name(record):
            self._order.pop(kind.name, None)

    def remove(self, kind: Kind, record_id: str) -> None:
        self._move_name(kind, self.records[kind.name].pop(record_id), None)
        self._touched[kind.name].pop(record_id, None)
        self._order.pop(kind.name, None)
        self._sequence += 1
        self.tombs.append({"entity": kind.name, "Id": record_id, "at": self.stamp(), "sequence": self._sequence})

    def amend(self, kind: Kind, record_id: str, changes: Record | None = None, *, is_counted: bool = True) -> None:
        """A change the service makes itself; `is_counted` False moves the time but not the SyncToken. None removes."""
        old = self.records[kind.name][record_id]
        new = {name: value for name, value in {**old, **(changes or {})}.items() if value is not None}
        if is_counted:
            new["SyncToken"] = str(int(old["SyncToken"]) + 1)
        new["MetaData"] = {**old["MetaData"], "LastUpdatedTime": self.stamp()}
        self.put(kind, new)
        self.move_balance(kind, old, new)
        if is_counted:
            self.announce(kind, record_id, "Update")

    def stamp(self) -> str:
        return spell_time(self.now())

    def announce(self, kind: Kind, record_id: str, operation: str) -> None:
        if self.on_event is not None and kind.has_events:
            self.on_event(kind.name, record_id, operation)

    def move_balance(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        """Carry the difference between two states of a document to its party's balance."""
        shifts: dict[str, Decimal] = {}
        for record, sign in ((old, -1), (new, 1)):
            weighed = kind.weight(record) if record is not None else None
            if weighed is not None:
                shifts[weighed[0]] = shifts.get(weighed[0], Decimal(0)) + sign * weighed[1]
        for party_id, shift in shifts.items():
            vendor = self.get("Vendor", party_id)
            if shift and vendor is not None:
                balance = spell_money(Decimal(vendor["Balance"]) + shift)
                self.amend(self.kinds["Vendor"], party_id, {"Balance": balance}, is_counted=False)

    def post(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        """Carry the difference to the accounts: only balance-sheet accounts show it, owed is negative."""
        shifts: dict[str, Decimal] = {}
        for record, sign in ((old, -1), (new, 1)):
            for account_id, amount in kind.postings(self, record) if record is not None else ():
                shifts[account_id] = shifts.get(account_id, Decimal(0)) + sign * amount
        for account_id, shift in shifts.items():
            account = self.get("Account", account_id)
            if account is not None:
                self._shift_account(account, shift)

    def _shift_account(self, account: Record, shift: Decimal) -> None:
        changes = {}
        if account["Classification"] in BALANCE_SHEET:
            for member in ("CurrentBalance", "CurrentBalanceWithSubAccounts"):
                changes[member] = spell_money(Decimal(account[member]) + shift)
        self.amend(self.kinds["Account"], account["Id"], changes, is_counted=False)
        parent_id = account.get("ParentRef", {}).get("value")
        while parent_id and changes:
            parent = self.records["Account"][parent_id]
            total = spell_money(Decimal(parent["CurrentBalanceWithSubAccounts"]) + shift)
            changes = {"CurrentBalanceWithSubAccounts": total}
            self.amend(self.kinds["Account"], parent_id, changes, is_counted=False)
            parent_id = parent.get("ParentRef", {}).get("value")

    def _move_name(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        if not kind.name_member:
            return
        old_key = kind.name_key(old) if old is not None else None
        new_key = kind.name_key(new) if new is not None else None
        if old_key == new_key:
            return
        if old_key is not None and old is not None and self._names.get(old_key) == old["Id"]:
            del self._names[old_key]
        if new_key is not None and new is not None:
            self._names[new_key] = new["Id"]

    # --- keeping

    def dump(self) -> dict[str, Any]:
        """What is kept beside the records."""
        return {
            "counters": dict(self.counters),
            "tombs": list(self.tombs),
            "replies": dict(self.replies),
            "sequence": self._sequence,
            "touched": {name: dict(numbers) for name, numbers in self._touched.items() if numbers},
        }

    def restore(self, records: dict[str, list[Record]], kept: dict[str, Any]) -> None:
        for name, rows in records.items():
            for record in rows:
                self.put(self.kinds[name], record, is_touched=False)
        self.counters = dict(kept["counters"])
        self.tombs = list(kept["tombs"])
        self.replies = dict(kept["replies"])
        self._sequence = kept["sequence"]
        for name, numbers in kept["touched"].items():
            self._touched[name] = dict(numbers)
        self._order.clear()

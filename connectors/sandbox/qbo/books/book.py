"""One company's books: its records as plain wire values, and what the service keeps beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.values import PACIFIC, Record, spell_money, spell_time

BALANCE_SHEET = frozenset({"Asset", "Liability", "Equity"})


class Book:
    """A stored record is never changed in place: every change puts a new one, so an answer can hold the old."""

    def __init__(self, realm_id: str, *, kinds: dict[str, Kind], now: Callable[[], datetime]) -> None:
        self.realm_id = realm_id
        self.kinds = kinds
        self.now = now
        # Hears of (entity, id, operation), after a merge also of the id of the record that is gone.
        self.on_event: Callable[..., None] | None = None
        self.records: dict[str, dict[str, Record]] = {name: {} for name in kinds}
        self.counters: dict[str, int] = {}
        self.tombs: list[dict[str, Any]] = []
        self.replies: dict[str, str] = {}
        # Ids of transactions the bank feed is matched to.
        self.matched: set[str] = set()
        self._sequence = 0
        self._touched: dict[str, dict[str, int]] = {name: {} for name in kinds}
        self._names: dict[tuple[str, str], str] = {}
        self._numbers: dict[tuple[str, str], dict[str, None]] = {}
        self._open: dict[str, dict[tuple[str, str], None]] = {}
        self._ledger: dict[str, list[tuple[str, Decimal]]] = {}
        # What a running write has replaced so far, newest last; None outside of one.
        self._journal: list[Callable[[], None]] | None = None
        self._held: list[tuple[Kind, str, str]] = []
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
                ids = sorted(stored, key=touched.__getitem__, reverse=True)
            elif kind.family == "list":
                ids = sorted(stored, key=lambda record_id: kind.sort_name(stored[record_id]))
            else:
                ids = sorted(stored, key=lambda record_id: _rank_fixed(kind, stored[record_id]))
            self._order[kind.name] = ids
        return [stored[record_id] for record_id in ids]

    def touched_at(self, kind: str, record_id: str) -> int:
        """A number that grows with each change, finer than the one-second times."""
        return self._touched[kind].get(record_id, 0)

    def name_holder(self, key: tuple[str, str]) -> str | None:
        return self._names.get(key)

    def number_holders(self, kind: str, number: str) -> list[str]:
        """Ids of the transactions of a kind with this DocNumber, oldest first."""
        return list(self._numbers.get((kind, number), ()))

    def open_documents(self, party_id: str) -> list[tuple[str, str]]:
        """(kind, id) of everything that makes up a party's balance, oldest first."""
        return list(self._open.get(party_id, ()))

    def postings_of(self, kind: str, record_id: str) -> list[tuple[str, Decimal]]:
        """What a transaction has posted: (account id, amount), debits positive."""
        return self._read_ledger(self.kinds[kind], record_id, self.get(kind, record_id))

    def preference(self, group: str, name: str) -> Any:
        stored = next(self.all("Preferences"), {})
        return stored.get(group, {}).get(name)

    def other_preference(self, name: str) -> str | None:
        """A value of the loose name-value list; all of them are strings."""
        stored = next(self.all("Preferences"), {})
        pairs = stored.get("OtherPrefs", {}).get("NameValue", [])
        return next((pair.get("Value") for pair in pairs if pair.get("Name") == name), None)

    def close_date(self) -> date | None:
        closed = self.preference("AccountingInfoPrefs", "BookCloseDate")
        return date.fromisoformat(closed) if closed else None

    def today(self) -> date:
        return self.now().astimezone(PACIFIC).date()

    def narrowed(self, is_seen: Callable[[str, Record], bool]) -> Book:
        """The same books for reading, with only those transactions, customers and vendors."""
        view = copy(self)
        view.records = {
            name: {record_id: row for record_id, row in rows.items() if is_seen(name, row)}
            if self.kinds[name].family == "transaction" or name in ("Customer", "Vendor")
            else rows
            for name, rows in self.records.items()
        }
        view._order = {}
        return view

    # --- writing

    def next_id(self, kind: Kind) -> str:
        return self.next_number(kind.counter, first=kind.first_id)

    def next_number(self, counter: str, *, first: int = 1) -> str:
        self.counters[counter] = self.counters.get(counter, first - 1) + 1
        return str(self.counters[counter])

    def put(self, kind: Kind, record: Record, *, is_touched: bool = True) -> None:
        """Store a record as it is. `is_touched` False is for restoring."""
        record_id = record["Id"]
        self._note_change(kind, record_id)
        self._place(kind, record_id, record)
        if is_touched:
            self._sequence += 1
            self._touched[kind.name][record_id] = self._sequence

    def remove(self, kind: Kind, record_id: str) -> None:
        self._note_change(kind, record_id)
        self._place(kind, record_id, None)
        self._touched[kind.name].pop(record_id, None)
        self._sequence += 1
        self.tombs.append({"entity": kind.name, "Id": record_id, "at": self.stamp(), "sequence": self._sequence})

    def amend(self, kind: Kind, record_id: str, changes: Record | None = None, *, is_counted: bool = True) -> None:
        """A change the service makes itself; `is_counted` False moves the time but not the SyncToken. None removes."""
        old = self.records[kind.name][record_id]
        new = {name: value for name, value in {**old, **(changes or {})}.items() if value is not None}
        if "HomeBalance" in old and "Balance" in (changes or {}):
            new["HomeBalance"] = spell_money(Decimal(new["Balance"]) * Decimal(new.get("ExchangeRate", 1)))
        if is_counted:
            new["SyncToken"] = str(int(old["SyncToken"]) + 1)
        new["MetaData"] = {**old["MetaData"], "LastUpdatedTime": self.stamp()}
        self.put(kind, new)
        self.move_balance(kind, old, new)
        if is_counted:
            self.announce(kind, record_id, "Update")

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All of a write or, when it is refused on its way, nothing of it; its events go out at the end."""
        if self._journal is not None:
            yield
            return
        self._journal = []
        counters, tombs, sequence = dict(self.counters), len(self.tombs), self._sequence
        try:
            yield
        except BaseException:
            for undo in reversed(self._journal):
                undo()
            self.counters, self._sequence = counters, sequence
            del self.tombs[tombs:]
            self._held.clear()
            raise
        finally:
            self._journal = None
            held, self._held = self._held, []
        for kind, record_id, operation in held:
            self.announce(kind, record_id, operation)

    def stamp(self) -> str:
        return spell_time(self.now())

    def announce(self, kind: Kind, record_id: str, operation: str) -> None:
        if self._journal is not None:
            self._held.append((kind, record_id, operation))
        elif self.on_event is not None and kind.has_events:
            self.on_event(kind.event_name or kind.name, record_id, operation)

    def move_balance(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        """Carry the difference between two states of a document to its parties' balances."""
        shifts: dict[str, Decimal] = {}
        for record, sign in ((old, -1), (new, 1)):
            for party_id, amount in self._weigh(kind, record):
                shifts[party_id] = shifts.get(party_id, Decimal(0)) + sign * amount
        for party_id, shift in shifts.items():
            if shift:
                self._shift_party(party_id, shift)

    def _weigh(self, kind: Kind, record: Record | None) -> Iterator[tuple[str, Decimal]]:
        if record is None:
            return
        weighed = kind.weight(record)
        if weighed is not None:
            yield weighed
        yield from kind.weights(self, record)

    def _shift_party(self, party_id: str, shift: Decimal) -> None:
        """A customer's parents carry what their jobs owe in BalanceWithJobs."""
        vendor = self.get("Vendor", party_id)
        if vendor is not None:
            balance = spell_money(Decimal(vendor["Balance"]) + shift)
            self.amend(self.kinds["Vendor"], party_id, {"Balance": balance}, is_counted=False)
        customer = self.get("Customer", party_id)
        if customer is None:
            return
        changes = {name: spell_money(Decimal(customer[name]) + shift) for name in ("Balance", "BalanceWithJobs")}
        self.amend(self.kinds["Customer"], party_id, changes, is_counted=False)
        self.carry_to_parents(customer.get("ParentRef", {}).get("value", ""), shift)

    def carry_to_parents(self, customer_id: str, shift: Decimal) -> None:
        """Add to BalanceWithJobs of a customer and of every one above it."""
        customer = self.get("Customer", customer_id)
        while customer is not None:
            total = spell_money(Decimal(customer["BalanceWithJobs"]) + shift)
            self.amend(self.kinds["Customer"], customer["Id"], {"BalanceWithJobs": total}, is_counted=False)
            customer = self.get("Customer", customer.get("ParentRef", {}).get("value", ""))

    def post(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        """Carry the difference to the accounts: only balance-sheet accounts show it, owed is negative.

        What was posted before is taken from the ledger, as the items and accounts behind it may have changed since.
        """
        record_id = (new or old or {})["Id"]
        shifts: dict[str, Decimal] = {}
        for account_id, amount in self._read_ledger(kind, record_id, old):
            shifts[account_id] = shifts.get(account_id, Decimal(0)) - self._in_currency_of(account_id, amount, old)
        posted = list(kind.postings(self, new)) if new is not None else []
        for account_id, amount in posted:
            shifts[account_id] = shifts.get(account_id, Decimal(0)) + self._in_currency_of(account_id, amount, new)
        self._write_ledger(f"{kind.name}/{record_id}", posted)
        for account_id, shift in shifts.items():
            account = self.get("Account", account_id)
            if account is not None:
                self._shift_account(account, shift)

    def _in_currency_of(self, account_id: str, amount: Decimal, record: Record | None) -> Decimal:
        """A foreign transaction moves accounts of its own currency as it is, the others by their worth at its rate."""
        rate = Decimal((record or {}).get("ExchangeRate", 1))
        account = self.get("Account", account_id)
        if rate == 1 or record is None or account is None or account["CurrencyRef"] == record.get("CurrencyRef"):
            return amount
        return round_cents(amount * rate)

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

    def _read_ledger(self, kind: Kind, record_id: str, record: Record | None) -> list[tuple[str, Decimal]]:
        """Worked out anew for a record that came with balances already in the accounts, or posted to a merged one."""
        posted = self._ledger.get(f"{kind.name}/{record_id}")
        accounts = self.records["Account"]
        if posted is None or not all(account_id in accounts for account_id, _ in posted):
            posted = list(kind.postings(self, record)) if record is not None else []
        return list(posted)

    def _write_ledger(self, key: str, posted: list[tuple[str, Decimal]]) -> None:
        before = self._ledger.pop(key, None)
        if posted:
            self._ledger[key] = posted
        if self._journal is not None and (before or posted):
            self._journal.append(lambda: self._restore_ledger(key, before))

    def _restore_ledger(self, key: str, posted: list[tuple[str, Decimal]] | None) -> None:
        self._ledger.pop(key, None)
        if posted:
            self._ledger[key] = posted

    def _note_change(self, kind: Kind, record_id: str) -> None:
        if self._journal is None:
            return
        old, touched = self.records[kind.name].get(record_id), self._touched[kind.name].get(record_id)

        def undo() -> None:
            self._place(kind, record_id, old)
            if touched is None:
                self._touched[kind.name].pop(record_id, None)
            else:
                self._touched[kind.name][record_id] = touched

        self._journal.append(undo)

    def _place(self, kind: Kind, record_id: str, new: Record | None) -> None:
        """Put a record, or None for none, and keep every index in step."""
        old = self.records[kind.name].get(record_id)
        self._move_name(kind, old, new)
        if kind.family == "transaction":
            self._move_number(kind, old, new)
            self._move_open(kind, old, new)
        if new is None:
            self.records[kind.name].pop(record_id, None)
        else:
            self.records[kind.name][record_id] = new
        is_moved = old is None or new is None or kind.sort_name(old) != kind.sort_name(new)
        if kind.family == "transaction" or is_moved:
            self._order.pop(kind.name, None)

    def _move_number(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        before = old.get("DocNumber") if old is not None else None
        after = new.get("DocNumber") if new is not None else None
        if before == after:
            return
        if old is not None and before:
            _drop(self._numbers, (kind.name, before), old["Id"])
        if new is not None and after:
            self._numbers.setdefault((kind.name, after), {})[new["Id"]] = None

    def _move_open(self, kind: Kind, old: Record | None, new: Record | None) -> None:
        before = {party_id for party_id, amount in self._weigh(kind, old) if amount}
        after = {party_id for party_id, amount in self._weigh(kind, new) if amount}
        document = (kind.name, (new or old or {}).get("Id", ""))
        for party_id in before - after:
            _drop(self._open, party_id, document)
        for party_id in after - before:
            self._open.setdefault(party_id, {})[document] = None

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
            "matched": sorted(self.matched),
            "sequence": self._sequence,
            "ledger": {key: [list(pair) for pair in posted] for key, posted in self._ledger.items()},
            "touched": {name: dict(numbers) for name, numbers in self._touched.items() if numbers},
        }

    def restore(self, records: dict[str, list[Record]], kept: dict[str, Any]) -> None:
        for name, rows in records.items():
            for record in rows:
                self.put(self.kinds[name], record, is_touched=False)
        self.counters = dict(kept["counters"])
        self.tombs = list(kept["tombs"])
        self.replies = dict(kept["replies"])
        self.matched = set(kept.get("matched", ()))
        self._sequence = kept["sequence"]
        for key, posted in kept.get("ledger", {}).items():
            self._ledger[key] = [(account_id, Decimal(amount)) for account_id, amount in posted]
        for name, numbers in kept["touched"].items():
            self._touched[name] = dict(numbers)
        self._order.clear()


def _drop(index: dict[Any, dict[Any, None]], key: Any, member: Any) -> None:
    members = index.get(key, {})
    members.pop(member, None)
    if not members:
        index.pop(key, None)


def _rank_fixed(kind: Kind, record: Record) -> tuple[bool, str]:
    """Pseudo tax codes come first as they are, the others by name; as recorded."""
    has_number = str(record["Id"]).isdecimal()
    return has_number, kind.sort_name(record) if has_number else ""

"""Records of the books read in sets: which calls that takes, and when one is read by itself after all."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import Missing
from connectors.qbo import resources as qbo
from sync.ahead import FRESH_SECONDS, Ahead
from sync.models import Entry


class Books:
    """A client that knows these ids and keeps what it was asked."""

    def __init__(self, *ids: str) -> None:
        self.ids, self.asked = ids, list[str]()

    def query_all(self, resource: Any, *, where: str) -> Any:
        self.asked.append(f"{resource.entity} {where}")
        return [[{"Id": each, "of": resource.entity} for each in self.ids if f"'{each}'" in where]]

    def get(self, resource: Any, record_id: str) -> dict[str, str]:
        self.asked.append(f"{resource.entity} {record_id}")
        if record_id not in self.ids:
            raise Missing(record_id)
        return {"Id": record_id, "of": "one"}


def expecting(*places: tuple[str, str], part: str = "") -> Ahead:
    ahead = Ahead()
    ahead.expect(Entry(source_type=source_type, source_id=source_id, part=part) for source_type, source_id in places)
    return ahead


def read(ahead: Ahead, books: Any, resource: Any, record_id: str) -> Any:
    return ahead.get(books, resource, record_id)["of"]


def test_a_list_is_read_once_for_all_that_come_of_it() -> None:
    books = Books("1", "2", "7")
    bills, payments = qbo.BILLS.key, qbo.BILL_PAYMENTS.key
    ahead = expecting((bills, "1"), (bills, "2"), (bills, "2"), (payments, "7"))
    assert [read(ahead, books, qbo.BILLS, each) for each in ("2", "1", "2")] == ["Bill"] * 3
    assert read(ahead, books, qbo.BILL_PAYMENTS, "7") == "one"
    assert books.asked == ["Bill Id IN ('1', '2')", "BillPayment 7"]


def test_what_is_gone_or_was_not_expected_is_asked_for_by_itself() -> None:
    books = Books("1", "2", "3")
    ahead = expecting((qbo.BILLS.key, "1"), (qbo.BILLS.key, "9"))
    with pytest.raises(Missing):
        read(ahead, books, qbo.BILLS, "9")
    assert [read(ahead, books, qbo.BILLS, each) for each in ("1", "3")] == ["Bill", "one"]
    assert books.asked == ["Bill Id IN ('1', '9')", "Bill 9", "Bill 3"]


def test_what_was_read_long_ago_or_for_others_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books("1", "2")
    ahead = expecting((qbo.BILLS.key, "1"), (qbo.BILLS.key, "2"))
    now = [100.0]
    monkeypatch.setattr("sync.ahead.time.monotonic", lambda: now[0])
    assert read(ahead, books, qbo.BILLS, "1") == "Bill"
    now[0] += FRESH_SECONDS
    assert read(ahead, books, qbo.BILLS, "2") == "one"
    now[0] -= FRESH_SECONDS
    assert read(ahead, books, qbo.BILLS, "2") == "Bill"
    ahead.expect([])
    assert read(ahead, books, qbo.BILLS, "2") == "one"


def test_what_payments_settle_is_read_together_too() -> None:
    books = Books("1", "4", "5")
    ahead = expecting((qbo.BILL_PAYMENTS.key, "1"), part="Bill:4")
    assert read(ahead, books, qbo.BILLS, "4") == "one"
    ahead.expect(Entry(source_type=qbo.BILL_PAYMENTS.key, source_id="1", part=part) for part in ("Bill:4", "Bill:5"))
    assert [read(ahead, books, qbo.BILLS, each) for each in ("4", "5")] == ["Bill", "Bill"]
    # A file's part names its document and the file.
    ahead.expect(Entry(source_type="qbo.files", source_id="8", part=part) for part in ("Bill:4:9", "Bill:5:9"))
    assert read(ahead, books, qbo.BILLS, "4") == "one"
    assert books.asked == ["Bill 4", "Bill Id IN ('4', '5')", "Bill 4"]

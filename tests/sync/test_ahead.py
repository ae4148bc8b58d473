"""Records of the books read in sets: which calls that takes, and when one is read by itself after all."""

from __future__ import annotations

from typing import Any, cast

import pytest

from connectors.errors import Missing, NoPermission
from connectors.procore import resources as procore
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
    assert [read(ahead, books, qbo.BILLS, each) for each in ("2", "2")] == ["one"] * 2
    ahead.expect([])
    assert read(ahead, books, qbo.BILLS, "2") == "one"
    assert books.asked == ["Bill Id IN ('1', '2')", "Bill 2", "Bill 2"]


def test_a_record_of_several_parts_is_read_once() -> None:
    books = Books("1", "2")
    ahead = Ahead()
    ahead.expect(Entry(source_type=qbo.JOURNAL_ENTRIES.key, source_id="1", part=part) for part in ("58", "60"))
    assert [read(ahead, books, qbo.JOURNAL_ENTRIES, "1") for _ in range(2)] == ["one"] * 2
    assert books.asked == ["JournalEntry 1"]


def test_with_some_records_those_are_read_that_others_will_ask_for() -> None:
    books, ahead = Books("1", "2", "3"), Ahead()

    def read_many(*ids: str, beside: tuple[str, ...] = ()) -> list[str]:
        return [row["Id"] for row in ahead.get_many(cast(Any, books), qbo.BILL_PAYMENTS, ids, beside=beside)]

    assert read_many() == []
    assert read_many("1", "9", beside=("2", "1")) == ["1"]
    assert read_many("2", beside=("3",)) == ["2"]
    assert [row["Id"] for row in ahead.rows_of(qbo.BILL_PAYMENTS)] == ["1", "2"]
    assert read_many("3", "1", beside=("2",)) == ["3", "1"]
    assert books.asked == ["BillPayment Id IN ('1', '9', '2')", "BillPayment Id IN ('3')"]


class Procore:
    """A client with these invoices of project 5, which refuses project 6."""

    def __init__(self, *ids: str) -> None:
        self.ids, self.asked = ids, list[str]()

    def list(self, resource: Any, *, project_id: str, id: list[str]) -> Any:
        self.asked.append(f"{project_id}: {len(id)} from {id[0]}")
        if project_id == "6":
            raise NoPermission("not this project")
        return [[{"id": int(each), "of": "list"} for each in self.ids if each in id]]

    def get(self, resource: Any, record_id: str, *, project_id: str) -> dict[str, str]:
        self.asked.append(f"{project_id}: {record_id}")
        return {"of": "one"}


def test_invoices_of_a_project_are_read_together() -> None:
    known = [str(number) for number in range(1000, 1150)]
    procore_ = Procore(*known)
    ahead = Ahead()
    places = [*((each, "5") for each in known), ("9", "5"), ("7", "6"), ("8", "6"), ("3", "4")]
    ahead.expect(
        Entry(source_type=procore.REQUISITIONS.key, source_id=each, project_id=project) for each, project in places
    )

    def read_one(record_id: str, project_id: str) -> str:
        client: Any = procore_
        return str(ahead.get_in_project(client, procore.REQUISITIONS, record_id, project_id)["of"])

    assert [read_one(each, "5") for each in known] == ["list"] * 150
    assert procore_.asked == ["5: 100 from 1000", "5: 51 from 1100"]
    # Gone, alone in its project, and in a project we may not read, which spoils no other's.
    assert [read_one("9", "5"), read_one("3", "4")] == ["one", "one"]
    with pytest.raises(NoPermission):
        read_one("7", "6")
    assert read_one("8", "6") == "one"
    assert procore_.asked[2:] == ["5: 9", "4: 3", "6: 2 from 7", "6: 8"]


def test_what_payments_settle_is_read_together_too() -> None:
    books = Books("1", "4", "5")
    ahead = expecting((qbo.BILL_PAYMENTS.key, "1"), part="Bill:4")
    assert read(ahead, books, qbo.BILLS, "4") == "one"
    ahead.expect(Entry(source_type=qbo.BILL_PAYMENTS.key, source_id="1", part=part) for part in ("Bill:4", "Bill:5"))
    assert [read(ahead, books, qbo.BILLS, each) for each in ("4", "5")] == ["Bill", "Bill"]
    # The invoice that a bill became has its order behind it.
    ahead.expect(
        Entry(source_type=qbo.BILL_PAYMENTS.key, source_id="1", part=part) for part in ("Bill:4:90", "Bill:5:90")
    )
    assert [read(ahead, books, qbo.BILLS, each) for each in ("4", "5")] == ["Bill", "Bill"]
    # A file's part names its document and the file.
    ahead.expect(Entry(source_type="qbo.files", source_id="8", part=part) for part in ("Bill:4:9", "Bill:5:9"))
    assert read(ahead, books, qbo.BILLS, "4") == "one"
    assert books.asked == ["Bill 4", *["Bill Id IN ('4', '5')"] * 2, "Bill 4"]

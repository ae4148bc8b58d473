"""The stock company's books hang together: what is recorded adds up with what was filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.firm.scenarios import STOCK_REALM_ID, build
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.server import serve
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.qbo.conftest import open_session

OPEN_SALES = {"Invoice": 1, "CreditMemo": -1}
OPEN_PURCHASES = {"Bill": 1, "VendorCredit": -1}


@pytest.fixture(scope="module")
def sandbox() -> QboSandbox:
    return QboSandbox(build("stock"))


@pytest.fixture(scope="module")
def book(sandbox: QboSandbox) -> Book:
    return sandbox.find_book(STOCK_REALM_ID)


def list_transactions(book: Book) -> Iterator[tuple[str, Record]]:
    for kind in book.kinds.values():
        if kind.family == "transaction":
            yield from ((kind.name, record) for record in book.all(kind.name))


def sum_open(book: Book, kinds: dict[str, int], party: str) -> Counter[str]:
    owing: Counter[str] = Counter()
    for kind, sign in kinds.items():
        for record in book.all(kind):
            owing[record[party]["value"]] += sign * Decimal(record.get("Balance", 0))
    return owing


def test_the_recorded_company_is_there(book: Book) -> None:
    assert len(STOCK_REALM_ID) == 19
    counts = {kind: len(book.records[kind]) for kind in ("Customer", "Vendor", "Employee", "Item", "Account")}
    assert counts == {"Customer": 40, "Vendor": 27, "Employee": 2, "Item": 18, "Account": 89}
    names = {kind: [int(number) for number in book.records[kind]] for kind in ("Customer", "Vendor", "Employee")}
    every = sorted(number for numbers in names.values() for number in numbers)
    assert every == list(range(1, 70))


def test_every_transaction_posts_as_much_on_one_side_as_on_the_other(book: Book) -> None:
    uneven = {
        (kind, record["Id"]): total
        for kind, record in list_transactions(book)
        if (total := sum((amount for _, amount in book.kinds[kind].postings(book, record)), Decimal(0)))
    }
    assert uneven == {}


def test_accounts_hold_what_was_posted_to_them(book: Book) -> None:
    held: Counter[str] = Counter()
    for kind, record in list_transactions(book):
        for account_id, amount in book.kinds[kind].postings(book, record):
            held[account_id] += amount
    for account in book.all("Account"):
        expected = held[account["Id"]] if account["Classification"] in BALANCE_SHEET else 0
        assert (account["Name"], Decimal(account["CurrentBalance"])) == (account["Name"], expected)


@pytest.mark.parametrize(
    ("kinds", "reference", "kind"), [(OPEN_SALES, "CustomerRef", "Customer"), (OPEN_PURCHASES, "VendorRef", "Vendor")]
)
def test_parties_owe_what_their_open_documents_say(book: Book, kinds: Any, reference: str, kind: str) -> None:
    owing = sum_open(book, kinds, reference)
    assert {row["Id"]: Decimal(row["Balance"]) for row in book.all(kind)} == {
        row["Id"]: owing[row["Id"]] for row in book.all(kind)
    }


def test_every_link_leads_to_a_transaction(book: Book) -> None:
    kinds = {"BillPaymentCheck": "BillPayment"}
    for kind, record in list_transactions(book):
        links = [*record.get("LinkedTxn", [])]
        links += [link for line in record.get("Line", []) for link in line.get("LinkedTxn", [])]
        for link in links:
            target = kinds.get(link["TxnType"], link["TxnType"])
            assert book.get(target, link["TxnId"]) is not None, (kind, record["Id"], link)


def test_every_reference_leads_to_a_record_of_that_name(book: Book) -> None:
    targets = {"CustomerRef": "Customer", "VendorRef": "Vendor", "ItemRef": "Item", "AccountRef": "Account"}

    def list_references(value: Any) -> Iterator[tuple[str, Record]]:
        if isinstance(value, list):
            for item in value:
                yield from list_references(item)
        elif isinstance(value, dict):
            for name, member in value.items():
                if name in targets and isinstance(member, dict):
                    yield targets[name], member
                yield from list_references(member)

    for _, record in list_transactions(book):
        for kind, reference in list_references(record):
            target = book.get(kind, reference["value"])
            assert target is not None
            assert reference["name"] == target.get("FullyQualifiedName", target.get("DisplayName"))


def test_ids_go_on_after_the_recorded_ones(book: Book) -> None:
    assert {name: book.counters[name] for name in ("names", "transactions", "Item", "Account")} == {
        "names": 69,
        "transactions": 265,
        "Item": 18,
        "Account": 90,
    }


def test_every_record_goes_back_as_it_came_without_a_change() -> None:
    sandbox = QboSandbox(build("stock"))
    sandbox.set_limits(per_minute=0, per_second=0)
    book = sandbox.find_book(STOCK_REALM_ID)
    server = serve(sandbox)
    session = open_session(server.url, STOCK_REALM_ID)
    before = encode(sandbox.dump()["realms"])
    echoed = [kind for kind in book.kinds.values() if kind.is_writable and kind.name != "TaxAgency"]
    for kind in echoed:
        for record in list(book.all(kind.name)):
            # Its customer has got no shipping address, and a deposited receipt does not take a new one.
            if (kind.name, record["Id"]) == ("SalesReceipt", "47"):
                continue
            url = f"{server.url}/v3/company/{STOCK_REALM_ID}/{(kind.segment or kind.name).lower()}"
            answer = session.post(url, data=encode(record), headers={"Content-Type": "application/json"}, timeout=10)
            assert answer.status_code == 200, answer.text
            assert decode(answer.text)[kind.name] == record
    server.stop()
    assert encode(sandbox.dump()["realms"]) == before


def test_a_restored_company_is_the_same(sandbox: QboSandbox) -> None:
    text = encode(sandbox.dump())
    copy = QboSandbox(build("stock"), state=decode(text))
    assert encode(copy.dump()) == text

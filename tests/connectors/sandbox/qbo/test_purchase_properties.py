"""Whatever the bookkeeper and the callers do on the purchase side, the books add up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.books.write import delete, save, void
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    COSTS,
    FIRM,
    ITEM,
    PAYABLE,
    RETENTION,
    make_bill,
    make_line,
)

PURCHASE_KINDS = (
    "Bill",
    "VendorCredit",
    "BillPayment",
    "Purchase",
    "JournalEntry",
    "Transfer",
    "CreditCardPaymentTxn",
)
OWED = ("Bill", "VendorCredit")

amounts = st.integers(1, 40_000).map(lambda cents: Decimal(cents) / 100)
vendors = st.sampled_from([ACME, BOLT])
picks = st.integers(0, 30)
Step = tuple[str, Any, Any, Any]
steps = st.one_of(
    st.tuples(st.sampled_from(["bill", "credit", "journal", "item_bill"]), vendors, amounts, picks),
    st.tuples(st.sampled_from(["pay", "apply", "void", "delete", "change"]), picks, amounts, picks),
    st.tuples(st.sampled_from(["check", "charge", "refund", "transfer", "card_payment"]), vendors, amounts, picks),
)


def choose(book: Book, pick: int, *kinds: str) -> tuple[str, dict[str, Any]] | None:
    found = [(kind, row) for kind in kinds for row in book.all(kind)]
    return found[pick % len(found)] if found else None


def put_in_books(book: Book, step: Step) -> None:
    name, first, amount, pick = step
    runner: Callable[..., None] = globals()[f"do_{name}"]
    runner(book, first, amount, pick)


def do_bill(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    lines = [make_line(str(amount)), make_line(str(-amount / 10), account=RETENTION)]
    save(book, book.kinds["Bill"], make_bill(VendorRef={"value": vendor}, Line=lines))


def do_item_bill(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    detail = {"ItemRef": {"value": ITEM}, "Qty": 1, "UnitPrice": str(amount)}
    line = {"Amount": str(amount), "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    save(book, book.kinds["Bill"], make_bill(VendorRef={"value": vendor}, Line=[line]))


def do_credit(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    body = make_bill(VendorRef={"value": vendor}, Line=[make_line(str(amount))])
    save(book, book.kinds["VendorCredit"], body)


def do_journal(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    side, other = ("Credit", "Debit") if pick % 2 else ("Debit", "Credit")
    party = {"Entity": {"Type": "Vendor", "EntityRef": {"value": vendor}}}
    lines = [
        {
            "Amount": str(amount),
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": posting, "AccountRef": {"value": account}, **tags},
        }
        for posting, account, tags in ((side, PAYABLE, party), (other, COSTS, {}))
    ]
    save(book, book.kinds["JournalEntry"], {"Line": lines})


def do_pay(book: Book, pick: int, amount: Decimal, other: int) -> None:
    found = choose(book, pick, "Bill", "JournalEntry")
    if found is None:
        return
    kind, document = found
    vendor = document["VendorRef"]["value"] if kind == "Bill" else (ACME, BOLT)[other % 2]
    line = {"Amount": str(amount), "LinkedTxn": [{"TxnId": document["Id"], "TxnType": kind}]}
    body = {
        "VendorRef": {"value": vendor},
        "PayType": "Check",
        "CheckPayment": {"BankAccountRef": {"value": BANK}},
        # Sometimes more than the line takes.
        "TotalAmt": str(amount + other % 3),
        "Line": [line],
    }
    save(book, book.kinds["BillPayment"], body)


def do_apply(book: Book, pick: int, amount: Decimal, other: int) -> None:
    """A credit covers part of a bill without money."""
    bill, credit = choose(book, pick, "Bill"), choose(book, other, "VendorCredit")
    if bill is None or credit is None:
        return
    lines = [
        {"Amount": str(amount), "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]} for kind, row in (bill, credit)
    ]
    body = {"VendorRef": bill[1]["VendorRef"], "PayType": "Check", "TotalAmt": 0, "Line": lines}
    save(book, book.kinds["BillPayment"], body)


def do_void(book: Book, pick: int, amount: Decimal, other: int) -> None:
    found = choose(book, pick, "BillPayment", "Transfer")
    if found is not None:
        void(book, book.kinds[found[0]], {"Id": found[1]["Id"], "SyncToken": found[1]["SyncToken"]})


def do_delete(book: Book, pick: int, amount: Decimal, other: int) -> None:
    found = choose(book, pick, *PURCHASE_KINDS)
    if found is not None:
        delete(book, book.kinds[found[0]], {"Id": found[1]["Id"], "SyncToken": found[1]["SyncToken"]})


def do_change(book: Book, pick: int, amount: Decimal, other: int) -> None:
    found = choose(book, pick, *OWED)
    if found is None:
        return
    kind, record = found
    head = {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True}
    body = {**head, "VendorRef": {"value": (ACME, BOLT)[other % 2]}, "Line": [make_line(str(amount))]}
    save(book, book.kinds[kind], body)


def do_check(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    body = {"PaymentType": "Check", "AccountRef": {"value": BANK}, "EntityRef": {"value": vendor, "type": "Vendor"}}
    save(book, book.kinds["Purchase"], {**body, "Line": [make_line(str(amount))]})


def do_charge(book: Book, vendor: str, amount: Decimal, pick: int, *, is_credit: bool = False) -> None:
    body = {"PaymentType": "CreditCard", "AccountRef": {"value": CARD}, "Credit": is_credit}
    save(book, book.kinds["Purchase"], {**body, "Line": [make_line(str(amount))]})


def do_refund(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    do_charge(book, vendor, amount, pick, is_credit=True)


def do_transfer(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    accounts = {"FromAccountRef": {"value": BANK}, "ToAccountRef": {"value": CARD}}
    save(book, book.kinds["Transfer"], {**accounts, "Amount": str(amount)})


def do_card_payment(book: Book, vendor: str, amount: Decimal, pick: int) -> None:
    accounts = {"CreditCardAccountRef": {"value": CARD}, "BankAccountRef": {"value": BANK}}
    save(book, book.kinds["CreditCardPaymentTxn"], {**accounts, "Amount": str(amount)})


def check_books(book: Book) -> None:
    held: dict[str, Decimal] = {}
    for kind in PURCHASE_KINDS:
        for row in book.all(kind):
            postings = book.postings_of(kind, row["Id"])
            assert sum((amount for _, amount in postings), Decimal(0)) == 0, (kind, row)
            for account_id, amount in postings:
                held[account_id] = held.get(account_id, Decimal(0)) + amount
    for account in book.all("Account"):
        shown = held.get(account["Id"], Decimal(0)) if account["Classification"] in BALANCE_SHEET else 0
        assert Decimal(account["CurrentBalance"]) == shown, account["Name"]
    owed = sum((Decimal(row["Balance"]) for row in book.all("Vendor")), Decimal(0))
    assert owed == -Decimal(book.records["Account"][PAYABLE]["CurrentBalance"])
    for kind in OWED:
        for row in book.all(kind):
            assert Decimal(row["TotalAmt"]) - applied(book, kind, row["Id"]) == Decimal(row["Balance"])
            assert 0 <= Decimal(row["Balance"]) <= Decimal(row["TotalAmt"])


def applied(book: Book, kind: str, record_id: str) -> Decimal:
    lines = [line for payment in book.all("BillPayment") for line in payment["Line"]]
    links = ((line["LinkedTxn"][0], Decimal(line["Amount"])) for line in lines)
    parts = (amount for link, amount in links if (link["TxnType"], link["TxnId"]) == (kind, record_id))
    return sum(parts, Decimal(0))


@settings(max_examples=35)
@given(st.lists(steps, min_size=1, max_size=25))
def test_the_books_add_up_after_any_sequence(sequence: list[Step]) -> None:
    app = QboSandbox(FIRM)
    book = app.find_book()
    for step in sequence:
        before = encode(app.dump())
        try:
            put_in_books(book, step)
        except QboFault:
            # Refused as a whole: nothing of it is left.
            assert encode(app.dump()) == before
        check_books(book)
    restored = QboSandbox(FIRM, state=decode(encode(app.dump())))
    check_books(restored.find_book())
    with contextlib.suppress(QboFault):
        do_bill(restored.find_book(), ACME, Decimal(5), 0)
    check_books(restored.find_book())

"""Whatever is written, in whatever order, refused or not: documents, links, parties and accounts agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.book import BALANCE_SHEET, Book
from connectors.sandbox.qbo.books.faults import QboFault
from connectors.sandbox.qbo.books.write import delete, save, void
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CITY,
    FIRM,
    HALL,
    ITEM,
    REALM,
    make_bill,
    make_line,
    make_payment,
)

Link = tuple[str, str, str, str]
ZERO = Decimal(0)
APPLYING = {"Payment": ("Invoice", "CreditMemo", "JournalEntry"), "BillPayment": ("Bill", "VendorCredit")}
VOIDABLE = ("Invoice", "Payment", "SalesReceipt", "BillPayment")
CHANGED = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Bill", "VendorCredit", "Estimate")
NOTHING = {"Id": "999", "SyncToken": "0", "Line": [], "CustomerRef": {"value": CITY}, "VendorRef": {"value": ACME}}
WRITES = ("invoice", "credit", "receipt", "refund", "estimate", "journal", "bill", "vendor credit")
PAYMENTS = ("pay", "pay", "apply credit", "pay bill", "deposit", "from estimate")
CHANGES = ("change", "repay", "delete", "delete", "void", "stale", "auto")
OPENING = (
    ("invoice", 0, 0, "250.00"),
    ("invoice", 1, 1, "100.00"),
    ("credit", 0, 0, "80.01"),
    ("estimate", 0, 0, "100.00"),
    ("bill", 0, 0, "100.00"),
    ("vendor credit", 0, 0, "1.00"),
    ("pay", 0, 0, "100.00"),
    ("pay bill", 0, 0, "50.00"),
)
# What one step of a story is made of: what to do, which records to take, how much.
STEP = st.tuples(
    st.sampled_from((*WRITES, *PAYMENTS, *CHANGES)),
    st.integers(0, 7),
    st.integers(0, 7),
    st.sampled_from(["1.00", "33.33", "50.00", "80.01", "100.00", "250.00", "0", "-20.00"]),
)


@cache
def baseline() -> dict[str, Any]:
    """Books with something to pay, to apply and to deposit."""
    sandbox = QboSandbox(FIRM)
    book = sandbox.books[REALM]
    for what, one, two, amount in OPENING:
        STEPS[what](book, what, one, two, amount)
    return sandbox.dump()


def open_books() -> Book:
    book = QboSandbox(FIRM, state=baseline()).books[REALM]
    book.on_event = None
    return book


def sale_line(amount: str, **detail: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": ITEM}, **detail}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def sale(book: Book, number: int, *amounts: str, **members: Any) -> dict[str, Any]:
    customer = (CITY, HALL)[number % 2]
    return {"CustomerRef": {"value": customer}, "Line": [sale_line(amount) for amount in amounts], **members}


def pick(book: Book, number: int, *kinds: str) -> tuple[str, dict[str, Any]]:
    """One of the stored records of these kinds; without any, the id of none."""
    rows = [(kind, row) for kind in kinds for row in book.all(kind)]
    return rows[number % len(rows)] if rows else (kinds[0], NOTHING)


def link_line(kind: str, row: dict[str, Any], amount: str) -> dict[str, Any]:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]}


def write_sale(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind = {"invoice": "Invoice", "credit": "CreditMemo", "receipt": "SalesReceipt", "estimate": "Estimate"}.get(what)
    if kind is None:
        save(book, book.kinds["RefundReceipt"], sale(book, one, amount, DepositToAccountRef={"value": BANK}))
        return
    lines = sale(book, one, "120.50", amount) if two % 2 else sale(book, one, amount)
    if two % 3 == 1:
        detail = {"PercentBased": True, "DiscountPercent": 10}
        lines["Line"].append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
    if two % 4 == 2:
        lines["Line"].append(sale_line("5.00", ItemRef={"value": "SHIPPING_ITEM_ID"}))
    if one % 4 == 3:
        lines["Line"].append(sale_line("19.99", TaxCodeRef={"value": "TAX"}))
        lines |= {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}}, "ApplyTaxAfterDiscount": bool(two % 2)}
    save(book, book.kinds[kind], lines)


def write_purchase(book: Book, what: str, one: int, two: int, amount: str) -> None:
    vendor = {"value": (ACME, BOLT)[one % 2]}
    kind = "Bill" if what == "bill" else "VendorCredit"
    save(book, book.kinds[kind], make_bill(VendorRef=vendor, Line=[make_line("40.00"), make_line(amount)]))


def write_journal(book: Book, what: str, one: int, two: int, amount: str) -> None:
    receivable = next(row["Id"] for row in book.all("Account") if row["AccountType"] == "Accounts Receivable")
    entity = {"Type": "Customer", "EntityRef": {"value": (CITY, HALL)[one % 2]}}
    sides = [("Debit", receivable, {"Entity": entity}), ("Credit", "4", {})]
    lines = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **more},
        }
        for side, account, more in sides
    ]
    save(book, book.kinds["JournalEntry"], {"Line": lines})


def pay(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, "Invoice", "JournalEntry", "Invoice")
    customer = row.get("CustomerRef", {"value": CITY})
    lines = [link_line(kind, row, amount)]
    if two % 2:
        lines.append(link_line(*pick(book, two, "Invoice"), "10.00"))
    total = Decimal(amount) * (1 if two < 6 else 2)
    payer = {"value": CITY} if two % 3 else {"value": customer["value"]}
    save(book, book.kinds["Payment"], {"CustomerRef": payer, "TotalAmt": total, "Line": lines})


def apply_credit(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, "Invoice")
    lines = [link_line(kind, row, amount), link_line(*pick(book, two, "CreditMemo"), amount)]
    save(book, book.kinds["Payment"], {"CustomerRef": {"value": CITY}, "TotalAmt": 0, "Line": lines})


def pay_bill(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, "Bill", "VendorCredit")
    vendor = {"value": row["VendorRef"]["value"]}
    body = make_payment(Decimal(amount) * (1 + two % 2), VendorRef=vendor)
    save(book, book.kinds["BillPayment"], {**body, "Line": [link_line(kind, row, amount)]})


def bring_to_bank(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, "Payment", "SalesReceipt")
    line = {"LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind, "TxnLineId": "0"}]}
    other = {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": {"value": "4"}}}
    body = {"DepositToAccountRef": {"value": BANK}, "Line": [line, other] if two % 2 else [line]}
    save(book, book.kinds["Deposit"], body)


def invoice_estimate(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, "Estimate")
    body = sale(book, 0, amount, LinkedTxn=[{"TxnId": row["Id"], "TxnType": kind}])
    save(book, book.kinds["Invoice"], {**body, "CustomerRef": {"value": row["CustomerRef"]["value"]}})


def change(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kind, row = pick(book, one, *CHANGED)
    if kind in ("Bill", "VendorCredit"):
        lines = [make_line(amount)]
    else:
        lines = [sale_line(amount), *(line for line in row["Line"] if two % 2)]
    token = row["SyncToken"] if what == "change" else "99"
    body = {"Id": row["Id"], "SyncToken": token, "sparse": True, "Line": lines}
    for party in ("VendorRef", "CustomerRef"):
        if party in row:
            body[party] = row[party]
    save(book, book.kinds[kind], body)


def repay(book: Book, what: str, one: int, two: int, amount: str) -> None:
    """A full update of a payment: other lines, another total."""
    kind, row = pick(book, one, "Payment", "BillPayment")
    head = {"Id": row["Id"], "SyncToken": row["SyncToken"], "TotalAmt": amount}
    if kind == "BillPayment":
        body = {
            **make_payment(0, VendorRef=row["VendorRef"]),
            **head,
            "Line": [link_line(*pick(book, two, "Bill"), amount)],
        }
    else:
        body = {**head, "CustomerRef": row["CustomerRef"]}
        if two:
            body["Line"] = [link_line(*pick(book, two, "Invoice"), amount)]
    save(book, book.kinds[kind], body)


def take_away(book: Book, what: str, one: int, two: int, amount: str) -> None:
    kinds = VOIDABLE if what == "void" else (*CHANGED, "Payment", "BillPayment", "Deposit", "JournalEntry")
    kind, row = pick(book, one * 8 + two, *kinds)
    take = void if what == "void" else delete
    take(book, book.kinds[kind], {"Id": row["Id"], "SyncToken": row["SyncToken"]})


def switch_auto(book: Book, what: str, one: int, two: int, amount: str) -> None:
    preferences = next(book.all("Preferences"))
    group = {**preferences["SalesFormsPrefs"], "AutoApplyCredit": bool(one % 2)}
    book.amend(book.kinds["Preferences"], "1", {"SalesFormsPrefs": group})


STEPS: dict[str, Callable[[Book, str, int, int, str], None]] = {
    **dict.fromkeys(("invoice", "credit", "receipt", "refund", "estimate"), write_sale),
    **dict.fromkeys(("bill", "vendor credit"), write_purchase),
    **dict.fromkeys(("change", "stale"), change),
    **dict.fromkeys(("delete", "void"), take_away),
    "journal": write_journal,
    "pay": pay,
    "apply credit": apply_credit,
    "pay bill": pay_bill,
    "deposit": bring_to_bank,
    "from estimate": invoice_estimate,
    "repay": repay,
    "auto": switch_auto,
}


def copy_state(book: Book) -> Any:
    return {name: dict(rows) for name, rows in book.records.items()}, book.dump(), book._open, book._numbers


def list_transactions(book: Book) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in book.kinds.values():
        if kind.family == "transaction":
            yield from ((kind.name, row) for row in book.all(kind.name))


def sum_applied(book: Book) -> dict[tuple[str, str], Decimal]:
    applied: dict[tuple[str, str], Decimal] = {}
    for kind in APPLYING:
        for payment in book.all(kind):
            for line in payment["Line"]:
                target = (line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"])
                applied[target] = applied.get(target, ZERO) + Decimal(line["Amount"])
    return applied


def demand_balances(book: Book) -> None:
    applied = sum_applied(book)
    for kind in ("Invoice", "CreditMemo", "Bill", "VendorCredit"):
        for row in book.all(kind):
            left = Decimal(row["TotalAmt"]) - Decimal(row.get("Deposit", 0)) - applied.get((kind, row["Id"]), ZERO)
            assert Decimal(row["Balance"]) == left >= 0, (kind, row)
            assert row.get("RemainingCredit", row["Balance"]) == row["Balance"]
    for payment in book.all("Payment"):
        net = sum((-1 if "CreditMemo" in str(line) else 1) * Decimal(line["Amount"]) for line in payment["Line"])
        assert Decimal(payment["UnappliedAmt"]) == Decimal(payment["TotalAmt"]) - net >= 0, payment


def list_links(book: Book) -> tuple[Counter[Link], Counter[Link]]:
    """(kind, id, kind, id) of every link forward, as its maker says it, and of every one back."""
    forward: Counter[Link] = Counter()
    back: Counter[Link] = Counter()
    for kind, row in list_transactions(book):
        for line in row.get("Line", []):
            for each in line.get("LinkedTxn", []):
                forward[(kind, row["Id"], each["TxnType"], each["TxnId"])] += 1
        for each in row.get("LinkedTxn", []):
            if kind in ("Invoice", "ChangeOrder") and each["TxnType"] == "Estimate":
                forward[(kind, row["Id"], each["TxnType"], each["TxnId"])] += 1
            else:
                maker = "BillPayment" if each["TxnType"].startswith("BillPayment") else each["TxnType"]
                back[(maker, each["TxnId"], kind, row["Id"])] += 1
    return Counter(dict.fromkeys(forward, 1)), back


def demand_parties(book: Book) -> None:
    owed: dict[str, Decimal] = {}
    for kind, sign in (("Invoice", 1), ("CreditMemo", -1), ("Bill", 1), ("VendorCredit", -1)):
        for row in book.all(kind):
            party = (row.get("CustomerRef") or row.get("VendorRef") or {})["value"]
            owed[party] = owed.get(party, ZERO) + sign * Decimal(row["Balance"])
    for payment in book.all("Payment"):
        party = payment["CustomerRef"]["value"]
        journals = sum(Decimal(line["Amount"]) for line in payment["Line"] if "JournalEntry" in str(line["LinkedTxn"]))
        owed[party] = owed.get(party, ZERO) - Decimal(payment["UnappliedAmt"]) - journals
    for payment in book.all("BillPayment"):
        party = payment["VendorRef"]["value"]
        net = sum((-1 if "VendorCredit" in str(line) else 1) * Decimal(line["Amount"]) for line in payment["Line"])
        owed[party] = owed.get(party, ZERO) + net - Decimal(payment["TotalAmt"])
    for journal in book.all("JournalEntry"):
        for line in journal["Line"]:
            party = line["JournalEntryLineDetail"].get("Entity", {}).get("EntityRef", {}).get("value")
            if party:
                owed[party] = owed.get(party, ZERO) + Decimal(line["Amount"])
    for vendor in book.all("Vendor"):
        assert Decimal(vendor["Balance"]) == owed.get(vendor["Id"], ZERO), vendor
    for customer in book.all("Customer"):
        assert Decimal(customer["Balance"]) == owed.get(customer["Id"], ZERO), customer
        jobs = [row for row in book.all("Customer") if row.get("ParentRef", {}).get("value") == customer["Id"]]
        below = sum((Decimal(row["BalanceWithJobs"]) for row in jobs), ZERO)
        assert Decimal(customer["BalanceWithJobs"]) == Decimal(customer["Balance"]) + below, customer
    assert sum((owed.get(row["Id"], ZERO) for row in book.all("Customer")), ZERO) == sum_ledger(
        book, "Accounts Receivable"
    )
    assert sum((owed.get(row["Id"], ZERO) for row in book.all("Vendor")), ZERO) == -sum_ledger(
        book, "Accounts Payable"
    )


def sum_ledger(book: Book, account_type: str) -> Decimal:
    rows = (row for row in book.all("Account") if row["AccountType"] == account_type)
    return sum((Decimal(row["CurrentBalance"]) for row in rows), ZERO)


def demand_accounts(book: Book) -> None:
    sums: dict[str, Decimal] = {}
    for kind, row in list_transactions(book):
        posted = book.postings_of(kind, row["Id"])
        assert sum((amount for _, amount in posted), ZERO) == 0, (kind, row, posted)
        for account_id, amount in posted:
            sums[account_id] = sums.get(account_id, ZERO) + amount
    for account in book.all("Account"):
        is_shown = account["Classification"] in BALANCE_SHEET
        assert Decimal(account["CurrentBalance"]) == (sums.get(account["Id"], ZERO) if is_shown else 0), account


def demand_agreement(book: Book) -> None:
    demand_balances(book)
    forward, back = list_links(book)
    assert forward == back
    demand_parties(book)
    demand_accounts(book)


@settings(max_examples=70)
@given(st.lists(STEP, min_size=4, max_size=25))
def test_any_story_of_writes_keeps_the_books_in_agreement(story: list[tuple[str, int, int, str]]) -> None:
    book = open_books()
    for what, one, two, amount in story:
        before = copy_state(book)
        try:
            STEPS[what](book, what, one, two, amount)
        except QboFault:
            assert copy_state(book) == before, f"a refused {what} has changed something"
    demand_agreement(book)


@settings(max_examples=20)
@given(st.lists(STEP, min_size=4, max_size=15))
def test_restored_books_go_on_as_the_first_ones_would_have(story: list[tuple[str, int, int, str]]) -> None:
    sandbox = QboSandbox(FIRM, state=baseline())
    for part in (story, story[::-1]):
        book = sandbox.books[REALM]
        for what, one, two, amount in part:
            try:
                STEPS[what](book, what, one, two, amount)
            except QboFault:
                continue
        demand_agreement(book)
        sandbox = QboSandbox(FIRM, state=sandbox.dump())
    demand_agreement(sandbox.books[REALM])

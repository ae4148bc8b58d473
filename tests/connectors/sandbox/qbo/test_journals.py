from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    CITY,
    COSTS,
    HALL,
    PAYABLE,
    Qbo,
    drop,
    make_payment,
    read_wire,
)

# The firm has no account of that type, so the books come with one; it is the first after the firm's own six.
RECEIVABLE = "7"


def make_entry(side: str, amount: Any, account: str, **detail: Any) -> dict[str, Any]:
    """A line of a journal."""
    detail = {"PostingType": side, "AccountRef": {"value": account}, **detail}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def entity(kind: str, record_id: str) -> dict[str, Any]:
    return {"Entity": {"Type": kind, "EntityRef": {"value": record_id}}}


def make_journal(*lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Costs paid from the bank, unless lines are given."""
    lines = lines or (make_entry("Debit", 20, COSTS), make_entry("Credit", 20, BANK))
    return {"TxnDate": "2026-01-31", "Line": list(lines), **members}


def owed(amount: Any, vendor: str = ACME, side: str = "Credit") -> tuple[dict[str, Any], dict[str, Any]]:
    """Costs that a vendor is owed."""
    other = "Debit" if side == "Credit" else "Credit"
    return make_entry(other, amount, COSTS), make_entry(side, amount, PAYABLE, **entity("Vendor", vendor))


def vendor_balance(qbo: Qbo, vendor: str = ACME) -> Decimal:
    return Decimal(qbo.get(f"vendor/{vendor}")["Vendor"]["Balance"])


def test_a_journal_reads_as_recorded(qbo: Qbo) -> None:
    # The recorded company keeps several currencies, this one does not.
    recorded = drop(read_wire("journal_entry"), "ExchangeRate")
    worker = qbo.save("Employee", {"GivenName": "Emily", "FamilyName": "Platt"})
    places = {name: qbo.save("Department", {"Name": name})["Id"] for name in ("FAE", "Location 8")}
    lines = []
    for line in recorded["Line"]:
        detail = line["JournalEntryLineDetail"]
        account = CARD if detail["PostingType"] == "Credit" else COSTS
        place = {"DepartmentRef": {"value": places[detail["DepartmentRef"]["name"]]}}
        entry = make_entry(detail["PostingType"], line["Amount"], account, **place, **entity("Employee", worker["Id"]))
        lines.append({**entry, "Description": line["Description"]})
    body = make_journal(*lines, DocNumber="309", PrivateNote=recorded["PrivateNote"], TxnDate=recorded["TxnDate"])
    made = qbo.save("JournalEntry", body)

    named = ("Id", "MetaData", "AccountRef", "DepartmentRef", "EntityRef")
    assert drop(made, *named) == drop(recorded, *named)
    assert [line["Id"] for line in made["Line"]] == ["0", "1", "2", "3"]
    assert made["Line"][0]["JournalEntryLineDetail"]["Entity"] == {
        "Type": "Employee",
        "EntityRef": {"value": worker["Id"], "name": "Emily Platt"},
    }
    assert qbo.get(f"journalentry/{made['Id']}")["JournalEntry"] == made


def test_accounts_are_named_in_full(qbo: Qbo) -> None:
    fees = {"Name": "Fees", "AccountType": "Cost of Goods Sold", "SubAccount": True, "ParentRef": {"value": COSTS}}
    child = qbo.save("Account", fees)
    made = qbo.save("JournalEntry", make_journal(make_entry("Debit", 1, child["Id"]), make_entry("Credit", 1, BANK)))
    assert made["Line"][0]["JournalEntryLineDetail"]["AccountRef"]["name"] == "Job Costs:Fees"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "2250"),
        ((make_entry("Debit", 20, COSTS), make_entry("Credit", "19.99", BANK)), "2300"),
        ((make_entry("Debit", 20, COSTS),), "2300"),
        ((make_entry("Debit", -20, COSTS), make_entry("Credit", -20, BANK)), "2290"),
        ((make_entry("Sideways", 20, COSTS), make_entry("Credit", 20, BANK)), "2170"),
        ((make_entry("", 20, COSTS), make_entry("Credit", 20, BANK)), "2260"),
        ((make_entry("Debit", 20, ""), make_entry("Credit", 20, BANK)), "2020"),
        ((make_entry("Debit", 20, "999"), make_entry("Credit", 20, BANK)), "2500"),
        ((make_entry("Debit", None, COSTS), make_entry("Credit", 20, BANK)), "2020"),
        ((make_entry("Debit", 20, COSTS), make_entry("Credit", 20, PAYABLE)), "6000"),
        ((make_entry("Debit", 20, COSTS), make_entry("Credit", 20, PAYABLE, **entity("Customer", CITY))), "6000"),
        ((make_entry("Debit", 20, RECEIVABLE), make_entry("Credit", 20, BANK)), "6000"),
        ((make_entry("Debit", 20, COSTS, **entity("Vendor", CITY)), make_entry("Credit", 20, BANK)), "2500"),
        ((make_entry("Debit", 20, COSTS, **entity("Owner", CITY)), make_entry("Credit", 20, BANK)), "2170"),
        ((make_entry("Debit", 20, COSTS, Entity={"Type": "Vendor"}), make_entry("Credit", 20, BANK)), "2020"),
        ((make_entry("Debit", 20, COSTS, BillableStatus="Billable"), make_entry("Credit", 20, BANK)), "6310"),
        ((make_entry("Debit", 20, COSTS, TaxCodeRef={"value": "NON"}), make_entry("Credit", 20, BANK)), "2020"),
        (({"Amount": 1, "DetailType": "SalesItemLineDetail"},), "6000"),
        (({"Amount": 1},), "2020"),
        ((None,), "2010"),
    ],
)
def test_a_journal_that_does_not_fit_is_refused(qbo: Qbo, lines: tuple[Any, ...], code: str) -> None:
    body = {"TxnDate": "2026-01-31", "Line": list(lines)}
    assert qbo.refuse("POST", "journalentry", json=body)["code"] == code
    assert qbo.query("select count(*) from JournalEntry") == {"totalCount": 0}


def test_the_ledgers_say_whose_name_they_need(qbo: Qbo) -> None:
    body = make_journal(make_entry("Debit", 20, COSTS), make_entry("Credit", 20, PAYABLE))
    assert qbo.refuse("POST", "journalentry", json=body)["Detail"] == (
        "Business Validation Error: When you use Accounts Payable, you must choose a vendor in the Name field."
    )


def test_a_journal_moves_accounts_and_parties(qbo: Qbo) -> None:
    lines = (
        *owed(100),
        make_entry("Debit", 40, RECEIVABLE, **entity("Customer", HALL)),
        make_entry("Credit", 40, BANK),
    )
    made = qbo.save("JournalEntry", make_journal(*lines))
    accounts = {row["Id"]: row["CurrentBalance"] for row in qbo.query("select * from Account")["Account"]}
    job, city = (qbo.get(f"customer/{each}")["Customer"] for each in (HALL, CITY))
    stub = qbo.save("JournalEntry", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    after = {row["Id"]: row["CurrentBalance"] for row in qbo.query("select * from Account")["Account"]}

    assert (accounts[PAYABLE], accounts[RECEIVABLE], accounts[BANK]) == (-100, 40, -40)
    assert (job["Balance"], city["Balance"], city["BalanceWithJobs"]) == (40, 0, 40)
    assert (stub["status"], set(after.values()), vendor_balance(qbo)) == ("Deleted", {0}, 0)
    assert qbo.get(f"customer/{CITY}")["Customer"]["BalanceWithJobs"] == 0


def test_posting_moves_an_accounts_time_but_not_its_token(qbo: Qbo) -> None:
    made = qbo.save("JournalEntry", make_journal())
    bank = qbo.get(f"account/{BANK}")["Account"]
    assert (bank["SyncToken"], bank["MetaData"]["LastUpdatedTime"]) == ("0", made["MetaData"]["CreateTime"])


def test_numbers_are_the_callers_unless_the_server_is_asked(qbo: Qbo) -> None:
    plain = qbo.save("JournalEntry", make_journal())
    counted = [qbo.save("JournalEntry", make_journal(), include="allowautodocnum")["DocNumber"] for _ in range(2)]
    qbo.save("JournalEntry", make_journal(DocNumber="2"))
    qbo.act("set_preference", group="OtherPrefs", name="WarnDuplicateJournalNumber", value="true")

    assert ("DocNumber" in plain, counted) == (False, ["1", "2"])
    assert qbo.refuse("POST", "journalentry", json=make_journal(DocNumber="2"))["code"] == "6140"


def test_a_cost_line_may_be_billed_to_a_customer(qbo: Qbo) -> None:
    crew = qbo.save("Class", {"Name": "Field"})
    tags = {"ClassRef": {"value": crew["Id"]}, "BillableStatus": "Billable", **entity("Customer", HALL)}
    made = qbo.save("JournalEntry", make_journal(make_entry("Debit", 5, COSTS, **tags), make_entry("Credit", 5, BANK)))
    detail = made["Line"][0]["JournalEntryLineDetail"]

    assert (detail["BillableStatus"], detail["ClassRef"]["name"]) == ("Billable", "Field")


def test_an_update_replaces_the_lines_and_keeps_the_balance(qbo: Qbo) -> None:
    made = qbo.save("JournalEntry", make_journal())
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    half = qbo.refuse("POST", "journalentry", json={**head, "Line": made["Line"][:1]})
    noted = qbo.save("JournalEntry", {**head, "PrivateNote": "x"})
    kept = [{**made["Line"][0], "Amount": 30}, make_entry("Credit", 30, CARD)]
    changed = qbo.save("JournalEntry", {**head, "SyncToken": "1", "Line": kept})

    assert (half["code"], noted["Line"] == made["Line"]) == ("2300", True)
    assert [line["Id"] for line in changed["Line"]] == ["0", "2"]
    assert qbo.get(f"account/{BANK}")["Account"]["CurrentBalance"] == 0
    assert qbo.get(f"account/{CARD}")["Account"]["CurrentBalance"] == Decimal("-30.00")


def pay_journal(amount: float, journal_id: str, **members: Any) -> dict[str, Any]:
    body = make_payment(amount, **members)
    body["Line"] = [{"Amount": amount, "LinkedTxn": [{"TxnId": journal_id, "TxnType": "JournalEntry"}]}]
    return body


def test_a_bill_payment_pays_what_a_journal_owes(qbo: Qbo) -> None:
    made = qbo.save("JournalEntry", make_journal(*owed(100)))
    first = qbo.save("BillPayment", pay_journal(60, made["Id"]))
    over = qbo.refuse("POST", "billpayment", json=pay_journal(41, made["Id"]))
    not_its = qbo.refuse("POST", "billpayment", json=pay_journal(1, made["Id"], VendorRef={"value": BOLT}))
    part = vendor_balance(qbo)
    qbo.save("BillPayment", pay_journal(40, made["Id"]))
    linked = qbo.get(f"journalentry/{made['Id']}")["JournalEntry"]

    assert (over["code"], not_its["code"], part, vendor_balance(qbo)) == ("6000", "6000", Decimal("40.00"), 0)
    assert [each["TxnType"] for each in linked["LinkedTxn"]] == ["BillPaymentCheck"] * 2
    assert (linked["SyncToken"], qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"]) == ("2", 0)
    head = {"Id": made["Id"], "SyncToken": "2", "sparse": True}
    assert qbo.refuse("POST", "journalentry", json={**head, "Line": list(owed(99))})["code"] == "6000"
    assert qbo.refuse("POST", "journalentry", json={**head, "Line": list(owed(100, BOLT))})["code"] == "6000"
    qbo.save("BillPayment", {"Id": first["Id"], "SyncToken": "0"}, operation="delete")
    assert vendor_balance(qbo) == Decimal("60.00")


def test_a_debit_in_payables_is_a_credit_to_be_used(qbo: Qbo) -> None:
    bill = qbo.bill()
    made = qbo.save("JournalEntry", make_journal(*owed(30, side="Debit")))
    body = make_payment(70, (bill["Id"], 100))
    body["Line"].append({"Amount": 30, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "JournalEntry"}]})
    too_little = qbo.refuse("POST", "billpayment", json={**body, "TotalAmt": 69})
    qbo.save("BillPayment", body)

    assert (too_little["code"], vendor_balance(qbo)) == ("6000", 0)
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == 0
    assert qbo.get(f"account/{BANK}")["Account"]["CurrentBalance"] == Decimal("-70.00")

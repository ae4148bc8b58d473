from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.listener import listen
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BANK,
    BOLT,
    CARD,
    CITY,
    COSTS,
    FIRM,
    GONE,
    HALL,
    PAYABLE,
    RETENTION,
    Qbo,
    make_line,
    make_payment,
)


def refused(qbo: Qbo, **act: Any) -> str:
    answer = requests.post(f"{qbo.url}/_control/act", json=act, timeout=10)
    assert answer.status_code == 409, answer.text
    return str(answer.json()["error"])


def make_journal(vendor: str) -> dict[str, Any]:
    sides = (("Debit", COSTS, {}), ("Credit", PAYABLE, {"Entity": {"Type": "Vendor", "EntityRef": {"value": vendor}}}))
    return {
        "TxnDate": "2026-01-31",
        "Line": [
            {
                "Amount": 7,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **tags},
            }
            for side, account, tags in sides
        ],
    }


def test_two_vendors_become_one(qbo: Qbo) -> None:
    own, bill = qbo.bill(), qbo.bill(VendorRef={"value": BOLT})
    paid = qbo.save("BillPayment", make_payment(40, (bill["Id"], 40), VendorRef={"value": BOLT}))
    charge = qbo.act("add_card_expense", amount=9, vendor_id=BOLT)["Purchase"]
    journal = qbo.save("JournalEntry", make_journal(BOLT))
    payables = qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"]
    since = qbo.get(f"vendor/{ACME}")["time"]
    qbo.act("merge_vendors", kept_id=ACME, lost_id=BOLT)
    kept = qbo.get(f"vendor/{ACME}")["Vendor"]
    read = {
        name: qbo.get(f"{name.lower()}/{record['Id']}")[name]
        for name, record in (("Bill", bill), ("BillPayment", paid), ("Purchase", charge), ("JournalEntry", journal))
    }

    named = {"value": ACME, "name": "Acme Concrete"}
    assert (kept["Balance"], kept["SyncToken"]) == (Decimal("167.00"), "1")
    assert [read[name]["VendorRef"] for name in ("Bill", "BillPayment")] == [named, named]
    assert read["Purchase"]["EntityRef"] == {**named, "type": "Vendor"}
    assert read["JournalEntry"]["Line"][1]["JournalEntryLineDetail"]["Entity"] == {
        "Type": "Vendor",
        "EntityRef": named,
    }
    assert read["Bill"]["Balance"] == Decimal("60.00")
    assert qbo.get(f"account/{PAYABLE}")["Account"]["CurrentBalance"] == payables
    assert qbo.refuse("GET", f"vendor/{BOLT}")["code"] == "610"
    shown = qbo.query("select * from Vendor where Active in (true, false)")["Vendor"]
    assert [row["Id"] for row in shown] == [ACME, GONE]
    changes = qbo.get("cdc", entities="Vendor", changedSince=since)["CDCResponse"][0]["QueryResponse"][0]["Vendor"]
    assert [(row["Id"], row.get("status")) for row in changes] == [(BOLT, "Deleted"), (ACME, None)]
    # What is left can be paid under the kept name, and the lost name is free.
    qbo.act("pay_bills", bill_ids=[own["Id"], bill["Id"]])
    qbo.save("Vendor", {"DisplayName": "Bolt Electric"})
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["Balance"] == Decimal("7.00")
    text = encode(qbo.app.dump())
    assert encode(QboSandbox(FIRM, state=decode(text)).dump()) == text


def test_a_merge_is_announced_with_the_id_that_is_lost(qbo: Qbo) -> None:
    with listen() as listener:
        qbo.control("POST", "webhooks", {"url": listener.url})
        qbo.act("merge_vendors", kept_id=ACME, lost_id=BOLT)
        qbo.control("GET", "webhooks?wait=10")
        entities = [
            entity
            for _, body in listener.received
            for note in json.loads(body)["eventNotifications"]
            for entity in note["dataChangeEvent"]["entities"]
        ]
    assert [(each["name"], each["id"], each["operation"], each["deletedId"]) for each in entities] == [
        ("Vendor", ACME, "Merge", BOLT)
    ]


def test_two_jobs_under_two_customers_become_one(qbo: Qbo) -> None:
    owner = qbo.save("Customer", {"DisplayName": "Owner"})
    job = qbo.save("Customer", {"DisplayName": "Job", "Job": True, "ParentRef": {"value": owner["Id"]}})
    bill = qbo.bill(Line=[make_line(5, CustomerRef={"value": job["Id"]}, BillableStatus="NotBillable")])
    receivable = qbo.query("select * from Account where AccountType = 'Accounts Receivable'")["Account"][0]["Id"]
    body = make_journal(ACME)
    body["Line"][1]["JournalEntryLineDetail"] = {"PostingType": "Credit", "AccountRef": {"value": BANK}}
    body["Line"][0]["JournalEntryLineDetail"] = {
        "PostingType": "Debit",
        "AccountRef": {"value": receivable},
        "Entity": {"Type": "Customer", "EntityRef": {"value": job["Id"]}},
    }
    qbo.save("JournalEntry", body)
    qbo.act("merge_customers", kept_id=HALL, lost_id=job["Id"])
    parties = {each: qbo.get(f"customer/{each}")["Customer"] for each in (HALL, CITY, owner["Id"])}
    detail = qbo.get(f"bill/{bill['Id']}")["Bill"]["Line"][0]["AccountBasedExpenseLineDetail"]

    assert [(row["Balance"], row["BalanceWithJobs"]) for row in parties.values()] == [(7, 7), (0, 7), (0, 0)]
    assert detail["CustomerRef"] == {"value": HALL, "name": "City of Denver:City Hall - Phase 2"}


def test_two_accounts_become_one_with_what_they_held(qbo: Qbo) -> None:
    card = qbo.save("Account", {"Name": "Old Visa", "AccountType": "Credit Card"})
    charge = qbo.act("add_card_expense", amount=9, account_id=card["Id"])["Purchase"]
    qbo.act("add_card_expense", amount=1)
    qbo.act("merge_accounts", kept_id=CARD, lost_id=card["Id"])
    kept = qbo.get(f"account/{CARD}")["Account"]

    assert (kept["CurrentBalance"], kept["CurrentBalanceWithSubAccounts"]) == (Decimal("-10.00"), Decimal("-10.00"))
    assert qbo.get(f"purchase/{charge['Id']}")["Purchase"]["AccountRef"] == {"value": CARD, "name": "Company Visa"}
    qbo.act("delete_document", entity="Purchase", record_id=charge["Id"])
    assert qbo.get(f"account/{CARD}")["Account"]["CurrentBalance"] == Decimal("-1.00")


def test_what_cannot_be_merged_stays_as_it_is(qbo: Qbo) -> None:
    before = qbo.app.dump()["realms"]
    errors = [
        refused(qbo, do="merge_vendors", kept_id=ACME, lost_id=ACME),
        refused(qbo, do="merge_vendors", kept_id=ACME, lost_id="99"),
        refused(qbo, do="merge_vendors", kept_id=GONE, lost_id=ACME),
        refused(qbo, do="merge_customers", kept_id=HALL, lost_id=CITY),
        refused(qbo, do="merge_accounts", kept_id=BANK, lost_id=CARD),
        refused(qbo, do="merge_accounts", kept_id=RETENTION, lost_id=PAYABLE),
        refused(qbo, do="merge", entity="Bill", kept_id="1", lost_id="2"),
    ]
    assert errors == [
        "two records of Vendor are needed",
        "two records of Vendor are needed",
        "an inactive record cannot be kept",
        "a record with children cannot be merged away",
        "the two differ in AccountType",
        "the books cannot do without this account",
        "Bill cannot be merged",
    ]
    assert qbo.app.dump()["realms"] == before


def test_classes_terms_and_items_are_merged_too(qbo: Qbo) -> None:
    kept, lost = (qbo.save("Class", {"Name": name})["Id"] for name in ("Field", "Fields"))
    rock, stone = (
        qbo.save(
            "Item",
            {
                "Name": name,
                "Type": "Service",
                "IncomeAccountRef": {"value": "4"},
                "ExpenseAccountRef": {"value": account},
            },
        )["Id"]
        for name, account in (("Rock", RETENTION), ("Stone", COSTS))
    )
    detail = {"ItemRef": {"value": stone}, "ClassRef": {"value": lost}}
    line = {"Amount": 9, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    bill = qbo.bill(SalesTermRef={"value": "2"}, Line=[line])
    for entity, one, other in (("Class", kept, lost), ("Term", "3", "2"), ("Item", rock, stone)):
        qbo.act("merge", entity=entity, kept_id=one, lost_id=other)
    moved = qbo.get(f"bill/{bill['Id']}")["Bill"]

    assert moved["SalesTermRef"] == {"value": "3"}
    assert moved["Line"][0]["ItemBasedExpenseLineDetail"]["ClassRef"] == {"value": kept, "name": "Field"}
    assert moved["Line"][0]["ItemBasedExpenseLineDetail"]["ItemRef"] == {"value": rock, "name": "Rock"}
    # What was bought as the lost item stands where the kept one does.
    assert qbo.get(f"account/{RETENTION}")["Account"]["CurrentBalance"] == 9
    shelf = qbo.save("Item", {"Name": "Shelf", "Type": "Category"})["Id"]
    assert refused(qbo, do="merge", entity="Item", kept_id=rock, lost_id=shelf) == "the two differ in Type"


def test_names_are_changed_by_the_bookkeeper(qbo: Qbo) -> None:
    account = qbo.act("rename_account", account_id=COSTS, name="Site Costs")["Account"]
    customer = qbo.act("rename_customer", customer_id=CITY, name="Denver")["Customer"]
    gone = qbo.act("deactivate_customer", customer_id=HALL)["Customer"]

    assert (account["FullyQualifiedName"], customer["DisplayName"], gone["Active"]) == ("Site Costs", "Denver", False)
    assert refused(qbo, do="rename_account", account_id=COSTS, name="Company Visa").startswith("6240")
    assert refused(qbo, do="deactivate_account", account_id=PAYABLE).startswith("6000")

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, CITY, HALL, Qbo, make_payment


@pytest.mark.parametrize(
    ("entity", "members", "code"),
    [
        ("Vendor", {"DisplayName": "x" * 501}, "2050"),
        ("Vendor", {"GivenName": "A:B"}, "6000"),
        ("Vendor", {"FamilyName": "A\tB"}, "6000"),
        ("Vendor", {"DisplayName": "City of Denver"}, "6240"),
        ("Vendor", {"PrimaryEmailAddr": {"Address": "nobody"}}, "2210"),
        ("Vendor", {"PrimaryEmailAddr": {"Address": "a@b.c, nobody"}}, "2210"),
        ("Vendor", {"PrimaryEmailAddr": "a@b.c"}, "2010"),
        ("Vendor", {"WebAddr": {"URI": "nowhere"}}, "2200"),
        ("Vendor", {"AcctNum": "x" * 101}, "2050"),
        ("Vendor", {"TaxIdentifier": "1" * 21}, "2050"),
        ("Vendor", {"TermRef": {"value": "99"}}, "2500"),
        ("Vendor", {"BillAddr": {f"Line{number}": "x" * 450 for number in range(1, 6)}}, "2050"),
        ("Vendor", {"Vendor1099": "maybe"}, "2010"),
        ("Customer", {"PreferredDeliveryMethod": "Pigeon"}, "2170"),
        ("Customer", {"PreferredDeliveryMethod": {"a": 1}}, "2010"),
        ("Customer", {"TaxExemptionReasonId": "16"}, "2010"),
        ("Customer", {"Notes": "x" * 2001}, "2050"),
        ("Customer", {"ResaleNum": "x" * 17}, "2050"),
        ("Customer", {"PrimaryPhone": {"FreeFormNumber": "1" * 31}}, "2050"),
        ("Customer", {"Job": True}, "6150"),
        ("Customer", {"CustomerTypeRef": {"value": "99"}}, "2500"),
        ("Employee", {"Gender": "None"}, "2170"),
        ("Employee", {"PrimaryPhone": {"FreeFormNumber": "1" * 21}}, "2050"),
        ("Employee", {"BirthDate": "yesterday"}, "2010"),
    ],
)
def test_a_party_that_does_not_fit_is_refused(qbo: Qbo, entity: str, members: dict[str, Any], code: str) -> None:
    before = qbo.query("select count(*) from {entity}", entity=entity)
    body = {"DisplayName": "New One", "GivenName": "New", **members}
    assert qbo.refuse("POST", entity.lower(), json=body)["code"] == code
    assert qbo.query("select count(*) from {entity}", entity=entity) == before


def test_tax_numbers_come_back_masked_and_stay_so(qbo: Qbo) -> None:
    body = {"DisplayName": "Dig Co", "TaxIdentifier": "12-3456789", "Vendor1099": True}
    vendor = qbo.save("Vendor", body)
    person = qbo.save("Vendor", {"DisplayName": "Jo", "TaxIdentifier": "123-45-6789"})
    customer = qbo.save("Customer", {"DisplayName": "Shop", "PrimaryTaxIdentifier": "987654321"})
    echoed = qbo.save("Vendor", {**vendor, "sparse": True})

    # As recorded.
    assert vendor["TaxIdentifier"] == "XX-XXX6789"
    assert person["TaxIdentifier"] == "XXX-XX-6789"
    assert customer["PrimaryTaxIdentifier"] == "XX-XXX4321"
    assert (echoed["TaxIdentifier"], echoed["SyncToken"]) == ("XX-XXX6789", "0")
    assert "12-3456789" not in str(qbo.app.dump()["realms"])


def test_a_social_security_number_never_comes_back(qbo: Qbo) -> None:
    worker = qbo.save("Employee", {"GivenName": "Jenny", "SSN": "123-45-6789", "BillRate": 5, "Gender": "Female"})
    biller = qbo.save("Employee", {"FamilyName": "Platt", "BillableTime": True, "BillRate": 115})

    assert (worker["SSN"], "BillRate" in worker, worker["DisplayName"]) == ("XXX-XX-XXXX", False, "Jenny")
    assert (biller["BillRate"], biller["PrintOnCheckName"]) == (115, "Platt")
    nameless = qbo.refuse("POST", "employee", json={"SSN": "1"})
    assert (nameless["code"], nameless["element"]) == ("2020", "FamilyName")


def test_who_owes_or_is_owed_stays_active(qbo: Qbo) -> None:
    bill = qbo.bill()
    leave = {"Id": ACME, "SyncToken": "0", "sparse": True, "Active": False}
    refused = qbo.refuse("POST", "vendor", json=leave)
    qbo.save("BillPayment", make_payment(100, (bill["Id"], 100)))
    gone = qbo.save("Vendor", leave)
    receivable = qbo.query("select * from Account where AccountType = 'Accounts Receivable'")["Account"][0]["Id"]
    lines = [
        ("Debit", receivable, {"Entity": {"Type": "Customer", "EntityRef": {"value": HALL}}}),
        ("Credit", "1", {}),
    ]
    body = [
        {
            "Amount": 5,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **detail},
        }
        for side, account, detail in lines
    ]
    qbo.save("JournalEntry", {"Line": body})
    # The parent carries what the job owes.
    owing = [
        qbo.refuse("POST", "customer", json={"Id": each, "SyncToken": "0", "sparse": True, "Active": False})["code"]
        for each in (HALL, CITY)
    ]

    assert (refused["code"], gone["DisplayName"], owing) == ("6000", "Acme Concrete (deleted)", ["6000", "6000"])


def test_a_display_name_cannot_be_taken_away(qbo: Qbo) -> None:
    head = {"Id": ACME, "SyncToken": "0", "sparse": True}
    assert qbo.refuse("POST", "vendor", json={**head, "DisplayName": ""})["code"] == "6080"
    cleared = qbo.save("Vendor", {**head, "PrimaryPhone": None, "Vendor1099": None})
    assert ("PrimaryPhone" in cleared, cleared["Vendor1099"]) == (False, False)

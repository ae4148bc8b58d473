from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, BANK, CITY, GONE, HALL, Qbo, drop, make_bill, read_wire

VARYING = ("Id", "CreateTime", "LastUpdatedTime", "time")


def add_job(qbo: Qbo, name: str, parent: str) -> dict[str, Any]:
    return qbo.save("Customer", {"DisplayName": name, "Job": True, "ParentRef": {"value": parent}})


def test_a_created_customer_reads_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("create_customer")
    status, body = qbo.call("POST", "customer", json=recorded["request"])

    assert status == 200
    assert drop(body, *VARYING) == drop(recorded["response"], *VARYING)
    assert qbo.get(f"customer/{body['Customer']['Id']}")["Customer"] == body["Customer"]


def test_a_created_job_reads_as_recorded(qbo: Qbo) -> None:
    parent = qbo.save("Customer", {"DisplayName": "Doe, Jack"})
    job = qbo.save(
        "Customer",
        {"DisplayName": "Jack Doe", "Job": True, "BillWithParent": True, "ParentRef": {"value": parent["Id"]}},
    )
    assert drop(job, "Id", "MetaData", "ParentRef") == drop(read_wire("sub_customer"), "Id", "MetaData", "ParentRef")
    assert job["ParentRef"] == {"value": parent["Id"]}


def test_the_firm_is_loaded_by_role(qbo: Qbo) -> None:
    vendors = qbo.query("select * from Vendor where Active in (true, false)")["Vendor"]
    customers = qbo.query("select * from Customer")["Customer"]

    assert [(row["Id"], row["DisplayName"], row["Active"]) for row in vendors] == [
        (ACME, "Acme Concrete", True),
        ("2", "Bolt Electric", True),
        (GONE, "Gone Steel (deleted)", False),
    ]
    assert [(row["Id"], row["FullyQualifiedName"], row["Job"]) for row in customers] == [
        (CITY, "City of Denver", False),
        (HALL, "City of Denver:City Hall - Phase 2", True),
    ]
    assert vendors[0]["PrimaryEmailAddr"] == {"Address": "ap@acme.example"}
    assert vendors[0]["PrimaryPhone"] == {"FreeFormNumber": "(303) 555-0101"}
    assert vendors[0]["BillAddr"] == {
        "Id": "1",
        "Line1": "12 Yard St.",
        "City": "Denver",
        "CountrySubDivisionCode": "CO",
        "PostalCode": "80202",
    }
    assert customers[1]["BillWithParent"] is True


def test_people_and_companies_share_one_id_counter_and_transactions_another(qbo: Qbo) -> None:
    vendor = qbo.save("Vendor", {"DisplayName": "New Vendor"})
    customer = qbo.save("Customer", {"DisplayName": "New Customer"})
    employee = qbo.save("Employee", {"GivenName": "Emily", "FamilyName": "Platt"})
    bill, credit = qbo.bill(), qbo.save("VendorCredit", make_bill())

    assert [vendor["Id"], customer["Id"], employee["Id"]] == ["6", "7", "8"]
    assert [bill["Id"], credit["Id"]] == ["1", "2"]
    assert drop(employee, "MetaData") == {
        "BillableTime": False,
        "domain": "QBO",
        "sparse": False,
        "Id": "8",
        "SyncToken": "0",
        "GivenName": "Emily",
        "FamilyName": "Platt",
        "DisplayName": "Emily Platt",
        "PrintOnCheckName": "Emily Platt",
        "Active": True,
    }


@pytest.mark.parametrize("entity", ["Vendor", "Customer", "Employee"])
def test_a_display_name_is_taken_for_all_three_lists(qbo: Qbo, fault: Any, entity: str) -> None:
    recorded = fault("duplicate_name_null")
    status, body = qbo.call("POST", entity.lower(), json={"DisplayName": " acme CONCRETE "})

    assert status == recorded["http"]
    assert drop(body, "time") == drop(recorded["body"], "time")


def test_jobs_of_the_same_name_stand_under_two_parents_and_beside_a_top_level_name(qbo: Qbo) -> None:
    second = qbo.save("Customer", {"DisplayName": "Airport"})
    first_job = add_job(qbo, "Roof", CITY)
    second_job = add_job(qbo, "Roof", second["Id"])
    like_a_vendor = add_job(qbo, "Acme Concrete", CITY)

    assert first_job["FullyQualifiedName"] == "City of Denver:Roof"
    assert second_job["FullyQualifiedName"] == "Airport:Roof"
    assert like_a_vendor["FullyQualifiedName"] == "City of Denver:Acme Concrete"
    again = {"DisplayName": "roof", "Job": True, "ParentRef": {"value": CITY}}
    assert qbo.refuse("POST", "customer", json=again)["code"] == "6240"


def test_a_rename_reaches_every_descendant_but_not_their_tokens(qbo: Qbo) -> None:
    grandchild = add_job(qbo, "Phase 1", HALL)
    renamed = qbo.save("Customer", {"Id": CITY, "SyncToken": "0", "sparse": True, "DisplayName": "Denver"})
    below = qbo.get(f"customer/{grandchild['Id']}")["Customer"]

    assert (renamed["FullyQualifiedName"], renamed["SyncToken"]) == ("Denver", "1")
    assert below["FullyQualifiedName"] == "Denver:City Hall - Phase 2:Phase 1"
    assert (below["Level"], below["SyncToken"]) == (2, "0")


def test_a_list_is_five_levels_deep_at_most(qbo: Qbo) -> None:
    parent = CITY
    for level in range(1, 5):
        job = add_job(qbo, f"Level {level}", parent)
        assert job["Level"] == level
        parent = job["Id"]
    sixth = {"DisplayName": "Level 5", "Job": True, "ParentRef": {"value": parent}}
    assert qbo.refuse("POST", "customer", json=sixth)["code"] == "6180"


def test_a_parent_without_the_job_flag_does_not_count(qbo: Qbo) -> None:
    customer = qbo.save("Customer", {"DisplayName": "Annex", "ParentRef": {"value": CITY}})
    assert (customer["FullyQualifiedName"], "ParentRef" in customer) == ("Annex", False)
    assert qbo.refuse("POST", "customer", json={"DisplayName": "Wing", "Job": True})["code"] == "6150"


def test_a_new_child_touches_its_parent_without_its_token(qbo: Qbo) -> None:
    before = qbo.get(f"customer/{CITY}")["Customer"]
    child = add_job(qbo, "Garage", CITY)
    after = qbo.get(f"customer/{CITY}")["Customer"]

    assert after["SyncToken"] == before["SyncToken"]
    assert after["MetaData"]["LastUpdatedTime"] == child["MetaData"]["CreateTime"]
    assert after["MetaData"]["CreateTime"] == before["MetaData"]["CreateTime"]


def test_deactivating_marks_the_name_and_frees_it(qbo: Qbo) -> None:
    inactive = {"Id": ACME, "SyncToken": "0", "sparse": True, "Active": False}
    first = qbo.save("Vendor", inactive)
    second = qbo.save("Vendor", {"DisplayName": "Acme Concrete"})
    again = qbo.save("Vendor", {**inactive, "Id": second["Id"]})

    assert (first["DisplayName"], first["PrintOnCheckName"]) == ("Acme Concrete (deleted)", "Acme Concrete")
    assert (first["Active"], first["SyncToken"]) == (False, "1")
    assert again["DisplayName"] == "Acme Concrete (deleted 1)"
    assert qbo.get(f"vendor/{ACME}")["Vendor"] == first


def test_an_inactive_account_keeps_its_state_on_an_update_that_changes_nothing(qbo: Qbo) -> None:
    body = {"Name": "Fees Billed", "AccountType": "Income", "AccountSubType": "ServiceFeeIncome"}
    account = qbo.save("Account", body)
    first = qbo.save("Account", {"Id": account["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    same = {"Id": account["Id"], "SyncToken": "1", "sparse": True, "Active": False, "Name": "Fees Billed (deleted)"}

    assert drop(first, "Id", "MetaData") == drop(read_wire("inactive_account")["Account"], "Id", "MetaData")
    assert qbo.save("Account", same) == first


def test_reactivating_brings_the_name_back_unless_it_is_taken(qbo: Qbo) -> None:
    active = {"Id": GONE, "SyncToken": "1", "sparse": True, "Active": True}
    taken = qbo.save("Vendor", {"DisplayName": "Gone Steel"})
    refused = qbo.refuse("POST", "vendor", json=active)
    qbo.save("Vendor", {"Id": taken["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Other"})

    assert refused["code"] == "6240"
    assert qbo.save("Vendor", active)["DisplayName"] == "Gone Steel"


@pytest.mark.parametrize("name", ["Job: Phase 2", "Tab\there", "New\nline"])
def test_a_name_holds_no_colon_tab_or_new_line(qbo: Qbo, name: str) -> None:
    assert qbo.refuse("POST", "vendor", json={"DisplayName": name})["code"] == "6000"


def test_a_display_name_is_built_from_its_parts(qbo: Qbo) -> None:
    vendor = qbo.save("Vendor", {"GivenName": "Jenny", "FamilyName": "Robertson", "CompanyName": "Robertson & Co"})
    assert (vendor["DisplayName"], vendor["PrintOnCheckName"]) == ("Jenny Robertson", "Jenny Robertson")
    assert qbo.refuse("POST", "vendor", json={"CompanyName": "Nameless"})["code"] == "6080"


def test_a_bank_account_in_use_by_the_books_themselves_stays_active(qbo: Qbo) -> None:
    payable = {"Id": "2", "SyncToken": "0", "sparse": True, "Active": False}
    assert qbo.refuse("POST", "account", json=payable)["code"] == "6000"
    assert qbo.save("Account", {**payable, "Id": BANK})["Name"] == "Checking (deleted)"

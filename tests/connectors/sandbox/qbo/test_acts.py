from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.qbo.conftest import (
    ACME,
    BOLT,
    FIRM,
    OTHER_REALM,
    REALM,
    Qbo,
    drop,
    make_bill,
    make_line,
)


def refused(qbo: Qbo, **act: Any) -> str:
    answer = requests.post(f"{qbo.url}/_control/act", json=act, timeout=10)
    assert answer.status_code == 409
    return answer.json()["error"]


def test_paying_a_bill_in_parts_and_no_further(qbo: Qbo) -> None:
    bill = qbo.bill()
    part = qbo.act("pay_bill", bill_id=bill["Id"], amount="40.00")["BillPayment"]
    rest = qbo.act("pay_bill", bill_id=bill["Id"])["BillPayment"]

    assert (part["TotalAmt"], rest["TotalAmt"]) == (40.0, 60.0)
    assert qbo.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == 0
    assert refused(qbo, do="pay_bill", bill_id=bill["Id"]) == "nothing is owed on this bill"
    assert refused(qbo, do="pay_bill", bill_id="99") == "there is no Bill 99"


def test_editing_and_deleting_a_bill(qbo: Qbo) -> None:
    bill = qbo.bill(Line=[make_line(100), make_line(20)])
    edited = qbo.act("edit_bill", bill_id=bill["Id"], memo="checked", amount="90.50")["Bill"]
    qbo.act("delete_bill", bill_id=bill["Id"])

    assert (edited["PrivateNote"], edited["TotalAmt"], edited["SyncToken"]) == ("checked", 110.5, "1")
    assert [line["Id"] for line in edited["Line"]] == ["1", "2"]
    assert qbo.refuse("GET", f"bill/{bill['Id']}")["code"] == "610"


def test_names_can_be_added_renamed_and_taken_out_of_use(qbo: Qbo) -> None:
    added = qbo.act("add_customer", name="New Owner")["Customer"]
    qbo.act("rename_vendor", vendor_id=ACME, name="Acme & Sons")
    qbo.act("deactivate_vendor", vendor_id=BOLT)

    assert qbo.get(f"customer/{added['Id']}")["Customer"]["DisplayName"] == "New Owner"
    assert qbo.get(f"vendor/{ACME}")["Vendor"]["DisplayName"] == "Acme & Sons"
    assert qbo.get(f"vendor/{BOLT}")["Vendor"]["Active"] is False
    assert refused(qbo, do="add_vendor", name="new owner").startswith("6240 Duplicate Name Exists Error")


def test_acts_reach_the_other_company(qbo: Qbo) -> None:
    qbo.act("add_vendor", name="Elsewhere", realm=OTHER_REALM)
    state = qbo.control("GET", "state")["realms"]

    assert [row["DisplayName"] for row in state[OTHER_REALM]["Vendor"]] == ["Elsewhere"]
    assert "Elsewhere" not in [row["DisplayName"] for row in state[REALM]["Vendor"]]
    assert refused(qbo, do="add_vendor", name="x", realm="1") == "there is no company 1"


def test_the_state_holds_every_record_as_it_goes_over_the_wire(qbo: Qbo) -> None:
    bill = qbo.bill()
    text = requests.get(f"{qbo.url}/_control/state", timeout=10).text
    state = json.loads(text, parse_float=Decimal)

    assert state["realms"][REALM]["Bill"] == [bill]
    assert '"TotalAmt":100.00' in text
    assert {"Account", "Class", "CompanyInfo", "Preferences", "Term", "Vendor"} <= set(state["realms"][REALM])


def test_a_dump_brings_the_whole_server_back(qbo: Qbo) -> None:
    bill = qbo.save("Bill", make_bill(), requestid="k-1")
    doomed = qbo.bill()
    qbo.save("Bill", {"Id": doomed["Id"], "SyncToken": "0"}, operation="delete")
    qbo.set_limits(refresh_grace=True)
    text = encode(qbo.app.dump())
    copy = QboSandbox(FIRM, state=decode(text))

    assert encode(copy.dump()) == text
    token = qbo.session.headers["Authorization"].removeprefix("Bearer ")
    access = copy.tokens.find_access(token)
    assert access is not None
    assert access.realm_id == REALM
    book = copy.find_book()
    assert [row["Id"] for row in book.in_order(book.kinds["Bill"])] == [bill["Id"]]
    assert book.next_number("transactions") == "3"
    assert drop(decode(book.replies["k-1"])["Bill"]) == bill
    assert [tomb["Id"] for tomb in book.tombs] == [doomed["Id"]]
    assert refuses_name(copy, "ACME concrete")


def refuses_name(app: QboSandbox, name: str) -> bool:
    book = app.find_book()
    key = book.kinds["Vendor"].name_key({"DisplayName": name})
    return key is not None and book.name_holder(key) is not None


def test_a_reset_starts_from_the_firm_again(qbo: Qbo) -> None:
    qbo.bill()
    qbo.control("POST", "reset", {})

    assert qbo.raw("GET", "vendor/1").status_code == 401
    state = qbo.control("GET", "state")["realms"][REALM]
    assert (state["Bill"], len(state["Vendor"])) == ([], 3)
    assert qbo.control("GET", "calls")[-1]["status"] == 401


def test_a_token_is_only_issued_for_a_company_that_exists(qbo: Qbo) -> None:
    answer = requests.post(f"{qbo.url}/_control/token", json={"realm": "5"}, timeout=10)
    assert answer.status_code == 400
    assert answer.json() == {"error": f"there is no company 5; known: {REALM}, {OTHER_REALM}"}


def test_preferences_are_set_by_group_and_dates_are_dates(qbo: Qbo) -> None:
    wrong: tuple[dict[str, Any], ...] = (
        {"group": "MetaData", "name": "x", "value": 1},
        {"group": {"a": 1}, "name": "x", "value": 1},
        {"group": "TaxPrefs", "name": " ", "value": 1},
        {"group": "AccountingInfoPrefs", "name": "BookCloseDate", "value": "soon"},
    )
    before = qbo.get("preferences")["Preferences"]
    for act in wrong:
        refused(qbo, do="set_preference", **act)

    assert qbo.get("preferences")["Preferences"] == before
    qbo.act("set_preference", group="AccountingInfoPrefs", name="TrackDepartments", value="")
    assert qbo.get("preferences")["Preferences"]["AccountingInfoPrefs"]["TrackDepartments"] is False


def test_a_new_amount_goes_to_the_first_line_that_has_one(qbo: Qbo) -> None:
    text = {"DetailType": "DescriptionOnly", "Description": "As agreed"}
    bill = qbo.bill(Line=[text, make_line(100)])
    edited = qbo.act("edit_bill", bill_id=bill["Id"], amount=90)["Bill"]
    assert ([line["Amount"] for line in edited["Line"]], edited["TotalAmt"]) == ([0, 90.0], 90.0)


def test_the_bookkeeper_changes_how_a_contact_is_reached(qbo: Qbo) -> None:
    qbo.act("edit_contact", entity="Vendor", record_id=ACME, email="new@acme.example")
    vendor = qbo.act("edit_contact", entity="Vendor", record_id=ACME, phone="(303) 555-0199")["Vendor"]
    told = (vendor["PrimaryEmailAddr"]["Address"], vendor["PrimaryPhone"]["FreeFormNumber"])
    assert (vendor["DisplayName"], *told) == ("Acme Concrete", "new@acme.example", "(303) 555-0199")

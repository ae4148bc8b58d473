from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import CITY, HALL, ITEM, PAYABLE, RETENTION, Qbo, drop, read_wire
from tests.connectors.sandbox.qbo.sales_forms import (
    ITEM_NAME,
    RECEIVABLE,
    address,
    balance_of,
    discount_line,
    make_receipt,
    make_sale,
    owed_by,
    read,
    sale_line,
    state_of,
)

CREW = [
    {"CustomField": [{"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True}]},
    {"CustomField": [{"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Crew #"}]},
]


def test_an_invoice_is_completed_as_recorded(qbo: Qbo) -> None:
    qbo.act("set_preference", group="SalesFormsPrefs", name="CustomField", value=CREW)
    recorded = read_wire("voided_invoice")["Invoice"]
    body = drop(make_sale(), "TxnDate")
    invoice = qbo.save("Invoice", body)

    assert invoice.keys() == recorded.keys() - {"PrivateNote"}
    assert drop(invoice, "MetaData", "TxnDate", "DueDate", "Id", "name") == {
        "AllowIPNPayment": False,
        "AllowOnlinePayment": False,
        "AllowOnlineCreditCardPayment": False,
        "AllowOnlineACHPayment": False,
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
        "CustomField": [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}],
        "DocNumber": "1001",
        "CurrencyRef": {"value": "USD"},
        "LinkedTxn": [],
        "Line": [
            {
                "LineNum": 1,
                "Amount": Decimal("100.00"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"ItemRef": {"value": ITEM}, "TaxCodeRef": {"value": "NON"}},
            },
            {"Amount": Decimal("100.00"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        ],
        "TxnTaxDetail": {"TotalTax": 0},
        "CustomerRef": {"value": CITY},
        "BillAddr": {**DENVER, "Lat": "INVALID", "Long": "INVALID"},
        "ShipAddr": {**DENVER, "Lat": "INVALID", "Long": "INVALID"},
        "TotalAmt": Decimal("100.00"),
        "ApplyTaxAfterDiscount": False,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
        "Balance": Decimal("100.00"),
    }
    assert invoice["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == ITEM_NAME
    assert invoice["BillAddr"]["Id"] == invoice["ShipAddr"]["Id"] == read(qbo, "Customer", CITY)["BillAddr"]["Id"]
    assert read(qbo, "Invoice", invoice["Id"]) == invoice
    assert owed_by(qbo) == (Decimal("100.00"), Decimal("100.00"))
    assert balance_of(qbo, RECEIVABLE) == Decimal("100.00")


DENVER = {"Line1": "12 Yard St.", "City": "Denver", "CountrySubDivisionCode": "CO", "PostalCode": "80202"}


def test_custom_fields_carry_their_values_and_no_others(qbo: Qbo) -> None:
    field = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}
    unknown = [{"DefinitionId": "2", "StringValue": "x"}]
    assert qbo.save("Invoice", make_sale(CustomField=unknown))["CustomField"] == []
    qbo.act("set_preference", group="SalesFormsPrefs", name="CustomField", value=[*CREW, "junk", {"CustomField": "x"}])
    invoice = qbo.save("Invoice", make_sale(CustomField=[{"DefinitionId": "1", "StringValue": "7"}, *unknown]))
    kept = qbo.save("Invoice", address(invoice, PrivateNote="x"))
    cleared = qbo.save("Invoice", {**make_sale(), "Id": invoice["Id"], "SyncToken": "1"})

    assert invoice["CustomField"] == kept["CustomField"] == [{**field, "StringValue": "7"}]
    assert cleared["CustomField"] == [field]
    long = [{"DefinitionId": "1", "StringValue": "x" * 32}]
    assert qbo.refuse("POST", "invoice", json=make_sale(CustomField=long))["code"] == "2050"


def test_what_was_posted_is_taken_back_from_where_it_was_posted(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale())
    item = read(qbo, "Item", ITEM)
    qbo.save("Item", address(item, IncomeAccountRef={"value": RETENTION}))
    withheld = qbo.save("Invoice", make_sale(1000, -50))
    assert balance_of(qbo, RETENTION) == Decimal("-950.00")
    qbo.save("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")

    assert (balance_of(qbo, RETENTION), balance_of(qbo, RECEIVABLE)) == (Decimal("-950.00"), Decimal("950.00"))
    qbo.save("Invoice", {"Id": withheld["Id"], "SyncToken": "0"}, operation="void")
    assert (balance_of(qbo, RETENTION), balance_of(qbo, RECEIVABLE)) == (0, 0)


def test_numbers_count_on_over_all_kinds_of_sales_but_not_estimates(qbo: Qbo) -> None:
    numbers = [qbo.save(kind, make_sale())["DocNumber"] for kind in ("Invoice", "CreditMemo", "SalesReceipt")]
    estimate = qbo.save("Estimate", make_sale())
    own = qbo.save("Invoice", make_sale(DocNumber="2040"))
    text = qbo.save("Invoice", make_sale(DocNumber="PAY APP 3"))
    after = qbo.save("Invoice", make_sale())

    assert numbers == ["1001", "1002", "1003"]
    assert [estimate["DocNumber"], own["DocNumber"], text["DocNumber"]] == ["1001", "2040", "PAY APP 3"]
    assert after["DocNumber"] == "2041"


def test_a_company_that_numbers_its_sales_itself_gets_no_number(qbo: Qbo) -> None:
    qbo.act("set_preference", group="SalesFormsPrefs", name="CustomTxnNumbers", value=True)

    assert "DocNumber" not in qbo.save("Invoice", make_sale())
    assert qbo.save("Invoice", make_sale(DocNumber="7"))["DocNumber"] == "7"


def test_a_number_used_before_is_refused_unless_it_is_asked_for(qbo: Qbo) -> None:
    first = qbo.save("Invoice", make_sale(DocNumber="88"))
    before = state_of(qbo)
    error = qbo.refuse("POST", "invoice", json=make_sale(DocNumber="88"))

    assert error["code"] == "6140"
    assert error["Detail"].endswith(f"DocNumber=88 is assigned to TxnType=Invoice with TxnId={first['Id']}")
    assert state_of(qbo) == before
    assert qbo.save("Invoice", make_sale(DocNumber="88"), include="allowduplicatedocnum")["DocNumber"] == "88"
    assert qbo.save("Invoice", address(first, DocNumber="88", PrivateNote="x"))["PrivateNote"] == "x"


def test_the_due_date_follows_terms_customer_or_company(qbo: Qbo) -> None:
    by_company = qbo.save("Invoice", make_sale())
    by_terms = qbo.save("Invoice", make_sale(SalesTermRef={"value": "2"}))
    given = qbo.save("Invoice", make_sale(DueDate="2026-12-31", SalesTermRef={"value": "2"}))
    customer = read(qbo, "Customer", CITY)
    qbo.save("Customer", address(customer, SalesTermRef={"value": "1"}))
    by_customer = qbo.save("Invoice", make_sale())
    moved = qbo.save("Invoice", address(by_terms, TxnDate="2026-03-01"))

    assert by_company["DueDate"] == "2026-03-02" and "SalesTermRef" not in by_company
    assert by_terms["DueDate"] == "2026-02-15" and by_terms["SalesTermRef"] == {"value": "2"}
    assert given["DueDate"] == "2026-12-31"
    assert by_customer["DueDate"] == "2026-01-31"
    assert moved["DueDate"] == "2026-03-16"


def test_lines_end_in_subtotal_discount_and_shipping_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("refund_receipt")["RefundReceipt"]["Line"]
    lines = [
        sale_line("5.00", ItemRef={"value": "SHIPPING_ITEM_ID"}),
        discount_line(percent=10),
        {**sale_line("345.00", UnitPrice=23, Qty=15), "Description": "Deck Lumber"},
    ]
    invoice = qbo.save("Invoice", make_sale(Line=lines))

    assert [line["DetailType"] for line in invoice["Line"]] == [line["DetailType"] for line in recorded]
    assert [line["Amount"] for line in invoice["Line"]] == [line["Amount"] for line in recorded]
    assert invoice["Line"][2]["DiscountLineDetail"].keys() == recorded[2]["DiscountLineDetail"].keys()
    assert invoice["Line"][2]["DiscountLineDetail"]["DiscountAccountRef"]["name"] == "Discounts given"
    assert invoice["Line"][3] == recorded[3]
    assert invoice["TotalAmt"] == Decimal("315.50") == balance_of(qbo, RECEIVABLE)
    echoed = qbo.save("Invoice", address(invoice, Line=invoice["Line"]))
    assert echoed == invoice


def test_the_company_may_charge_tax_before_or_after_the_discount(qbo: Qbo) -> None:
    body = make_sale(
        Line=[sale_line(100, TaxCodeRef={"value": "TAX"}), discount_line(percent=10)],
        TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}},
    )
    before = qbo.save("Invoice", body)
    after = qbo.save("Invoice", {**body, "ApplyTaxAfterDiscount": True})
    smaller = qbo.save("Invoice", address(after, Line=[sale_line(50, TaxCodeRef={"value": "TAX"})]))

    assert (before["TxnTaxDetail"]["TotalTax"], before["TotalAmt"]) == (Decimal("8.00"), Decimal("98.00"))
    assert (after["TxnTaxDetail"]["TotalTax"], after["TotalAmt"]) == (Decimal("7.20"), Decimal("97.20"))
    assert (smaller["TxnTaxDetail"]["TotalTax"], smaller["TotalAmt"]) == (Decimal("4.00"), Decimal("54.00"))
    accounts = qbo.query("select * from Account where AccountSubType = 'SalesTaxPayable'")["Account"]
    assert [account["CurrentBalance"] for account in accounts] == [Decimal("-12.00")]


def test_a_line_of_text_alone_reads_as_recorded(qbo: Qbo) -> None:
    text = {"Description": "Just a Description", "DetailType": "DescriptionOnly", "Amount": 12}
    invoice = qbo.save("Invoice", make_sale(Line=[text]))

    assert invoice["Line"] == [
        {
            "Id": "1",
            "LineNum": 1,
            "Description": "Just a Description",
            "DetailType": "DescriptionOnly",
            "DescriptionLineDetail": {},
        },
        {"Amount": 0, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
    ]
    assert (invoice["TotalAmt"], invoice["Balance"]) == (0, 0)


def test_a_bundle_is_opened_into_its_lines_as_recorded(qbo: Qbo) -> None:
    recorded = read_wire("bundle_invoice")["Invoice"]["Line"][0]
    book = qbo.app.find_book()
    item = book.records["Item"][ITEM]
    part = {**item, "UnitPrice": Decimal("0.5306667")}
    bundle = {"ItemGroupLine": [{"ItemRef": {"value": ITEM}, "Qty": 5}]}
    book.put(book.kinds["Item"], part)
    book.put(book.kinds["Item"], {**item, "Id": "90", "Name": "Sweets", "Type": "Group", "ItemGroupDetail": bundle})
    group = {"GroupItemRef": {"value": "90"}, "Quantity": 3}
    lines = [{"DetailType": "GroupLineDetail", "GroupLineDetail": group}, sale_line("2.00")]
    invoice = qbo.save("Invoice", make_sale(Line=lines))

    opened = invoice["Line"][0]
    assert drop(opened, "Description").keys() == drop(recorded, "Description").keys()
    inner = opened["GroupLineDetail"]["Line"][0]
    assert (opened["Amount"], inner["Amount"], inner["Id"], inner["LineNum"]) == (0, Decimal("7.96"), "2", 2)
    assert inner["SalesItemLineDetail"]["Qty"] == 15
    assert (invoice["Line"][1]["LineNum"], invoice["Line"][2]["Amount"]) == (3, Decimal("9.96"))
    assert invoice["TotalAmt"] == Decimal("9.96")


def test_sent_lines_replace_all_and_only_known_ids_are_kept(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale(10, 20))
    kept = {**sale_line(30), "Id": "2"}
    changed = qbo.save("Invoice", address(invoice, Line=[sale_line(5), kept, {**sale_line(1), "Id": "77"}]))
    untouched = qbo.save("Invoice", address(changed, PrivateNote="memo"))

    assert [line.get("Id") for line in changed["Line"]] == ["3", "2", "4", None]
    assert [line.get("LineNum") for line in changed["Line"]] == [1, 2, 3, None]
    assert changed["TotalAmt"] == changed["Balance"] == Decimal("36.00")
    assert untouched["Line"] == changed["Line"] and untouched["SyncToken"] == "2"
    assert owed_by(qbo)[0] == Decimal("36.00")


def test_preferences_decide_on_classes_locations_and_deposits(qbo: Qbo) -> None:
    made = qbo.save("Class", {"Name": "Field"})["Id"]
    place = qbo.save("Department", {"Name": "North"})["Id"]
    body = make_sale(
        Line=[sale_line(100, ClassRef={"value": made})],
        ClassRef={"value": made},
        DepartmentRef={"value": place},
        Deposit=30,
    )
    by_line = qbo.save("Invoice", body)
    for group, name, value in (
        ("AccountingInfoPrefs", "ClassTrackingPerTxnLine", False),
        ("AccountingInfoPrefs", "ClassTrackingPerTxn", True),
        ("AccountingInfoPrefs", "TrackDepartments", False),
        ("SalesFormsPrefs", "AllowDeposit", True),
    ):
        qbo.act("set_preference", group=group, name=name, value=value)
    by_form = qbo.save("Invoice", body)

    assert by_line["Line"][0]["SalesItemLineDetail"]["ClassRef"]["name"] == "Field"
    assert "ClassRef" not in by_line and "Deposit" not in by_line
    assert by_line["DepartmentRef"] == {"value": place, "name": "North"}
    assert "ClassRef" not in by_form["Line"][0]["SalesItemLineDetail"]
    assert by_form["ClassRef"]["name"] == "Field" and "DepartmentRef" not in by_form
    assert (by_form["Deposit"], by_form["Balance"]) == (Decimal("30.00"), Decimal("70.00"))
    assert balance_of(qbo, by_form["DepositToAccountRef"]["value"]) == Decimal("30.00")
    assert balance_of(qbo, RECEIVABLE) == Decimal("170.00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CustomerRef": None}, "2020"),
        ({"CustomerRef": {"value": "99"}}, "2500"),
        ({"Line": []}, "2250"),
        ({"Line": [{"Amount": 1}]}, "2020"),
        ({"Line": [{"Amount": 1, "DetailType": "AccountBasedExpenseLineDetail"}]}, "6000"),
        ({"Line": [{"DetailType": "SubTotalLineDetail", "Amount": 9}]}, "2250"),
        ({"Line": [sale_line(10, Qty=3, UnitPrice="3.33")]}, "6070"),
        ({"Line": [sale_line("1e9", Qty="1e14", UnitPrice="1e14")]}, "2010"),
        ({"Line": [drop(sale_line(1, Qty=1, UnitPrice=1), "Amount")]}, "2020"),
        ({"Line": [sale_line(-5)]}, "2290"),
        ({"Line": [sale_line(5), discount_line(amount=9)]}, "2290"),
        ({"Line": [sale_line(5), discount_line(percent=1), discount_line(percent=1)]}, "6000"),
        ({"Line": [sale_line(5), discount_line(percent=101)]}, "6000"),
        ({"Line": [{"DetailType": "GroupLineDetail", "GroupLineDetail": {"GroupItemRef": {"value": ITEM}}}]}, "6000"),
        ({"EmailStatus": "NeedToSend"}, "2020"),
        ({"EmailStatus": "Sent"}, "2170"),
        ({"PrintStatus": "Maybe"}, "2170"),
        ({"BillEmail": {"Address": "nobody"}}, "2210"),
        ({"DocNumber": "x" * 22}, "2050"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050"),
        ({"TxnDate": "9999-12-31"}, "2010"),
        ({"LinkedTxn": [{"TxnId": "1", "TxnType": "Payment"}]}, "6000"),
        ({"ARAccountRef": {"value": "99"}}, "2500"),
    ],
)
def test_a_wrong_invoice_is_refused_and_changes_nothing(qbo: Qbo, changes: dict[str, Any], code: str) -> None:
    before = state_of(qbo)
    error = qbo.refuse("POST", "invoice", json={**make_sale(), **changes})

    assert error["code"] == code, error
    assert state_of(qbo) == before


def test_the_missing_line_type_is_refused_in_the_recorded_words(qbo: Qbo) -> None:
    error = qbo.refuse("POST", "salesreceipt", json={"Line": [{"Amount": 0}]})

    assert error == {
        "element": "Line.DetailType",
        "code": "2020",
        "Message": "Required param missing, need to supply the required value for the API",
        "Detail": "Required parameter Line.DetailType is missing in the request",
    }


def test_a_wrong_receivables_account_is_refused(qbo: Qbo) -> None:
    assert qbo.refuse("POST", "invoice", json=make_sale(ARAccountRef={"value": PAYABLE}))["code"] == "6430"


def test_a_job_owes_on_its_own_and_with_its_parent(qbo: Qbo) -> None:
    qbo.save("Invoice", make_sale(CustomerRef={"value": HALL}))
    qbo.save("Invoice", make_sale(40))

    assert owed_by(qbo, HALL) == (Decimal("100.00"), Decimal("100.00"))
    assert owed_by(qbo) == (Decimal("40.00"), Decimal("140.00"))
    qbo.save("Customer", address(read(qbo, "Customer", HALL), Job=False))
    assert owed_by(qbo) == (Decimal("40.00"), Decimal("40.00"))
    assert owed_by(qbo, HALL) == (Decimal("100.00"), Decimal("100.00"))


def test_a_voided_invoice_reads_as_recorded_and_lets_its_payment_go(qbo: Qbo) -> None:
    recorded = read_wire("voided_invoice")["Invoice"]
    invoice = qbo.save("Invoice", make_sale())
    payment = qbo.save("Payment", make_receipt(100, ("Invoice", invoice["Id"], 100)))
    voided = qbo.save("Invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")

    assert voided.keys() == recorded.keys()
    for member in ("PrivateNote", "LinkedTxn", "TxnTaxDetail", "TotalAmt", "Balance", "EmailStatus", "PrintStatus"):
        assert voided[member] == recorded[member]
    assert drop(voided["Line"], "name") == drop(recorded["Line"], "name")
    assert voided["SyncToken"] == "2"
    released = read(qbo, "Payment", payment["Id"])
    assert (released["Line"], released["UnappliedAmt"]) == ([], Decimal("100.00"))
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-100.00")
    assert qbo.save("Invoice", {"Id": invoice["Id"], "SyncToken": "2"}, operation="void") == voided


def test_a_deleted_invoice_leaves_its_payment_unapplied(qbo: Qbo) -> None:
    paid, other = qbo.save("Invoice", make_sale()), qbo.save("Invoice", make_sale(60))
    applied = (("Invoice", paid["Id"], 100), ("Invoice", other["Id"], 20))
    payment = qbo.save("Payment", make_receipt(120, *applied))
    stub = qbo.save("Invoice", {"Id": paid["Id"], "SyncToken": "1"}, operation="delete")

    assert stub == {"domain": "QBO", "status": "Deleted", "Id": paid["Id"]}
    released = read(qbo, "Payment", payment["Id"])
    assert [line["LinkedTxn"][0]["TxnId"] for line in released["Line"]] == [other["Id"]]
    assert (released["UnappliedAmt"], released["TotalAmt"]) == (Decimal("100.00"), Decimal("120.00"))
    assert released["SyncToken"] == "1"
    assert owed_by(qbo)[0] == balance_of(qbo, RECEIVABLE) == Decimal("-60.00")
    assert qbo.refuse("GET", f"invoice/{paid['Id']}")["code"] == "610"


def test_a_closed_period_keeps_an_invoice_as_it_is(qbo: Qbo) -> None:
    invoice = qbo.save("Invoice", make_sale())
    qbo.act("close_books", date="2026-01-31")
    key = {"Id": invoice["Id"], "SyncToken": "0"}
    before = state_of(qbo)

    assert qbo.refuse("POST", "invoice", json=make_sale())["code"] == "6210"
    assert qbo.refuse("POST", "invoice", json=key, params={"operation": "delete"})["code"] == "6210"
    assert qbo.refuse("POST", "invoice", json=key, params={"operation": "void"})["code"] == "6210"
    assert state_of(qbo) == before

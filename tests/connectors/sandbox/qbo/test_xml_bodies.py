"""Writes in XML, as the client for Ruby sends them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.connectors.sandbox.qbo.conftest import ACME, COSTS, HALL, Qbo

NAMESPACE = "http://schema.intuit.com/finance/v3"
XML = {"Content-Type": "application/xml"}


def post(qbo: Qbo, path: str, body: str, **params: str) -> tuple[int, Any]:
    return qbo.call("POST", path, data=body.encode(), headers=XML, params=params)


BILL = f"""<?xml version="1.0" encoding="UTF-8"?>
<Bill xmlns="{NAMESPACE}">
  <DocNumber>A-1</DocNumber>
  <TxnDate>2026-01-31</TxnDate>
  <Line>
    <Description>Slab &amp; footing</Description>
    <Amount>100.5</Amount>
    <DetailType>AccountBasedExpenseLineDetail</DetailType>
    <AccountBasedExpenseLineDetail>
      <CustomerRef name="Hall">{HALL}</CustomerRef>
      <AccountRef>{COSTS}</AccountRef>
      <BillableStatus>NotBillable</BillableStatus>
    </AccountBasedExpenseLineDetail>
  </Line>
  <Line>
    <Amount>-0.5</Amount>
    <DetailType>AccountBasedExpenseLineDetail</DetailType>
    <AccountBasedExpenseLineDetail><AccountRef>{COSTS}</AccountRef></AccountBasedExpenseLineDetail>
  </Line>
  <VendorRef name="Acme">{ACME}</VendorRef>
</Bill>"""


def test_a_bill_in_xml_is_the_bill_it_would_be_in_json(qbo: Qbo) -> None:
    status, answer = post(qbo, "bill", BILL)
    bill = answer["Bill"]

    assert status == 200
    assert (bill["VendorRef"], bill["TotalAmt"], bill["DocNumber"]) == (
        {"value": ACME, "name": "Acme Concrete"},
        Decimal("100.00"),
        "A-1",
    )
    first, second = bill["Line"]
    assert (first["Description"], first["Amount"], second["Amount"]) == (
        "Slab & footing",
        Decimal("100.50"),
        Decimal("-0.50"),
    )
    assert first["AccountBasedExpenseLineDetail"]["CustomerRef"]["value"] == HALL
    assert qbo.get(f"bill/{bill['Id']}")["Bill"] == bill


def test_what_is_read_in_xml_goes_back_in_xml(qbo: Qbo) -> None:
    bill = post(qbo, "bill", BILL)[1]["Bill"]
    answer = qbo.raw("GET", f"bill/{bill['Id']}", headers={"Accept": "application/xml"})
    (element,) = ElementTree.fromstring(answer.content)  # noqa: S314
    text = ElementTree.tostring(element, encoding="unicode")

    status, same = post(qbo, "bill", text)
    assert (status, same["Bill"]) == (200, bill)
    head = f'<Bill xmlns="{NAMESPACE}" sparse="true"><Id>{bill["Id"]}</Id><SyncToken>0</SyncToken>'
    noted = post(qbo, "bill", f"{head}<VendorRef>{ACME}</VendorRef><PrivateNote>x</PrivateNote></Bill>")[1]["Bill"]
    assert (noted["PrivateNote"], noted["Line"]) == ("x", bill["Line"])
    gone = post(qbo, "bill", f"<Bill><Id>{bill['Id']}</Id><SyncToken>1</SyncToken></Bill>", operation="delete")
    assert gone[1]["Bill"]["status"] == "Deleted"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<Bill>",
        "<Vendor/>",
        '<?xml version="1.0" encoding="nosuch"?><Bill/>',
        '<?xml version="1.0" encoding="cp037"?><Bill/>',
        "<Bill>\x00</Bill>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><Bill><DocNumber>&b;</DocNumber></Bill>",
        f"<Bill>{'<Line>' * 5000}{'</Line>' * 5000}</Bill>",
        "<Bill><Colour>red</Colour></Bill>",
        "<Bill><VendorRef><Deep><Deeper/></Deep></VendorRef><Line><Amount><a/></Amount></Line></Bill>",
        "<Bill colour='red'/>",
        "<Bill><TxnDate><a/></TxnDate></Bill>",
    ],
)
def test_other_xml_is_refused_and_changes_nothing(qbo: Qbo, body: str) -> None:
    before = qbo.query("select count(*) from Bill")
    status, answer = post(qbo, "bill", body)

    assert (status, answer["Fault"]["Error"][0]["code"]) in ((400, "2010"), (400, "2020"))
    assert qbo.query("select count(*) from Bill") == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "cp037"])
def test_entities_are_never_expanded(qbo: Qbo, encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "x">]>'
    body = f"{head}<Bill><DocNumber>&b;</DocNumber></Bill>"
    error = qbo.refuse("POST", "bill", data=body.encode(encoding), headers=XML)

    assert (error["code"], "of body" in error["Detail"]) == ("2010", True)

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.qbo.conftest import Qbo, drop, make_bill, make_line
from tests.connectors.sandbox.qbo.countries import UK, code, open_company, start_over, tax_lines

D = Decimal
# The members of the recorded answer to a second rate of the same name.
DUPLICATE_RATE = {
    "Message": "Duplicate Name Exists Error",
    "Detail": "The name supplied already exists. : Another tax rate is already using this \nname. "
    "Please use a different name.",
    "code": "6240",
    "element": "",
}


@pytest.fixture(scope="module")
def shared_uk() -> Iterator[Qbo]:
    with open_company("GB", "GBP") as qbo:
        yield qbo


@pytest.fixture
def uk(shared_uk: Qbo) -> Qbo:
    return start_over(shared_uk)


def rate(name: str = "City", value: Any = "8.25", agency: Any = "1", **members: Any) -> dict[str, Any]:
    return {"TaxRateName": name, "RateValue": value, "TaxAgencyId": agency, **members}


def make_code(*details: dict[str, Any], name: str = "Local") -> dict[str, Any]:
    return {"TaxCode": name, "TaxRateDetails": list(details)}


def create(qbo: Qbo, body: Any, **params: str) -> dict[str, Any]:
    status, answer = qbo.call("POST", "taxservice/taxcode", json=body, params=params)
    assert status == 200, answer
    return answer


def test_a_code_with_a_new_rate_each_way(uk: Qbo) -> None:
    before = len(uk.query("select * from TaxCode")["TaxCode"])
    answer = create(uk, make_code(rate(), rate("Back", 8, TaxApplicableOn="Purchase")))
    sold, bought = answer["TaxRateDetails"]
    code_id = answer["TaxCodeId"]
    assert answer == {
        "TaxCode": "Local",
        "TaxCodeId": code_id,
        "TaxRateDetails": [
            {
                "TaxRateName": "City",
                "TaxRateId": sold["TaxRateId"],
                "RateValue": D("8.25"),
                "TaxAgencyId": "1",
                "TaxApplicableOn": "Sales",
            },
            {
                "TaxRateName": "Back",
                "TaxRateId": bought["TaxRateId"],
                "RateValue": 8,
                "TaxAgencyId": "1",
                "TaxApplicableOn": "Purchase",
            },
        ],
    }
    assert len(uk.query("select * from TaxCode")["TaxCode"]) == before + 1
    stored = uk.get(f"taxcode/{code_id}")["TaxCode"]
    assert drop(stored, "MetaData") == {
        "domain": "QBO",
        "sparse": False,
        "Id": code_id,
        "SyncToken": "0",
        "Name": "Local",
        "Description": "Local",
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "TaxCodeConfigType": "USER_DEFINED",
        "SalesTaxRateList": {"TaxRateDetail": [detail_of(sold)]},
        "PurchaseTaxRateList": {"TaxRateDetail": [detail_of(bought)]},
    }
    bill = uk.bill(Line=[make_line(100, **code(code_id))])
    assert tax_lines(bill) == [(bought["TaxRateId"], D("8.00"), 8, D("100.00"))]


def detail_of(row: dict[str, Any]) -> dict[str, Any]:
    reference = {"value": row["TaxRateId"], "name": row["TaxRateName"]}
    return {"TaxRateRef": reference, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}


def test_a_code_over_rates_that_exist(uk: Qbo) -> None:
    first = create(uk, make_code(rate()))
    again = create(uk, make_code({"TaxRateId": first["TaxRateDetails"][0]["TaxRateId"]}, name="Other"))
    assert again["TaxRateDetails"] == first["TaxRateDetails"]


def test_a_sales_code_cannot_stand_on_a_purchase(uk: Qbo) -> None:
    made = create(uk, make_code(rate()))
    error = uk.refuse("POST", "bill", json=make_bill(Line=[make_line(5, **code(made["TaxCodeId"]))]))
    assert (error["code"], "VAT rate" in error["Detail"]) == ("6000", True)


def test_a_rate_name_can_be_used_once(uk: Qbo) -> None:
    create(uk, make_code(rate()))
    before = uk.app.dump()["realms"]
    assert uk.refuse("POST", "taxservice/taxcode", json=make_code(rate("CITY"), name="Other")) == DUPLICATE_RATE
    # The first of the two rates is not left behind either.
    assert uk.refuse("POST", "taxservice/taxcode", json=make_code(rate("A"), rate("a"), name="O")) == DUPLICATE_RATE
    error = uk.refuse("POST", "taxservice/taxcode", json=make_code(rate("New"), name="local"))
    assert (error["code"], "Another tax code" in error["Detail"]) == ("6240", True)
    assert uk.app.dump()["realms"] == before


def test_a_repeated_request_id_answers_the_same(uk: Qbo) -> None:
    first = create(uk, make_code(rate()), requestid="one")
    assert create(uk, make_code(rate()), requestid="one") == first


@pytest.mark.parametrize(
    ("body", "fault_code", "element"),
    [
        ({}, "2020", "TaxCode"),
        ({"TaxCode": " ", "TaxRateDetails": [rate()]}, "2020", "TaxCode"),
        ({"TaxCode": "x"}, "2020", "TaxRateDetails"),
        (make_code(), "2020", "TaxRateDetails"),
        (make_code({}), "2020", "TaxRateDetails.TaxRateName"),
        (make_code({"TaxRateName": "x"}), "2020", "TaxRateDetails.RateValue"),
        (make_code({"TaxRateName": "x", "RateValue": 1}), "2020", "TaxRateDetails.TaxAgencyId"),
        (make_code(rate(agency="77")), "2500", "TaxRateDetails.TaxAgencyId"),
        (make_code({"TaxRateId": "77"}), "2500", "TaxRateDetails.TaxRateId"),
        (make_code(rate(TaxApplicableOn="Never")), "2170", "TaxRateDetails.TaxApplicableOn"),
        (make_code(rate(value=101)), "6000", ""),
        (make_code(rate(value=-1)), "6000", ""),
        (make_code(rate(value="8%")), "2010", None),
        (make_code(rate(value=[8])), "2010", None),
        (make_code(rate(name={})), "2010", None),
        (make_code(rate(name="x" * 101)), "2050", "TaxRateDetails.TaxRateName"),
        (make_code(rate(), name="x" * 101), "2050", "TaxCode"),
        ({"TaxCode": "x", "TaxRateDetails": "y"}, "2010", None),
        ({"TaxCode": "x", "Nope": 1}, "2010", None),
        ([], "2010", None),
        (None, "2010", None),
    ],
)
def test_what_is_missing_or_wrong_is_named(uk: Qbo, body: Any, fault_code: str, element: str | None) -> None:
    before = uk.app.dump()["realms"]
    error = uk.refuse("POST", "taxservice/taxcode", json=body)
    assert (error["code"], error.get("element")) == (fault_code, element)
    assert uk.app.dump()["realms"] == before


def test_codes_and_rates_are_not_written_directly(uk: Qbo) -> None:
    for entity in ("taxcode", "taxrate"):
        assert uk.refuse("POST", entity, json={"Name": "x"})["code"] == "500"


def test_agencies_are_made_by_name(uk: Qbo) -> None:
    agency = uk.save("TaxAgency", {"DisplayName": "CityTaxAgency"})
    assert drop(agency, "MetaData") == {
        "domain": "QBO",
        "sparse": False,
        "Id": "2",
        "SyncToken": "0",
        "DisplayName": "CityTaxAgency",
        "TaxTrackedOnSales": True,
        "TaxTrackedOnPurchases": False,
    }
    rows = uk.query("select * from TaxAgency")["TaxAgency"]
    assert [row["DisplayName"] for row in rows] == ["CityTaxAgency", "HM Revenue & Customs (VAT)"]
    assert uk.refuse("POST", "taxagency", json={"DisplayName": "citytaxagency"})["code"] == "6240"
    assert uk.refuse("POST", "taxagency", json={})["code"] == "2020"
    assert uk.refuse("POST", "taxagency", json={"DisplayName": "x" * 101})["code"] == "2050"
    assert uk.refuse("POST", "taxagency", json={**agency, "DisplayName": "Other"})["code"] == "6000"


def test_codes_are_listed_by_name_and_rates_tell_their_history(uk: Qbo) -> None:
    names = [row["Name"] for row in uk.query("select * from TaxCode")["TaxCode"]]
    assert names == sorted(names, key=str.casefold)
    assert len(names) == 8
    (standard,) = uk.query("select * from TaxRate where Name = '20.0% S (Purchases)'")["TaxRate"]
    assert drop(standard, "MetaData", "Id", "domain", "sparse", "SyncToken") == {
        "Name": "20.0% S (Purchases)",
        "Description": "20.0% S",
        "Active": True,
        "RateValue": 20,
        "AgencyRef": {"value": "1"},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
        "TaxReturnLineRef": {"value": "4"},
        "EffectiveTaxRate": [
            {
                "RateValue": D("17.5"),
                "EffectiveDate": "1970-01-01T00:00:00-08:00",
                "EndDate": "2011-01-03T00:00:00-08:00",
            },
            {"RateValue": 20, "EffectiveDate": "2011-01-03T00:00:00-08:00"},
        ],
    }
    assert uk.get(f"taxcode/{UK['reverse']}")["TaxCode"]["Name"] == "20.0% RC"


def test_the_pseudo_codes_of_a_us_company_come_first(qbo: Qbo) -> None:
    rows = qbo.query("select * from TaxCode")["TaxCode"]
    assert [row["Id"] for row in rows] == ["TAX", "NON", "CustomSalesTax", "2", "3"]
    assert qbo.query("select * from TaxCode where Active IN (true, false)")["TaxCode"] == rows
    assert qbo.query("select * from TaxCode where Active = true")["TaxCode"] == rows
    assert drop(rows[0], "MetaData") == {
        "Id": "TAX",
        "Name": "TAX",
        "Description": "TAX",
        "Taxable": True,
        "TaxGroup": False,
    }
    agencies = [row["DisplayName"] for row in qbo.query("select * from TaxAgency")["TaxAgency"]]
    assert agencies == ["Arizona Dept. of Revenue", "Board of Equalization"]

"""What a company says of itself, by country, and which of its preferences a caller can turn."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.qbo.companies.countries import COUNTRIES
from tests.connectors.sandbox.qbo.conftest import REALM, Qbo, drop, make_line
from tests.connectors.sandbox.qbo.countries import open_company, start_over

# Groups and members of the recorded preferences, without those that name accounts of a company's own.
RECORDED = {
    "AccountingInfoPrefs": {
        "TrackDepartments",
        "ClassTrackingPerTxn",
        "ClassTrackingPerTxnLine",
        "CustomerTerminology",
    },
    "ProductAndServicesPrefs": {"ForSales", "ForPurchase", "QuantityWithPriceAndRate", "QuantityOnHand"},
    "SalesFormsPrefs": {
        "CustomField",
        "CustomTxnNumbers",
        "AllowDeposit",
        "AllowDiscount",
        "AllowEstimates",
        "ETransactionEnabledStatus",
        "ETransactionAttachPDF",
        "ETransactionPaymentEnabled",
        "IPNSupportEnabled",
        "AllowServiceDate",
        "AllowShipping",
        "DefaultTerms",
        "UsingPriceLevels",
        "DefaultCustomerMessage",
    },
    "EmailMessagesPrefs": {"InvoiceMessage", "EstimateMessage", "SalesReceiptMessage", "StatementMessage"},
    "VendorAndPurchasesPrefs": {"TrackingByCustomer", "BillableExpenseTracking", "POCustomField"},
    "TimeTrackingPrefs": {
        "UseServices",
        "BillCustomers",
        "ShowBillRateToAll",
        "WorkWeekStartDate",
        "MarkTimeEntriesBillable",
    },
    "TaxPrefs": {"UsingSalesTax", "TaxGroupCodeRef"},
    "CurrencyPrefs": {"MultiCurrencyEnabled", "HomeCurrency"},
    "ReportPrefs": {"ReportBasis", "CalcAgingReportFromTxnDate"},
    "OtherPrefs": {"NameValue"},
}
STALE = {
    "Message": "Stale Object Error",
    "Detail": "Stale Object Error : You and Sample User were working on this at the same time. "
    "Sample User finished before you did, so your work was not saved.",
    "code": "5010",
    "element": "",
}


def preferences_of(qbo: Qbo) -> dict[str, Any]:
    return dict(qbo.get("preferences")["Preferences"])


@pytest.fixture(scope="module", params=["GB", "AU", "CA"])
def abroad(request: pytest.FixtureRequest) -> Iterator[Qbo]:
    with open_company(request.param, COUNTRIES[request.param].currency) as qbo:
        yield qbo


def test_preferences_have_the_recorded_groups(qbo: Qbo) -> None:
    preferences = preferences_of(qbo)
    assert set(drop(preferences, "Id", "SyncToken", "MetaData", "domain", "sparse")) == set(RECORDED)
    for group, members in RECORDED.items():
        assert members <= set(preferences[group]), group
    pairs = preferences["OtherPrefs"]["NameValue"]
    assert all(set(pair) == {"Name", "Value"} and isinstance(pair["Value"], str) for pair in pairs)
    assert preferences["EmailMessagesPrefs"]["InvoiceMessage"]["Subject"] == "Invoice from Summit Builders"


def test_the_query_forms_give_one_row_each(qbo: Qbo) -> None:
    for entity, path in (("Preferences", "preferences"), ("CompanyInfo", f"companyinfo/{REALM}")):
        answer = qbo.query("select * from {entity}", entity=entity)
        assert answer[entity] == [qbo.get(path)[entity]]
        assert answer["maxResults"] == 1


def test_groups_are_merged_and_read_only_members_passed_over(qbo: Qbo) -> None:
    before = preferences_of(qbo)
    updated = qbo.save(
        "Preferences",
        {
            "Id": "1",
            "SyncToken": "0",
            "AccountingInfoPrefs": {"TrackDepartments": False, "BookCloseDate": "2026-01-31", "TaxForm": "7"},
            "TaxPrefs": {"UsingSalesTax": False},
            "CurrencyPrefs": {"MultiCurrencyEnabled": True},
            "SalesFormsPrefs": {"AllowShipping": True, "UsingPriceLevels": True},
            "OtherPrefs": {
                "NameValue": [
                    {"Name": "WarnDuplicateBillNumber", "Value": "true"},
                    {"Name": "Unheard", "Value": "of"},
                ]
            },
        },
    )
    expected = drop(before, "SyncToken", "MetaData")
    expected["AccountingInfoPrefs"]["TrackDepartments"] = False
    expected["SalesFormsPrefs"]["AllowShipping"] = True
    for pair in expected["OtherPrefs"]["NameValue"]:
        if pair["Name"] == "WarnDuplicateBillNumber":
            pair["Value"] = "true"
    assert drop(updated, "SyncToken", "MetaData") == expected
    assert updated["SyncToken"] == "1"
    assert preferences_of(qbo) == updated


def test_the_duplicate_warning_turns_itself_on(qbo: Qbo) -> None:
    qbo.bill(DocNumber="7")
    qbo.bill(DocNumber="7")
    pairs = [{"Name": "WarnDuplicateBillNumber", "Value": "true"}]
    qbo.save("Preferences", {"SyncToken": "0", "OtherPrefs": {"NameValue": pairs}})
    bill = {"VendorRef": {"value": "1"}, "DocNumber": "7", "Line": [make_line(5)]}
    assert qbo.refuse("POST", "bill", json=bill)["code"] == "6140"


def test_sending_preferences_back_changes_nothing(qbo: Qbo) -> None:
    before = preferences_of(qbo)
    assert qbo.save("Preferences", before) == before


@pytest.mark.parametrize(
    ("body", "fault_code"),
    [
        ({"AccountingInfoPrefs": {}}, "2020"),
        ({"SyncToken": "0", "Nope": {}}, "2010"),
        ({"SyncToken": "0", "AccountingInfoPrefs": {"Nope": True}}, "2010"),
        ({"SyncToken": "0", "AccountingInfoPrefs": {"TrackDepartments": "maybe"}}, "2010"),
        ({"SyncToken": "0", "AccountingInfoPrefs": []}, "2010"),
        ({"SyncToken": "0", "PrintDocumentPrefs": "x"}, "2010"),
        ({"SyncToken": "0", "OtherPrefs": {"NameValue": {}}}, "2010"),
        ({"SyncToken": "0", "AccountingInfoPrefs": {"ClassTrackingPerTxn": True}}, "6000"),
        ([], "2010"),
    ],
)
def test_wrong_preferences_are_refused(qbo: Qbo, body: Any, fault_code: str) -> None:
    before = preferences_of(qbo)
    assert qbo.refuse("POST", "preferences", json=body)["code"] == fault_code
    assert preferences_of(qbo) == before


def test_a_stale_token_is_refused_as_recorded(qbo: Qbo) -> None:
    assert qbo.refuse("POST", "preferences", json={"Id": "1", "SyncToken": "9"}) == STALE
    assert qbo.refuse("POST", "companyinfo", json={"Id": "1", "SyncToken": "9"}) == STALE


def test_the_company_can_be_described_anew(qbo: Qbo) -> None:
    before = qbo.get(f"companyinfo/{REALM}")["CompanyInfo"]
    sparse = {"Id": "1", "SyncToken": "0", "sparse": True, "LegalName": "Summit Builders LLC", "Country": "FR"}
    after = qbo.save("CompanyInfo", sparse)
    assert drop(after, "SyncToken", "MetaData") == {
        **drop(before, "SyncToken", "MetaData"),
        "LegalName": "Summit Builders LLC",
    }
    full = {"SyncToken": "1", "CompanyName": "Summit", "CompanyAddr": {"Line1": "9 Ridge", "City": "Denver"}}
    cleared = qbo.save("CompanyInfo", full)
    assert cleared["CompanyAddr"] == {"Id": "1", "Line1": "9 Ridge", "City": "Denver"}
    assert (cleared["CompanyName"], cleared["Country"], "LegalName" in cleared) == ("Summit", "US", False)
    assert qbo.refuse("POST", "companyinfo", json={"SyncToken": "2"})["code"] == "2020"
    assert qbo.get("companyinfo/1")["CompanyInfo"] == cleared
    assert qbo.refuse("GET", "companyinfo/2")["code"] == "610"


def test_a_company_abroad(abroad: Qbo) -> None:
    start_over(abroad)
    info = abroad.get(f"companyinfo/{REALM}")["CompanyInfo"]
    country = COUNTRIES[info["Country"]]
    assert {info[member]["Country"] for member in ("CompanyAddr", "LegalAddr")} == {country.alpha3}
    preferences = preferences_of(abroad)
    assert preferences["TaxPrefs"] == {"UsingSalesTax": True}
    assert preferences["CurrencyPrefs"]["HomeCurrency"] == {"value": country.currency}
    vendors = abroad.query("select * from Vendor")["Vendor"]
    accounts = abroad.query("select * from Account maxresults 1000")["Account"]
    assert {row["CurrencyRef"]["value"] for row in (*vendors, *accounts)} == {country.currency}
    assert "DefaultTaxCodeRef" not in abroad.get("customer/4")["Customer"]
    (taxes,) = [row for row in accounts if row["AccountSubType"] == "GlobalTaxPayable"]
    assert (taxes["Name"], taxes["CurrentBalance"]) == (country.tax_account, 0)
    rates = abroad.query("select * from TaxRate maxresults 1000")["TaxRate"]
    assert len(rates) == len(country.rates)
    agencies = {row["Id"] for row in abroad.query("select * from TaxAgency")["TaxAgency"]}
    assert {row["AgencyRef"]["value"] for row in rates} <= agencies
    known = {row["Id"]: Decimal(row["RateValue"]) for row in rates}
    for code in abroad.query("select * from TaxCode")["TaxCode"]:
        for member in ("SalesTaxRateList", "PurchaseTaxRateList"):
            assert all(each["TaxRateRef"]["value"] in known for each in code[member]["TaxRateDetail"])


def test_a_country_without_rules_is_named() -> None:
    with (
        pytest.raises(ValueError, match="no rules for a company in FR, there are US, GB, AU, CA"),
        open_company("FR", "EUR"),
    ):
        pass


def test_the_uncategorised_accounts_are_where_the_preferences_say(qbo: Qbo) -> None:
    pairs = {pair["Name"]: pair["Value"] for pair in preferences_of(qbo)["OtherPrefs"]["NameValue"]}
    found = {
        name: (account["Name"], account["AccountType"])
        for name, value in pairs.items()
        if name.startswith("Uncategorized")
        for account in [qbo.get(f"account/{value}")["Account"]]
    }
    assert found == {
        "UncategorizedAssetAccountId": ("Uncategorized Asset", "Other Current Asset"),
        "UncategorizedIncomeAccountId": ("Uncategorized Income", "Income"),
        "UncategorizedExpenseAccountId": ("Uncategorized Expense", "Expense"),
    }


def test_the_company_has_the_recorded_members(qbo: Qbo) -> None:
    company = qbo.get(f"companyinfo/{REALM}")["CompanyInfo"]

    assert company["PrimaryPhone"] == {"FreeFormNumber": "(555) 555-0100"}
    for member in ("CompanyAddr", "CustomerCommunicationAddr", "LegalAddr"):
        assert company[member].keys() == {"Id", "Line1", "City", "Country", "CountrySubDivisionCode", "PostalCode"}
    assert [pair["Name"] for pair in company["NameValue"]] == [
        "NeoEnabled",
        "IndustryType",
        "IndustryCode",
        "CompanyType",
        "SubscriptionStatus",
        "OfferingSku",
        "PayrollFeature",
        "AccountantFeature",
    ]

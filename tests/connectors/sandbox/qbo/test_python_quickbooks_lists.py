"""The library python-quickbooks against the sandbox: companies, names, accounts, items and the other lists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from quickbooks import QuickBooks
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects import (
    Account,
    Address,
    Budget,
    Class,
    CompanyInfo,
    Customer,
    Department,
    EmailAddress,
    Employee,
    Item,
    PaymentMethod,
    PhoneNumber,
    Preferences,
    TaxAgency,
    TaxCode,
    TaxRate,
    TaxRateDetails,
    TaxService,
    Term,
    Vendor,
    WebAddress,
)
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.customertype import CustomerType
from quickbooks.objects.exchangerate import ExchangeRate

from connectors.sandbox.qbo import QboSandbox
from tests.connectors.sandbox.qbo.library import open_library


@pytest.fixture
def client() -> Iterator[QuickBooks]:
    with open_library() as library:
        yield library


@pytest.fixture
def larger() -> Iterator[QuickBooks]:
    """With other currencies than dollars, with classes and locations."""

    def allow(sandbox: QboSandbox) -> None:
        book = sandbox.find_book()
        held = next(book.all("Preferences"))
        currencies = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}
        tracking = {**held["AccountingInfoPrefs"], "TrackDepartments": True, "ClassTrackingPerTxnLine": True}
        changes = {"CurrencyPrefs": currencies, "AccountingInfoPrefs": tracking}
        book.put(book.kinds["Preferences"], {**held, **changes})

    with open_library(allow) as library:
        yield library


def make_address() -> Address:
    address = Address()
    address.Line1, address.Line2, address.City = "123 Main", "Apartment 1", "Springfield"
    address.Country, address.CountrySubDivisionCode, address.PostalCode = "U.S.A", "CA", "94030"
    return address


def make_phone(number: str) -> PhoneNumber:
    phone = PhoneNumber()
    phone.FreeFormNumber = number
    return phone


def test_account_is_created_read_and_renamed(client: QuickBooks) -> None:
    account = Account()
    account.Name, account.AcctNum, account.AccountSubType = "Petty cash", "1050", "CashOnHand"
    account.save(qb=client)

    read = Account.get(account.Id, qb=client)
    assert (read.Id, read.Name, read.AcctNum, read.AccountType) == (account.Id, "Petty cash", "1050", "Bank")

    read.Name = "Petty cash 2"
    read.save(qb=client)
    again = Account.get(account.Id, qb=client)
    assert (again.Name, again.FullyQualifiedName, again.SyncToken) == ("Petty cash 2", "Petty cash 2", "1")


def test_account_number_and_type_are_found_by_a_filter(client: QuickBooks) -> None:
    banks = Account.filter(AccountType="Bank", max_results=2, qb=client)
    assert [bank.Name for bank in banks] == ["Checking", "Savings"]
    assert Account.where("Name = 'checking'", qb=client)[0].Id == "35"
    assets = Account.where("Classification = 'Asset' AND AccountType IN ('Bank', 'Other Current Asset')", qb=client)
    assert [asset.Name for asset in assets[:2]] == ["Checking", "Inventory Asset"]


def test_customer_keeps_every_part_it_was_given(client: QuickBooks) -> None:
    customer = Customer()
    customer.Title, customer.GivenName, customer.MiddleName = "Mr", "James", "B"
    customer.FamilyName, customer.Suffix = "King", "Jr"
    customer.FullyQualifiedName = customer.CompanyName = customer.DisplayName = "King Works"
    customer.BillAddr = make_address()
    customer.PrimaryPhone = make_phone("555-555-5555")
    customer.PrimaryEmailAddr = EmailAddress()
    customer.PrimaryEmailAddr.Address = "king@example.com"
    customer.save(qb=client)

    read = Customer.get(customer.Id, qb=client)
    assert read.Id == "70"
    assert [read.Title, read.GivenName, read.MiddleName, read.FamilyName, read.Suffix] == [
        *("Mr", "James", "B", "King", "Jr")
    ]
    assert read.FullyQualifiedName == read.CompanyName == read.DisplayName == "King Works"
    assert (read.BillAddr.Line2, read.BillAddr.City, read.BillAddr.Country) == ("Apartment 1", "Springfield", "U.S.A")
    assert (read.PrimaryPhone.FreeFormNumber, read.PrimaryEmailAddr.Address) == ("555-555-5555", "king@example.com")


def test_whole_customer_goes_back_with_one_part_changed(client: QuickBooks) -> None:
    customer = Customer.all(max_results=1, qb=client)[0]
    before = customer.to_dict()
    customer.GivenName = "Amelia"
    customer.save(qb=client)

    after = Customer.get(customer.Id, qb=client).to_dict()
    assert after["GivenName"] == "Amelia"
    assert {name for name in before if before[name] != after.get(name)} == {"GivenName", "SyncToken", "MetaData"}


def test_sparse_update_leaves_the_rest(client: QuickBooks) -> None:
    body = '{"Id": "24", "SyncToken": "1", "sparse": true, "Notes": "Pays late"}'
    answer = client.update_object("Customer", body)
    assert answer["Customer"]["Notes"] == "Pays late"
    assert answer["Customer"]["DisplayName"] == "Sonnenschein Family Store"


def test_vendor_keeps_every_part_it_was_given(client: QuickBooks) -> None:
    vendor = Vendor()
    vendor.TaxIdentifier, vendor.AcctNum, vendor.Title = "99-9999999", "A-77", "Ms."
    vendor.GivenName, vendor.FamilyName, vendor.Suffix = "First", "Last", "Sr."
    vendor.CompanyName = vendor.DisplayName = vendor.PrintOnCheckName = "Acme Concrete"
    vendor.BillAddr = make_address()
    vendor.PrimaryPhone = make_phone("555-555-5555")
    vendor.PrimaryEmailAddr = EmailAddress()
    vendor.PrimaryEmailAddr.Address = "acme@example.com"
    vendor.WebAddr = WebAddress()
    vendor.WebAddr.URI = "http://acme.example"
    vendor.save(qb=client)

    read = Vendor.get(vendor.Id, qb=client)
    assert [read.AcctNum, read.Title, read.GivenName, read.Suffix] == ["A-77", "Ms.", "First", "Sr."]
    assert read.CompanyName == read.DisplayName == read.PrintOnCheckName == "Acme Concrete"
    assert (read.BillAddr.Line1, read.BillAddr.PostalCode) == ("123 Main", "94030")
    assert read.PrimaryEmailAddr.Address == "acme@example.com"
    assert read.WebAddr.URI == "http://acme.example"
    # Only the last four digits come back.
    assert read.TaxIdentifier.endswith("9999")

    read.GivenName, read.FamilyName = "Second", "Name"
    read.save(qb=client)
    assert Vendor.get(vendor.Id, qb=client).FamilyName == "Name"


def test_employee_is_created_and_renamed(client: QuickBooks) -> None:
    employee = Employee()
    employee.SSN = None
    employee.GivenName, employee.FamilyName, employee.HiredDate = "John", "Smith", "2020-07-22"
    employee.PrimaryAddr = make_address()
    employee.PrimaryPhone = make_phone("4085251234")
    employee.save(qb=client)

    read = Employee.get(employee.Id, qb=client)
    assert (read.GivenName, read.FamilyName, read.DisplayName) == ("John", "Smith", "John Smith")
    assert (read.PrimaryAddr.City, read.PrimaryPhone.FreeFormNumber) == ("Springfield", "4085251234")

    first = Employee.all(max_results=1, qb=client)[0]
    first.FamilyName = "Smith Updated"
    first.save(qb=client)
    assert Employee.get(first.Id, qb=client).FamilyName == "Smith Updated"


def test_inventory_item_is_created_and_found_by_type(client: QuickBooks) -> None:
    income = Account.where("AccountType = 'Income' and AccountSubType = 'SalesOfProductIncome'", qb=client)[0]
    cost = Account.where("AccountSubType = 'SuppliesMaterialsCogs'", qb=client)[0]
    asset = Account.where("AccountSubType = 'Inventory'", qb=client)[0]
    item = Item()
    item.Name, item.Type, item.Sku = "Gravel", "Inventory", "SKU-1"
    item.TrackQtyOnHand, item.QtyOnHand, item.InvStartDate = True, 10, "2015-01-01"
    item.IncomeAccountRef, item.ExpenseAccountRef, item.AssetAccountRef = (
        income.to_ref(),
        cost.to_ref(),
        asset.to_ref(),
    )
    item.save(qb=client)

    read = Item.get(item.Id, qb=client)
    assert (read.Id, read.Name, read.Type, read.QtyOnHand, read.Sku) == ("19", "Gravel", "Inventory", 10, "SKU-1")
    assert [read.IncomeAccountRef.value, read.ExpenseAccountRef.value, read.AssetAccountRef.value] == [
        "79",
        "80",
        "81",
    ]
    assert "Gravel" in [each.Name for each in Item.filter(Type="Inventory", qb=client)]
    assert Item.all(max_results=1, qb=client)[0].Name == "Concrete"


@pytest.mark.parametrize("kind", [Department, Class])
def test_location_and_class_are_created_nested_and_renamed(larger: QuickBooks, kind: type) -> None:
    parent = kind()
    parent.Name = "West"
    parent.save(qb=larger)
    child = kind()
    child.Name = "Yard"
    child.ParentRef = {"value": parent.Id}
    setattr(child, "SubClass" if kind is Class else "SubDepartment", True)
    child.save(qb=larger)
    assert kind.get(child.Id, qb=larger).FullyQualifiedName == "West:Yard"

    first = kind.all(max_results=1, qb=larger)[0]
    first.Name = "North"
    first.save(qb=larger)
    assert kind.get(child.Id, qb=larger).FullyQualifiedName == "North:Yard"


def test_term_and_payment_method_are_created_and_changed(client: QuickBooks) -> None:
    term = Term()
    term.Name, term.DueDays = "Net 10", 10
    term.save(qb=client)
    read = Term.get(term.Id, qb=client)
    assert (read.Name, read.DueDays, read.Type) == ("Net 10", 10, "STANDARD")
    read.DueDays = 60
    read.save(qb=client)
    assert Term.get(term.Id, qb=client).DueDays == 60

    method = PaymentMethod()
    method.Name, method.Type = "Barter", "NON_CREDIT_CARD"
    method.save(qb=client)
    assert PaymentMethod.get(method.Id, qb=client).Name == "Barter"
    assert PaymentMethod.filter(Name="Check", qb=client)[0].Id == "2"


def test_customer_types_are_read(client: QuickBooks) -> None:
    kinds = CustomerType.all(qb=client)
    assert len(kinds) > 0
    assert CustomerType.get(kinds[0].Id, qb=client).Name == kinds[0].Name


def test_tax_codes_rates_and_agencies_are_read_and_made(client: QuickBooks) -> None:
    assert [code.Name for code in TaxCode.all(max_results=2, qb=client)] == ["TAX", "NON"]
    code = next(code for code in TaxCode.all(qb=client) if code.Name == "California")
    rate_id = code.SalesTaxRateList.TaxRateDetail[0].TaxRateRef.value
    assert TaxRate.get(rate_id, qb=client).RateValue == 8
    assert TaxCode.get(code.Id, qb=client).Name == "California"

    assert len(TaxAgency.all(max_results=1, qb=client)) == 1
    agency = TaxAgency()
    agency.DisplayName = "Springfield Revenue"
    agency.save(qb=client)
    assert TaxAgency.get(agency.Id, qb=client).DisplayName == "Springfield Revenue"

    service = TaxService()
    service.TaxCode = "Springfield"
    detail = TaxRateDetails()
    detail.TaxRateName, detail.RateValue, detail.TaxAgencyId, detail.TaxApplicableOn = "Springfield", 10, 1, "Sales"
    service.TaxRateDetails.append(detail)
    made = service.save(qb=client)
    assert (made.TaxCode, made.TaxRateDetails[0].TaxRateName) == ("Springfield", "Springfield")
    assert (made.TaxRateDetails[0].RateValue, made.TaxRateDetails[0].TaxAgencyId) == (10, "1")


def test_company_and_preferences_are_read_and_changed(client: QuickBooks) -> None:
    company = CompanyInfo.get(client.company_id, qb=client)
    assert (company.CompanyName, company.Country) == ("Sandbox Company_US_1", "US")
    assert CompanyInfo.all(qb=client)[0].LegalName == "Craig's Design and Landscaping Services"

    preferences = Preferences.get(qb=client)
    assert preferences.Id == "1"
    assert preferences.AccountingInfoPrefs.TaxYearMonth == "January"
    assert preferences.ProductAndServicesPrefs.ForPurchase is True
    assert preferences.TimeTrackingPrefs.WorkWeekStartDate == "Monday"
    assert preferences.OtherPrefs.NameValue[0].Name == "SalesFormsPrefs.DefaultCustomerMessage"
    preferences.EmailMessagesPrefs.EstimateMessage.Subject = "Our offer"
    preferences.save(qb=client)
    assert Preferences.get(qb=client).EmailMessagesPrefs.EstimateMessage.Subject == "Our offer"


def test_currencies_and_rates_of_a_multicurrency_company(larger: QuickBooks) -> None:
    currency = CompanyCurrency()
    currency.Code = "CAD"
    currency.save(qb=larger)
    assert CompanyCurrency.get(currency.Id, qb=larger).Name == "Canadian Dollar"
    assert [each.Code for each in CompanyCurrency.all(qb=larger)] == ["CAD"]

    rate = ExchangeRate.where("SourceCurrencyCode = 'EUR'", qb=larger)[0]
    assert (rate.SourceCurrencyCode, rate.TargetCurrencyCode) == ("EUR", "USD")
    rate.Rate = rate.Rate + 1
    rate.save(qb=larger)
    assert ExchangeRate.where("SourceCurrencyCode = 'EUR'", qb=larger)[0].Rate == rate.Rate


def test_budgets_are_listed(client: QuickBooks) -> None:
    assert Budget.all(qb=client) == []


def test_two_people_of_one_name_are_refused(client: QuickBooks) -> None:
    vendor = Vendor()
    vendor.DisplayName = "Cool Cars"
    with pytest.raises(QuickbooksException) as refusal:
        vendor.save(qb=client)
    assert refusal.value.error_code == 6240
    assert Vendor.filter(DisplayName="Cool Cars", qb=client) == []

"""Fill a company's books from the made-up contractor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.contractor import Address, Company, Contractor, Project
from connectors.sandbox.qbo.book import Book
from connectors.sandbox.qbo.values import Record, spell_money
from connectors.sandbox.qbo.write import save

# The firm's records are older than any look-back of change data capture.
LOAD_AGE = timedelta(days=60)

# A company always has these; they are added where the firm's own chart lacks the type.
BASIC_ACCOUNTS = (
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Checking", "Bank", "Checking"),
)
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30))
TAX_RATES = (("AZ State tax", Decimal("7.1")), ("Tucson City", 2), ("California", 8))
TAX_CODES = (("California", ("3",)), ("Tucson", ("1", "2")))


def load_company(book: Book, contractor: Contractor) -> None:
    """The firm's own company."""
    real_now = book.now
    loaded_at = real_now() - LOAD_AGE
    book.now = lambda: loaded_at
    _load_basics(book, contractor.name, contractor)
    account_ids = _load_accounts(book, contractor)
    _load_items(book, contractor, account_ids)
    customer_ids = _load_companies(book, contractor)
    _load_jobs(book, contractor, customer_ids)
    book.now = real_now


def load_empty_company(book: Book, name: str, contractor: Contractor) -> None:
    """Another company of the same owner, with nothing in it yet."""
    real_now = book.now
    loaded_at = real_now() - LOAD_AGE
    book.now = lambda: loaded_at
    _load_basics(book, name, contractor)
    _add_basic_accounts(book)
    book.now = real_now


def _load_basics(book: Book, name: str, contractor: Contractor) -> None:
    _put_fixed(book, "Preferences", "1", make_preferences(contractor.currency))
    _put_fixed(book, "CompanyInfo", "1", make_company_info(name, contractor))
    for term, days in TERMS:
        save(book, book.kinds["Term"], {"Name": term, "DueDays": days})
    _load_taxes(book)


def _put_fixed(book: Book, kind: str, record_id: str, members: Record) -> None:
    stamp = book.stamp()
    head = {"domain": "QBO", "sparse": False, "Id": record_id, "SyncToken": "0"}
    times = {"MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}}
    book.put(book.kinds[kind], {**members, **head, **times})


def _load_taxes(book: Book) -> None:
    for code in ("TAX", "NON", "CustomSalesTax"):
        _put_fixed(book, "TaxCode", code, _describe_tax_code(code, (), is_group=code == "CustomSalesTax"))
    for number, (name, rate_ids) in enumerate(TAX_CODES, start=2):
        _put_fixed(book, "TaxCode", str(number), _describe_tax_code(name, rate_ids, is_group=True))
    for number, (name, rate) in enumerate(TAX_RATES, start=1):
        members = {
            "Name": name,
            "Description": "Sales Tax",
            "Active": True,
            "RateValue": rate,
            "AgencyRef": {"value": "1"},
            "SpecialTaxType": "NONE",
            "DisplayType": "ReadOnly",
        }
        _put_fixed(book, "TaxRate", str(number), members)


def _describe_tax_code(name: str, rate_ids: Iterable[str], *, is_group: bool) -> Record:
    """The pseudo codes have no rates of their own."""
    details = [
        {"TaxRateRef": {"value": rate_id}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0} for rate_id in rate_ids
    ]
    members = {"Name": name, "Description": name, "Active": True, "Taxable": name != "NON", "TaxGroup": is_group}
    rates = {"SalesTaxRateList": {"TaxRateDetail": details}, "PurchaseTaxRateList": {"TaxRateDetail": []}}
    return {**members, **rates} if details else members


def _load_accounts(book: Book, contractor: Contractor) -> dict[str, str]:
    """Account ids by the firm's key."""
    ids = {}
    for account in contractor.accounts:
        body = {
            "Name": account.name,
            "AcctNum": account.number,
            "AccountType": account.account_type,
            "AccountSubType": account.account_sub_type,
        }
        ids[account.key] = save(book, book.kinds["Account"], body)["Id"]
        if account.balance:
            held = spell_money(account.balance)
            changes = {"CurrentBalance": held, "CurrentBalanceWithSubAccounts": held}
            book.amend(book.kinds["Account"], ids[account.key], changes, is_counted=False)
    _add_basic_accounts(book)
    return ids


def _add_basic_accounts(book: Book) -> None:
    present = {account["AccountType"] for account in book.all("Account")}
    for name, account_type, sub_type in BASIC_ACCOUNTS:
        if account_type not in present:
            body = {"Name": name, "AccountType": account_type, "AccountSubType": sub_type}
            save(book, book.kinds["Account"], body)


def _load_items(book: Book, contractor: Contractor, account_ids: dict[str, str]) -> None:
    accounts: dict[str, Any] = {}
    for member, fact in (("IncomeAccountRef", "item_income_account"), ("ExpenseAccountRef", "item_expense_account")):
        account_id = account_ids.get(contractor.facts.get(fact, ""))
        if account_id is not None:
            accounts[member] = {"value": account_id}
    if "IncomeAccountRef" not in accounts:
        return
    made: set[str] = set()
    for code in contractor.cost_codes:
        if code.item_name is None or code.item_name in made:
            continue
        made.add(code.item_name)
        body = {"Name": code.item_name, "Type": "Service", "Description": code.name, **accounts}
        save(book, book.kinds["Item"], body)


def _load_companies(book: Book, contractor: Contractor) -> dict[str, str]:
    """Customer ids by the company's key."""
    customers = {}
    for company in contractor.companies:
        if company.qbo_name is None:
            continue
        kind = book.kinds["Vendor" if company.role == "vendor" else "Customer"]
        record = save(book, kind, _describe(company))
        if not company.is_active:
            save(book, kind, {"Id": record["Id"], "SyncToken": "0", "sparse": True, "Active": False})
        elif kind.name == "Customer":
            customers[company.key] = record["Id"]
    return customers


def _describe(company: Company) -> Record:
    body: Record = {
        "DisplayName": company.qbo_name,
        "CompanyName": str(company.qbo_name)[:100],
        "BillAddr": make_address(company.address),
    }
    if company.email:
        body["PrimaryEmailAddr"] = {"Address": company.email}
    if company.phone:
        body["PrimaryPhone"] = {"FreeFormNumber": company.phone}
    return body


def make_address(address: Address) -> Record:
    return {
        "Line1": address.street,
        "City": address.city,
        "CountrySubDivisionCode": address.state_code,
        "PostalCode": address.zip,
    }


def _load_jobs(book: Book, contractor: Contractor, customer_ids: dict[str, str]) -> None:
    for project in contractor.projects:
        if project.in_books:
            save(book, book.kinds["Customer"], _describe_job(project, customer_ids))


def _describe_job(project: Project, customer_ids: dict[str, str]) -> Record:
    # A colon separates the levels of a name, so the bookkeeper wrote a dash.
    name = project.name.replace(": ", " - ").replace(":", "-")
    body: Record = {"DisplayName": name, "BillAddr": make_address(project.address)}
    parent_id = customer_ids.get(project.customer_key or "")
    if parent_id is not None:
        body |= {"Job": True, "ParentRef": {"value": parent_id}, "BillWithParent": True}
    return body


def make_company_info(name: str, contractor: Contractor) -> Record:
    address = {"Id": "1", "Line1": "1 Main St.", "City": "Springfield", "Country": "USA", "PostalCode": "62701"}
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {},
        "CompanyStartDate": (contractor.start_date - timedelta(days=365)).isoformat(),
        "FiscalYearStartMonth": "January",
        "Country": "US",
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "IndustryType", "Value": "General Contractor"},
            {"Name": "CompanyType", "Value": "Corporation"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "PayrollFeature", "Value": "false"},
            {"Name": "AccountantFeature", "Value": "false"},
        ],
    }


def make_preferences(currency: str) -> Record:
    """A contractor's usual settings: classes per line, locations, customers on expenses, books open."""
    other = {
        "SalesFormsPrefs.DefaultItem": "1",
        "DTXCopyMemo": "true",
        "SFCEnabled": "true",
        "DataPartner": "false",
        "Vendor1099Enabled": "true",
        "TimeTrackingFeatureEnabled": "true",
        "FDPEnabled": "false",
        "ProjectsEnabled": "true",
        "WarnDuplicateBillNumber": "false",
    }
    return {
        "AccountingInfoPrefs": {
            "UseAccountNumbers": True,
            "TrackDepartments": True,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "FirstMonthOfFiscalYear": "January",
            "TaxYearMonth": "January",
            "TaxForm": "6",
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True,
            "AllowDeposit": False,
            "AllowDiscount": False,
            "AllowEstimates": True,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "DefaultTerms": {"value": "3"},
            "UsingPriceLevels": False,
        },
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": "2"}},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": name, "Value": value} for name, value in other.items()]},
    }

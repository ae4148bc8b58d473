"""Fill a company's books from the made-up contractor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.sandbox.firm.contractor import Address, Company, Contractor, Project
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.merges import merge
from connectors.sandbox.qbo.books.system_accounts import UNDEPOSITED_FUNDS, open_account
from connectors.sandbox.qbo.books.values import Record, spell_money
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.qbo.companies.company import add_tax_account, entered_at, put_fixed, set_up_company
from connectors.sandbox.qbo.companies.countries import find_country
from connectors.sandbox.qbo.companies.load_spending import load_spending

# The firm's records are older than any look-back of change data capture.
LOAD_AGE = timedelta(days=60)

# A company always has these; they are added where the firm's own chart lacks the type.
BASIC_ACCOUNTS = (
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Checking", "Bank", "Checking"),
)
UNCATEGORISED_ACCOUNTS = {
    "UncategorizedAssetAccountId": ("Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"),
    "UncategorizedIncomeAccountId": ("Uncategorized Income", "Income", "ServiceFeeIncome"),
    "UncategorizedExpenseAccountId": ("Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"),
}
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30))
# In the order of their recorded ids.
PAYMENT_METHODS = ("Cash", "Check", "Visa", "MasterCard", "American Express", "Diners Club", "Discover")
NO_CARDS = ("Cash", "Check")
CUSTOMER_TYPES = ("Retail", "Drop Ship", "Distributor", "Wholesale")


def load_company(book: Book, contractor: Contractor) -> None:
    """The firm's own company."""
    with entered_at(book, book.now() - LOAD_AGE):
        load_basics(book, contractor.name, contractor)
        account_ids = _load_accounts(book, contractor)
        _add_uncategorised(book)
        _load_items(book, contractor, account_ids)
        party_ids = _load_companies(book, contractor)
        job_ids = _load_jobs(book, contractor, party_ids)
        _load_employees(book, contractor)
        load_spending(book, contractor, accounts=account_ids, vendors=party_ids, jobs=job_ids)
        for kept, lost in contractor.merged_companies:
            merge(book, book.kinds["Vendor"], party_ids[kept], party_ids[lost])


def load_empty_company(book: Book, name: str, contractor: Contractor) -> None:
    """Another company of the same owner, with nothing in it yet."""
    with entered_at(book, book.now() - LOAD_AGE):
        load_basics(book, name, contractor)
        _add_basic_accounts(book, contractor)
        _add_uncategorised(book)


def load_basics(book: Book, name: str, contractor: Contractor) -> None:
    """What every company has: its settings, terms and tax codes."""
    set_up_company(book, name, contractor)
    for term, days in TERMS:
        save(book, book.kinds["Term"], {"Name": term, "DueDays": days})
    for method in PAYMENT_METHODS:
        method_type = "NON_CREDIT_CARD" if method in NO_CARDS else "CREDIT_CARD"
        save(book, book.kinds["PaymentMethod"], {"Name": method, "Type": method_type})
    for customer_type in CUSTOMER_TYPES:
        record_id = book.next_id(book.kinds["CustomerType"])
        put_fixed(book, "CustomerType", record_id, {"Name": customer_type, "Active": True})


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
    _add_basic_accounts(book, contractor)
    return ids


def _add_basic_accounts(book: Book, contractor: Contractor) -> None:
    present = {account["AccountType"] for account in book.all("Account")}
    for name, account_type, sub_type in BASIC_ACCOUNTS:
        if account_type not in present:
            body = {"Name": name, "AccountType": account_type, "AccountSubType": sub_type}
            save(book, book.kinds["Account"], body)
    add_tax_account(book, find_country(contractor.country))
    open_account(book, UNDEPOSITED_FUNDS)


def _add_uncategorised(book: Book) -> None:
    """The accounts for what nobody has sorted yet; the loose preferences name them."""
    preferences = next(book.all("Preferences"))
    names = {str(account["Name"]): str(account["Id"]) for account in book.all("Account")}
    pairs = [*preferences["OtherPrefs"]["NameValue"]]
    for preference, (name, account_type, sub_type) in UNCATEGORISED_ACCOUNTS.items():
        body = {"Name": name, "AccountType": account_type, "AccountSubType": sub_type}
        account_id = names.get(name) or save(book, book.kinds["Account"], body)["Id"]
        pairs.append({"Name": preference, "Value": account_id})
    book.put(book.kinds["Preferences"], {**preferences, "OtherPrefs": {"NameValue": pairs}})


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
    """Ids by the company's key, of those that can be used."""
    ids = {}
    for company in contractor.companies:
        if company.qbo_name is None:
            continue
        kind = book.kinds["Vendor" if company.role == "vendor" else "Customer"]
        record = save(book, kind, _describe(company))
        if not company.is_active:
            save(book, kind, {"Id": record["Id"], "SyncToken": "0", "sparse": True, "Active": False})
        else:
            ids[company.key] = record["Id"]
    return ids


def _load_employees(book: Book, contractor: Contractor) -> None:
    """Under the name the books have; leased labour is paid as a vendor."""
    for employee in contractor.employees:
        if employee.books_name is None:
            continue
        body: Record = {"DisplayName": employee.books_name}
        if not employee.is_vendor_in_books:
            body |= {"GivenName": employee.first_name, "FamilyName": employee.last_name}
            body |= {"EmployeeNumber": employee.employee_id}
        save(book, book.kinds["Vendor" if employee.is_vendor_in_books else "Employee"], body)


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
    """A country is named where it is not the United States."""
    made = {
        "Line1": address.street,
        "City": address.city,
        "CountrySubDivisionCode": address.state_code,
        "PostalCode": address.zip,
    }
    return made if address.country_code == "US" else {**made, "Country": address.country_code}


def _load_jobs(book: Book, contractor: Contractor, party_ids: dict[str, str]) -> dict[str, str]:
    """Ids by the project's key."""
    return {
        project.key: save(book, book.kinds["Customer"], _describe_job(project, party_ids))["Id"]
        for project in contractor.projects
        if project.in_books
    }


def _describe_job(project: Project, party_ids: dict[str, str]) -> Record:
    # A colon separates the levels of a name, so the bookkeeper wrote a dash.
    name = project.name.replace(": ", " - ").replace(":", "-")
    body: Record = {"DisplayName": name, "BillAddr": make_address(project.address)}
    parent_id = party_ids.get(project.customer_key or "")
    if parent_id is not None:
        body |= {"Job": True, "ParentRef": {"value": parent_id}, "BillWithParent": True}
    return body

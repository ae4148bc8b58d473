"""The QuickBooks Online entities in use. A query page holds at most 1,000 rows."""

from __future__ import annotations

from connectors.resource import Resource

VENDORS = Resource("qbo.vendors", "QuickBooks vendors", "vendor", "realm", entity="Vendor")
CUSTOMERS = Resource("qbo.customers", "QuickBooks customers", "customer", "realm", entity="Customer")
ACCOUNTS = Resource("qbo.accounts", "QuickBooks accounts", "account", "realm", entity="Account")
ITEMS = Resource("qbo.items", "QuickBooks products and services", "item", "realm", entity="Item")
TAX_CODES = Resource("qbo.tax_codes", "QuickBooks tax codes", "taxcode", "realm", entity="TaxCode")
TAX_RATES = Resource("qbo.tax_rates", "QuickBooks tax rates", "taxrate", "realm", entity="TaxRate")
CLASSES = Resource("qbo.classes", "QuickBooks classes", "class", "realm", entity="Class")
DEPARTMENTS = Resource("qbo.departments", "QuickBooks locations", "department", "realm", entity="Department")
EMPLOYEES = Resource("qbo.employees", "QuickBooks employees", "employee", "realm", entity="Employee")
TERMS = Resource("qbo.terms", "QuickBooks terms", "term", "realm", entity="Term")
BILLS = Resource("qbo.bills", "QuickBooks bills", "bill", "realm", entity="Bill")
PURCHASE_ORDERS = Resource(
    "qbo.purchase_orders", "QuickBooks purchase orders", "purchaseorder", "realm", entity="PurchaseOrder"
)
ESTIMATES = Resource("qbo.estimates", "QuickBooks estimates", "estimate", "realm", entity="Estimate")
VENDOR_CREDITS = Resource(
    "qbo.vendor_credits", "QuickBooks vendor credits", "vendorcredit", "realm", entity="VendorCredit"
)
PURCHASES = Resource("qbo.purchases", "QuickBooks expenses", "purchase", "realm", entity="Purchase")
JOURNAL_ENTRIES = Resource(
    "qbo.journal_entries", "QuickBooks journal entries", "journalentry", "realm", entity="JournalEntry"
)
TIME_ACTIVITIES = Resource(
    "qbo.time_activities", "QuickBooks time activities", "timeactivity", "realm", entity="TimeActivity"
)
BILL_PAYMENTS = Resource("qbo.bill_payments", "QuickBooks bill payments", "billpayment", "realm", entity="BillPayment")
INVOICES = Resource("qbo.invoices", "QuickBooks invoices", "invoice", "realm", entity="Invoice")
CREDIT_MEMOS = Resource("qbo.credit_memos", "QuickBooks credit memos", "creditmemo", "realm", entity="CreditMemo")
PAYMENTS = Resource("qbo.payments", "QuickBooks customer payments", "payment", "realm", entity="Payment")
ATTACHABLES = Resource("qbo.attachables", "QuickBooks attachments", "attachable", "realm", entity="Attachable")
COMPANY_INFO = Resource("qbo.company_info", "Company", "companyinfo", "realm", entity="CompanyInfo")
PREFERENCES = Resource("qbo.preferences", "Preferences", "preferences", "realm", entity="Preferences")

ALL = (
    VENDORS,
    CUSTOMERS,
    ACCOUNTS,
    ITEMS,
    TAX_CODES,
    TAX_RATES,
    CLASSES,
    DEPARTMENTS,
    EMPLOYEES,
    TERMS,
    BILLS,
    PURCHASE_ORDERS,
    VENDOR_CREDITS,
    BILL_PAYMENTS,
    INVOICES,
    CREDIT_MEMOS,
    PAYMENTS,
    PURCHASES,
    JOURNAL_ENTRIES,
    TIME_ACTIVITIES,
    ATTACHABLES,
    COMPANY_INFO,
    PREFERENCES,
)

"""The preferences a company starts with: the groups, spelling and order of recorded ones, a contractor's settings."""

from __future__ import annotations

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.companies.countries import Country

# Facts of the made-up firm that switch something from the first day on.
MULTICURRENCY = "multicurrency"
AUTOMATED_TAX = "automated_sales_tax"
WITHOUT_TAX = "without_sales_tax"

THANKS = "Thank you for your business and have a great day!"
MESSAGES = {
    "InvoiceMessage": ("Invoice", "Your invoice is attached.  Please remit payment at your earliest convenience.\n"),
    "EstimateMessage": ("Estimate", "Please review the estimate below.  Feel free to contact us with questions.\n"),
    "SalesReceiptMessage": ("Sales Receipt", "Your sales receipt is attached.\n"),
    "StatementMessage": ("Statement", "Your statement is attached.  Please remit payment at your convenience.\n"),
}


def make_preferences(country: Country, name: str, contractor: Contractor) -> Record:
    """A contractor's usual settings: classes per line, locations, customers on expenses, books open."""
    has_currencies = contractor.facts.get(MULTICURRENCY) == "true"
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
        "SalesFormsPrefs": _sales_forms(),
        "EmailMessagesPrefs": {
            member: {
                "Subject": f"{subject} from {name}",
                "Message": f"{text}Thank you for your business - we appreciate it very much.\n\nSincerely,\n{name}",
            }
            for member, (subject, text) in MESSAGES.items()
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "POCustomField": [{"CustomField": _switches("PurchasePrefs.UsePurchaseCustom")}],
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": _taxes(country, contractor),
        "CurrencyPrefs": {"MultiCurrencyEnabled": has_currencies, "HomeCurrency": {"value": contractor.currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {"NameValue": [{"Name": key, "Value": value} for key, value in _others(country).items()]},
    }


def _sales_forms() -> Record:
    return {
        "CustomField": [{"CustomField": _switches("SalesFormsPrefs.UseSalesCustom")}],
        "CustomTxnNumbers": False,
        "EmailCopyToCompany": False,
        "AllowDeposit": False,
        "AllowDiscount": True,
        "AllowEstimates": True,
        "ETransactionEnabledStatus": "NotApplicable",
        "ETransactionAttachPDF": False,
        "ETransactionPaymentEnabled": False,
        "IPNSupportEnabled": False,
        "AllowServiceDate": False,
        "AllowShipping": False,
        "AutoApplyCredit": False,
        "AutoApplyPayments": False,
        "DefaultTerms": {"value": "3"},
        "UsingPriceLevels": False,
        "DefaultCustomerMessage": THANKS,
    }


def _switches(prefix: str) -> list[Record]:
    """No custom field is switched on."""
    return [{"Name": f"{prefix}{number}", "Type": "BooleanType", "BooleanValue": False} for number in (3, 2, 1)]


def _taxes(country: Country, contractor: Contractor) -> Record:
    """PartnerTaxEnabled is there in newer United States companies only; elsewhere there is no default code."""
    taxes: Record = {"UsingSalesTax": contractor.facts.get(WITHOUT_TAX) != "true"}
    if country.code != "US":
        return taxes
    if contractor.facts.get(AUTOMATED_TAX) == "true":
        taxes["PartnerTaxEnabled"] = True
    return {**taxes, "TaxGroupCodeRef": {"value": "2"}}


def _others(country: Country) -> dict[str, str]:
    date_format, date_mnemonic = country.date_format
    return {
        "SalesFormsPrefs.DefaultCustomerMessage": THANKS,
        "SalesFormsPrefs.DefaultItem": "1",
        "DTXCopyMemo": "true",
        "SFCEnabled": "true",
        "DataPartner": "false",
        "Vendor1099Enabled": "true",
        "TimeTrackingFeatureEnabled": "true",
        "FDPEnabled": "false",
        "ProjectsEnabled": "true",
        "DateFormat": date_format,
        "DateFormatMnemonic": date_mnemonic,
        "NumberFormat": "US Number Format",
        "NumberFormatMnemonic": "US_NB",
        "WarnDuplicateCheckNumber": "false",
        "WarnDuplicateBillNumber": "false",
        "WarnDuplicateJournalNumber": "false",
        "SignoutInactiveMinutes": "60",
        "AccountingInfoPrefs.ShowAccountNumbers": "true",
    }

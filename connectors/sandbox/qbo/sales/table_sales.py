"""Declarations of the sales side: estimates, invoices, credit memos, receipts, payments and deposits."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books import transactions
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.sales import applications, customer_payments, deposits, receipts, sale_links, sales

FORM_QUERY = frozenset(
    {"CustomerRef", "DocNumber", "TxnDate", "TotalAmt", "ProjectRef", "EmailStatus", "PrintStatus", "SalesTermRef"}
)
OWED_QUERY = FORM_QUERY | {"Balance", "DueDate"}
FORM_DERIVED = frozenset(
    {"TotalAmt", "HomeTotalAmt", "DeliveryInfo", "RecurDataRef", "TaxExemptionRef", "TotalCostAmount"}
    | {"HomeTotalCostAmount"}
)
OWED_DERIVED = FORM_DERIVED | {"Balance", "HomeBalance"}
FORM_DEFAULTS: dict[str, Any] = {
    "ApplyTaxAfterDiscount": False,
    "PrintStatus": "NeedToPrint",
    "EmailStatus": "NotSet",
}
INVOICE_DEFAULTS = FORM_DEFAULTS | {
    "AllowIPNPayment": False,
    "AllowOnlinePayment": False,
    "AllowOnlineCreditCardPayment": False,
    "AllowOnlineACHPayment": False,
}
# Recorded refunds say nothing of mail.
REFUND_DEFAULTS = {name: value for name, value in FORM_DEFAULTS.items() if name != "EmailStatus"}

SALES = (
    Kind(
        "Invoice",
        "transaction",
        counter="transactions",
        required=("CustomerRef", "Line"),
        defaults=INVOICE_DEFAULTS,
        derived=OWED_DERIVED | {"InvoiceLink", "EInvoiceStatus", "ECloudStatusTimeStamp", "invoiceStatus"},
        kept=frozenset({"DocNumber"}),
        queryable=OWED_QUERY,
        is_deletable=True,
        prepare=sales.prepare_invoice,
        void=sales.void_sale,
        check_delete=transactions.demand_open,
        settle=sales.settle_invoice,
        postings=sales.post_invoice,
        weight=sales.weigh_invoice,
    ),
    Kind(
        "Estimate",
        "transaction",
        counter="transactions",
        required=("CustomerRef", "Line"),
        defaults=FORM_DEFAULTS,
        derived=OWED_DERIVED | {"LinkedTxn"},
        kept=frozenset({"DocNumber", "TxnStatus"}),
        queryable=FORM_QUERY | {"DueDate", "ExpirationDate", "TxnStatus"},
        is_deletable=True,
        prepare=sales.prepare_estimate,
        check_delete=transactions.demand_open,
        settle=sales.settle_estimate,
    ),
    # Documented as of the Advanced edition; that the delete answers with the usual stub is unverified.
    Kind(
        "ChangeOrder",
        "transaction",
        counter="transactions",
        required=("CustomerRef", "Line"),
        sparse_required=("CustomerRef",),
        defaults=FORM_DEFAULTS,
        derived=OWED_DERIVED,
        kept=frozenset({"DocNumber", "TxnStatus"}),
        queryable=FORM_QUERY | {"ExpirationDate", "TxnStatus"},
        has_events=False,
        is_deletable=True,
        prepare=sales.prepare_change_order,
        check_delete=transactions.demand_open,
        settle=sale_links.settle_sources,
    ),
    Kind(
        "CreditMemo",
        "transaction",
        counter="transactions",
        required=("CustomerRef", "Line"),
        defaults=FORM_DEFAULTS,
        derived=OWED_DERIVED | {"RemainingCredit", "LinkedTxn"},
        kept=frozenset({"DocNumber"}),
        queryable=FORM_QUERY | {"Balance"},
        is_deletable=True,
        prepare=sales.prepare_credit_memo,
        check_delete=sales.check_credit_memo_delete,
        settle=sales.settle_credit_memo,
        postings=sales.post_credit_memo,
        weight=sales.weigh_credit_memo,
    ),
    Kind(
        "SalesReceipt",
        "transaction",
        counter="transactions",
        required=("Line",),
        defaults=FORM_DEFAULTS,
        derived=OWED_DERIVED | {"LinkedTxn"},
        kept=frozenset({"DocNumber"}),
        queryable=FORM_QUERY | {"Balance"},
        is_deletable=True,
        prepare=receipts.prepare_sales_receipt,
        void=sales.void_sale,
        check_delete=receipts.check_receipt_delete,
        postings=receipts.post_sales_receipt,
    ),
    Kind(
        "RefundReceipt",
        "transaction",
        counter="transactions",
        required=("DepositToAccountRef", "Line"),
        defaults=REFUND_DEFAULTS,
        derived=OWED_DERIVED | {"LinkedTxn"},
        kept=frozenset({"DocNumber"}),
        queryable=FORM_QUERY | {"Balance"},
        is_deletable=True,
        prepare=receipts.prepare_sales_receipt,
        check_delete=receipts.check_receipt_delete,
        postings=receipts.post_refund_receipt,
    ),
    Kind(
        "Payment",
        "transaction",
        counter="transactions",
        required=("CustomerRef", "TotalAmt"),
        defaults={"ProcessPayment": False},
        derived=frozenset({"UnappliedAmt", "LinkedTxn", "RecurDataRef", "TaxExemptionRef"}),
        kept=frozenset({"DocNumber"}),
        queryable=frozenset({"CustomerRef", "DocNumber", "TxnDate", "TotalAmt", "PaymentRefNum", "ProjectRef"}),
        is_deletable=True,
        prepare=customer_payments.prepare_payment,
        void=customer_payments.void_payment,
        check_delete=receipts.check_receipt_delete,
        settle=applications.settle_applications,
        postings=customer_payments.post_payment,
        weight=customer_payments.weigh_payment,
    ),
    # Sparse updates are documented, but refused in practice: the whole deposit is wanted.
    Kind(
        "Deposit",
        "transaction",
        counter="transactions",
        required=("DepositToAccountRef", "Line"),
        sparse_required=("DepositToAccountRef", "Line"),
        derived=frozenset({"TotalAmt", "HomeTotalAmt", "LinkedTxn", "RecurDataRef"}),
        kept=frozenset({"DocNumber"}),
        queryable=frozenset({"DocNumber", "TxnDate", "TotalAmt", "DepositToAccountRef"}),
        is_deletable=True,
        prepare=deposits.prepare_deposit,
        check_delete=transactions.demand_open,
        settle=deposits.settle_deposit,
        postings=deposits.post_deposit,
        weights=deposits.weigh_deposit,
    ),
)

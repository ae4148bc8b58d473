"""Declarations of the purchase side: bills, vendor credits and their payments."""

from __future__ import annotations

from connectors.sandbox.qbo import expenses, payments, transactions
from connectors.sandbox.qbo.kinds import TRANSACTION_QUERY, Kind

PURCHASES = (
    Kind(
        "Bill",
        "transaction",
        counter="transactions",
        required=("VendorRef", "Line"),
        sparse_required=("VendorRef",),
        derived=frozenset({"TotalAmt", "Balance", "HomeBalance", "LinkedTxn", "RecurDataRef"}),
        kept=frozenset({"DocNumber"}),
        queryable=TRANSACTION_QUERY,
        is_deletable=True,
        prepare=expenses.prepare_bill,
        check_delete=transactions.demand_open,
        settle=expenses.settle_bill,
        postings=expenses.post_bill,
        weight=expenses.weigh_bill,
    ),
    Kind(
        "VendorCredit",
        "transaction",
        counter="transactions",
        required=("VendorRef", "Line"),
        sparse_required=("VendorRef",),
        derived=frozenset({"TotalAmt", "Balance", "LinkedTxn", "RecurDataRef"}),
        kept=frozenset({"DocNumber"}),
        queryable=TRANSACTION_QUERY - {"DueDate"},
        is_deletable=True,
        prepare=expenses.prepare_vendor_credit,
        check_delete=expenses.check_vendor_credit_delete,
        postings=expenses.post_vendor_credit,
        weight=expenses.weigh_vendor_credit,
    ),
    Kind(
        "BillPayment",
        "transaction",
        counter="transactions",
        required=("VendorRef", "PayType", "TotalAmt", "Line"),
        sparse_required=("VendorRef", "PayType", "TotalAmt"),
        derived=frozenset({"LinkedTxn"}),
        kept=frozenset({"DocNumber"}),
        queryable=TRANSACTION_QUERY - {"DueDate", "Balance"},
        is_deletable=True,
        prepare=payments.prepare_bill_payment,
        check_delete=transactions.demand_open,
        settle=payments.settle_bill_payment,
        postings=payments.post_bill_payment,
        weight=payments.weigh_bill_payment,
    ),
)

"""Declarations of what moves money or time without a sale or a bill: journals, transfers, time, budgets."""

from __future__ import annotations

from connectors.sandbox.qbo.books import recurring, transactions
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.money import budgets, journals, time_activities, transfers
from connectors.sandbox.qbo.sales import sale_links

MONEY = (
    Kind(
        "JournalEntry",
        "transaction",
        counter="transactions",
        required=("Line",),
        defaults={"Adjustment": False},
        derived=frozenset({"TotalAmt", "HomeTotalAmt", "LinkedTxn", "RecurDataRef"}),
        kept=frozenset({"DocNumber"}),
        queryable=frozenset({"DocNumber", "TxnDate", "TotalAmt"}),
        is_deletable=True,
        prepare=journals.prepare_journal_entry,
        check_delete=transactions.demand_open,
        settle=journals.settle_journal_entry,
        postings=journals.post_journal_entry,
        weights=journals.weigh_journal_entry,
    ),
    Kind(
        "Transfer",
        "transaction",
        counter="transactions",
        required=("FromAccountRef", "ToAccountRef", "Amount"),
        derived=frozenset({"RecurDataRef", "LinkedTxn"}),
        queryable=frozenset({"TxnDate"}),
        is_deletable=True,
        prepare=transfers.prepare_transfer,
        void=transfers.void_transfer,
        check_delete=transactions.demand_open,
        postings=transfers.post_transfer,
    ),
    Kind(
        "CreditCardPaymentTxn",
        "transaction",
        counter="transactions",
        segment="creditcardpayment",
        required=("CreditCardAccountRef", "BankAccountRef", "Amount"),
        derived=frozenset({"LinkedTxn"}),
        queryable=frozenset({"TxnDate"}),
        has_events=False,
        is_deletable=True,
        prepare=transfers.prepare_card_payment,
        check_delete=transactions.demand_open,
        postings=transfers.post_card_payment,
    ),
    Kind(
        "TimeActivity",
        "transaction",
        # That time has its own sequence of ids is unverified.
        counter="TimeActivity",
        required=("NameOf",),
        sparse_required=("NameOf",),
        defaults={"BillableStatus": "NotBillable", "Taxable": False},
        derived=frozenset({"TimeChargeId"}),
        queryable=frozenset({"TxnDate", "EmployeeRef", "VendorRef", "CustomerRef", "ItemRef", "BillableStatus"}),
        # A deleted one is lost to change capture.
        has_changes=False,
        is_deletable=True,
        prepare=time_activities.prepare_time_activity,
        settle=sale_links.settle_time_activity,
    ),
    Kind(
        "Budget",
        "list",
        counter="Budget",
        name_member="Name",
        space="Budget",
        required=("StartDate", "EndDate"),
        defaults={"BudgetType": "ProfitAndLoss", "BudgetEntryType": "Monthly", "Active": True},
        kept=frozenset({"Name", "Active"}),
        queryable=frozenset({"Name", "Active", "StartDate", "EndDate", "BudgetType"}),
        is_deletable=True,
        prepare=budgets.prepare_budget,
    ),
    # Billable lines stay on their documents here: no charges are made of them.
    Kind("ReimburseCharge", "fixed", counter="transactions", queryable=frozenset({"CustomerRef"}), has_events=False),
    Kind(
        "RecurringTransaction",
        "fixed",
        counter="RecurringTransaction",
        queryable=frozenset({"Type"}),
        has_changes=False,
        has_events=False,
        is_deletable=True,
        first_id=5000000000000201234,
        own=recurring.RULES,
    ),
)

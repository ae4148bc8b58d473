"""Pages where a person acts as the bookkeeper: bank feed, bills, invoices, names, accounts and the closing date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from markupsafe import Markup

from connectors.sandbox.desk import link_view
from connectors.sandbox.pages import (
    Column,
    Input,
    take_listing,
    write_card,
    write_date,
    write_form,
    write_pager,
    write_search,
    write_table,
)
from connectors.sandbox.qbo.auth.pages import SIDE
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.desk.record_pages import RecordPages
from connectors.sandbox.qbo.desk.rows import (
    PAY_FORM,
    is_uncategorised,
    list_account_cells,
    list_bill_cells,
    list_invoice_cells,
    list_party_cells,
    list_payment_cells,
    list_purchase_cells,
    write_switch,
)

# A longer list to choose from is of no use to anybody.
MOST_CHOICES = 200
MOST_PAYMENTS = 10
SPENT_ON = ("Expense", "Other Expense", "Cost of Goods Sold", "Other Current Asset", "Fixed Asset")


class BookkeeperDesk(RecordPages):
    SIDE = SIDE
    VIEWS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("feed", "Bank feed"),
        ("bills", "Bills"),
        ("invoices", "Invoices"),
        ("names", "Vendors and customers"),
        ("accounts", "Accounts"),
        ("company", "Company"),
    )

    def describe_firm(self) -> str:
        return str(next(self.find_book().all("CompanyInfo"))["CompanyName"])

    def count_view(self, key: str) -> int | None:
        book = self.find_book()
        if key == "feed":
            return sum(1 for row in book.all("Purchase") if is_uncategorised(row))
        return sum(1 for row in book.all("Bill") if row["Balance"]) if key == "bills" else None

    # --- money out

    def view_feed(self, query: Mapping[str, str]) -> Markup:
        book, back = self.find_book(), link_view(query)
        rows = sorted(book.in_order(book.kinds["Purchase"]), key=lambda row: not is_uncategorised(row))
        listing = take_listing(rows, query)
        choices = _list_categories(book)
        columns = (
            Column("Payee"), Column("Date"), Column("Kind"), Column("Amount", is_amount=True), Column("Category"),
            Column(""),
        )  # fmt: skip
        table = write_table(
            columns,
            [list_purchase_cells(row, choices, back) for row in listing.rows],
            empty="Nothing spent yet. Add a card charge above.",
        )
        add = write_form(
            "add_card_expense",
            "Add charge",
            Input("amount", "Amount", "number"),
            Input("vendor_id", "Payee", choices=[("", "Nobody"), *list_choices(book, "Vendor")], is_required=False),
            Input("memo", "Memo", is_required=False),
            back=back,
            is_main=True,
        )
        hint = "As the bank sends it: without a category until somebody says what it was for."
        return write_card("Add a card charge", add, hint=hint) + write_card(
            "Spent", table, write_pager(listing), hint="What has no category yet comes first."
        )

    def view_bills(self, query: Mapping[str, str]) -> Markup:
        book, back = self.find_book(), link_view(query)
        table, pager = self._list_documents("Bill", query, list_bill_cells)
        accounts = list_choices(book, "Account", lambda row: row["AccountType"] in SPENT_ON)
        enter = write_form(
            "enter_bill",
            "Enter bill",
            Input("vendor_id", "Vendor", choices=list_choices(book, "Vendor")),
            Input("amount", "Amount", "number"),
            Input("account_id", "Account", choices=accounts),
            Input("customer_id", "Job", choices=[("", "None"), *list_choices(book, "Customer")], is_required=False),
            Input("number", "Number", is_required=False),
            back=back,
            is_main=True,
        )
        search = write_search("bills", query.get("q", ""), "Vendor or number")
        pay = write_form("pay_bills", "Pay the ticked bills", back=back, html_id=PAY_FORM)
        return (
            write_card("Bills", search, table, pager, pay, hint="Open ones first.")
            + write_card("Enter a bill", enter)
            + write_card("Payments made", self._write_payments(back), hint=f"The last {MOST_PAYMENTS}.")
        )

    def _write_payments(self, back: str) -> Markup:
        book = self.find_book()
        made = book.in_order(book.kinds["BillPayment"])[:MOST_PAYMENTS]
        columns = (Column("Vendor"), Column("Date"), Column("Kind"), Column("Amount", is_amount=True), Column(""))
        return write_table(columns, [list_payment_cells(row, back) for row in made], empty="Nothing paid yet.")

    # --- money in

    def view_invoices(self, query: Mapping[str, str]) -> Markup:
        table, pager = self._list_documents("Invoice", query, list_invoice_cells)
        search = write_search("invoices", query.get("q", ""), "Customer or number")
        return write_card("Invoices", search, table, pager, hint="Open ones first.")

    def _list_documents(
        self, kind: str, query: Mapping[str, str], list_cells: Callable[[Record, str], tuple[Any, ...]]
    ) -> tuple[Markup, Markup]:
        """The table of bills or invoices, open ones first, and its pager."""
        book, back = self.find_book(), link_view(query)
        text = query.get("q", "").strip().lower()
        found = [row for row in book.in_order(book.kinds[kind]) if text in describe_document(row)]
        listing = take_listing(sorted(found, key=lambda row: not row["Balance"]), query)
        columns = (
            Column(kind), Column("Date"), Column("Due"), Column("Total", is_amount=True),
            Column("Open", is_amount=True), Column(""),
        )  # fmt: skip
        rows = [list_cells(row, back) for row in listing.rows]
        empty = f"No {kind.lower()} is like that." if text else f"No {kind.lower()}s yet."
        return write_table(columns, rows, empty=empty), write_pager(listing)

    # --- lists

    def view_names(self, query: Mapping[str, str]) -> Markup:
        book, back = self.find_book(), link_view(query)
        text = query.get("q", "").strip().lower()
        parties = [("Vendor", row) for row in book.in_order(book.kinds["Vendor"])]
        parties += [("Customer", row) for row in book.in_order(book.kinds["Customer"])]
        listing = take_listing([each for each in parties if text in each[1]["DisplayName"].lower()], query)
        choices = {kind: list_choices(book, kind) for kind in ("Vendor", "Customer")}
        columns = (Column("Name"), Column("Kind"), Column("Open balance", is_amount=True), Column(""))
        rows = [list_party_cells(kind, row, choices[kind], back) for kind, row in listing.rows]
        add = Markup().join(
            write_form(f"add_{kind}", f"Add {kind}", Input("name", "Name"), back=back)
            for kind in ("vendor", "customer")
        )
        return write_card(
            "Vendors and customers",
            write_search("names", query.get("q", ""), "Name"),
            write_table(columns, rows, empty="Nobody is called that." if text else "No names yet."),
            write_pager(listing),
            hint="Merging keeps the first and moves everything of the other to it. It cannot be undone.",
        ) + write_card("Add a name", add)

    def view_accounts(self, query: Mapping[str, str]) -> Markup:
        book, back = self.find_book(), link_view(query)
        listing = take_listing(book.in_order(book.kinds["Account"]), query)
        columns = (Column("Account"), Column("Type"), Column("Balance", is_amount=True), Column(""))
        rows = [list_account_cells(row, back) for row in listing.rows]
        table = write_table(columns, rows, empty="No accounts yet.")
        return write_card("Chart of accounts", table, write_pager(listing))

    def view_company(self, query: Mapping[str, str]) -> Markup:
        book, back = self.find_book(), link_view(query)
        closed = book.close_date()
        close = write_form(
            "close_books",
            "Close the books" if closed is None else "Change the closing date",
            Input("date", "Closed up to and including", "date", closed.isoformat() if closed else ""),
            back=back,
        )
        reopen = write_form("close_books", "Open the books again", back=back) if closed else Markup()
        hint = Markup("Closed to {}.").format(write_date(closed.isoformat())) if closed else "The books are open."
        prefs = [
            write_switch(book, "AccountingInfoPrefs", "ClassTrackingPerTxnLine", "Classes on each line", back),
            write_switch(book, "AccountingInfoPrefs", "TrackDepartments", "Locations", back),
            write_switch(book, "VendorAndPurchasesPrefs", "TrackingByCustomer", "Customers on expenses", back),
            write_switch(book, "SalesFormsPrefs", "CustomTxnNumbers", "Own numbers on sales forms", back),
        ]
        disconnect = write_form("disconnect", "Disconnect every app", back=back)
        return (
            write_card("Closing date", close, reopen, hint=hint)
            + write_card("Settings", write_table((Column("Setting"), Column("Is"), Column("")), prefs, empty=""))
            + write_card("Connected apps", disconnect, hint="Their tokens stop working at once.")
        )


def describe_document(record: Record) -> str:
    party = record.get("VendorRef") or record.get("CustomerRef") or {}
    return f"{record.get('DocNumber', '')} {party.get('name', '')}".lower()


def list_choices(book: Book, kind: str, test: Callable[[Record], bool] = lambda row: True) -> list[tuple[str, str]]:
    rows = (row for row in book.in_order(book.kinds[kind]) if row.get("Active", True) and test(row))
    named = [(row["Id"], str(row.get("FullyQualifiedName") or row.get("DisplayName") or row["Name"])) for row in rows]
    return named[:MOST_CHOICES]


def _list_categories(book: Book) -> dict[str, list[tuple[str, str]]]:
    return {
        "account_id": list_choices(book, "Account", lambda row: row["AccountType"] in SPENT_ON),
        "item_id": list_choices(book, "Item", lambda row: "ExpenseAccountRef" in row),
        "customer_id": list_choices(book, "Customer"),
        "class_id": list_choices(book, "Class"),
    }

"""The records of owner invoices (payment applications): chained per prime contract, figures computed when asked.

The arithmetic is that of subcontractor invoices. What a line bills is its source: a line of the contract, a change
order package as a whole, or a line or markup of a package, each named by its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import ZERO, take_percent
from connectors.sandbox.procore.files.attachments import drop_attachments
from connectors.sandbox.procore.owners.prime_records import APPROVED, PrimeRecords
from connectors.sandbox.procore.subcontracts.billing import ClaimFigures, Entry, LineFigures, bill_claim
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import sum_amounts, write_money

APPLICATION_STATUSES = ("draft", "under_review", "revise_and_resubmit", "approved")
AMOUNTS = ("work", "stored", "retained", "released", "stored_retained", "stored_released")


@dataclass(frozen=True, slots=True)
class BilledSource:
    """What one line of an owner invoice bills."""

    key: int
    description: str
    scheduled: Decimal
    line: Row | None
    package: Row | None

    @property
    def is_markup(self) -> bool:
        return bool(self.line and self.line["is_markup"])


class ApplicationRecords(PrimeRecords):
    def clear(self) -> None:
        super().clear()
        self._application_figures: dict[int, dict[int, ClaimFigures]] = {}
        self._application_rates: dict[int, dict[int, str]] = {}

    # --- the chain

    def applications_of(self, contract_id: int) -> list[Row]:
        """A contract's owner invoices, first to last."""
        return sorted(self.tables.of("payment_applications", contract_id), key=lambda row: row["number"])

    def is_last_application(self, application: Row) -> bool:
        chain = self.applications_of(application["prime_contract_id"])
        return bool(chain[-1]["id"] == application["id"])

    def application_figures(self, application: Row) -> ClaimFigures:
        """The figures, computed once for the whole chain and kept until something in it, or a tax rate, changes."""
        contract_id = application["prime_contract_id"]
        rates = self._application_rates.get(contract_id)
        if rates is None or any(self.tables.get("tax_codes", key)["rate1"] != rate for key, rate in rates.items()):
            self._application_rates[contract_id] = {}
            self._application_figures[contract_id] = {}
        figures = self._application_figures[contract_id]
        if application["id"] not in figures:
            self._bill_applications(contract_id, figures)
        return figures[application["id"]]

    def forget_applications(self, contract_id: int, since: Row | None = None) -> None:
        """Let the figures be computed anew: all of them, or those of one invoice and the ones that follow it."""
        if since is None or contract_id not in self._application_figures:
            self._application_figures.pop(contract_id, None)
            self._application_rates.pop(contract_id, None)
            return
        for row in self.applications_of(contract_id):
            if row["number"] >= since["number"]:
                self._application_figures[contract_id].pop(row["id"], None)

    def application_line_figures(self, application: Row, item: Row) -> LineFigures:
        return self.application_figures(application).by_key[item["source_id"]]

    def touch_application(self, application: Row, *, event_type: str = "update") -> None:
        """A change of an earlier invoice moves later figures without moving their time, as far as is known."""
        self.touch(application)
        self.forget_applications(application["prime_contract_id"], application)
        self.announce_application(application, event_type)

    def announce_application(self, application: Row, event_type: str) -> None:
        self.announce("Payment Applications", event_type, application["id"], project_id=application["project_id"])

    def application_items(self, application: Row) -> list[Row]:
        return self.tables.of("payment_application_items", application["id"])

    def sum_applications(self, contract: Row) -> Decimal:
        """What approved owner invoices asked for so far."""
        chain = [row for row in self.applications_of(contract["id"]) if row["status"] == APPROVED]
        return sum((self.application_figures(row).summary.current_payment_due for row in chain), ZERO)

    def _bill_applications(self, contract_id: int, figures: dict[int, ClaimFigures]) -> None:
        """Fill in what is missing of the chain's figures."""
        previous: ClaimFigures | None = None
        for application in self.applications_of(contract_id):
            if application["id"] not in figures:
                figures[application["id"]] = bill_claim(self._read_application_entries(application), previous)
            previous = figures[application["id"]]

    def _read_application_entries(self, application: Row) -> Iterator[Entry]:
        for item in self.application_items(application):
            source = self.billed_source(item["source_id"])
            yield Entry(
                key=source.key,
                scheduled=source.scheduled,
                tax_rate=self._read_application_rate(application, source.line),
                is_change_order=source.package is not None,
                quantity=Decimal(item["quantity"]),
                work=Decimal(item["work"]),
                stored=Decimal(item["stored"]),
                retained=Decimal(item["retained"]),
                released=Decimal(item["released"]),
                stored_retained=Decimal(item["stored_retained"]),
                stored_released=Decimal(item["stored_released"]),
            )

    def _read_application_rate(self, application: Row, line: Row | None) -> Decimal:
        if line is None or line["tax_code_id"] is None:
            return ZERO
        rate = self.tables.get("tax_codes", line["tax_code_id"])["rate1"]
        self._application_rates[application["prime_contract_id"]][line["tax_code_id"]] = rate
        return Decimal(rate)

    # --- sources

    def billed_source(self, source_id: int) -> BilledSource:
        package = self.tables.find("prime_packages", source_id)
        if package is not None:
            total = sum_without_markup(self.prime_package_lines(package), self.sum_prime_package(package))
            return BilledSource(package["id"], f"PCCO #{package['number']} - {package['title']}", total, None, package)
        line = self.tables.get("prime_lines", source_id)
        owner = None if line["package_id"] is None else self.tables.get("prime_packages", line["package_id"])
        return BilledSource(line["id"], line["description"] or "", Decimal(line["amount"]), line, owner)

    def list_billed_sources(self, contract: Row) -> list[int]:
        """The contract's lines, then what its approved change orders put on an invoice."""
        sources = [line["id"] for line in self.prime_lines_of(contract)]
        is_by_line = contract["change_order_level_of_detail"] == "line_item"
        for package in self.prime_packages_of(contract):
            if package["status"] != APPROVED:
                continue
            lines = self.prime_package_lines(package)
            plain = [line["id"] for line in lines if not line["is_markup"]]
            sources += plain if is_by_line and plain else [package["id"]]
            sources += [line["id"] for line in lines if line["is_markup"]]
        return sources

    def is_prime_billed(self, contract_id: int, source_id: int) -> bool:
        return any(
            item["source_id"] == source_id
            for application in self.tables.of("payment_applications", contract_id)
            for item in self.application_items(application)
        )

    # --- making and ending

    def add_application(self, contract: Row, **values: Any) -> Row:
        """The next owner invoice of a contract, its lines carried forward from the one before."""
        chain = self.applications_of(contract["id"])
        previous = chain[-1] if chain else None
        stamp = self.stamp()
        application = self.tables.add(
            "payment_applications",
            {
                "project_id": contract["project_id"],
                "prime_contract_id": contract["id"],
                "number": previous["number"] + 1 if previous else 1,
                "invoice_number": "",
                "status": "draft",
                **dict.fromkeys(("period_id", "period_start", "period_end", "billing_date")),
                "description_type": "automatic",
                "origin_id": None,
                "origin_data": None,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        carried = {item["source_id"]: item for item in self.application_items(previous)} if previous else {}
        for source_id in self.list_billed_sources(contract):
            self._add_application_item(application, contract, source_id, carried.get(source_id))
        self.forget_applications(contract["id"], application)
        return application

    def _add_application_item(self, application: Row, contract: Row, source_id: int, carried: Row | None) -> None:
        """What is stored stays stored until somebody says otherwise."""
        kept = {name: carried[name] for name in ("stored", "stored_retained")} if carried else {}
        self.tables.add(
            "payment_application_items",
            {
                "application_id": application["id"],
                "source_id": source_id,
                **dict.fromkeys(AMOUNTS, "0.00"),
                "work_percent": contract["retainage_percent"],
                "stored_percent": contract["retainage_percent"],
                "quantity": "0",
                "description_override": None,
                **kept,
            },
        )

    def drop_application(self, application: Row) -> None:
        """Remove an owner invoice that nobody has heard of yet."""
        for item in self.application_items(application):
            self.tables.remove("payment_application_items", item["id"])
        drop_attachments(self, application["id"])
        self.forget_applications(application["prime_contract_id"], application)
        self.tables.remove("payment_applications", application["id"])

    def remove_application(self, application: Row) -> None:
        self.drop_application(application)
        self.announce_application(application, "delete")

    # --- entering amounts

    def enter_billed_work(self, item: Row, work: Decimal, retained: Decimal | None = None) -> None:
        """This period's work and what is retained of it. Without work nothing can be retained."""
        held = take_percent(work, Decimal(item["work_percent"])) if retained is None else retained
        item["work"] = write_money(work)
        item["retained"] = write_money(held if work else ZERO)

    def enter_billed_stored(self, item: Row, stored: Decimal, retained: Decimal | None = None) -> None:
        """The materials presently stored and what is retained of them, both as snapshots."""
        held = take_percent(stored, Decimal(item["stored_percent"])) if retained is None else retained
        item["stored"] = write_money(stored)
        item["stored_retained"] = write_money(held if stored else ZERO)


def sum_without_markup(lines: list[Row], total: Decimal) -> Decimal:
    """A package's total less its markups, which are billed on lines of their own."""
    return total - sum_amounts(line for line in lines if line["is_markup"])

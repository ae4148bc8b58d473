"""The records of subcontractor invoices: chained per contract, carried forward, their figures computed when asked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.billing import ZERO, ClaimFigures, Entry, LineFigures, bill_claim, take_percent
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money

STATUSES = ("draft", "under_review", "revise_and_resubmit", "approved", "approved_as_noted", "pending_owner_approval")
OPEN_STATUSES = ("draft", "under_review", "revise_and_resubmit")
AMOUNTS = ("work", "stored", "retained", "released", "stored_retained", "stored_released")
APPROVED = "approved"


class Claims(Core):
    """Requisition records without HTTP."""

    def clear(self) -> None:
        super().clear()
        self._figures: dict[int, dict[int, ClaimFigures]] = {}

    # --- the chain

    def chain_of(self, commitment_id: int) -> list[Row]:
        """A contract's claims, first to last."""
        return sorted(self.tables.of("requisitions", commitment_id), key=lambda row: row["number"])

    def previous_of(self, claim: Row) -> Row | None:
        earlier = [row for row in self.chain_of(claim["commitment_id"]) if row["number"] < claim["number"]]
        return earlier[-1] if earlier else None

    def is_last(self, claim: Row) -> bool:
        return bool(self.chain_of(claim["commitment_id"])[-1]["id"] == claim["id"])

    def figures_of(self, claim: Row) -> ClaimFigures:
        """The figures, computed once for the whole chain and kept until something in it changes."""
        commitment_id = claim["commitment_id"]
        if commitment_id not in self._figures:
            self._figures[commitment_id] = self._compute_chain(commitment_id)
        return self._figures[commitment_id][claim["id"]]

    def forget_figures(self, commitment_id: int) -> None:
        self._figures.pop(commitment_id, None)

    def touch_claim(self, claim: Row, *, event_type: str = "update") -> None:
        """A claim changed: its time moves, its chain's figures are computed anew, the webhooks hear of it.

        A change of an earlier claim moves later figures without moving their time, as far as is known.
        """
        self.touch(claim)
        self.forget_figures(claim["commitment_id"])
        self.announce("Draw Requests", event_type, claim["id"], project_id=claim["project_id"])

    def items_of(self, claim: Row) -> list[Row]:
        """A claim's item rows in the order of the contract's lines."""
        rows = self.tables.of("requisition_items", claim["id"])
        return sorted(rows, key=lambda row: self.tables.get("contract_lines", row["line_id"])["position"])

    def _compute_chain(self, commitment_id: int) -> dict[int, ClaimFigures]:
        figures: dict[int, ClaimFigures] = {}
        previous: ClaimFigures | None = None
        for claim in self.chain_of(commitment_id):
            entries = self._read_entries(claim)
            previous = bill_claim(entries, previous, are_materials_moved=claim["are_materials_moved"])
            figures[claim["id"]] = previous
        return figures

    def _read_entries(self, claim: Row) -> Iterator[Entry]:
        for item in self.items_of(claim):
            line = self.tables.get("contract_lines", item["line_id"])
            yield Entry(
                key=line["id"],
                scheduled=Decimal(line["amount"]),
                tax_rate=self.tax_rate_of(line),
                is_change_order=line["change_order_package_id"] is not None,
                **{name: Decimal(item[name]) for name in AMOUNTS},
            )

    def tax_rate_of(self, line: Row) -> Decimal:
        if line["tax_code_id"] is None:
            return ZERO
        return Decimal(self.tables.get("tax_codes", line["tax_code_id"])["rate1"])

    # --- making and ending

    def lines_in_force(self, commitment: Row) -> list[Row]:
        """The contract's own lines, then those of approved change order packages."""
        packages = {row["id"]: row for row in self.tables.of("change_order_packages", commitment["id"])}
        lines = sorted(self.tables.of("contract_lines", commitment["id"]), key=lambda row: row["position"])
        return [
            line
            for line in lines
            if line["change_order_package_id"] is None
            or packages[line["change_order_package_id"]]["status"] == APPROVED
        ]

    def add_claim(self, commitment: Row, **values: Any) -> Row:
        """The next claim of a contract, its lines carried forward from the one before."""
        chain = self.chain_of(commitment["id"])
        previous = chain[-1] if chain else None
        stamp = self.stamp()
        claim = self.tables.add(
            "requisitions",
            {
                "project_id": commitment["project_id"],
                "commitment_id": commitment["id"],
                "number": previous["number"] + 1 if previous else 1,
                "invoice_number": "",
                "status": "draft",
                "final": False,
                "period_id": None,
                "requisition_start": None,
                "requisition_end": None,
                "billing_date": None,
                "submitted_at": None,
                "payment_date": None,
                "comment": None,
                "origin_id": None,
                "origin_data": None,
                "are_materials_moved": commitment["are_materials_moved"],
                "custom_fields": {},
                "created_by_id": self.actor.user_id,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )
        carried = {item["line_id"]: item for item in self.items_of(previous)} if previous else {}
        for line in self.lines_in_force(commitment):
            self.add_item(claim, line, carried.get(line["id"]))
        self.forget_figures(commitment["id"])
        return claim

    def add_item(self, claim: Row, line: Row, carried: Row | None = None) -> Row:
        """A claim's row for a contract line. What is stored stays stored until somebody says otherwise."""
        percent = self.tables.get("commitments", claim["commitment_id"])["retainage_percent"]
        item = {
            "requisition_id": claim["id"],
            "line_id": line["id"],
            **dict.fromkeys(AMOUNTS, "0.00"),
            "work_percent": percent,
            "stored_percent": percent,
            "claimed": "0.00",
            "status": "no_action",
            "comment": None,
        }
        if carried and not claim["are_materials_moved"]:
            item |= {"stored": carried["stored"], "stored_retained": carried["stored_retained"]}
        return self.tables.add("requisition_items", item)

    def remove_claim(self, claim: Row) -> None:
        self.drop_claim(claim)
        self.announce("Draw Requests", "delete", claim["id"], project_id=claim["project_id"])

    def drop_claim(self, claim: Row) -> None:
        """Remove a claim that nobody has heard of yet."""
        for item in self.tables.of("requisition_items", claim["id"]):
            self.tables.remove("requisition_items", item["id"])
        self.tables.remove("requisitions", claim["id"])
        self.forget_figures(claim["commitment_id"])

    # --- entering amounts

    def enter_work(self, item: Row, work: Decimal, retained: Decimal | None = None) -> None:
        """This period's work and what is retained of it. Without work nothing can be retained."""
        held = take_percent(work, Decimal(item["work_percent"])) if retained is None else retained
        item["work"] = write_money(work)
        item["retained"] = write_money(held if work else ZERO)

    def enter_stored(self, item: Row, stored: Decimal, retained: Decimal | None = None) -> None:
        """The materials presently stored and what is retained of them, both as snapshots."""
        held = take_percent(stored, Decimal(item["stored_percent"])) if retained is None else retained
        item["stored"] = write_money(stored)
        item["stored_retained"] = write_money(held)

    def line_figures(self, claim: Row, item: Row) -> LineFigures:
        return self.figures_of(claim).by_key[item["line_id"]]

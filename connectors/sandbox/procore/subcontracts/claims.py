"""The records of subcontractor invoices: chained per contract, carried forward, their figures computed when asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import take_percent
from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_state
from connectors.sandbox.procore.files.attachments import drop_attachments
from connectors.sandbox.procore.subcontracts.billing import ClaimFigures, Entry, LineFigures, bill_claim
from connectors.sandbox.procore.subcontracts.claim_sources import NO_QUANTITY, ClaimSources
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_money

STATUSES = ("draft", "under_review", "revise_and_resubmit", "approved", "approved_as_noted", "pending_owner_approval")
OPEN_STATUSES = ("draft", "under_review", "revise_and_resubmit")
AMOUNTS = ("work", "stored", "retained", "released", "stored_retained", "stored_released")
RELEASED = "work_completed_retainage_released_this_period"


class Claims(ClaimSources):
    """Requisition records without HTTP."""

    def clear(self) -> None:
        super().clear()
        self._figures: dict[int, dict[int, ClaimFigures]] = {}
        self._rates: dict[int, dict[int, str]] = {}

    # --- the chain

    def chain_of(self, commitment_id: int) -> list[Row]:
        """A contract's claims, first to last."""
        return sorted(self.tables.of("requisitions", commitment_id), key=lambda row: row["number"])

    def previous_of(self, claim: Row) -> Row | None:
        earlier = [row for row in self.chain_of(claim["commitment_id"]) if row["number"] < claim["number"]]
        return earlier[-1] if earlier else None

    def is_last(self, claim: Row) -> bool:
        rows = self.tables.of("requisitions", claim["commitment_id"])
        return bool(max(row["number"] for row in rows) == claim["number"])

    def figures_of(self, claim: Row) -> ClaimFigures:
        """The figures, computed once for the whole chain and kept until something in it, or a tax rate, changes."""
        commitment_id = claim["commitment_id"]
        rates = self._rates.setdefault(commitment_id, {})
        if any(str(self.tax_rate(code_id)) != rate for code_id, rate in rates.items()):
            self.forget_figures(commitment_id)
        kept = self._figures.setdefault(commitment_id, {})
        if claim["id"] not in kept:
            self._compute_chain(commitment_id, kept)
        return kept[claim["id"]]

    def forget_figures(self, commitment_id: int, number: int = 0) -> None:
        """Something about a contract's claims changed, from claim `number` on."""
        kept = self._figures.get(commitment_id, {})
        for claim_id in list(kept):
            claim = self.tables.find("requisitions", claim_id)
            if claim is None or claim["number"] >= number:
                del kept[claim_id]

    def touch_claim(self, claim: Row, *, event_type: str = "update") -> None:
        """A claim changed: its time moves and the webhooks hear of it.

        A change of an earlier claim moves later figures without moving their time, as far as is known.
        """
        self.touch(claim)
        self.announce("Draw Requests", event_type, claim["id"], project_id=claim["project_id"])

    def items_of(self, claim: Row) -> list[Row]:
        """A claim's item rows in the order of the contract's lines."""
        return sorted(self.tables.of("requisition_items", claim["id"]), key=self.place_of)

    def is_billed(self, commitment_id: int, name: str, row_id: int) -> bool:
        """Whether a claim of the contract has an item for this line, detail or package."""
        return any(
            item.get(name) == row_id
            for claim in self.tables.of("requisitions", commitment_id)
            for item in self.tables.of("requisition_items", claim["id"])
        )

    def _compute_chain(self, commitment_id: int, kept: dict[int, ClaimFigures]) -> None:
        """Fill in the figures that are not kept any more."""
        previous: ClaimFigures | None = None
        for claim in self.chain_of(commitment_id):
            if claim["id"] not in kept:
                tax_codes: dict[int, int] = {}
                kept[claim["id"]] = bill_claim(
                    self._read_entries(claim, tax_codes),
                    previous,
                    are_materials_moved=claim["are_materials_moved"],
                    tax_codes=tax_codes,
                )
            previous = kept[claim["id"]]

    def _read_entries(self, claim: Row, tax_codes: dict[int, int]) -> Iterator[Entry]:
        """What the claim says line by line; the tax codes of the lines are noted in `tax_codes`."""
        rates = self._rates.setdefault(claim["commitment_id"], {})
        for item in self.items_of(claim):
            source = self.source_of(item)
            rate = self.tax_rate(source.tax_code_id)
            if source.tax_code_id is not None:
                rates[source.tax_code_id] = str(rate)
                tax_codes[source.key] = source.tax_code_id
            yield Entry(
                key=source.key,
                scheduled=source.scheduled,
                tax_rate=rate,
                is_change_order=source.package_id is not None,
                quantity=Decimal(item.get("quantity", NO_QUANTITY)),
                claimed=Decimal(item["claimed"]),
                **{name: Decimal(item[name]) for name in AMOUNTS},
            )

    # --- making and ending

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
                "due_date": None,
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
        carried = {self.key_of(item): item for item in self.items_of(previous)} if previous else {}
        percent = self._find_percent(commitment, previous)
        for named in self.list_billables(commitment, set(carried)):
            self.add_item(claim, named, carried.get(self.key_of(named)), percent)
        return claim

    def add_item(
        self, claim: Row, named: dict[str, Any], carried: Row | None = None, percent: str | None = None
    ) -> Row:
        """A claim's row for what `named` bills. What is stored stays stored until somebody says otherwise."""
        commitment = self.tables.get("commitments", claim["commitment_id"])
        if percent is None:
            percent = self._find_percent(commitment, self.previous_of(claim))
        item = {
            "requisition_id": claim["id"],
            **named,
            **dict.fromkeys(AMOUNTS, "0.00"),
            "quantity": NO_QUANTITY,
            "work_percent": percent,
            "stored_percent": percent,
            "is_overridden": False,
            "claimed": "0.00",
            "status": "no_action",
            "comment": None,
        }
        if carried and not claim["are_materials_moved"]:
            item |= {"stored": carried["stored"], "stored_retained": carried["stored_retained"]}
        self.forget_figures(claim["commitment_id"], claim["number"])
        return self.tables.add("requisition_items", item)

    def _find_percent(self, commitment: Row, previous: Row | None) -> str:
        is_scaled = previous is not None and commitment.get("ssr_enabled")
        return self.find_percent(commitment, self.figures_of(previous).summary if previous and is_scaled else None)

    def remove_claim(self, claim: Row) -> None:
        self.drop_claim(claim)
        self.announce("Draw Requests", "delete", claim["id"], project_id=claim["project_id"])

    def drop_claim(self, claim: Row) -> None:
        """Remove a claim that nobody has heard of yet."""
        for table in ("requisition_items", "requisition_changes"):
            for row in self.tables.of(table, claim["id"]):
                self.tables.remove(table, row["id"])
        drop_attachments(self, claim["id"])
        self.tables.remove("requisitions", claim["id"])
        self.forget_figures(claim["commitment_id"], claim["number"])

    # --- entering amounts

    def enter_work(self, item: Row, work: Decimal, retained: Decimal | None = None) -> None:
        """This period's work and what is retained of it. Without work nothing can be retained."""
        held = take_percent(work, Decimal(item["work_percent"])) if retained is None else retained
        item["work"] = write_money(work)
        item["retained"] = write_money(held if work else Decimal(0))

    def enter_stored(self, item: Row, stored: Decimal, retained: Decimal | None = None) -> None:
        """The materials presently stored and what is retained of them, both as snapshots."""
        held = take_percent(stored, Decimal(item["stored_percent"])) if retained is None else retained
        item["stored"] = write_money(stored)
        item["stored_retained"] = write_money(held if stored else Decimal(0))

    def line_figures(self, claim: Row, item: Row) -> LineFigures:
        return self.figures_of(claim).by_key[self.key_of(item)]

    @contextmanager
    def changing_items(self, claim: Row, touched: list[Row]) -> Iterator[None]:
        """Let the block change the `touched` items; put them back when it, or the retainage of the chain, refuses.

        No claim may let go more work retainage than it holds, nor may a change take away what a later one let go.
        """
        keys = {self.key_of(item) for item in touched}
        before = self._list_overdrawn(claim, keys)
        kept = [(item, dict(item)) for item in touched]
        try:
            yield
            self.forget_figures(claim["commitment_id"], claim["number"])
            allowed = before - {(claim["id"], key) for key in keys}
            for claim_id, key in self._list_overdrawn(claim, keys) - allowed:
                held = self._figures[claim["commitment_id"]][claim_id].by_key[key].releasable
                raise refuse_fields(**{RELEASED: [f"cannot be more than the retainage held ({held})"]})
        except (Refused, ArithmeticError):
            for item, values in kept:
                item.clear()
                item.update(values)
            self.forget_figures(claim["commitment_id"], claim["number"])
            raise

    def remove_items(self, claim: Row, items: list[Row]) -> None:
        """Take lines off a claim. Refused when a later one lets go retainage that would then not be held."""
        keys = {self.key_of(item) for item in items}
        before = self._list_overdrawn(claim, keys)
        for item in items:
            self.tables.remove("requisition_items", item["id"])
        self.forget_figures(claim["commitment_id"], claim["number"])
        if self._list_overdrawn(claim, keys) - before:
            for item in items:
                self.tables.add("requisition_items", item)
            self.forget_figures(claim["commitment_id"], claim["number"])
            raise refuse_state("Retainage of these lines is released on a later invoice")

    def _list_overdrawn(self, claim: Row, keys: set[int]) -> set[tuple[int, int]]:
        """Where in the chain, as claim and line, more of the retainage on `keys` is let go than is held."""
        chain = self.chain_of(claim["commitment_id"])
        self.figures_of(chain[-1])
        kept = self._figures[claim["commitment_id"]]
        return {
            (row["id"], key)
            for row in chain
            for key in keys
            if key in kept[row["id"]].by_key and kept[row["id"]].by_key[key].is_overdrawn
        }

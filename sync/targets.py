"""Writing to the other side, and looking there first: one adapter per vendor.

An adapter sends what the outbox holds, so a write can be finished by a worker that never saw the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from connectors.procore import resources as procore
from connectors.procore.records import Company
from connectors.qbo.documents import Bill, numbers_from_text
from connectors.qbo.records import PostedBill
from smoothx.lib.money import money
from sync.models import Entry, Outgoing
from sync.work import Work

SIMILAR_DAYS = 30
MONEY_ENTITIES = ("Bill", "VendorCredit")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor made of a document. `total` is None for what is no money document."""

    id: str
    version: str
    number: str = ""
    total: Decimal | None = None
    wire: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Twin:
    """A document in the books that may be the same: `code` says how alike."""

    code: str
    id: str
    name: str
    amount: Decimal
    days: int = 0
    is_ours: bool = False
    version: str = ""
    number: str = ""


class Adapter(Protocol):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer: ...

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None: ...


class QuickBooks:
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        wire = numbers_from_text(outgoing.body)
        entity = outgoing.target_type
        if outgoing.operation == "create":
            allow = "post_anyway" in entry.approvals
            answer = work.qbo.create(entity, wire, key=outgoing.key, allow_duplicate_number=allow)
            if entity in MONEY_ENTITIES:
                work.remember_bill(entity, PostedBill.from_wire(answer))
        else:
            answer = work.qbo.update(entity, wire, key=outgoing.key)
        return self._read(entity, answer)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """The document this write may have made, or None. Marker first; without one nothing is taken for ours."""
        entity, body = outgoing.target_type, outgoing.body
        if outgoing.operation == "update":
            current = work.qbo.get_entity(entity, entry.target_id)
            changed = str(current.get("SyncToken")) != str(body.get("SyncToken"))
            answer = self._read(entity, current)
            is_ours = _same_note(current, body) and str(answer.total) == entry.planned["document"]["total"]
            return answer if changed and is_ours else None
        if entity not in MONEY_ENTITIES:
            parent_id = body.get("ParentRef", {}).get("value", "")
            found = work.qbo.find_by_name(entity, body["DisplayName"], parent_id=parent_id)
            return self._read(entity, found) if found else None
        vendor_id = body["VendorRef"]["value"]
        for bill in work.qbo.find_bills(entity=entity, vendor_id=vendor_id, number=body["DocNumber"]):
            if bill.memo == body["PrivateNote"]:
                return Answer(bill.id, bill.sync_token, bill.number, signed(entity, bill.total))
        return None

    def twins(self, work: Work, entry: Entry, bill: Bill) -> list[Twin]:
        """Documents in the books that may be this bill already: same number, or same amount within 30 days.

        Equal claims month after month are normal, so documents the ledger knows do not count by amount.
        """
        known = work.vendor_bills(bill.entity, bill.vendor_id)
        numbered = [other for other in known if other.number.casefold() == bill.number.casefold()]
        if numbered:
            return [self._twin("duplicate_number", bill, other) for other in numbered]
        near = [
            other for other in known if other.total == abs(bill.total) and _days_apart(bill, other) <= SIMILAR_DAYS
        ]
        if not near:
            return []
        ours = Entry.objects.filter(target_type=bill.entity, target_id__in=[other.id for other in near])
        posted = set(ours.values_list("target_id", flat=True))
        return [self._twin("possible_duplicate", bill, other) for other in near if other.id not in posted]

    def _twin(self, code: str, bill: Bill, other: PostedBill) -> Twin:
        return Twin(
            code=code,
            id=other.id,
            name=f"{'vendor credit' if bill.is_credit else 'bill'} {other.number or other.id}",
            amount=other.total,
            days=_days_apart(bill, other),
            is_ours=other.memo == bill.memo,
            version=other.sync_token,
            number=other.number,
        )

    def posted(self, work: Work, entry: Entry) -> PostedBill:
        """The bill as it stands now. Raises Missing when it was deleted."""
        return PostedBill.from_wire(work.qbo.get_entity(entry.target_type, entry.target_id))

    def _read(self, entity: str, wire: dict[str, Any]) -> Answer:
        total = signed(entity, money(wire.get("TotalAmt"))) if entity in MONEY_ENTITIES else None
        number = wire.get("DocNumber") or wire.get("DisplayName") or ""
        return Answer(str(wire["Id"]), str(wire.get("SyncToken") or "0"), number, total, wire)


class ProcoreDirectory:
    """Companies of the Procore directory. Procore has no request key, so a lost answer is looked up by name."""

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        return self._read(work.procore.create(procore.VENDORS, outgoing.body, key=outgoing.key))

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        wanted = outgoing.body["name"]
        found: list[Company] = [c for c in work.procore.find_company(wanted) if c.name == wanted]
        return self._read(work.procore.get(procore.VENDORS, found[0].id)) if len(found) == 1 else None

    def _read(self, wire: dict[str, Any]) -> Answer:
        return Answer(str(wire["id"]), str(wire.get("updated_at") or ""), wire.get("name") or "", None, wire)


ADAPTERS: dict[str, Adapter] = {"qbo": QuickBooks(), "procore": ProcoreDirectory()}
QUICKBOOKS = QuickBooks()


def _days_apart(bill: Bill, other: PostedBill) -> int:
    return abs(((other.date or bill.date) - bill.date).days)


def signed(entity: str, amount: Decimal) -> Decimal:
    """QuickBooks states a vendor credit's total as a positive amount."""
    return -amount if entity == "VendorCredit" else amount


def _same_note(current: dict[str, Any], body: dict[str, Any]) -> bool:
    return current.get("PrivateNote") == body.get("PrivateNote") and current.get("DocNumber") == body.get("DocNumber")

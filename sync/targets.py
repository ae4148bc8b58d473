"""Writing to the other side, and looking there first: one adapter per vendor.

An adapter sends what the outbox holds, so a write can be finished by a worker that never saw the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from connectors.errors import Uncertain, VendorError
from connectors.procore import resources as procore
from connectors.procore.faults import error_in
from connectors.procore.records import Company
from connectors.qbo.client import BatchItem
from connectors.qbo.documents import Bill, numbers_from_text
from connectors.qbo.records import PostedBill
from smoothx.lib.money import money
from smoothx.lib.text import collapse_spaces, stable_hash
from sync.models import Entry, Outgoing
from sync.work import Work

SIMILAR_DAYS = 30
MONEY_ENTITIES = ("Bill", "VendorCredit")
LIST_ENTITIES = ("Item", "Class")


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

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """Creates in one call; what came of each by its pk. Raises what befell the call as a whole."""
        ...


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

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """One batch. Its request key follows from the writes' own, so that a repeat of the call makes nothing new."""
        items = {
            str(number): (draft, BatchItem(str(number), "create", draft.target_type, numbers_from_text(draft.body)))
            for number, draft in enumerate(drafts, start=1)
        }
        key = stable_hash(*(draft.key for draft in drafts))
        answers = work.qbo.batch([item for _, item in items.values()], key=key)
        return {draft.pk: self._read_item(draft, answers[number]) for number, (draft, _) in items.items()}

    def _read_item(self, draft: Outgoing, answer: dict[str, Any] | VendorError) -> Answer | VendorError:
        return answer if isinstance(answer, VendorError) else self._read(draft.target_type, answer)

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
            name = body["Name"] if entity in LIST_ENTITIES else body["DisplayName"]
            found = work.qbo.find_by_name(entity, name, parent_id=parent_id)
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
        number = wire.get("DocNumber") or wire.get("DisplayName") or wire.get("Name") or ""
        return Answer(str(wire["Id"]), str(wire.get("SyncToken") or "0"), number, total, wire)


class ProcoreDirectory:
    """Companies of the Procore directory. Procore has no request key, so a lost answer is looked up by name."""

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        return self._read(work.procore.create(procore.VENDORS, outgoing.body, key=outgoing.key))

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """One sync action. Its answer names no row, and promises no order: the names tell which is which."""
        answer = work.procore.sync(procore.VENDORS, [draft.body for draft in drafts], key=drafts[0].key)
        made = _by_name(answer.entities)
        refused = _by_name(answer.errors)
        return {draft.pk: self._find(collapse_spaces(draft.body["name"]), made, refused) for draft in drafts}

    def _find(self, name: str, made: Mapping[str, Any], refused: Mapping[str, Any]) -> Answer | VendorError:
        if name in made:
            return self._read(made[name])
        if name in refused:
            return error_in(refused[name])
        return Uncertain("a row of a sync action has no answer")

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        wanted = outgoing.body["name"]
        found: list[Company] = [c for c in work.procore.find_company(wanted) if c.name == wanted]
        return self._read(work.procore.get(procore.VENDORS, found[0].id)) if len(found) == 1 else None

    def _read(self, wire: dict[str, Any]) -> Answer:
        return Answer(str(wire["id"]), str(wire.get("updated_at") or ""), wire.get("name") or "", None, wire)


ADAPTERS: dict[str, Adapter] = {"qbo": QuickBooks(), "procore": ProcoreDirectory()}
QUICKBOOKS = QuickBooks()


def _by_name(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {collapse_spaces(str(row.get("name") or "")): row for row in rows}


def _days_apart(bill: Bill, other: PostedBill) -> int:
    return abs(((other.date or bill.date) - bill.date).days)


def signed(entity: str, amount: Decimal) -> Decimal:
    """QuickBooks states a vendor credit's total as a positive amount."""
    return -amount if entity == "VendorCredit" else amount


def _same_note(current: dict[str, Any], body: dict[str, Any]) -> bool:
    return current.get("PrivateNote") == body.get("PrivateNote") and current.get("DocNumber") == body.get("DocNumber")

"""Money documents in QuickBooks: bills, invoices, their credits, orders and estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from connectors.errors import Missing, VendorError
from connectors.procore import resources as procore
from connectors.qbo.client import BatchItem
from connectors.qbo.documents import numbers_from_text
from connectors.qbo.records import PostedDocument
from smoothx.lib.money import money
from smoothx.lib.text import stable_hash
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument
from sync.shield import Known, Likeness, find_alike
from sync.targets.answers import Adapter, Answer, Standing, Twin, signed
from sync.targets.purchases import find_purchases
from sync.targets.unsettled import load_unsettled
from sync.totals import agrees
from sync.work import Work

MONEY_ENTITIES = ("Bill", "VendorCredit", "Invoice", "CreditMemo", "PurchaseOrder", "Estimate")
NOUNS = {
    "Bill": "bill",
    "VendorCredit": "vendor credit",
    "Invoice": "invoice",
    "CreditMemo": "credit memo",
    "PurchaseOrder": "purchase order",
    "Estimate": "estimate",
}


class BooksDocuments(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        wire = numbers_from_text(outgoing.body)
        entity = outgoing.target_type
        if outgoing.operation == "delete":
            work.qbo.delete(entity, wire["Id"], wire["SyncToken"], key=outgoing.key)
            return Answer(wire["Id"], wire["SyncToken"])
        allow = "post_anyway" in entry.approvals
        if outgoing.operation == "create":
            answer = work.qbo.create(entity, wire, key=outgoing.key, allow_duplicate_number=allow)
            work.remember_document(entity, PostedDocument.from_wire(answer))
        else:
            answer = work.qbo.update(entity, wire, key=outgoing.key)
        return read_answer(entity, answer)

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """One batch. Its request key follows from the writes' own, so that a repeat of the call makes nothing new."""
        results = send_batch(work, drafts)
        for draft in drafts:
            answer = results[draft.pk]
            if isinstance(answer, Answer):
                work.remember_document(draft.target_type, PostedDocument.from_wire(answer.wire))
        return results

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """The document this write may have made. Marker first; without one nothing is taken for ours."""
        entity, body = outgoing.target_type, outgoing.body
        if outgoing.operation == "create":
            return self._find_created(work, entity, body)
        try:
            current = work.qbo.get_entity(entity, entry.target_id)
        except Missing:
            if outgoing.operation == "delete":
                return Answer(entry.target_id, entry.target_version)
            raise
        if outgoing.operation == "delete":
            return None
        changed = str(current.get("SyncToken")) != str(body.get("SyncToken"))
        answer = read_answer(entity, current)
        is_ours = _same_note(current, body) and agrees(entry.planned["document"], answer.total)
        return answer if changed and is_ours else None

    def _find_created(self, work: Work, entity: str, body: Mapping[str, Any]) -> Answer | None:
        party = body.get("VendorRef") or body["CustomerRef"]
        for found in work.qbo.find_documents(entity, party["value"], number=body.get("DocNumber")):
            if found.memo == body["PrivateNote"]:
                return Answer(found.id, found.sync_token, found.number, signed(entity, found.total))
        return None

    def twins(self, work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
        """Documents in the books that may be this one already.

        Equal claims month after month are normal, so documents the ledger knows do not count by amount.
        """
        known = {each.id: each for each in work.documents_of(document.entity, document.party_id)}
        alike = _find_alike(work, entry, document, known)
        found = [_twin(each.code, document, known[each.known.id], each.why) for each in alike]
        if not found and entry.source_type == procore.DIRECT_COSTS.key:
            return find_purchases(work, document)
        return found

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        wire = work.qbo.get_entity(str(planned["entity"]), target_id)
        return read_answer(str(planned["entity"]), wire), PostedDocument.from_wire(wire).party_id

    def look(self, work: Work, entry: Entry) -> Standing:
        wire = work.qbo.get_entity(entry.target_type, entry.target_id)
        books = PostedDocument.from_wire(wire)
        is_touched = books.open_balance != books.total
        return Standing(books.sync_token, signed(entry.target_type, books.total), is_touched, wire)

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        return {"Id": entry.target_id, "SyncToken": standing.version, "sparse": True}


def _find_alike(
    work: Work, entry: Entry, document: MoneyDocument, known: Mapping[str, PostedDocument]
) -> list[Likeness]:
    """Those of the party's documents that may be this one. Which are ours is asked only of what is alike."""
    ours = work.ours_of(document.entity, document.party_id)
    while True:
        alike = find_alike(document.number, abs(document.total), document.date, _known(known.values(), ours))
        if not alike or alike[0].code == "duplicate_number":
            return alike
        more = _find_ours(entry, document, [known[each.known.id] for each in alike]) - ours
        if not more:
            return alike
        ours |= more


def _find_ours(entry: Entry, document: MoneyDocument, found: Sequence[PostedDocument]) -> set[str]:
    """Ids of those that the ledger has, and of those that another worker has made and not settled yet."""
    ids = [each.id for each in found]
    if len(known := _in_ledger(document.entity, ids)) == len(ids):
        return known
    return _under_way(entry, document, found) | _in_ledger(document.entity, ids)


def _in_ledger(entity: str, ids: Sequence[str]) -> set[str]:
    return set(Entry.objects.filter(target_type=entity, target_id__in=ids).values_list("target_id", flat=True))


def _under_way(entry: Entry, document: MoneyDocument, found: Sequence[PostedDocument]) -> set[str]:
    """Told by the memo, which ends in our mark of the record it came of. One with this document's own memo is this
    document, and no other that it may be put beside."""
    made = {write.body.get("PrivateNote") for write in load_unsettled(document.entity, beside=entry)}
    return {each.id for each in found if each.memo in made - {"", document.memo}}


def send_batch(work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
    """Creates of QuickBooks records in one batch call."""
    items = {
        str(number): (draft, BatchItem(str(number), "create", draft.target_type, numbers_from_text(draft.body)))
        for number, draft in enumerate(drafts, start=1)
    }
    key = stable_hash(*(draft.key for draft in drafts))
    answers = work.qbo.batch([item for _, item in items.values()], key=key)
    return {draft.pk: _read_item(draft, answers[number]) for number, (draft, _) in items.items()}


def _read_item(draft: Outgoing, answer: dict[str, Any] | VendorError) -> Answer | VendorError:
    return answer if isinstance(answer, VendorError) else read_answer(draft.target_type, answer)


def read_answer(entity: str, wire: dict[str, Any]) -> Answer:
    total = signed(entity, money(wire.get("TotalAmt"))) if entity in MONEY_ENTITIES else None
    number = wire.get("DocNumber") or wire.get("DisplayName") or wire.get("Name") or ""
    return Answer(str(wire["Id"]), str(wire.get("SyncToken") or "0"), number, total, wire)


def _known(documents: Iterable[PostedDocument], ours: Set[str]) -> list[Known]:
    return [Known(each.id, each.number, each.total, each.date, each.id in ours) for each in documents]


def _twin(code: str, document: MoneyDocument, other: PostedDocument, why: str = "") -> Twin:
    return Twin(
        code=code,
        id=other.id,
        name=f"{NOUNS[document.entity]} {other.number or other.id}",
        amount=other.total,
        days=_days_apart(document, other),
        is_ours=other.memo == document.memo,
        version=other.sync_token,
        number=other.number,
        date=other.date,
        why=why,
    )


def _days_apart(document: MoneyDocument, other: PostedDocument) -> int:
    return abs(((other.date or document.date) - document.date).days)


def _same_note(current: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return current.get("PrivateNote") == body.get("PrivateNote") and current.get("DocNumber") == body.get("DocNumber")

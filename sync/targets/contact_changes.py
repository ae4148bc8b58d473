"""Changes of contacts that stand on the other side. A change says all it sets, so whether it happened can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import Rejected, Uncertain, VendorError
from connectors.procore import resources as procore
from connectors.procore.faults import error_in
from connectors.qbo.client import BatchItem
from smoothx.lib.text import stable_hash
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer
from sync.targets.documents import read_answer
from sync.work import Work

# What a change of each kind is of.
ENTITIES = {"vendor_change": "Vendor", "customer_change": "Customer"}
# Fields of the write itself.
_OWN = frozenset({"Id", "SyncToken", "sparse", "id"})


class BooksContacts(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        entity = ENTITIES[outgoing.target_type]
        try:
            return read_answer(entity, work.qbo.update(entity, outgoing.body, key=outgoing.key))
        except Rejected as error:
            raise _told_of_clash(error) from error

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        items = {
            str(number): (draft, BatchItem(str(number), "update", ENTITIES[draft.target_type], draft.body))
            for number, draft in enumerate(drafts, start=1)
        }
        key = stable_hash(*(draft.key for draft in drafts))
        answers = work.qbo.batch([item for _, item in items.values()], key=key)
        return {draft.pk: _read_item(item.entity, answers[number]) for number, (draft, item) in items.items()}

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        entity = ENTITIES[outgoing.target_type]
        standing = work.qbo.get_entity(entity, outgoing.body["Id"])
        return read_answer(entity, standing) if _stands(outgoing.body, standing) else None


class ProcoreContacts(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        fields = {key: value for key, value in outgoing.body.items() if key not in _OWN}
        return _read_company(work.procore.patch(procore.VENDORS, str(outgoing.body["id"]), fields, key=outgoing.key))

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """One sync action; rows are told apart by their ids, and setting the same twice changes nothing."""
        answer = work.procore.sync(procore.VENDORS, [draft.body for draft in drafts], key=drafts[0].key, is_keyed=True)
        made = {str(row["id"]): row for row in answer.entities}
        refused = {str(row.get("id")): row for row in answer.errors}
        return {draft.pk: _find(str(draft.body["id"]), made, refused) for draft in drafts}

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        standing = work.procore.get(procore.VENDORS, str(outgoing.body["id"]))
        return _read_company(standing) if _stands(outgoing.body, standing) else None


def _stands(body: Mapping[str, Any], standing: Mapping[str, Any]) -> bool:
    """Whether the record has all that the change sets."""
    for key, value in body.items():
        if key in _OWN:
            continue
        held = standing.get(key)
        is_there = _stands(value, held or {}) if isinstance(value, Mapping) else str(held or "") == str(value)
        if not is_there:
            return False
    return True


def _read_item(entity: str, answer: dict[str, Any] | VendorError) -> Answer | VendorError:
    return _told_of_clash(answer) if isinstance(answer, VendorError) else read_answer(entity, answer)


def _told_of_clash(error: VendorError) -> VendorError:
    """A name that somebody has is no reason to link here: the record is linked, and could not be renamed."""
    if error.fault != "name_exists":
        return error
    return Rejected(str(error), fault="rename_refused", vendor_text=error.vendor_text, request_id=error.request_id)


def _find(company_id: str, made: Mapping[str, Any], refused: Mapping[str, Any]) -> Answer | VendorError:
    if company_id in made:
        return _read_company(made[company_id])
    if company_id in refused:
        return error_in(refused[company_id])
    return Uncertain("a row of a sync action has no answer")


def _read_company(wire: dict[str, Any]) -> Answer:
    return Answer(str(wire["id"]), str(wire.get("updated_at") or ""), wire.get("name") or "", None, wire)

"""Payments on Procore contracts, issued and received alike: one resource, without request key, filters or sync action.

What a write without an answer came to is seen in the contract's own list, by our origin id or by our mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.procore.documents_payments import ContractPayment
from connectors.procore.records_payments import ListedPayment
from smoothx.lib.money import money
from sync.made_forms import standing_payment
from sync.models import Entry, Outgoing
from sync.plan import MoneyDocument
from sync.targets.answers import Adapter, Answer, Standing, Twin
from sync.targets.cost_writer import origin_of
from sync.targets.unsettled import load_unsettled
from sync.work import Work

SIMILAR_DAYS = 30
PAYMENT_ENTITIES = ("payment_issued", "payment_received")


class ContractPayments(Adapter):
    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        body, contract = outgoing.body, _contract_in(outgoing.body)
        if outgoing.operation == "create":
            payment = _payment_of(body, entry)
            return _read(work.procore.create(procore.CONTRACT_PAYMENTS, payment, key=outgoing.key, **contract))
        return change_locked(work, outgoing, entry)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        if outgoing.operation == "create":
            listed = list_payments(work, **_contract_in(outgoing.body))
            found = [row for row in listed if _is_made_by(row, entry, outgoing)]
            return _answer(found[0]) if found else None
        try:
            wire = work.procore.get(procore.CONTRACT_PAYMENTS, entry.target_id, **_contract_in(outgoing.body))
        except Missing:
            if outgoing.operation == "delete":
                return Answer(entry.target_id, entry.target_version)
            raise
        if outgoing.operation == "delete":
            return None
        return _read(wire) if _is_as_written(wire, _payment_of(outgoing.body, entry)) else None

    def twins(self, work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
        """Payments of the contract that may be this one: ours by its mark, or the same amount on the same invoice
        within 30 days. Those the ledger knows, and those other workers make just now, are others."""
        if not isinstance(document, ContractPayment):
            return []
        listed = list_payments(work, project_id=document.project_id, contract_id=document.contract_id)
        ours = [row for row in listed if row.origin_id == origin_of(entry) or document.mark in row.notes]
        if ours:
            return [_twin(document, row, is_ours=True) for row in ours]
        near = [row for row in listed if row.amount == document.amount and _is_near(document, row)]
        if not near:
            return []
        unsettled = load_unsettled(document.entity, beside=entry)
        strange = [row for row in near if not any(_is_made_by(row, each.entry, each) for each in unsettled)]
        known = Entry.objects.filter(
            target_connection=entry.target_connection,
            target_type=document.entity,
            target_id__in=[row.id for row in strange],
        )
        posted = set(known.values_list("target_id", flat=True))
        return [_twin(document, row) for row in strange if row.id not in posted]

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        wire = work.procore.get(procore.CONTRACT_PAYMENTS, target_id, **_contract_in(planned))
        return _read(wire), str(wire["contract_id"])

    def look(self, work: Work, entry: Entry) -> Standing:
        wire = work.procore.get(procore.CONTRACT_PAYMENTS, entry.target_id, **_contract_in(_planned(entry)))
        return Standing(str(wire.get("updated_at") or ""), money(wire.get("amount")), wire=standing_payment(wire))

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        """A payment stays on the contract it was made on; one that moves to another is removed and made anew."""
        return {"id": entry.target_id, **_contract_in(_planned(entry))}


def change_locked(work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
    """Change or delete a payment that may be locked: its origin id is cleared, then the change goes in with the origin
    id again. Each step may be repeated, so a job that stopped midway is simply done again.

    Unverified at Procore: that clearing the origin id lets go of the lock. The API names it among the fields of a
    locked payment that stay open. Where it is refused nothing was changed, and the refusal is shown.
    """
    client, contract, key = work.procore, _contract_in(outgoing.body), outgoing.key
    payments, payment_id = procore.CONTRACT_PAYMENTS, str(outgoing.body["id"])
    is_delete = outgoing.operation == "delete"
    try:
        if client.get(payments, payment_id, **contract).get("origin_id"):
            client.patch(payments, payment_id, {"origin_id": None}, key=key, **contract)
        if not is_delete:
            return _read(client.patch(payments, payment_id, _payment_of(outgoing.body, entry), key=key, **contract))
        client.delete(payments, payment_id, key=key, **contract)
    except Missing:
        if not is_delete:
            raise
    return Answer(payment_id, entry.target_version)


def list_payments(work: Work, *, project_id: str, contract_id: str) -> list[ListedPayment]:
    """All payments of a contract, as they are now."""
    pages = work.procore.list(procore.CONTRACT_PAYMENTS, project_id=project_id, contract_id=contract_id)
    return [ListedPayment.from_wire(row) for page in pages for row in page]


def _contract_in(body: Mapping[str, Any]) -> dict[str, str]:
    """What every call names."""
    return {"project_id": str(body["project_id"]), "contract_id": str(body["contract_id"])}


def _planned(entry: Entry) -> dict[str, Any]:
    """The plan of a posted payment says on which contract it stands."""
    document: dict[str, Any] = entry.planned["document"]
    return document


def _payment_of(body: dict[str, Any], entry: Entry) -> dict[str, Any]:
    own = {"origin_id": origin_of(entry)} if body["is_locked"] else {}
    return {**body["payment"], **own}


def _is_made_by(row: ListedPayment, entry: Entry, outgoing: Outgoing) -> bool:
    return row.origin_id == origin_of(entry) or str(outgoing.body["mark"]) in row.notes


def _is_as_written(wire: dict[str, Any], payment: dict[str, Any]) -> bool:
    """Whether it says what was written; the method is never sent back."""
    row = ListedPayment.from_wire(wire)
    amount, day = money(str(payment["amount"])), row.date.isoformat() if row.date else ""
    named = (row.check_number, row.notes, row.origin_id)
    wanted = (payment["check_number"], payment["notes"], payment.get("origin_id", ""))
    return (row.amount, day) == (amount, payment["date"]) and named == wanted


def _is_near(document: ContractPayment, row: ListedPayment) -> bool:
    same_id = bool(document.requisition_id) and row.requisition_id == document.requisition_id
    same_number = bool(document.invoice_number) and row.invoice_number == document.invoice_number
    is_unnamed = not row.requisition_id and not row.invoice_number
    return (same_id or same_number or is_unnamed) and _days(document, row) <= SIMILAR_DAYS


def _days(document: ContractPayment, row: ListedPayment) -> int:
    return abs(((row.date or document.date) - document.date).days)


def _twin(document: ContractPayment, row: ListedPayment, *, is_ours: bool = False) -> Twin:
    return Twin(
        code="possible_duplicate",
        id=row.id,
        name=f"payment {row.number or row.id}",
        amount=row.amount,
        days=_days(document, row),
        is_ours=is_ours,
        version=row.version,
        number=row.number,
    )


def _answer(row: ListedPayment) -> Answer:
    return Answer(row.id, row.version, row.number, row.amount)


def _read(wire: dict[str, Any]) -> Answer:
    row = ListedPayment.from_wire(wire)
    return Answer(row.id, row.version, row.number, row.amount, wire)

"""Invoices of commitments in Procore: made as a draft that bills nothing, filled by line, then given their status.

Procore makes the lines of a new invoice itself, from the commitment and the invoice before. There is no request key:
what a write without an answer came to is found by our mark, or by number and day among what we did not make otherwise.
Every step may be repeated, so an invoice of many lines that stopped midway goes on from what stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.errors import Missing, NoPermission, Rejected, Retry, Uncertain
from connectors.procore import resources as procore
from connectors.procore.claim_items import APPROVED, CommitmentClaim, ItemWrite, SplitLine, plan_items
from connectors.procore.documents_requisitions import CommitmentInvoice
from sync.made_forms import standing_claim
from sync.models import Entry
from sync.plan import MoneyDocument
from sync.shield import Known, find_alike
from sync.targets.answers import Answer, Standing, Twin
from sync.targets.steps import StepWriter, WrittenInSteps
from sync.work import Work
from sync.written import load_last_body

ENTITY = "commitment_invoice"
DRAFT = "draft"
# What is told of an invoice that somebody approved, though it was made to be looked at first.
PERSON = "person"
# Unverified how many lines one call takes; a hundred are well inside every limit that is documented.
MOST_ITEMS = 100


@dataclass(slots=True)
class InvoiceWriter(StepWriter[CommitmentClaim]):
    @property
    def commitment_id(self) -> str:
        return str(self.body["commitment_id"])

    @property
    def is_new(self) -> bool:
        return self.outgoing.operation == "create"

    # --- writing

    def write(self) -> Answer:
        """The head, then the lines, then the status of a new one. From the head on a trouble leaves something behind,
        so it counts as no answer: what stands there is looked at before anything is sent again."""
        standing = self.find() if not self.is_new or self.outgoing.probes else None
        claim_id = standing.id if standing else self._create()
        try:
            self._fill(claim_id)
            claim = self._finish(claim_id)
        except Retry as error:
            message = "some lines of an invoice are not written yet"
            raise Uncertain(message, vendor_text=error.vendor_text, request_id=error.request_id) from error
        except (Rejected, NoPermission):
            if self.is_new:
                self._take_back(claim_id)
            raise
        self._forget()
        return _answer(claim)

    def delete(self) -> Answer:
        """Procore deletes open invoices alone, so one that was made approved is taken back to a draft first."""
        with suppress(Missing):
            self._take_back(str(self.body["id"]))
        self._forget()
        return Answer(str(self.body["id"]), self.entry.target_version)

    def _create(self) -> str:
        head = {**self.body["head"], "status": DRAFT}
        made = self.client.create(
            procore.REQUISITIONS,
            head,
            project_id=self.project_id,
            commitment_id=self.commitment_id,
            key=self.outgoing.key,
        )
        return str(made["id"])

    def _fill(self, claim_id: str) -> None:
        """Write the lines that do not say yet what they should."""
        claim = self._read(claim_id)
        lacking = [write.to_wire() for write in self._plan(claim) if not write.is_there]
        for start in range(0, len(lacking), MOST_ITEMS):
            self._patch(claim_id, {"items": lacking[start : start + MOST_ITEMS]})
            self.work.keep_lease()

    def _finish(self, claim_id: str) -> CommitmentClaim:
        """The head of a changed one, the status of a new one: from then on that is a person's."""
        head = {} if self.is_new else dict(self.body["head"])
        if self.is_new and self.body["status"] != DRAFT:
            head["status"] = self.body["status"]
        if head:
            self._patch(claim_id, head)
        return self._read(claim_id)

    def _patch(self, claim_id: str, values: Mapping[str, Any]) -> None:
        self.client.patch(
            procore.REQUISITIONS,
            claim_id,
            values,
            project_id=self.project_id,
            commitment_id=self.commitment_id,
            key=self.outgoing.key,
        )

    def _take_back(self, claim_id: str) -> None:
        claim = self._read(claim_id)
        if claim.is_approved:
            self._patch(claim_id, {"status": DRAFT})
        self.client.delete(procore.REQUISITIONS, claim_id, project_id=self.project_id, key=self.outgoing.key)

    def _plan(self, claim: CommitmentClaim) -> list[ItemWrite]:
        """Raises Rejected, with words for a reader, where the invoice has no line for what the bill receives."""
        try:
            return plan_items(self.body["items"], claim.items)
        except SplitLine as error:
            text = "Procore bills a line of this commitment by its detailed schedule of values."
            raise Rejected("a line is split", vendor_text=text) from error
        except KeyError as error:
            text = "The invoice has no line for one that the bill receives. Its change order may not be approved."
            raise Rejected("a line is missing", vendor_text=text) from error

    # --- finding

    def find(self) -> CommitmentClaim | None:
        if not self.is_new:
            return self._read(str(self.body["id"]))
        self._forget()
        claims = list_claims(self.work, self.project_id, self.commitment_id)
        head = self.body["head"]
        marked = [claim for claim in claims if claim.mark == head["origin_data"]]
        if marked:
            return marked[0]
        # Unverified: that the mark is kept on an invoice without an origin id. Where it is not, the number tells.
        others = _made_by_us(self.entry, {claim.id: claim for claim in claims})
        alike = [claim for claim in claims if claim.id not in others and _is_headed(claim, head)]
        return alike[0] if alike else None

    def is_complete(self, found: CommitmentClaim) -> bool:
        is_open_draft = self.is_new and found.status == DRAFT != self.body["status"]
        with suppress(Rejected):
            return not is_open_draft and all(write.is_there for write in self._plan(found))
        return False

    def answer(self, found: CommitmentClaim) -> Answer:
        return _answer(found)

    def _read(self, claim_id: str) -> CommitmentClaim:
        return read_claim(self.work, claim_id, self.project_id)

    def _forget(self) -> None:
        """What this run knows of the commitment's invoices is out of date."""
        self.work.claims.pop(self.commitment_id, None)
        self.work.__dict__.pop("invoices_of_bills", None)


class CommitmentInvoices(WrittenInSteps):
    writer = InvoiceWriter
    touched_codes = ("claim_approved_and_changed", "claim_not_removable")

    def twins(self, work: Work, entry: Entry, document: MoneyDocument) -> list[Twin]:
        """Invoices of the commitment with the bill's number, or with the same amount around the same day. Those that
        came from bills before are known and no doubt."""
        if not isinstance(document, CommitmentInvoice):
            return []
        claims = {claim.id: claim for claim in list_claims(work, document.project_id, document.commitment_id)}
        ours = [claim for claim in claims.values() if claim.mark == document.mark]
        if ours:
            return [_twin("duplicate_number", document, claim, is_ours=True) for claim in ours]
        made = _made_by_us(entry, claims)
        known = [
            Known(claim.id, claim.invoice_number, abs(claim.net), claim.billing_date, claim.id in made)
            for claim in claims.values()
        ]
        alike = find_alike(document.number, abs(document.total), document.date, known)
        return [_twin(each.code, document, claims[each.known.id], why=each.why) for each in alike]

    def read_other(self, work: Work, planned: Mapping[str, Any], target_id: str) -> tuple[Answer, str]:
        wire = work.procore.get(procore.REQUISITIONS, target_id, project_id=str(planned["project_id"]))
        return _answer(CommitmentClaim.from_wire(wire)), str(wire["vendor_id"])

    def look(self, work: Work, entry: Entry) -> Standing:
        """Touched once a person approved it, and once a later invoice stands on it."""
        planned = entry.planned["document"]
        project_id, commitment_id = str(planned["project_id"]), str(planned["commitment_id"])
        claim = read_claim(work, entry.target_id, project_id)
        later = any(each.number > claim.number for each in list_claims(work, project_id, commitment_id))
        is_approved = claim.is_approved and planned["status"] not in APPROVED
        return Standing(
            claim.version,
            claim.net,
            is_approved or later,
            wire=self._form_of(entry, claim),
            touched_by=PERSON if is_approved else "",
        )

    def _form_of(self, entry: Entry, claim: CommitmentClaim) -> dict[str, Any]:
        """With every line, where that can be told: then a change by hand is seen line by line."""
        sent = load_last_body(entry)
        try:
            return standing_claim(claim, sent["items"]) if sent else {}
        except SplitLine:
            return {}

    def is_safe(self, entry: Entry, document: Any, standing: Standing) -> bool:
        """Later invoices count on from what this one says, so it may change below them; one that a person approved
        may not."""
        return standing.touched_by != PERSON

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        planned = entry.planned["document"]
        named = {name: str(planned[name]) for name in ("project_id", "commitment_id")}
        return {"id": entry.target_id, **named}


def read_claim(work: Work, claim_id: str, project_id: str) -> CommitmentClaim:
    return CommitmentClaim.from_wire(work.procore.get(procore.REQUISITIONS, claim_id, project_id=project_id))


def list_claims(work: Work, project_id: str, commitment_id: str) -> Sequence[CommitmentClaim]:
    """The invoices of a commitment, read once per run and again after one of ours was written there."""
    if commitment_id not in work.claims:
        pages = work.procore.list(procore.REQUISITIONS, project_id=project_id, commitment_id=commitment_id)
        found = [CommitmentClaim.from_wire(row) for page in pages for row in page]
        work.claims[commitment_id] = [claim for claim in found if claim.commitment_id == commitment_id]
    return work.claims[commitment_id]


def _made_by_us(entry: Entry, claims: Mapping[str, CommitmentClaim]) -> frozenset[str]:
    """Those that other bills became."""
    made = Entry.objects.filter(
        target_connection=entry.target_connection_id, target_type=ENTITY, target_id__in=list(claims)
    )
    return frozenset(made.exclude(pk=entry.pk).values_list("target_id", flat=True))


def _is_headed(claim: CommitmentClaim, head: Mapping[str, Any]) -> bool:
    day = claim.billing_date.isoformat() if claim.billing_date else ""
    return (claim.invoice_number, day) == (head["invoice_number"], head["billing_date"])


def _answer(claim: CommitmentClaim) -> Answer:
    return Answer(claim.id, claim.version, claim.invoice_number or str(claim.number), claim.net)


def _twin(
    code: str, document: CommitmentInvoice, claim: CommitmentClaim, *, is_ours: bool = False, why: str = ""
) -> Twin:
    return Twin(
        code=code,
        id=claim.id,
        name=f"invoice {claim.invoice_number or claim.number}",
        amount=claim.net,
        days=abs(((claim.billing_date or document.date) - document.date).days),
        is_ours=is_ours,
        version=claim.version,
        number=claim.invoice_number,
        date=claim.billing_date,
        why=why,
    )

"""Locking a Procore record and letting it go: its origin id is set, or cleared.

Unverified at Procore: that clearing the origin id lets go of an invoice of either side or of a direct cost
as it does of a payment, and that it may be set on an approved one. Where it is refused nothing was changed, and the
refusal is shown. Both are safe to repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import Missing
from connectors.procore import resources as procore
from connectors.resource import Resource
from smoothx.lib.money import ZERO
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer, Standing
from sync.work import Work

Body = Mapping[str, Any]
READS: Mapping[str, Resource] = {
    "requisition": procore.REQUISITIONS,
    "payment_application": procore.OWNER_INVOICES,
    "direct_cost": procore.DIRECT_COSTS,
    "contract_payment": procore.CONTRACT_PAYMENTS,
}


class RecordLocks(Adapter):
    can_update = False

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        """What another program locked meanwhile stays as it is."""
        body = outgoing.body
        if outgoing.operation == "delete":
            try:
                standing = read_record(work, body)
                if standing.get("origin_id") == body["origin_id"]:
                    _stamp(work, body, None, key=outgoing.key)
            except Missing:
                pass
            return Answer(entry.target_id, entry.target_version)
        standing = read_record(work, body)
        if not standing.get("origin_id"):
            standing = _stamp(work, body, str(body["origin_id"]), key=outgoing.key)
        return _answer(body, standing)

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        body, is_delete = outgoing.body, outgoing.operation == "delete"
        try:
            standing = read_record(work, body)
        except Missing:
            if is_delete:
                return Answer(entry.target_id, entry.target_version)
            raise
        is_ours = standing.get("origin_id") == body["origin_id"]
        return _answer(body, standing) if is_ours != is_delete else None

    def look(self, work: Work, entry: Entry) -> Standing:
        wire = read_record(work, entry.planned["document"])
        return Standing(str(wire.get("updated_at") or ""), ZERO)

    def update_fields(self, entry: Entry, standing: Standing) -> dict[str, Any]:
        return dict(entry.planned["document"])


def read_record(work: Work, body: Body) -> dict[str, Any]:
    """The record named by kind, ids and contract. Raises Missing."""
    kind, record_id, project_id = str(body["kind"]), str(body["record_id"]), str(body["project_id"])
    contract = {"contract_id": str(body["contract_id"])} if kind == "contract_payment" else {}
    return work.procore.get(READS[kind], record_id, project_id=project_id, **contract)


def _stamp(work: Work, body: Body, origin_id: str | None, *, key: str) -> dict[str, Any]:
    kind, contract_id = str(body["kind"]), str(body["contract_id"])
    resource, scope = READS[kind], {}
    if kind == "requisition":
        scope = {"commitment_id": contract_id}
    elif kind == "contract_payment":
        scope = {"contract_id": contract_id}
    elif kind == "payment_application":
        # Read by project, written by contract.
        path = f"/rest/v1.0/prime_contracts/{contract_id}/payment_applications"
        resource = Resource(resource.key, resource.label, path, "project", wrapper="payment_application")
    return work.procore.patch(
        resource,
        str(body["record_id"]),
        {"origin_id": origin_id},
        project_id=str(body["project_id"]),
        key=key,
        **scope,
    )


def _answer(body: Body, wire: Mapping[str, Any]) -> Answer:
    return Answer(str(body["record_id"]), str(wire.get("updated_at") or ""), str(body["name"]))

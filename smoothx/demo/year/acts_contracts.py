"""Contracts, change orders and claims as the project manager handles them, and what people decide in the product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from smoothx.demo.year.acting import Actor, Play
from smoothx.demo.year.events import (
    ClaimName,
    Contract,
    Decide,
    DeleteClaim,
    EditClaim,
    Entered,
    Line,
    OrderChange,
    SetClaimStatus,
    SignContract,
    SubmitClaim,
)
from smoothx.demo.year.rest import list_deletions, open_record
from sync import actions
from sync.models import Entry

DECISIONS: Mapping[str, Callable[[Entry, Any], None]] = {
    "keep_as_is": actions.keep_as_is,
    "post_difference": actions.post_difference,
}
# What an act is called for a subcontractor invoice, and for an owner invoice.
CLAIM_ACTS = {
    "edit": ("edit_claim_line", "edit_owner_invoice_line"),
    "status": ("set_claim_status", "set_owner_invoice_status"),
    "delete": ("delete_claim", "delete_owner_invoice"),
}


def sign(actor: Actor, event: SignContract) -> None:
    contract = event.contract
    if contract.kind != "prime":
        sign_commitment(actor, contract)
        return
    # A change order that is billed whole names no tax code.
    detail = {"change_order_level_of_detail": "line_item"}
    answer = actor.vendors.procore.act("add_prime_contract", **_write_contract(actor, contract), **detail)
    actor.contracts[contract.key], actor.signed[contract.key] = answer["id"], contract


def sign_commitment(actor: Actor, contract: Contract) -> int:
    answer = actor.vendors.procore.act("add_contract", kind=contract.kind, **_write_contract(actor, contract))
    actor.contracts[contract.key], actor.signed[contract.key] = answer["id"], contract
    return int(answer["id"])


def _write_contract(actor: Actor, contract: Contract) -> dict[str, Any]:
    return {
        "project_id": actor.find_project(contract.project),
        "vendor_id": actor.find_company(contract.party),
        "title": contract.title,
        "number": contract.number,
        "retainage_percent": str(contract.retention),
        "contract_date": actor.firm.start_date.isoformat(),
        "lines": _write_lines(actor, contract, contract.lines),
    }


def order_change(actor: Actor, event: OrderChange) -> None:
    contract, contract_id = actor.signed[event.contract], actor.contracts[event.contract]
    if contract.kind == "prime":
        for line in event.lines:
            actor.vendors.procore.act(
                "add_prime_change_order", prime_contract_id=contract_id, title=event.title, amount=str(line.amount)
            )
        return
    lines = _write_lines(actor, contract, event.lines)
    actor.vendors.procore.act(
        "add_change_order", commitment_id=contract_id, title=event.title, status="approved", lines=lines
    )


def submit(actor: Actor, event: SubmitClaim) -> None:
    name = (event.contract, event.number)
    contract_id = actor.contracts[event.contract]
    given = {
        "invoice_number": event.invoice_number,
        "lines": [_amounts(entry) for entry in event.entries],
        "period_end": event.period_end.isoformat(),
    }
    if actor.is_prime(name):
        answer = actor.vendors.procore.act("add_owner_invoice", prime_contract_id=contract_id, **given)
    else:
        answer = actor.vendors.procore.act("add_claim", commitment_id=contract_id, **given)
    actor.claims[name], actor.numbers[name] = answer["id"], event.invoice_number


def edit(actor: Actor, event: EditClaim) -> None:
    _on_claim(actor, "edit", event.claim, **_amounts(event.entry))


def set_status(actor: Actor, event: SetClaimStatus) -> None:
    _on_claim(actor, "status", event.claim, status=event.status)


def delete(actor: Actor, event: DeleteClaim) -> None:
    _on_claim(actor, "delete", event.claim)
    list_deletions()


def decide(actor: Actor, event: Decide) -> None:
    flow = "owner_invoices" if actor.is_prime(event.claim) else "bills"
    entry = Entry.objects.get(flow=flow, source_id=str(actor.claims[event.claim]))
    DECISIONS[event.act](entry, actor.decider)
    actor.decided.add(event.claim)
    if event.act == "keep_as_is":
        actor.open_differences.add(event.claim[0])
    else:
        actor.open_differences.discard(event.claim[0])


def _on_claim(actor: Actor, what: str, claim: ClaimName, **arguments: Any) -> None:
    is_prime = actor.is_prime(claim)
    open_record("owner_invoices" if is_prime else "bills", actor.claims[claim], actor.decider)
    id_name = "application_id" if is_prime else "requisition_id"
    actor.vendors.procore.act(CLAIM_ACTS[what][is_prime], **{id_name: actor.claims[claim]}, **arguments)


def _write_lines(actor: Actor, contract: Contract, lines: Iterable[Line]) -> list[dict[str, Any]]:
    project_id = actor.find_project(contract.project)
    shared: dict[str, Any] = {}
    if contract.tax_rate is not None:
        shared["tax_code_id"] = actor.find_tax_code(contract.tax_rate)
    if contract.kind == "prime":
        shared["line_item_type_id"] = actor.find_cost_type("owner_cost")
    return [
        {
            "cost_code_id": actor.find_code(project_id, line.cost_code),
            "amount": str(line.amount),
            "description": line.description,
            **shared,
        }
        for line in lines
    ]


def _amounts(entry: Entered) -> dict[str, Any]:
    given = {name: value for name, value in asdict(entry).items() if value is not None}
    return {name: value if name == "line" else str(value) for name, value in given.items()}


PARTS: Mapping[type, Play] = {
    SignContract: sign,
    OrderChange: order_change,
    SubmitClaim: submit,
    EditClaim: edit,
    SetClaimStatus: set_status,
    DeleteClaim: delete,
    Decide: decide,
}

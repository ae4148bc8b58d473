"""What an entry can wait for, spelled as the ledger spells it when it comes true."""

from __future__ import annotations

from mapping.defaults import DefaultKind
from mapping.kinds import MappingKind


def link(kind: MappingKind, left_id: str) -> str:
    return f"link:{kind.key}:{left_id}"


def default(kind: DefaultKind) -> str:
    return f"default:{kind.key}"


# That what the books keep and allow has changed.
BOOKS = "books:facts"


def bill(requisition_id: str) -> str:
    """That this subcontractor invoice is posted or left out."""
    return f"entry:bills:{requisition_id}"


def opening(commitment_id: str) -> str:
    return f"opening:{commitment_id}"

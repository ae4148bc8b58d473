"""What an entry can wait for, spelled as the ledger spells it when it comes true."""

from __future__ import annotations

from mapping.defaults import DefaultKind
from mapping.kinds import MappingKind


def link(kind: MappingKind, left_id: str) -> str:
    return f"link:{kind.key}:{left_id}"


def linked(kind: MappingKind, right_id: str) -> str:
    """That this row of QuickBooks is linked to something in Procore."""
    return f"linked:{kind.key}:{right_id}"


def default(kind: DefaultKind) -> str:
    return f"default:{kind.key}"


# That what the books keep and allow has changed.
BOOKS = "books:facts"


def posted(flow_key: str, source_id: str) -> str:
    """That this document is posted or left out."""
    return f"entry:{flow_key}:{source_id}"


def contract(flow_key: str, contract_key: str) -> str:
    """That a claim of this contract was posted, taken away or left out."""
    return f"contract:{flow_key}:{contract_key}"


def opening(contract_key: str) -> str:
    return f"opening:{contract_key}"

"""A file as we put it on a direct cost or a commitment's invoice in Procore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class CostFile:
    """Procore keeps no note with a file: on its direct cost it is known by its name, which no other file of ours there
    has."""

    name: str
    content_type: str
    project_id: str
    direct_cost_id: str
    document_name: str
    entity: ClassVar[str] = "cost_file"
    # Renamed at its source it is the same file.
    derived: ClassVar[frozenset[str]] = frozenset({"name", "content_type"})

    def to_wire(self) -> dict[str, Any]:
        return {
            "project_id": self.project_id,
            "direct_cost_id": self.direct_cost_id,
            "name": self.name,
            "content_type": self.content_type,
        }


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """The same on an invoice that a bill of the books became."""

    name: str
    content_type: str
    project_id: str
    commitment_id: str
    invoice_id: str
    document_name: str
    entity: ClassVar[str] = "invoice_file"
    derived: ClassVar[frozenset[str]] = CostFile.derived

    def to_wire(self) -> dict[str, Any]:
        return {
            "project_id": self.project_id,
            "commitment_id": self.commitment_id,
            "invoice_id": self.invoice_id,
            "name": self.name,
            "content_type": self.content_type,
        }

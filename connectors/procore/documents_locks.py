"""The lock on a Procore record, as we set and take it: an origin id, which stands for "synced" there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

RecordKind = Literal["requisition", "payment_application", "direct_cost", "contract_payment"]


@dataclass(frozen=True, slots=True)
class RecordLock:
    """`contract_id` is empty for a direct cost. `name` is what a reader calls the record."""

    kind: RecordKind
    record_id: str
    project_id: str
    contract_id: str
    origin_id: str
    name: str

    @property
    def entity(self) -> str:
        return "procore_lock"

    def to_wire(self) -> dict[str, Any]:
        """For the adapter, which knows where each kind is written."""
        named = {"kind": self.kind, "record_id": self.record_id, "project_id": self.project_id}
        return {**named, "contract_id": self.contract_id, "origin_id": self.origin_id, "name": self.name}

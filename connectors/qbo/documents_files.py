"""A file as we attach it to a transaction in QuickBooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """`document` is the transaction it hangs on, by its kind and id there. `mark` is in the note, by which the file is
    found again. It is never sent along when the transaction is mailed to a customer."""

    name: str
    content_type: str
    document_type: str
    document_id: str
    document_name: str
    note: str
    mark: str
    entity: ClassVar[str] = "Attachable"
    # Renamed at its source it is the same file.
    derived: ClassVar[frozenset[str]] = frozenset({"FileName", "ContentType", "Note"})

    def to_wire(self) -> dict[str, Any]:
        reference = {"type": self.document_type, "value": self.document_id}
        return {
            "FileName": self.name,
            "ContentType": self.content_type,
            "Note": f"{self.note[: LONGEST_NOTE - len(self.mark) - 1]} {self.mark}",
            "AttachableRef": [{"EntityRef": reference, "IncludeOnSend": False}],
        }

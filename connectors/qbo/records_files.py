"""Attachments in QuickBooks: a file, a note or both, hanging on transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachable:
    """`documents` are the transactions it hangs on, as (kind, id). `url` works for 15 minutes for whoever holds it: it
    is neither kept nor shown. A note alone has no name."""

    id: str
    sync_token: str
    name: str
    content_type: str
    size: int
    note: str
    documents: tuple[tuple[str, str], ...]
    url: str = field(default="", repr=False)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Attachable:
        references = [row.get("EntityRef") or {} for row in wire.get("AttachableRef") or ()]
        return cls(
            id=str(wire["Id"]),
            sync_token=str(wire.get("SyncToken") or "0"),
            name=str(wire.get("FileName") or ""),
            content_type=str(wire.get("ContentType") or ""),
            size=int(wire.get("Size") or 0),
            note=str(wire.get("Note") or ""),
            documents=tuple((str(ref["type"]), str(ref["value"])) for ref in references if ref.get("value")),
            url=str(wire.get("TempDownloadUri") or ""),
        )

"""Files at Procore records. Their address is good only with a token, and as long as its signature is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A list of attachments tells no sizes. `url` is for the moment: it is neither kept nor shown."""

    id: str
    name: str
    content_type: str = ""
    url: str = field(default="", repr=False)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Attachment:
        return cls(
            id=str(wire["id"]),
            name=str(wire.get("filename") or wire.get("name") or ""),
            content_type=str(wire.get("content_type") or ""),
            url=str(wire.get("url") or ""),
        )


def read_attachments(wire: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The files of a record in order of their ids, which is the order they were added in."""
    found = [Attachment.from_wire(row) for row in wire.get("attachments") or () if row.get("id")]
    return tuple(sorted(found, key=lambda each: (len(each.id), each.id)))

"""Records as JSON text, kept while they are unchanged: lists are read far more often than their rows change."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.wire import encode

MAX_CHARACTERS = 64_000_000
LINKS = frozenset({"TempDownloadUri", "InvoiceLink"})


class RecordTexts:
    """A stored record is never changed in place, so its text is good for as long as it is the same object."""

    def __init__(self) -> None:
        # With the record itself, so that its address is not given to another one.
        self._texts: dict[int, tuple[Record, str]] = {}
        self._size = 0

    def spell(self, value: Any) -> str:
        """The same text as `encode` writes."""
        if isinstance(value, list):
            return f"[{','.join(map(self.spell, value))}]"
        if not isinstance(value, dict):
            return encode(value)
        # A projection and what carries a link, made for this answer, are written anew.
        if value.get("sparse") is False and "SyncToken" in value and LINKS.isdisjoint(value):
            return self._spell_record(value)
        # No record is in a report, but a hundred thousand cells.
        if "Id" in value or "Error" in value or "Columns" in value:
            return encode(value)
        return f"{{{','.join(f'{encode(name)}:{self.spell(member)}' for name, member in value.items())}}}"

    def _spell_record(self, record: Record) -> str:
        known = self._texts.get(id(record))
        if known is not None:
            return known[1]
        text = encode(record)
        self._texts[id(record)] = (record, text)
        self._size += len(text)
        while self._size > MAX_CHARACTERS:
            _, old = self._texts.pop(next(iter(self._texts)))
            self._size -= len(old)
        return text

"""What the bookkeeper does with files on transactions, for tests and demos."""

from __future__ import annotations

import mimetypes
from typing import Any

from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import delete
from connectors.sandbox.qbo.desk.acts_base import ActBase, find_record, refusing


class FileActs(ActBase):
    """Mixed into the sandbox."""

    def keep_file(self, book: Book, members: Record, content: bytes) -> Record:
        raise NotImplementedError

    def act_attach_file(
        self, entity: str, record_id: str, name: str, text: str | None = None, realm: str = ""
    ) -> dict[str, Any]:
        """Hang a file on a transaction; without a text it is a PDF that says its own name."""
        book = self.find_book(realm)
        record = find_record(book, str(entity), str(record_id))
        content = write_pdf([name]) if text is None else text.encode()
        members = {
            "FileName": name,
            "ContentType": mimetypes.guess_type(name)[0] or "application/octet-stream",
            "AttachableRef": [{"EntityRef": {"type": str(entity), "value": record["Id"]}}],
        }
        with refusing():
            return {"Attachable": self.keep_file(book, members, content)}

    def act_remove_file(self, attachable_id: str, realm: str = "") -> dict[str, Any]:
        book = self.find_book(realm)
        record = find_record(book, "Attachable", str(attachable_id))
        with refusing():
            delete(book, book.kinds["Attachable"], {"Id": record["Id"], "SyncToken": record["SyncToken"]})
        return {"Id": record["Id"], "deleted": True}

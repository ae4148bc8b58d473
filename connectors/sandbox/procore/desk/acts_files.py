"""What the firm's people do with files in Procore's own pages, for tests and demos."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.pdf import write_pdf
from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.files.attachments import add_upload, encode_content

# The table of each kind of record, and what webhooks call it.
HOLDERS = {
    "requisition": ("requisitions", "Draw Requests"),
    "payment_application": ("payment_applications", "Payment Applications"),
    "direct_cost": ("direct_costs", "Direct Costs"),
    "prime_contract": ("prime_contracts", "Prime Contracts"),
}


class FileActs(Core):
    def act_attach_file(self, record: str, record_id: int, name: str, text: str | None = None) -> dict[str, Any]:
        """Hang a file on a record; without a text it is a PDF that says its own name."""
        if record not in HOLDERS:
            raise ActRefused(f"a file hangs on one of {', '.join(HOLDERS)}")
        table, resource = HOLDERS[record]
        row = self.act_row(table, record_id, record)
        content = write_pdf([name]) if text is None else text.encode()
        attachment = self.keep_attachment(row["id"], self._company_of(row), name, content)
        self.touch(row)
        self.announce(resource, "update", row["id"], project_id=row["project_id"])
        return {"id": attachment["id"]}

    def act_remove_file(self, attachment_id: int) -> dict[str, Any]:
        """Take a file off its record."""
        row = self.act_row("attachments", attachment_id, "attachment")
        self.tables.remove("attachments", row["id"])
        return {"id": row["id"], "deleted": True}

    def keep_attachment(self, holder_id: int, company_id: int, name: str, content: bytes) -> dict[str, Any]:
        upload = add_upload(self, company_id, filename=name, content=encode_content(content))
        return self.tables.add("attachments", {"holder_id": holder_id, "upload_id": upload["id"]})

    def _company_of(self, row: dict[str, Any]) -> int:
        return int(self.tables.get("projects", row["project_id"])["company_id"])

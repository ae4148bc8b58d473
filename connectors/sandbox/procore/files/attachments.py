"""Files at records: what an upload became once its id was written to a payment, a cost, a contract or a company.

Functions, not a part of the server, so that every part can list attachments. A record's id names it alone, as each
table has its own range of ids.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request

from connectors.sandbox.procore.core import Core
from connectors.sandbox.procore.forms import list_files
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.ulids import read_ulid_number, write_ulid

BUCKET = "pro-core.com"
FILES_PATH = f"/api/v5/files/us-east-1/{BUCKET}"
# The bytes have to come within an hour.
UPLOAD_SECONDS = 3600
EXISTING_IDS = ("prostore_file_ids", "attachment_ids")
_SECRET = b"sandbox-storage"


def sign(*parts: Any) -> str:
    """The signature that makes a storage link good."""
    return hmac.new(_SECRET, "\n".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def find_upload(core: Core, uuid: Any) -> Row | None:
    """The upload of a ULID; None for what is not one."""
    number = read_ulid_number(str(uuid))
    row = None if number is None else core.tables.find("uploads", number)
    return row if row is not None and row["uuid"] == uuid else None


def add_upload(core: Core, company_id: int, **values: Any) -> Row:
    row = core.tables.add(
        "uploads",
        {
            "uuid": "",
            "company_id": company_id,
            "filename": "file",
            "content_type": None,
            "is_download": False,
            "status": "non_segmented",
            "segments": [],
            "content": None,
            "expires_at": core.clock.epoch() + UPLOAD_SECONDS,
            **values,
        },
    )
    row["uuid"] = write_ulid(int(core.clock.epoch() * 1000), row["id"])
    return row


def has_content(upload: Row) -> bool:
    """Whether all the bytes are there: unsegmented ones at once, segmented ones when completed."""
    if upload["segments"]:
        return bool(upload["status"] == "complete")
    return upload["content"] is not None


def read_content(upload: Row) -> bytes:
    parts = [segment["content"] for segment in upload["segments"]] or [upload["content"]]
    return b"".join(base64.b64decode(part) for part in parts)


def encode_content(content: bytes) -> str:
    return base64.b64encode(content).decode()


# --- attachments


def list_attachments(core: Core, holder_id: int) -> list[dict[str, Any]]:
    """The wire form of a record's files. The links lead to this server's storage and have to be followed."""
    return [_shape(core, row) for row in core.tables.of("attachments", holder_id)]


def attach_given(core: Core, request: Request, holder: Row, attributes: dict[str, Any]) -> bool:
    """Attach what a write names or brings along, and tell whether that was anything.

    Ids that are wrong, of another company or still without their bytes are dropped without a word. Unverified:
    whether a later write adds to the files or replaces them; here it adds, so nothing is lost.
    """
    company_id = int(request.headers["Procore-Company-Id"])
    uploads = [*_find_given(core, company_id, attributes), *_keep_files(core, company_id, request)]
    for upload in uploads:
        core.tables.add("attachments", {"holder_id": holder["id"], "upload_id": upload["id"]})
    return bool(uploads)


def drop_attachments(core: Core, holder_id: int) -> None:
    for row in core.tables.of("attachments", holder_id):
        core.tables.remove("attachments", row["id"])


def _find_given(core: Core, company_id: int, attributes: dict[str, Any]) -> list[Row]:
    found = [find_upload(core, uuid) for uuid in _list(attributes, "upload_ids")]
    for name in EXISTING_IDS:
        for given in _list(attributes, name):
            existing = core.tables.find("attachments", given)
            found.append(core.tables.get("uploads", existing["upload_id"]) if existing else None)
    return [row for row in found if row is not None and row["company_id"] == company_id and has_content(row)]


def _keep_files(core: Core, company_id: int, request: Request) -> list[Row]:
    return [
        add_upload(
            core,
            company_id,
            filename=file.filename or "file",
            content_type=file.mimetype or None,
            content=encode_content(file.read()),
        )
        for file in list_files(request)
    ]


def _list(attributes: dict[str, Any], name: str) -> list[Any]:
    value = attributes.get(name)
    return value if isinstance(value, list) else []


def _shape(core: Core, attachment: Row) -> dict[str, Any]:
    upload = core.tables.get("uploads", attachment["upload_id"])
    return {
        "id": attachment["id"],
        "url": write_link(core, upload),
        "filename": upload["filename"],
        "name": upload["filename"],
        "content_type": upload["content_type"],
    }


def write_link(core: Core, upload: Row) -> str:
    """The lasting link, good only with a token."""
    path = f"{FILES_PATH}/companies/{upload['company_id']}/{upload['uuid']}"
    return f"{core.root_url.rstrip('/')}{path}?companyId={upload['company_id']}&sig={sign(quote(path))}"

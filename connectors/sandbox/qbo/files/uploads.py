"""Files: the multipart upload, and links to the contents that expire. Mixed into the sandbox.

Contents are kept beside the records and outlive the transaction they hang on. A link is signed, needs no token and
works for 15 minutes of the sandbox clock; each answer that shows an attachment carries a fresh one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request, Response

from connectors.sandbox.frame import Clock
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import QboFault, bad_value, business, missing, object_not_found
from connectors.sandbox.qbo.books.faults import unsupported_media_type as wrong_type
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.books.write import find, save
from connectors.sandbox.qbo.service.gateway import finish
from connectors.sandbox.qbo.service.switches import Switches
from connectors.sandbox.wire import decode

MAX_FILE_BYTES = 100 * 1024 * 1024
LINK_SECONDS = 900
FILE_PATH = "/files/<realm_id>/attachments/<record_id>"
THUMBNAIL = "attachable-thumbnail"
_LINK_KEY = b"sandbox-qbo-links"
_PART = re.compile(r"file_(metadata|content)_(\w{1,10})")
# The envelopes an attachment can come in.
_ENVELOPES = frozenset({"QueryResponse", "CDCResponse", "BatchItemResponse", "AttachableResponse"})
_DENIED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>{message}</Message>'
    "<RequestId>{tid}</RequestId></Error>"
)


class Uploads:
    books: dict[str, Book]
    clock: Clock
    files: dict[str, dict[str, bytes]]
    answer_once: Callable[..., Response]
    answer: Callable[..., Response]
    switches_of: Callable[[str], Switches]

    def api_upload(self, request: Request, realm_id: str) -> Response:
        """One answer per file in the order of the parts; a file that is refused leaves the others alone."""

        def run() -> Record:
            if request.mimetype != "multipart/form-data":
                raise wrong_type(request.mimetype)
            parts = _pair_parts(request)
            if not parts:
                raise missing("file_content_01")
            return {"AttachableResponse": [self._take_file(realm_id, *pair) for pair in parts]}

        return self.answer_once(request, realm_id, run)

    def api_download(self, request: Request, realm_id: str, record_id: str) -> Response:
        """The link itself, as text; of a thumbnail only where there is one."""

        def run() -> Record:
            record = find(self.books[realm_id], self.books[realm_id].kinds["Attachable"], record_id)
            is_lacking = request.path.split("/")[-2] == THUMBNAIL and not is_image(record)
            if is_lacking or record_id not in self.files.get(realm_id, {}):
                raise object_not_found()
            return {}

        response = self.answer(request, run)
        if response.status_code != 200:
            return response
        record = self.books[realm_id].records["Attachable"][record_id]
        link = self._make_link(request, realm_id, record)
        return finish(Response(link, content_type="text/plain;charset=utf-8"))

    def page_file(self, request: Request, realm_id: str, record_id: str) -> Response:
        """The contents, for whoever holds a link that is still good."""
        args = request.args
        problem = self._find_link_problem(realm_id, record_id, args.get("X-Amz-Date", ""), args.get("X-Amz-Signature"))
        record = self.books[realm_id].get("Attachable", record_id) if realm_id in self.books else None
        content = self.files.get(realm_id, {}).get(record_id)
        if problem or record is None or content is None:
            text = _DENIED.format(message=problem or "Access Denied", tid=record_id if record_id.isdigit() else "")
            return Response(text, status=403, content_type="application/xml")
        response = Response(content, content_type=_header_text(record.get("ContentType"), "application/octet-stream"))
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(record['FileName'], safe='')}"
        return response

    def sign_links(self, request: Request, body: Record) -> Record:
        """The body with a fresh link on every attachment in it."""
        if "Attachable" in body and isinstance(body["Attachable"], dict):
            return {**body, "Attachable": self._dress(request, body["Attachable"])}
        if "Attachable" in body:
            return {**body, "Attachable": [self._dress(request, row) for row in body["Attachable"]]}
        if not _ENVELOPES & body.keys():
            return body
        return {
            name: self._sign_inside(request, value) if name in _ENVELOPES else value for name, value in body.items()
        }

    def dump_files(self) -> dict[str, dict[str, str]]:
        """Contents of the attachments there are, by realm and id, as base64."""
        return {
            realm_id: {
                record_id: base64.b64encode(content).decode()
                for record_id, content in files.items()
                if self.books[realm_id].get("Attachable", record_id) is not None
            }
            for realm_id, files in self.files.items()
        }

    def restore_files(self, dump: dict[str, dict[str, str]]) -> None:
        self.files = {
            realm_id: {record_id: base64.b64decode(text) for record_id, text in files.items()}
            for realm_id, files in dump.items()
        }

    def _sign_inside(self, request: Request, value: Any) -> Any:
        if isinstance(value, list):
            return [self.sign_links(request, item) for item in value]
        return self.sign_links(request, value)

    def _take_file(self, realm_id: str, metadata: bytes | None, part: FileStorage | None) -> Record:
        book = self.books[realm_id]
        kind = book.kinds["Attachable"]
        try:
            self.switches_of(realm_id).check(kind, is_write=True)
            content = _read_content(part)
            members = _read_metadata(metadata)
            members.setdefault("FileName", (part.filename if part else None) or "attachment")
            members.setdefault("ContentType", _header_text(part.mimetype if part else "", "application/octet-stream"))
            return {"Attachable": self.keep_file(book, members, content)}
        except QboFault as fault:
            return {"Fault": fault.as_dict()}

    def keep_file(self, book: Book, members: Record, content: bytes) -> Record:
        """The attachment made of these members and the content. Raises QboFault."""
        kind = book.kinds["Attachable"]
        record = save(book, kind, {name: value for name, value in members.items() if name != "Id"})
        uri = f"/v3/company/{book.realm_id}/download/{record['Id']}"
        book.put(kind, {**record, "FileAccessUri": uri, "Size": len(content)})
        self.files.setdefault(book.realm_id, {})[record["Id"]] = content
        kept: Record = book.records["Attachable"][record["Id"]]
        return kept

    def _dress(self, request: Request, record: Record) -> Record:
        if "FileAccessUri" not in record:
            return record
        realm_id = record["FileAccessUri"].split("/")[3]
        head = {name: record[name] for name in ("FileName", "FileAccessUri")}
        link = self._make_link(request, realm_id, record)
        return {**head, "TempDownloadUri": link, **record, **_show_thumbnail(realm_id, record, link)}

    def _make_link(self, request: Request, realm_id: str, record: Record) -> str:
        made_at = self.clock.now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": made_at,
            "X-Amz-Expires": str(LINK_SECONDS),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": _sign(realm_id, record["Id"], made_at),
        }
        return f"{request.host_url}files/{realm_id}/attachments/{record['Id']}?{urlencode(query)}"

    def _find_link_problem(self, realm_id: str, record_id: str, made_at: str, signature: str | None) -> str:
        expected = _sign(realm_id, record_id, made_at)
        if not hmac.compare_digest(expected.encode(), (signature or "").encode()):
            return "Access Denied"
        moment = datetime.strptime(made_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        is_late = (self.clock.now() - moment).total_seconds() > LINK_SECONDS
        return "Request has expired" if is_late else ""


def _show_thumbnail(realm_id: str, record: Record, link: str) -> Record:
    """An image has a small form too; here it leads to the image itself."""
    if not is_image(record):
        return {}
    uri = f"/v3/company/{realm_id}/{THUMBNAIL}/{record['Id']}"
    return {"ThumbnailFileAccessUri": uri, "ThumbnailTempDownloadUri": link}


def is_image(record: Record) -> bool:
    return str(record.get("ContentType", "")).startswith("image/")


def _sign(realm_id: str, record_id: str, made_at: str) -> str:
    return hmac.new(_LINK_KEY, f"{realm_id}/{record_id}/{made_at}".encode(), hashlib.sha256).hexdigest()


def _pair_parts(request: Request) -> list[tuple[bytes | None, FileStorage | None]]:
    """(metadata, content) by the number in the parts' names. A part without a file name is a form field."""
    metadata: dict[str, bytes] = {}
    contents: dict[str, FileStorage] = {}
    for name, text in request.form.items():
        _sort_part(name, FileStorage(io.BytesIO(text.encode()), name=name), metadata, contents)
    for name, part in request.files.items():
        _sort_part(name, part, metadata, contents)
    numbers: Iterable[str] = sorted({*metadata, *contents})
    return [(metadata.get(number), contents.get(number)) for number in numbers]


def _sort_part(name: str, part: FileStorage, metadata: dict[str, bytes], contents: dict[str, FileStorage]) -> None:
    match = _PART.fullmatch(name)
    if match is None:
        return
    if match[1] == "metadata":
        metadata[match[2]] = part.stream.read()
    else:
        contents[match[2]] = part


def _read_metadata(text: bytes | None) -> Record:
    if text is None:
        return {}
    try:
        members = decode(text)
    except ValueError as error:
        raise bad_value("file_metadata", text[:40].decode(errors="replace")) from error
    if not isinstance(members, dict):
        raise bad_value("file_metadata", members)
    # An empty name or type is as good as none.
    return {name: value for name, value in members.items() if value not in (None, "")}


def _read_content(part: FileStorage | None) -> bytes:
    if part is None:
        raise missing("file_content")
    content = part.stream.read()
    if part.headers.get("Content-Transfer-Encoding", "").strip().lower() == "base64":
        try:
            content = base64.b64decode(content, validate=False)
        except binascii.Error as error:
            raise bad_value("file_content", "base64") from error
    elif part.filename is None:
        content = _decode_field(content)
    if len(content) > MAX_FILE_BYTES:
        raise business(f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB.")
    return content


def _decode_field(content: bytes) -> bytes:
    """Clients that give no file name send base64; a form field has lost the header that says so."""
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return content


def _header_text(value: str | None, default: str) -> str:
    """A content type as it may stand in a header."""
    return value if value and value.isascii() and value.isprintable() else default

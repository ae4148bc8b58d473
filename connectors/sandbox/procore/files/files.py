"""Storage: takes the bytes of uploads, and gives them out through a link that lives for a minute.

The lasting link of an attachment wants the token and answers with a redirect to a presigned one. That one refuses a
token that is sent along, as the storage service behind Procore does.
"""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_permission, refuse_unknown
from connectors.sandbox.procore.files.attachments import (
    BUCKET,
    FILES_PATH,
    encode_content,
    find_upload,
    has_content,
    read_content,
    sign,
)
from connectors.sandbox.procore.files.unified_uploads import UnifiedUploads
from connectors.sandbox.procore.files.uploads import CREDENTIAL, STORAGE, write_key
from connectors.sandbox.procore.tables import Row, read_number

LINK_SECONDS = 60
_STAMP = "%Y%m%dT%H%M%SZ"
_OBJECT = f"{STORAGE}/{BUCKET}/companies/<int:company_id>/<uuid>"


class Files(UnifiedUploads):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *UnifiedUploads.ROUTES,
        Rule(f"{FILES_PATH}/companies/<int:company_id>/<uuid>", endpoint="find_file", methods=["GET"]),
        Rule(f"{STORAGE}/{BUCKET}", endpoint="receive_form", methods=["POST"]),
        Rule(_OBJECT, endpoint="receive_segment", methods=["PUT"]),
        Rule(_OBJECT, endpoint="send_file", methods=["GET"]),
    )

    def authorise(self, request: Request) -> Response | None:
        """Storage knows no company header: its own links are good by a signature, the lasting ones by the token."""
        self.root_url = request.root_url
        if request.path.startswith(f"{STORAGE}/"):
            return None
        if request.path.startswith(f"{FILES_PATH}/"):
            self.actor = self.read_grant(request).actor
            return None
        return super().authorise(request)

    def find_file(self, request: Request, company_id: int, uuid: str) -> Response:
        upload = find_upload(self, uuid)
        if request.args.get("sig") != sign(quote(request.path)):
            raise refuse_permission("The signature of this link is not valid")
        if upload is None or upload["company_id"] != company_id or not has_content(upload):
            raise refuse_unknown("File")
        path = f"{STORAGE}/{BUCKET}/{write_key(upload)}"
        moment = self.clock.now().strftime(_STAMP)
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{CREDENTIAL}/{moment[:8]}/us-east-1/s3/aws4_request",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(LINK_SECONDS),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": sign("get", path, moment, LINK_SECONDS),
        }
        location = f"{_write_storage_root(self.root_url)}{path}?{urlencode(query)}"
        return Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})

    def send_file(self, request: Request, company_id: int, uuid: str) -> Response:
        if "Authorization" in request.headers:
            return _refuse(
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
                "parameter or the Authorization header should be specified",
            )
        moment = request.args.get("X-Amz-Date", "")
        if request.args.get("X-Amz-Signature") != sign("get", request.path, moment, LINK_SECONDS):
            return _refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        signed_at = datetime.strptime(moment, _STAMP).replace(tzinfo=UTC)
        if (self.clock.now() - signed_at).total_seconds() > LINK_SECONDS:
            return _refuse(403, "AccessDenied", "Request has expired")
        upload = find_upload(self, uuid)
        if upload is None or not has_content(upload):
            return _refuse(404, "NoSuchKey", "The specified key does not exist.")
        return _answer_file(upload)

    # --- receiving

    def receive_form(self, request: Request) -> Response:
        """An unsegmented upload: the fields of the instructions, then the file."""
        key = request.form.get("key", "")
        upload = find_upload(self, key.rpartition("/")[2])
        file = request.files.get("file")
        if upload is None or key != write_key(upload) or request.form.get("x-amz-signature") != sign("form", key):
            return _refuse(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed")
        if self.clock.epoch() > upload["expires_at"]:
            return _refuse(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        if file is None:
            return _refuse(400, "InvalidArgument", "POST requires exactly one file upload per request.")
        content = file.read()
        upload["content"] = encode_content(content)
        headers = {"Location": f"{self.root_url.rstrip('/')}{STORAGE}/{BUCKET}/{key}", "ETag": _write_etag(content)}
        return Response(status=204, headers=headers)

    def receive_segment(self, request: Request, company_id: int, uuid: str) -> Response:
        """One segment, whose size and sum have to be those announced."""
        upload = find_upload(self, uuid)
        number = read_number(request.args.get("partNumber"))
        if upload is None or number is None or not 1 <= number <= len(upload["segments"]):
            return _refuse(404, "NoSuchUpload", "The specified upload does not exist.")
        if request.args.get("X-Amz-Signature") != sign("part", request.path, number):
            return _refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        if self.clock.epoch() > upload["expires_at"]:
            return _refuse(403, "AccessDenied", "Request has expired")
        segment, content = upload["segments"][number - 1], request.get_data()
        if len(content) != segment["size"]:
            return _refuse(400, "BadDigest", "The size of the body is not the one announced.")
        if segment["sha256"] is not None and hashlib.sha256(content).hexdigest() != segment["sha256"]:
            return _refuse(400, "XAmzContentSHA256Mismatch", "The provided sha256 does not match the body.")
        segment["content"] = encode_content(content)
        segment["etag"] = _write_etag(content).strip('"')
        if upload["status"] == "ready":
            upload["status"] = "receiving"
        return Response(status=200, headers={"ETag": _write_etag(content)})


def _write_storage_root(root_url: str) -> str:
    """The same server under its other name, where it has one: clients send no token on to another host."""
    try:
        parts = urlsplit(root_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return root_url.rstrip("/")
    alias = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}.get(parts.hostname or "")
    return f"{parts.scheme}://{alias}{port}" if alias else root_url.rstrip("/")


def _answer_file(upload: Row) -> Response:
    content = read_content(upload)
    kind = "attachment" if upload["is_download"] else "inline"
    content_type = upload["content_type"] or mimetypes.guess_type(upload["filename"])[0] or "binary/octet-stream"
    response = Response(content, status=200)
    response.headers["Content-Type"] = content_type
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(upload['filename'])}"
    response.headers["ETag"] = _write_etag(content)
    return response


def _write_etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _refuse(status: int, code: str, message: str) -> Response:
    """An error as the storage service writes it."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>SANDBOX</RequestId></Error>"
    )
    return Response(text, status=status, content_type="application/xml")

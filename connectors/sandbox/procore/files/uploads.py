"""Uploads: where to send the bytes of a file, and the id under which a record then takes it."""

from __future__ import annotations

import base64
import re
from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.company.directory import Directory
from connectors.sandbox.procore.core import VERSION
from connectors.sandbox.procore.errors import refuse_fields, refuse_request, refuse_unknown
from connectors.sandbox.procore.files.attachments import BUCKET, add_upload, find_upload, sign
from connectors.sandbox.procore.inputs import read_rows, read_text, read_whole
from connectors.sandbox.procore.listing import is_true
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

STORAGE = "/storage"
# As many parts as one upload of the storage service may have.
MOST_SEGMENTS = 10_000
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
CREDENTIAL = "ASIASANDBOXPROCORE"


class Uploads(Directory):
    ROUTES: ClassVar[tuple[Rule, ...]] = tuple(
        rule
        for level in ("companies", "projects")
        for rule in (
            Rule(
                f"/rest/{VERSION}/{level}/<int:owner_id>/uploads",
                endpoint="create_upload",
                defaults={"level": level},
                methods=["POST"],
            ),
            Rule(
                f"/rest/{VERSION}/{level}/<int:owner_id>/uploads/<uuid>",
                endpoint="show_upload",
                defaults={"level": level},
                methods=["GET"],
            ),
            Rule(
                f"/rest/{VERSION}/{level}/<int:owner_id>/uploads/<uuid>",
                endpoint="update_upload",
                defaults={"level": level},
                methods=["PATCH"],
            ),
        )
    )

    def create_upload(self, request: Request, version: str, level: str, owner_id: int) -> Response:
        """Instructions for one POST of a form, or with `segments` for a PUT of each of them."""
        company_id = self._find_upload_company(request, level, owner_id)
        body = self.read_body(request)
        filename = read_text(body, "response_filename")
        if not filename and version == "v1.1":
            raise refuse_request("param is missing or the value is empty: response_filename")
        read_whole(body, "size")
        segments = [_read_segment(row) for row in read_rows(body.get("segments") or [], "segments", MOST_SEGMENTS)]
        upload = add_upload(
            self,
            company_id,
            filename=filename or "file",
            content_type=clean_content_type(read_text(body, "response_content_type")),
            is_download=is_true(body.get("attachment_content_disposition")),
            segments=segments,
            status="ready" if segments else "non_segmented",
        )
        return json_response(self._shape_upload(upload), 201)

    def show_upload(self, request: Request, version: str, level: str, owner_id: int, uuid: str) -> Response:
        return json_response(self._shape_upload(self._read_upload(request, level, owner_id, uuid)))

    def update_upload(self, request: Request, version: str, level: str, owner_id: int, uuid: str) -> Response:
        """Complete a segmented upload by the etags that storage answered, in order."""
        upload = self._read_upload(request, level, owner_id, uuid)
        rows = read_rows(self.read_body(request).get("segments"), "segments", MOST_SEGMENTS)
        if len(rows) != len(upload["segments"]):
            raise refuse_fields(segments=["must be as many as the upload has"])
        for segment, row in zip(upload["segments"], rows, strict=True):
            etag = str(row.get("etag") or "").strip('"')
            if segment["content"] is None or etag != segment["etag"]:
                raise refuse_fields(segments=["etag does not match the uploaded segment"])
        if upload["segments"]:
            upload["status"] = "complete"
        return json_response(self._shape_upload(upload))

    def _find_upload_company(self, request: Request, level: str, owner_id: int) -> int:
        if level == "companies":
            self.check_company(request, owner_id)
            return owner_id
        return int(self.find_project(owner_id)["company_id"])

    def _read_upload(self, request: Request, level: str, owner_id: int, uuid: str) -> Row:
        company_id = self._find_upload_company(request, level, owner_id)
        upload = find_upload(self, uuid)
        if upload is None or upload["company_id"] != company_id:
            raise refuse_unknown("Upload")
        return upload

    def _shape_upload(self, upload: Row) -> dict[str, Any]:
        shape = {
            "uuid": upload["uuid"],
            "status": upload["status"],
            "segments": [
                self._shape_upload_segment(upload, number, segment)
                for number, segment in enumerate(upload["segments"], 1)
            ],
        }
        if upload["segments"]:
            return shape
        return {
            **shape,
            "url": f"{self.root_url.rstrip('/')}{STORAGE}/{BUCKET}",
            "fields": self._write_upload_fields(upload),
        }

    def _write_upload_fields(self, upload: Row) -> dict[str, str]:
        """What has to stand in the form before the file; storage refuses a form that says anything else."""
        key = write_key(upload)
        day = self.clock.now().strftime("%Y%m%d")
        kind = "attachment" if upload["is_download"] else "inline"
        fields = {"key": key}
        if upload["content_type"]:
            fields["Content-Type"] = upload["content_type"]
        return {
            **fields,
            "Content-Disposition": f'{kind}; filename="{upload["filename"]}"',
            "policy": sign("policy", key),
            "x-amz-credential": f"{CREDENTIAL}/{day}/us-east-1/s3/aws4_request",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-date": f"{day}T000000Z",
            "x-amz-signature": sign("form", key),
        }

    def write_segment_link(self, upload: Row, number: int) -> str:
        path = f"{STORAGE}/{BUCKET}/{write_key(upload)}"
        signature = sign("part", path, number)
        return f"{self.root_url.rstrip('/')}{path}?partNumber={number}&X-Amz-Signature={signature}"

    def _shape_upload_segment(self, upload: Row, number: int, segment: Row) -> dict[str, Any]:
        shape = {
            "size": segment["size"],
            "sha256": segment["sha256"],
            "url": self.write_segment_link(upload, number),
            "headers": _list_headers(segment),
        }
        return shape | {name: segment[name] for name in ("md5", "etag") if segment[name] is not None}


def write_key(upload: Row) -> str:
    """The name of the object in storage."""
    return f"companies/{upload['company_id']}/{upload['uuid']}"


def clean_content_type(content_type: str | None) -> str | None:
    """A content type has to fit into a header."""
    text = " ".join((content_type or "").encode("ascii", "ignore").decode().split())
    return text or None


def _list_headers(segment: Row) -> dict[str, str]:
    """What the client has to send along with the bytes."""
    headers = {"x-amz-content-sha256": segment["sha256"], "content-length": str(segment["size"])}
    if segment["md5"] is not None:
        headers["content-md5"] = base64.b64encode(bytes.fromhex(segment["md5"])).decode()
    return headers


def _read_segment(given: dict[str, Any]) -> Row:
    size, sha256 = read_whole(given, "size"), read_text(given, "sha256")
    if size is None or not sha256:
        raise refuse_fields(segments=["size and sha256 can't be blank"])
    md5 = read_text(given, "md5")
    if md5 is not None and not _MD5.fullmatch(md5):
        raise refuse_fields(segments=["md5 is invalid"])
    return {"size": size, "sha256": sha256.lower(), "md5": md5, "etag": None, "content": None}

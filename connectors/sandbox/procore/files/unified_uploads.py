"""Unified uploads (v2.1): the same four steps for files of any size, with nothing but PUTs of bytes to storage."""

from __future__ import annotations

from typing import Any, ClassVar

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_fields, refuse_unknown
from connectors.sandbox.procore.files.attachments import add_upload, find_upload
from connectors.sandbox.procore.files.uploads import MOST_SEGMENTS, Uploads, clean_content_type
from connectors.sandbox.procore.inputs import read_rows, read_text, read_whole
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.wire import json_response

# Up to here a file has to come in a single segment.
LARGEST_SINGLE = 104_857_600
_COMPANY = "/rest/v2.1/companies/<int:company_id>/uploads"
_PROJECT = "/rest/v2.1/companies/<int:company_id>/projects/<int:project_id>/uploads"


class UnifiedUploads(Uploads):
    ROUTES: ClassVar[tuple[Rule, ...]] = (
        *Uploads.ROUTES,
        *(
            rule
            for path, defaults in ((_COMPANY, {"project_id": None}), (_PROJECT, None))
            for rule in (
                Rule(path, endpoint="create_unified_upload", defaults=defaults, methods=["POST"]),
                Rule(f"{path}/<upload_id>", endpoint="show_unified_upload", defaults=defaults, methods=["GET"]),
                Rule(f"{path}/<upload_id>", endpoint="update_unified_upload", defaults=defaults, methods=["PATCH"]),
            )
        ),
    )

    def create_unified_upload(self, request: Request, company_id: int, project_id: int | None) -> Response:
        self._check_upload_place(request, company_id, project_id)
        body = self.read_body(request)
        for name in ("file_name", "file_size", "content_type", "segments"):
            if body.get(name) in (None, "", []):
                raise refuse_fields(**{name: ["can't be blank"]})
        size = read_whole(body, "file_size") or 0
        segments = [_read_part(row) for row in read_rows(body["segments"], "segments", MOST_SEGMENTS)]
        if sum(segment["size"] for segment in segments) != size:
            raise refuse_fields(segments=["must add up to the size of the file"])
        if size <= LARGEST_SINGLE and len(segments) != 1:
            raise refuse_fields(segments=[f"must be one for files of up to {LARGEST_SINGLE} bytes"])
        upload = add_upload(
            self,
            company_id,
            filename=read_text(body, "file_name") or "file",
            content_type=clean_content_type(read_text(body, "content_type")),
            segments=segments,
            status="ready",
        )
        return json_response({"data": self._shape_new_upload(upload)}, 201)

    def show_unified_upload(
        self, request: Request, company_id: int, project_id: int | None, upload_id: str
    ) -> Response:
        """A completed file becomes available by the second look, so that a client has to poll."""
        upload = self._find_unified(request, company_id, project_id, upload_id)
        shape = {**self._shape_named_upload(upload), "status": self._tell_status(upload)}
        return json_response({"data": {**shape, "sanitized_file_name": upload["filename"], "custom_metadata": {}}})

    def update_unified_upload(
        self, request: Request, company_id: int, project_id: int | None, upload_id: str
    ) -> Response:
        """`part_etags` in the order of the segments, null for those still to come; with all of them it is complete."""
        upload = self._find_unified(request, company_id, project_id, upload_id)
        etags = self.read_body(request).get("part_etags")
        if not isinstance(etags, list) or len(etags) != len(upload["segments"]):
            raise refuse_fields(part_etags=["must be as many as the upload has segments"])
        for segment, etag in zip(upload["segments"], etags, strict=True):
            is_right = segment["content"] is not None and str(etag).strip('"') == segment["etag"]
            if etag is not None and not is_right:
                raise refuse_fields(part_etags=["does not match the uploaded segment"])
        if None not in etags:
            upload["status"] = "complete"
        return json_response({"data": {"upload_id": upload["uuid"], "status": upload["status"]}})

    def _check_upload_place(self, request: Request, company_id: int, project_id: int | None) -> None:
        self.check_company(request, company_id)
        if project_id is not None:
            self.find_project(project_id)

    def _find_unified(self, request: Request, company_id: int, project_id: int | None, upload_id: str) -> Row:
        self._check_upload_place(request, company_id, project_id)
        upload = find_upload(self, upload_id)
        if upload is None or upload["company_id"] != company_id or not upload["segments"]:
            raise refuse_unknown("Upload")
        return upload

    def _tell_status(self, upload: Row) -> str:
        if upload["status"] != "complete":
            return str(upload["status"])
        upload["looks"] = upload.get("looks", 0) + 1
        return "complete" if upload["looks"] == 1 else "available"

    def _shape_named_upload(self, upload: Row) -> dict[str, Any]:
        return {
            "upload_id": upload["uuid"],
            "file_name": upload["filename"],
            "file_size": sum(segment["size"] for segment in upload["segments"]),
            "content_type": upload["content_type"],
        }

    def _shape_new_upload(self, upload: Row) -> dict[str, Any]:
        expires_at = int(upload["expires_at"])
        segments = [
            {
                "url": self.write_segment_link(upload, number),
                "url_expires_at": expires_at,
                "headers": {"Content-Length": str(segment["size"])},
            }
            for number, segment in enumerate(upload["segments"], 1)
        ]
        named = self._shape_named_upload(upload)
        return {**named, "upload_expires_at": expires_at, "segments": segments, "status": upload["status"]}


def _read_part(given: dict[str, Any]) -> Row:
    """A segment; its sums are checked where they are announced."""
    size = read_whole(given, "size")
    if size is None:
        raise refuse_fields(segments=["size can't be blank"])
    sha256 = read_text(given, "sha256")
    sums = {"sha256": sha256.lower() if sha256 else None, "md5": read_text(given, "md5")}
    return {"size": size, **sums, "etag": None, "content": None}

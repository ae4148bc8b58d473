"""Declarations of attachments."""

from __future__ import annotations

from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.files.attachables import MADE_BY_SERVER, prepare_attachable

FILES: tuple[Kind, ...] = (
    Kind(
        "Attachable",
        "list",
        counter="Attachable",
        derived=MADE_BY_SERVER,
        # A file keeps its name and type whatever an update leaves out; unverified.
        kept=frozenset({"FileName", "ContentType"}),
        queryable=frozenset(
            {"FileName", "Note", "Category", "ContentType", "Size", "PlaceName", "Tag"}
            | {"AttachableRef.EntityRef.type", "AttachableRef.EntityRef.value", "AttachableRef.IncludeOnSend"}
        ),
        has_events=False,
        is_deletable=True,
        first_id=5000000000000503624,
        prepare=prepare_attachable,
    ),
)

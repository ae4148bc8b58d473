"""What may be said of a file on its way from one document to the other."""

from __future__ import annotations

from sync.code import Code

FILES = (
    Code("file_waits", "waiting", "The file goes as soon as {subject} is on the other side."),
    Code(
        "file_document_stays",
        "ineligible",
        "{subject} does not stand on the other side, so there is nothing to attach the file to.",
    ),
    Code(
        "file_removed", "ineligible", "The file {subject} was removed at its source. A copy that crossed before stays."
    ),
    Code(
        "file_empty",
        "ineligible",
        "The file {subject} is empty. Attach it again at its source.",
        "open_source",
        "Open it",
    ),
    Code(
        "file_too_large",
        "ineligible",
        "The file {subject} has {size}, and {taker} takes up to {limit}. Attach a smaller one, or leave it there.",
        "open_source",
        "Open it",
    ),
    Code(
        "file_unreadable",
        "blocked",
        "The file {subject} cannot be fetched: {why}. Open it at its source, then check again.",
        "open_source",
        "Open it",
    ),
    Code(
        "file_not_kept",
        "rejected",
        "Procore took the change, but {subject} is not on the direct cost. Check again, or attach it by hand.",
        "document",
        "Check again",
    ),
    Code(
        "file_stood_there",
        "posted_with_warnings",
        "A file {subject} of the same size was attached already, so it was not sent again.",
    ),
    Code(
        "file_name_stood_there",
        "posted_with_warnings",
        "A file {subject} was on the direct cost already, so it was not sent again. Look whether it is the same.",
    ),
    Code(
        "file_noted",
        "posted_with_warnings",
        "The file {subject} is larger than QuickBooks takes. A note that says where it is was attached instead.",
        "open_source",
        "Open it",
    ),
    Code(
        "files_replaced",
        "posted_with_warnings",
        "Since the file was attached {subject} is not on the direct cost any more. Attach it in Procore again.",
    ),
)

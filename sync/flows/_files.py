"""What both ways of carrying files share: the file, the document it hangs on, and what stops it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.file_rules import FileRules, show_size
from smoothx.lib.text import stable_hash
from sync.flow import Description
from sync.plan import Notes


@dataclass(frozen=True, slots=True)
class Holder:
    """The document a file hangs on: what it is called at its source, and as what it stands on the other side.

    `wait` is the event of its being posted, "" where nobody tells of one document alone. `url` opens it at its source.
    """

    standing: Literal["posted", "coming", "stays"]
    source_name: str
    title: str = ""
    party: str = ""
    party_id: str = ""
    project_id: str = ""
    group: str = ""
    wait: str = ""
    target_type: str = ""
    target_id: str = ""
    target_name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """One file of one document. `name` is told apart from the document's other files. `size` is None where the source
    does not say; `is_gone` that it was taken off the document there."""

    file_id: str
    document_id: str
    name: str
    content_type: str
    holder: Holder
    size: int | None = None
    is_gone: bool = False


def check_file(file: CarriedFile, rules: FileRules, notes: Notes) -> bool:
    """Whether it can go now; else the notes say why not. What crossed already stays on the other side."""
    if file.is_gone:
        notes.block("file_removed", file.name)
    elif file.holder.standing == "stays":
        notes.block("file_document_stays", file.holder.source_name)
    elif file.holder.standing == "coming":
        notes.block("file_waits", file.holder.source_name, waits_for=file.holder.wait)
    elif file.size == 0:
        notes.block("file_empty", file.name)
    elif file.size is not None and file.size > rules.most_bytes:
        told = {"size": show_size(file.size), "limit": show_size(rules.most_bytes), "taker": rules.vendor}
        notes.block("file_too_large", file.name, **told)
    return not notes.blockers


def make_mark(flow_key: str, file: CarriedFile) -> str:
    return f"Smoothx {stable_hash(flow_key, file.document_id, file.file_id, length=10)}"


def describe_file(file: CarriedFile) -> Description:
    holder = file.holder
    return Description(
        number=file.name,
        title=f"{file.name}, {holder.title or holder.source_name}",
        party=holder.party,
        party_id=holder.party_id,
        project_id=holder.project_id,
        group=holder.group,
    )

"""Documents that take Procore several calls: a head, then its lines.

A write that stopped on its way leaves a part behind: what stands there is looked at before anything is sent again, and
sending again goes on from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from connectors.errors import Missing
from connectors.procore.client import ProcoreClient
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer
from sync.work import Work

Found = TypeVar("Found")


@dataclass(slots=True)
class StepWriter(ABC, Generic[Found]):
    """One write of one such document, as its row in the outbox says."""

    work: Work
    outgoing: Outgoing
    entry: Entry

    @property
    def client(self) -> ProcoreClient:
        return self.work.procore

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = self.outgoing.body
        return found

    @property
    def project_id(self) -> str:
        return str(self.body["project_id"])

    @abstractmethod
    def write(self) -> Answer:
        """Make it, or change it, to the last line."""

    @abstractmethod
    def delete(self) -> Answer:
        """Take it away; one that is gone already is deleted."""

    @abstractmethod
    def find(self) -> Found | None:
        """The document this write is about. Raises Missing where one that was posted is gone."""

    @abstractmethod
    def is_complete(self, found: Found) -> bool:
        """Whether all that was to be written stands there."""

    @abstractmethod
    def answer(self, found: Found) -> Answer:
        """What it answers as it stands there."""


class WrittenInSteps(Adapter):
    """`writer` does one write of the documents of this adapter."""

    writer: ClassVar[type[StepWriter[Any]]]

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        writer = self.writer(work, outgoing, entry)
        return writer.delete() if outgoing.operation == "delete" else writer.write()

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        """None too for one that is not all there: sending again writes what lacks."""
        writer = self.writer(work, outgoing, entry)
        is_delete = outgoing.operation == "delete"
        try:
            found = writer.find()
        except Missing:
            if is_delete:
                return Answer(entry.target_id, entry.target_version)
            raise
        return writer.answer(found) if found is not None and not is_delete and writer.is_complete(found) else None

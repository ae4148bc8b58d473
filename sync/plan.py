"""What a rule answers: a document to post, or the reasons there is none. Frozen, and free of any effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from sync.codes import CODES

# A person's word to write a posted document again by today's mapping, for the very document they were shown.
RESEND = "resend"

Document = TypeVar("Document")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Notice:
    """`code` is stable and chooses the sentence and the fix (sync.codes). `subject` names the thing for a reader.

    `waits_for` is what is missing ("link:vendor:518"); an entry that has it is planned again when that happens.
    `also_lifted_by` are further events that may lift it. Unlike the first they may have happened before: a link that
    leads to an inactive vendor exists, and making it again is what helps.
    """

    code: str
    subject: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    waits_for: str = ""
    also_lifted_by: tuple[str, ...] = ()


@runtime_checkable
class MoneyDocument(Protocol):
    """A planned document with a total of its own, which the other side must agree with to the cent.

    `party_id` is its vendor or customer over there. `total` is below zero for a credit.
    """

    @property
    def entity(self) -> str: ...

    @property
    def party_id(self) -> str: ...

    @property
    def number(self) -> str: ...

    @property
    def date(self) -> date: ...

    @property
    def total(self) -> Decimal: ...

    @property
    def memo(self) -> str: ...

    def to_wire(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Plan(Generic[Document]):
    """Any blocker means no document. `facts` are kept in the ledger for later claims of the same contract.

    `removal` says that there must be no document, and why: one that was posted is taken away again.
    """

    document: Document | None
    warnings: tuple[Notice, ...] = ()
    blockers: tuple[Notice, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    removal: Notice | None = None


class Notes:
    """Collects notices while a rule runs. Local to the call, so the rule stays pure to its caller."""

    def __init__(self) -> None:
        self.warnings: list[Notice] = []
        self.blockers: list[Notice] = []

    def block(
        self,
        code: str,
        subject: str = "",
        *,
        waits_for: str = "",
        also_lifted_by: Iterable[str] = (),
        **detail: object,
    ) -> None:
        self._add(self.blockers, _notice(code, subject, waits_for, also_lifted_by, detail))

    def warn(self, code: str, subject: str = "", *, waits_for: str = "", **detail: object) -> None:
        self._add(self.warnings, _notice(code, subject, waits_for, (), detail))

    def need(
        self, value: Value | None, code: str, subject: str, *, waits_for: str = "", **detail: object
    ) -> Value | None:
        """`value`, and a blocker when there is none."""
        if value is None:
            self._add(self.blockers, _notice(code, subject, waits_for, (), detail))
        return value

    def prefer(
        self, value: Value | None, fallback: Value | None, code: str, subject: str, **detail: object
    ) -> Value | None:
        """`value`, else `fallback` with a warning."""
        if value is None and fallback is not None:
            self._add(self.warnings, _notice(code, subject, "", (), detail))
        return fallback if value is None else value

    def plan(self, document: Document, facts: Mapping[str, str] | None = None) -> Plan[Document]:
        if self.blockers:
            return Plan(None, tuple(self.warnings), tuple(self.blockers), facts or {})
        return Plan(document, tuple(self.warnings), (), facts or {})

    def blocked(self, facts: Mapping[str, str] | None = None) -> Plan[Document]:
        return Plan(None, tuple(self.warnings), tuple(self.blockers), facts or {})

    def remove(self, code: str, subject: str = "", **detail: object) -> Plan[Any]:
        """There must be no document: what was posted is taken away. The code's state is ineligible."""
        return Plan(None, removal=_notice(code, subject, "", (), detail))

    def _add(self, notices: list[Notice], notice: Notice) -> None:
        if notice not in notices:
            notices.append(notice)


def _notice(
    code: str, subject: str, waits_for: str, also_lifted_by: Iterable[str], detail: Mapping[str, object]
) -> Notice:
    if code not in CODES:
        message = f"{code} is not declared in sync.codes"
        raise KeyError(message)
    texts = {key: str(value) for key, value in detail.items()}
    return Notice(code, subject, texts, waits_for, tuple(also_lifted_by))

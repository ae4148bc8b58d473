"""What a bill says beside its accounts: the class of each line, its location, its payment term, a sub job's customer.

What is not mapped is left off with a warning. What the books would lose without a word stops the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mapping.defaults import CLASS_TYPE, LOCATION_SOURCE, SUB_JOBS, Defaults
from mapping.kinds import (
    COST_CODE_CLASS,
    COST_TYPE_CLASS,
    DEPARTMENT_CLASS,
    DEPARTMENT_LOCATION,
    PAYMENT_TERM,
    PROJECT_CLASS,
    SUB_JOB,
    MappingKind,
)
from mapping.maps import CodeRef, Maps, ProjectRef, Target, term_key
from mapping.precedence import code_and_divisions
from sync.flows import _waits
from sync.flows._billed import BilledLine
from sync.flows._codes import CodedLine
from sync.plan import Notes

# Classes that are the same for all lines of one project's document.
OF_PROJECT = {"project": PROJECT_CLASS, "department": DEPARTMENT_CLASS}


class OfProject(Protocol):
    """A record of a project whose document is to be sorted; `payment_terms` are empty where none are written."""

    @property
    def project_id(self) -> str: ...

    @property
    def project_name(self) -> str: ...

    @property
    def payment_terms(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Named:
    """What lacks its mapping, for a sentence and for finding it in its list."""

    noun: str
    name: str


@dataclass(frozen=True, slots=True)
class Tagger:
    """Finds what the lines and the head of one record's document carry. Its notes tell what is missing."""

    requisition: OfProject
    maps: Maps
    defaults: Defaults
    notes: Notes

    def check_books(self) -> None:
        """A class or location the books do not keep would be lost without a word, so nothing is posted then."""
        chosen, classes = self.defaults.get(CLASS_TYPE), self.defaults.classes
        if chosen is not None and chosen.id != "none" and classes != "line":
            code = "class_per_transaction" if classes else "classes_off"
            self._block_for_books(code, chosen.name, _waits.default(CLASS_TYPE))
        source = self.defaults.get(LOCATION_SOURCE)
        if source is not None and source.id != "none" and not self.defaults.tracks_locations:
            self._block_for_books("locations_off", source.name, _waits.default(LOCATION_SOURCE))

    def _block_for_books(self, code: str, name: str, setting: str) -> None:
        self.notes.block(code, name, also_lifted_by=[_waits.BOOKS, setting])

    def line_classes(self, lines: Sequence[CodedLine]) -> list[Target | None]:
        """The class of each cost line. One warning per code, type, project or department without one."""
        chosen = self.defaults.get(CLASS_TYPE)
        source = chosen.id if chosen else "none"
        if source == "cost_code":
            return [self._code_class(each) for each in lines]
        if source == "cost_type":
            return [self._type_class(each.line) for each in lines]
        return [self.document_class()] * len(lines)

    def document_class(self) -> Target | None:
        """The class that every line of the document has, retention too; None where it differs from line to line."""
        chosen = self.defaults.get(CLASS_TYPE)
        if chosen is None or chosen.id not in OF_PROJECT:
            return None
        kind = OF_PROJECT[chosen.id]
        if kind is DEPARTMENT_CLASS:
            return self._of_departments(kind, "class")
        wait = _waits.link(kind, self.requisition.project_id)
        found = self.maps.find(kind, self.requisition.project_id)
        return self._use(found, "class", Named("project", self._project.name), kind, [wait])

    def location(self) -> Target | None:
        """The location of the project's department. A subcontractor invoice itself names no place in Procore."""
        if not self.defaults.says(LOCATION_SOURCE, "department"):
            return None
        return self._of_departments(DEPARTMENT_LOCATION, "location")

    def term(self) -> Target | None:
        """The payment term written on the purchase order."""
        text = self.requisition.payment_terms
        if not text:
            return None
        wait = _waits.link(PAYMENT_TERM, term_key(text))
        return self._use(self.maps.find(PAYMENT_TERM, term_key(text)), "term", Named("", text), PAYMENT_TERM, [wait])

    def customer_of(self, line: BilledLine, code: CodeRef | None, customer_id: str) -> str:
        """The sub job's own sub-customer where the firm keeps them apart, else the project's `customer_id`."""
        sub_job_id = line.sub_job_id or (code.sub_job_id if code else "")
        if not sub_job_id or not self.defaults.says(SUB_JOBS, "yes"):
            return customer_id
        found = self.maps.find(SUB_JOB, sub_job_id)
        named = Named("", self.maps.label(SUB_JOB, sub_job_id))
        used = self._use(found, "sub_job", named, SUB_JOB, [_waits.link(SUB_JOB, sub_job_id)])
        return used.id if used else customer_id

    @property
    def _project(self) -> ProjectRef:
        requisition = self.requisition
        unread = ProjectRef(requisition.project_name or requisition.project_id)
        return self.maps.projects.get(requisition.project_id, unread)

    def _code_class(self, coded: CodedLine) -> Target | None:
        kind, code = COST_CODE_CLASS, coded.code
        keys = [key for key, _ in code_and_divisions(code)] if code else []
        found = next(filter(None, (self.maps.find(kind, key) for key in keys)), None)
        waits = [_waits.link(kind, key) for key in keys]
        return self._use(found, "class", Named("cost code", coded.code_text), kind, waits)

    def _type_class(self, line: BilledLine) -> Target | None:
        kind = COST_TYPE_CLASS
        type_id = line.cost_type_id or self.maps.type_ids.get(line.cost_type, "")
        found = self.maps.find(kind, type_id)
        name = self.maps.labels.get((kind.left.key, type_id), line.cost_type)
        named = Named("cost type", name) if name else Named("a line without a cost type", "")
        return self._use(found, "class", named, kind, [_waits.link(kind, type_id)])

    def _of_departments(self, kind: MappingKind, what: str) -> Target | None:
        """What the project's departments lead to. Two that lead to different places are for a person to tell apart."""
        project = self._project
        if not project.department_ids:
            self.notes.warn("department_not_set", project.name, what=what)
            return None
        found = [each for key in project.department_ids if (each := self.maps.find(kind, key)) is not None]
        if len({target.id for target in found}) > 1:
            names = " and ".join(sorted({target.name for target in found}))
            self.notes.warn("department_unclear", project.name, what=what, targets=names)
            return None
        name = self.maps.label(kind, project.department_ids[0])
        waits = [_waits.link(kind, each) for each in project.department_ids]
        return self._use(found[0] if found else None, what, Named("department", name), kind, waits)

    def _use(
        self, target: Target | None, what: str, named: Named, kind: MappingKind, waits: Sequence[str]
    ) -> Target | None:
        """The target if it can be used; else a warning that it is not mapped, or a blocker that it is inactive."""
        subject, found_by = f"{named.noun} {named.name}".strip(), {"kind": kind.key, "search": named.name}
        if target is None:
            self.notes.warn(f"{what}_not_mapped", subject, **found_by)
            return None
        if not target.is_active:
            self.notes.block(f"{what}_inactive", subject, also_lifted_by=waits, target=target.name, **found_by)
        return target

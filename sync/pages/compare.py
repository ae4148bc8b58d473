"""Per project: what Procore's approved documents come to, what the books have of them, and the documents between.

Documents that agree are added up by the database; only those that do not are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from smoothx.lib.money import ZERO, total
from sync.models import Entry
from sync.pages.standing import books_amount, procore_amount

COST_FLOWS = ("bills", "direct_costs")
REVENUE_FLOWS = ("owner_invoices",)
COLUMNS = (
    "pk", "flow", "project_id", "state", "number", "party", "amount", "target_id", "target_type", "target_total",
    "notices",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """One document that stands differently on the two sides."""

    entry_id: int
    project_id: str
    state: str
    number: str
    party: str
    notices: list[dict[str, Any]]
    procore: Decimal
    books: Decimal

    @property
    def difference(self) -> Decimal:
        return self.books - self.procore


@dataclass(slots=True)
class ProjectTotals:
    project_id: str
    procore: Decimal = ZERO
    books: Decimal = ZERO
    gaps: list[Gap] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        return self.books - self.procore


@dataclass(frozen=True, slots=True)
class Kind:
    """A group of gaps by what happens next."""

    key: str
    title: str
    next: str
    states: tuple[str, ...]


KINDS = (
    Kind("stopped", "Stopped, needs a person", "Crosses once the cause is fixed",
         (Entry.State.BLOCKED, Entry.State.REJECTED)),
    Kind("held", "Held", "Released by you", (Entry.State.HELD,)),
    Kind("going", "On its way", "Goes on by itself",
         (Entry.State.WAITING, Entry.State.QUEUED, Entry.State.SENDING, Entry.State.UNCERTAIN)),
    Kind("by_hand", "Changed by hand", "You choose which side is right", (Entry.State.CHANGED_BY_HAND,)),
    Kind("posted", "Posted with another total", "Open it and decide",
         (Entry.State.POSTED, Entry.State.POSTED_WITH_WARNINGS)),
    Kind("left_out", "Left out by hand", "Nothing to do", (Entry.State.LEFT_OUT,)),
)  # fmt: skip


def compare(flows: Iterable[str], *, until: date | None = None) -> list[ProjectTotals]:
    """Every project with documents of these flows dated up to `until`. Two queries."""
    entries = Entry.objects.filter(flow__in=list(flows))
    if until:
        entries = entries.filter(document_date__lte=until)
    agreeing = Q(state__in=(Entry.State.POSTED, Entry.State.POSTED_WITH_WARNINGS), amount=F("target_total"))
    projects: dict[str, ProjectTotals] = {}
    for project_id, amount in _sums(entries.filter(agreeing)):
        projects[project_id] = ProjectTotals(project_id, amount, amount)
    others = entries.exclude(agreeing & Q(target_total__isnull=False, amount__isnull=False))
    for row in others.exclude(state=Entry.State.INELIGIBLE).order_by("id").values(*COLUMNS):
        _add(projects.setdefault(row["project_id"], ProjectTotals(row["project_id"])), row)
    return list(projects.values())


def _sums(entries: QuerySet[Entry]) -> QuerySet[Any]:
    return entries.values_list("project_id").annotate(amount=Sum("amount")).order_by()


def _add(project: ProjectTotals, row: dict[str, Any]) -> None:
    procore, books = procore_amount(row), books_amount(row)
    project.procore += procore
    project.books += books
    if procore != books:
        number = row["number"] or str(row["pk"])
        project.gaps.append(
            Gap(row["pk"], row["project_id"], row["state"], number, row["party"], row["notices"], procore, books)
        )


def group_by_kind(gaps: Iterable[Gap]) -> list[dict[str, Any]]:
    """What makes up the difference: each gap in the first kind that has its state."""
    gaps = list(gaps)
    rows = [kind_row(kind.title, kind.next, [gap for gap in gaps if gap.state in kind.states]) for kind in KINDS]
    return [row for row in rows if row["documents"]]


def kind_row(title: str, next_step: str, gaps: list[Gap]) -> dict[str, Any]:
    """`only_quickbooks` and `only_procore` are the parts one side has more of; their difference is the gaps'."""
    differences = [gap.difference for gap in gaps]
    return {
        "title": title,
        "next": next_step,
        "documents": len(gaps),
        "only_quickbooks": total(amount for amount in differences if amount > ZERO),
        "only_procore": total(-amount for amount in differences if amount < ZERO),
        "difference": total(differences),
    }

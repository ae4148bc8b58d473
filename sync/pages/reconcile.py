"""Reconcile: both sides' totals, their difference, and the documents that explain it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from connectors.models import Cursor
from smoothx.lib.dates import parse_date
from smoothx.lib.money import total
from smoothx.lib.shapes import Action, Empty
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import Role
from sync.books import RESOURCE as BOOKS
from sync.pages.compare import (
    COST_FLOWS,
    REVENUE_FLOWS,
    Gap,
    ProjectTotals,
    compare,
    group_by_kind,
    kind_row,
)
from sync.pages.frame import Frame
from sync.pages.recoding import recode_notice
from sync.pages.retention import Retention, load_retentions, retention_tables
from sync.pages.rows import notice_headline

# One project's list stays readable; the rest is a link to Activity.
MOST_REASONS = 12
LEADS = {
    "costs": "Subcontractor invoices and direct costs approved in Procore since the start date, and their bills.",
    "revenue": "Owner invoices approved in Procore since the start date, net of retention, and their invoices.",
    "retention": "What is kept back from subcontractors and by owners, per contract, and how it ties to the books.",
}
TABS = (("costs", "Costs"), ("revenue", "Revenue"), ("retention", "Retention"))
# What each tab compares project by project.
FLOWS = {"costs": COST_FLOWS, "revenue": REVENUE_FLOWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    tab: str = "costs"
    q: str = ""
    to_date: date | None = None
    only_differences: bool = False
    open_project: str = ""

    @classmethod
    def read(cls, query: Any) -> Self:
        tab = query.get("tab", "costs")
        return cls(
            tab=tab if tab in LEADS else "costs",
            q=query.get("q", "").strip()[:100],
            to_date=_date(query.get("to")),
            only_differences=query.get("differences") == "1",
            open_project=query.get("open", "")[:40],
        )

    def address(self, **changes: str) -> str:
        values = {
            "tab": self.tab,
            "q": self.q,
            "to": self.to_date.isoformat() if self.to_date else "",
            "differences": "1" if self.only_differences else "",
            "open": self.open_project,
            **changes,
        }
        if values["tab"] == "costs":
            values["tab"] = ""
        query = urlencode({name: value for name, value in values.items() if value})
        path = reverse("reconcile:index")
        return f"{path}?{query}" if query else path


@for_role(Role.VIEWER)
def index(request: TenantRequest) -> HttpResponse:
    frame, query = Frame(), Query.read(request.GET)
    projects = {tab: compare(flows, until=query.to_date) for tab, flows in FLOWS.items()}
    retentions = load_retentions(until=query.to_date)
    differing = {tab: sum(1 for project in found if project.difference) for tab, found in projects.items()}
    contracts = [contract for retention in retentions for contract in retention.contracts]
    differing["retention"] = sum(1 for contract in contracts if contract.difference)
    context: dict[str, Any] = {
        "tab": query.tab,
        "tabs": _tabs(query, differing),
        "lead": LEADS[query.tab],
        "compared_at": _books_read_at(),
        "filters": _filters(query),
        "empty": _empty(query),
    }
    if has_role(request.membership, Role.APPROVER) and query.tab != "retention":
        context["recode"] = recode_notice()
    if query.tab == "retention":
        shown = [_shown(query, retention, frame) for retention in retentions]
        context["retention"] = retention_tables(shown, frame)
    else:
        wanted_projects = [
            project
            for project in projects[query.tab]
            if _matches(query, frame.project(project.project_id), bool(project.difference))
        ]
        context |= _project_context(query, wanted_projects, frame)
    return render(request, "reconcile/index.html", context)


def _shown(query: Query, retention: Retention, frame: Frame) -> Retention:
    """The contracts that fit the filters. The accounts hold all contracts, so they are shown beside all alone."""
    wanted = [c for c in retention.contracts if _matches(query, frame.project(c.project_id), bool(c.difference))]
    is_whole = len(wanted) == len(retention.contracts)
    return Retention(wanted, retention.accounts if is_whole else [], retention.side)


def _books_read_at() -> datetime | None:
    """When QuickBooks was last asked for changes; what somebody did there later is not in these figures."""
    read_at: datetime | None = Cursor.objects.filter(resource=BOOKS).aggregate(at=Max("read_until"))["at"]
    return read_at


def _matches(query: Query, label: str, is_different: bool) -> bool:
    return query.q.casefold() in label.casefold() and (is_different or not query.only_differences)


def _project_context(query: Query, projects: list[ProjectTotals], frame: Frame) -> dict[str, Any]:
    projects = sorted(projects, key=lambda project: frame.project(project.project_id))
    gaps = [gap for project in projects for gap in project.gaps]
    return {
        "rows": [_row(query, project, frame) for project in projects],
        "totals": _totals(projects, gaps) if projects else None,
        "kinds": group_by_kind(gaps),
        "kinds_total": kind_row("All differences", "", gaps),
    }


def _totals(projects: list[ProjectTotals], gaps: Iterable[Gap]) -> dict[str, Any]:
    difference = total(project.difference for project in projects)
    count = len(projects)
    return {
        "label": f"{count} project{'' if count == 1 else 's'}",
        "procore": total(project.procore for project in projects),
        "quickbooks": total(project.books for project in projects),
        "difference": difference,
        "unexplained": difference - total(gap.difference for gap in gaps),
    }


def _row(query: Query, project: ProjectTotals, frame: Frame) -> dict[str, Any]:
    number, name = frame.project_parts(project.project_id)
    is_open = query.open_project == project.project_id and bool(project.gaps)
    return {
        "project_number": number or project.project_id,
        "project_name": name,
        "procore": project.procore,
        "quickbooks": project.books,
        "difference": project.difference,
        "agrees": not project.gaps,
        "why": _why(project.gaps),
        "is_open": is_open,
        "toggle_url": query.address(open="" if is_open else project.project_id) if project.gaps else "",
        "reasons": _reasons(project, FLOWS[query.tab][0]) if is_open else [],
    }


def _why(gaps: list[Gap]) -> str:
    if len(gaps) == 1:
        return _reason_of(gaps[0]) or _name_of(gaps[0])
    return f"{len(gaps)} documents" if gaps else ""


def _text(gap: Gap) -> str:
    return ". ".join(text.removesuffix(".") for text in (_name_of(gap), _reason_of(gap)) if text)


def _name_of(gap: Gap) -> str:
    return ", ".join(text for text in (gap.number, gap.party) if text)


def _reason_of(gap: Gap) -> str:
    return notice_headline(gap.notices[0])[0] if gap.notices else ""


def _reasons(project: ProjectTotals, flow: str) -> list[dict[str, Any]]:
    largest = sorted(project.gaps, key=lambda gap: -abs(gap.difference))
    rows = [
        _reason(gap.state, _text(gap), gap.difference, "Open", reverse("activity:document", args=[gap.entry_id]))
        for gap in largest[:MOST_REASONS]
    ]
    rest = largest[MOST_REASONS:]
    if rest:
        url = f"{reverse('activity:index')}?{urlencode({'project': project.project_id, 'flow': flow})}"
        rows.append(_reason("", f"{len(rest)} more", total(gap.difference for gap in rest), "Show them", url))
    return rows


def _reason(state: str, text: str, amount: Decimal, label: str, url: str) -> dict[str, Any]:
    return {"state": state, "text": text, "amount": amount, "action": Action(label=label, url=url)}


def _tabs(query: Query, differing: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": label,
            "count": differing[key] or None,
            "url": query.address(tab=key, open=""),
            "is_current": key == query.tab,
        }
        for key, label in TABS
    ]


def _filters(query: Query) -> dict[str, Any]:
    return {
        "action": reverse("reconcile:index"),
        "q": query.q,
        "to_date": query.to_date,
        "only_differences": query.only_differences,
        "hidden": {} if query.tab == "costs" else {"tab": query.tab},
        "is_filtered": bool(query.q or query.to_date or query.only_differences),
        "clear_url": query.address(q="", to="", differences="", open=""),
    }


def _empty(query: Query) -> Empty:
    if query.only_differences and not query.q and not query.to_date:
        return Empty(title="Both sides agree", text="No difference is left.", icon="check")
    if query.q or query.to_date or query.only_differences:
        clear = Action(label="Clear the filters", url=query.address(q="", to="", differences="", open=""))
        return Empty(title="Nothing here", text="Nothing fits the filters.", action=clear, icon="search")
    if query.tab == "retention":
        return Empty(title="No retention", text="No contract in Procore holds retention yet.")
    text = "Totals appear here once the first approved invoice was read from Procore."
    return Empty(title="Nothing to compare yet", text=text)


def _date(text: str | None) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None

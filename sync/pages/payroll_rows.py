"""What the pages of payroll files read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from mapping.imports.files import MEGABYTE, MOST_BYTES
from mapping.page.importing import name_of_person
from smoothx.lib.shapes import Action, Empty, Notice, turn_page
from smoothx.tenants.access import TenantRequest, has_role
from smoothx.tenants.models import Role
from sync.models import Entry, PayrollFile, PayrollRow
from sync.pages.setting_urls import screen_url
from sync.payroll.checking import Verdict
from sync.payroll.columns import MEANINGS
from sync.payroll.taking import MOST_PAYROLL_ROWS, TAKEABLE, why_not_taken
from sync.sources.payroll import FILES

MOST_EARLIER = 20
ROWS_PER_PAGE = 100
ICONS = {
    Verdict.NEW: ("info", "check"),
    Verdict.CHANGES: ("unsure", "refresh"),
    Verdict.REMOVES: ("unsure", "slash"),
    Verdict.SAME: ("wait", "check"),
    Verdict.REFUSED: ("bad", "octagon"),
}
WORDS = {
    "employee": "Employee",
    "date": "Date",
    "project": "Project",
    "code": "Cost code",
    "pay_type": "Pay type",
    "hours": "Hours",
    "rate": "Rate",
    "amount": "Amount",
    "memo": "Memo",
}


def start_context(*, error: str = "") -> dict[str, Any]:
    counts = Count("rows", filter=Q(rows__taken_at__isnull=False))
    earlier = PayrollFile.objects.select_related("started_by").annotate(taken=counts).order_by("-at", "-pk")
    return {
        "settings_url": screen_url("labour"),
        "action_url": reverse("payroll:files"),
        "template_url": reverse("payroll:template"),
        "error": error,
        "notices": _notices(why_not_taken()),
        "most_bytes": MOST_BYTES,
        "most_megabytes": MOST_BYTES // MEGABYTE,
        "most_rows": MOST_PAYROLL_ROWS,
        "earlier": [_earlier(file) for file in earlier[:MOST_EARLIER]],
    }


def _notices(reason: str) -> list[Notice]:
    """`reason` is why files cannot be taken."""
    if not reason:
        return []
    title, _, text = reason.partition(". ")
    action = Action(label="Open the settings", url=screen_url("labour"))
    return [Notice(severity="warn", title=f"{title}.", text=text, action=action)]


def _earlier(file: PayrollFile) -> dict[str, Any]:
    taken: int = getattr(file, "taken", 0)
    state = "Undone" if file.undone_at else "Taken" if taken else "Looked at"
    return {
        "name": file.name,
        "url": reverse("payroll:file", args=[file.pk]),
        "by": name_of_person(file.started_by),
        "at": file.at,
        "state": state,
        "count": taken,
    }


def files_taken_for(entry: Entry, request: TenantRequest) -> list[dict[str, Any]]:
    """The payroll files a cost comes of, the first one first, for the facts of its page. Their pages are for
    administrators."""
    if entry.source_type != FILES:
        return []
    taken = PayrollFile.objects.filter(rows__group=entry.source_id, rows__taken_at__isnull=False)
    files = taken.distinct().order_by("at", "pk")
    may_open = has_role(request.membership, Role.ADMIN)
    return [
        {
            "label": "Payroll file",
            "value": f"{file.name}, undone" if file.undone_at else file.name,
            "url": reverse("payroll:file", args=[file.pk]) if may_open else "",
            "amount": None,
        }
        for file in files
    ]


def file_context(file: PayrollFile, query: Mapping[str, str]) -> dict[str, Any]:
    tally, reason = _count(file), why_not_taken()
    counts = {verdict: each["rows"] for verdict, each in tally.items()}
    taken, takeable, sure = (sum(each[name] for each in tally.values()) for name in ("taken", "takeable", "sure"))
    show = query.get("show", "")
    rows = _shown(file, show)
    wanted = query.get("page", "")
    page, part = turn_page(
        int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 1,
        size=ROWS_PER_PAGE,
        total=counts.get(show, 0) if show in Verdict.values else sum(counts.values()),
        url_of=lambda number: _url(file, show, number),
    )
    is_open = file.undone_at is None and not reason
    return {
        "file": file,
        "by": name_of_person(file.started_by),
        "files_url": reverse("payroll:files"),
        "take_url": reverse("payroll:take", args=[file.pk]),
        "take": _take_all(file, sure) if is_open and sure else None,
        "notices": [] if taken else [*_notices(reason), *_dates(file)],
        "columns": [{"label": WORDS[key], "heading": file.facts["columns"].get(key, "")} for key in MEANINGS],
        "chips": _chips(file, counts, show),
        "rows": [_row(row, file) for row in rows[part]],
        "page": page,
        "empty": Empty(title="No row is like that", text="Choose another of the words above."),
        "can_tick": is_open and bool(takeable),
        "taken": taken,
        "undo": _undo(file) if taken and file.undone_at is None else None,
        "discard": None if taken else _post("Discard", "payroll:discard", file, icon="close"),
    }


def _count(file: PayrollFile) -> dict[str, Mapping[str, Any]]:
    """By verdict how many rows there are, how many were taken, how many still can be, and how many of those are in no
    doubt. One statement."""
    can_be = Q(verdict__in=TAKEABLE, taken_at__isnull=True)
    rows = file.rows.order_by().values("verdict")
    found = rows.annotate(
        rows=Count("pk"),
        taken=Count("pk", filter=Q(taken_at__isnull=False)),
        takeable=Count("pk", filter=can_be),
        sure=Count("pk", filter=can_be & Q(is_doubtful=False)),
    )
    return {each["verdict"]: each for each in found}


def _shown(file: PayrollFile, show: str) -> QuerySet[PayrollRow]:
    rows: QuerySet[PayrollRow] = file.rows.order_by("number")
    return rows.filter(verdict=show) if show in Verdict.values else rows


def _url(file: PayrollFile, show: str, number: int = 1) -> str:
    query = [f"show={show}"] if show else []
    query += [f"page={number}"] if number > 1 else []
    return f"{reverse('payroll:file', args=[file.pk])}{'?' if query else ''}{'&'.join(query)}"


def _chips(file: PayrollFile, counts: Mapping[str, int], show: str) -> list[dict[str, Any]]:
    chips = [("", "All", sum(counts.values()))]
    chips += [(verdict.value, str(verdict.label), counts.get(verdict, 0)) for verdict in Verdict]
    return [
        {"key": key, "label": label, "count": count, "url": _url(file, key), "is_current": key == show}
        for key, label, count in chips
        if count or not key
    ]


def _dates(file: PayrollFile) -> list[Notice]:
    """An order of day and month that was not told has to be seen: it may move cost to another month."""
    if file.facts.get("is_order_certain"):
        return []
    read = "3 April" if file.facts.get("order") == "day" else "4 March"
    return [Notice(severity="info", title=f"Where a date is written like 03/04/2026, it is read as {read} 2026.")]


def _row(row: PayrollRow, file: PayrollFile) -> dict[str, Any]:
    severity, icon = ICONS[Verdict(row.verdict)]
    is_taken = row.taken_at is not None
    return {
        "id": row.pk,
        "number": row.number,
        "employee": row.employee or "Nobody named",
        "worked_on": row.worked_on,
        "project": row.project,
        "code": row.code or "No code",
        "pay_type": row.pay_type,
        "hours": row.hours,
        "rate": _show_rate(row.rate),
        "amount": row.amount,
        "severity": "unsure" if row.is_doubtful and not is_taken else severity,
        "icon": icon,
        "label": ("Undone" if file.undone_at else "Taken") if is_taken else Verdict(row.verdict).label,
        "reasons": row.reasons,
        "can_tick": row.verdict in TAKEABLE and not is_taken and file.undone_at is None,
    }


def _show_rate(rate: Decimal | None) -> str:
    """Two places at least; a rate may have more, and they count."""
    if rate is None:
        return ""
    exact = f"{rate.normalize():f}"
    return exact if len(exact.partition(".")[2]) > 2 else f"{rate:.2f}"


def _take_all(file: PayrollFile, count: int) -> Action:
    label = "Take the row" if count == 1 else f"Take all {count:,} rows"
    return _post(label, "payroll:take", file, icon="check", variant="main", fields={"all": "1"})


def _undo(file: PayrollFile) -> Action:
    return _post("Undo", "payroll:undo", file, icon="undo")


def _post(label: str, name: str, file: PayrollFile, **more: Any) -> Action:
    return Action(label=label, url=reverse(name, args=[file.pk]), method="post", **more)

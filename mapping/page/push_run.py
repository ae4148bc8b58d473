"""The page of a push of many rows: what it would do, how far it is, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from connectors.probe import books_of
from connectors.qbo import resources as qbo
from mapping.candidates import all_rows
from mapping.models import MappingRun, RunRow
from mapping.page.company_first import map_company
from mapping.page.frame import Frame
from mapping.page.importing import name_of_person
from mapping.page.push_options import needed_defaults, options_context
from mapping.page.query import ListQuery, read_page, url_of
from mapping.page.run_rows import search_rows, turn_rows
from mapping.page.words import context_of
from mapping.pushing.namesakes import is_linking
from mapping.pushing.runs import OPEN_STATES
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey, side_named
from smoothx.lib.shapes import Action, Empty, Notice, Page, Progress

# Classes and locations together; QuickBooks publishes it for Plus alone, and it is unverified.
MOST_CLASSES = {"QuickBooks Online Plus": 40}
IS_SENT = Q(verdict="create", is_chosen=True)
# The other side has the row: surely, or a person has to say.
THERE = ("exists", "unsure")


@dataclass(frozen=True, slots=True)
class Show:
    """One group of rows: its key in the address, its name, the icon and which rows are in it."""

    key: str
    label: str
    icon: str
    severity: str
    rows: Q


BEFORE = (
    Show("create", "To create", "push", "info", IS_SENT),
    Show("near", "May be the same", "question", "warn", Q(verdict="near")),
    Show("out", "Left out", "slash", "info", Q(verdict="create", is_chosen=False)),
    Show("exists", "Exist already", "link", "warn", Q(verdict="exists") & ~Q(state=RunRow.State.DONE)),
    Show("unsure", "May exist already", "question", "warn", Q(verdict="unsure") & ~Q(state=RunRow.State.DONE)),
    Show("linked", "Linked", "check", "info", Q(verdict__in=THERE, state=RunRow.State.DONE)),
    Show("clash", "Name in use", "triangle", "warn", Q(verdict="clash")),
    Show("same", "Same name twice", "triangle", "warn", Q(verdict="same")),
    Show("waits", "Customer field empty", "clock", "wait", Q(verdict="waits")),
    Show("unmapped", "Company not mapped", "clock", "wait", Q(verdict="unmapped")),
    Show("vendor", "Company is a vendor", "triangle", "warn", Q(verdict="vendor")),
    Show("invalid", "Cannot be pushed", "octagon", "bad", Q(verdict="invalid")),
    Show("division", "Divisions", "slash", "info", Q(verdict="division")),
)
AFTER = (
    Show("open", "Waiting", "clock", "wait", IS_SENT & Q(state__in=OPEN_STATES)),
    Show("failed", "Not created", "octagon", "bad", IS_SENT & Q(state=RunRow.State.FAILED)),
    Show("done", "Created", "check", "info", IS_SENT & Q(state=RunRow.State.DONE)),
    Show("skipped", "Not needed", "slash", "info", IS_SENT & Q(state=RunRow.State.LEFT_OUT)),
    *BEFORE[1:],
)


@dataclass(frozen=True, slots=True)
class RunQuery:
    show: str = ""
    search: str = ""
    page: int = 1


def read_run_query(values: Any) -> RunQuery:
    search = str(values.get("q", "")).strip()[:200]
    return RunQuery(str(values.get("show", ""))[:20], search, read_page(values.get("page", "")))


def rows_shown(run: MappingRun, query: RunQuery, counts: dict[str, int] | None = None) -> QuerySet[RunRow]:
    """All rows of the group and search asked for. `counts` are those of `count_groups`, if at hand."""
    show = _current(run, query, count_groups(run) if counts is None else counts)
    return search_rows(RunRow.objects.filter(show.rows, run=run), query.search)


def count_groups(run: MappingRun) -> dict[str, int]:
    """How many rows each group has, in one statement."""
    rows = RunRow.objects.filter(run=run)
    counts: dict[str, int] = rows.aggregate(**{show.key: Count("pk", filter=show.rows) for show in _groups(run)})
    return counts


def run_context(frame: Frame, run: MappingRun, query: RunQuery) -> dict[str, Any]:
    """What mapping/push_run.html reads."""
    side = side_named(run.side)
    is_preview = run.state == MappingRun.State.PREVIEW
    is_looking = run.state == MappingRun.State.WAITING
    context: dict[str, Any] = {
        "run": run,
        "section": frame.section,
        "home_url": url_of(frame.section, ListQuery(tab=side)),
        "title": _title(frame, side),
        "by": name_of_person(run.started_by),
        "is_preview": is_preview,
        "progress": _progress(run, side),
        "is_moving": run.state in (MappingRun.State.WAITING, MappingRun.State.RUNNING),
        "can_change": frame.can_change,
    }
    if is_looking:
        return context
    counts = count_groups(run)
    rows, page = _page(run, query, counts)
    other = SIDE_LABELS[OTHER_SIDE[side]]
    twins = _twins(frame, rows)
    return context | {
        "notices": [*needed_defaults(frame, run, counts["invalid"]), *_notices(frame, run, counts)],
        "actions": _actions(run, counts) if frame.can_change else [],
        "chips": _chips(run, query, counts),
        "query": query,
        "rows": [_row(frame, run, row, twins) for row in rows],
        "page": page,
        "empty": None if rows else _empty(run, query),
        "options": options_context(frame, run) if is_preview and frame.can_change else None,
        "bulk": _bulk(run, query, counts) if is_preview and frame.can_change else [],
        "act_url": act_url(run, "choose"),
        "side": side,
        "other": other,
    }


def class_warning(frame: Frame, more: int) -> list[str]:
    """That QuickBooks' edition may not hold `more` classes beside what it has; empty while it does."""
    connection = frame.connection("quickbooks")
    books = books_of(connection) if connection else None
    most = MOST_CLASSES.get(books.edition, 0) if books else 0
    if frame.section.push_to != "class" or not most:
        return []
    lists = [qbo.CLASSES.key, qbo.DEPARTMENTS.key]
    have = all_rows().filter(connection=connection, resource__in=lists, is_active=True).count()
    if have + more <= most:
        return []
    edition = books.edition if books else "QuickBooks"
    return [f"{edition} holds about {most} classes and locations together. It has {have}, and this adds {more}."]


def act_url(run: MappingRun, act: str) -> str:
    return reverse("mapping:push_act", args=[run.pk, act])


def _title(frame: Frame, side: SideKey) -> str:
    if frame.section.push_to == "sub-customer":
        return f"Create projects in {SIDE_LABELS[OTHER_SIDE[side]]}"
    nouns = frame.section.left_noun_plural if side == "procore" else "contacts"
    return f"Push {nouns} to {SIDE_LABELS[OTHER_SIDE[side]]}"


def _progress(run: MappingRun, side: SideKey) -> Progress | None:
    if run.state == MappingRun.State.WAITING:
        return Progress(label="Looking through the rows", done=0)
    if is_linking(run):
        return Progress(label="Linking what exists", done=run.done, total=run.expected)
    if run.state == MappingRun.State.RUNNING:
        return Progress(label=f"Creating in {SIDE_LABELS[OTHER_SIDE[side]]}", done=run.done, total=run.expected)
    return None


def _groups(run: MappingRun) -> tuple[Show, ...]:
    return BEFORE if run.state == MappingRun.State.PREVIEW or is_linking(run) else AFTER


def _current(run: MappingRun, query: RunQuery, counts: dict[str, int]) -> Show:
    """The group asked for, else the first that has rows."""
    groups = _groups(run)
    asked = next((show for show in groups if show.key == query.show), None)
    return asked or next((show for show in groups if counts[show.key]), groups[0])


def _chips(run: MappingRun, query: RunQuery, counts: dict[str, int]) -> list[dict[str, Any]]:
    current = _current(run, query, counts)
    return [
        {
            "key": show.key,
            "label": show.label,
            "icon": show.icon,
            "count": counts[show.key],
            "url": run_url(run, show=show.key, search=query.search),
            "is_current": show == current,
        }
        for show in _groups(run)
        if counts[show.key] or show == current
    ]


def run_url(run: MappingRun, *, show: str = "", search: str = "", page: int = 1) -> str:
    values = {"show": show, "q": search, "page": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in values.items() if value})
    path = reverse("mapping:push_run", args=[run.pk])
    return f"{path}?{query}" if query else path


def _page(run: MappingRun, query: RunQuery, counts: dict[str, int]) -> tuple[list[RunRow], Page]:
    rows = rows_shown(run, query, counts)
    total = None if query.search else counts[_current(run, query, counts).key]
    return turn_rows(
        rows, query.page, total, lambda number: run_url(run, show=query.show, search=query.search, page=number)
    )


def _twins(frame: Frame, rows: list[RunRow]) -> dict[int, str]:
    """By its key, what the other side says of a row that is there, to be compared before it is linked."""
    wanted = [row.data["twin"] for row in rows if row.data.get("twin")]
    found = all_rows().filter(pk__in=wanted) if wanted else ()
    return {row.pk: context_of(row, frame.section) for row in found}


def _row(frame: Frame, run: MappingRun, row: RunRow, twins: Mapping[int, str]) -> dict[str, Any]:
    show = next(each for each in _groups(run) if _is_in(each, row))
    name, twin = row.data.get("name", ""), row.data.get("twin")
    made = ", ".join(str(value) for _, value in row.data.get("facts", ()) if value != name)
    link = None
    if row.verdict in THERE and row.state != RunRow.State.DONE and frame.can_change and twin:
        link = Action(
            label="Link it", url=act_url(run, "link"), method="post", icon="link", fields={"id": str(row.pk)}
        )
    elif row.verdict == "near" and frame.can_change:
        query = ListQuery(tab=side_named(run.side), search=row.data["subject"])
        link = Action(label="Look at the match", url=url_of(frame.section, query), icon="link")
    elif frame.can_change:
        link = map_company(row.verdict, row.data.get("subject", ""))
    return {
        "id": str(row.pk),
        "number": row.number,
        "label": row.label,
        "name": name,
        "facts": twins.get(twin, "") if twin else made,
        "state": show.label if row.state != RunRow.State.DONE or row.verdict == "create" else "Linked",
        "icon": show.icon,
        "severity": show.severity,
        "reason": row.reason,
        "near": row.data.get("near", ""),
        "link": link,
    }


def _is_in(show: Show, row: RunRow) -> bool:
    """`show.rows` for a row at hand."""
    is_sent = row.verdict == "create" and row.is_chosen
    match show.key:
        case "create":
            return is_sent
        case "out":
            return row.verdict == "create" and not row.is_chosen
        case "open":
            return is_sent and row.state in OPEN_STATES
        case "failed" | "done" | "skipped":
            states = {"failed": RunRow.State.FAILED, "done": RunRow.State.DONE, "skipped": RunRow.State.LEFT_OUT}
            return is_sent and row.state == states[show.key]
        case "linked":
            return row.verdict in THERE and row.state == RunRow.State.DONE
        case "exists" | "unsure":
            return row.verdict == show.key and row.state != RunRow.State.DONE
        case _:
            return row.verdict == show.key


def _notices(frame: Frame, run: MappingRun, counts: dict[str, int]) -> list[Notice]:
    found = []
    if run.state == MappingRun.State.PREVIEW:
        found += [Notice(severity="info", title="Linking ended", text=run.message)] if run.message else []
        found += [
            Notice(severity="warn", title="QuickBooks may not hold them all", text=text)
            for text in class_warning(frame, counts["create"])
        ]
    if run.state == MappingRun.State.FAILED:
        title = f"{run.done:,} of {run.expected:,} rows are through"
        found.append(Notice(severity="warn", title=title, text=run.message))
    if run.state == MappingRun.State.DONE and counts["done"]:
        title = f"{counts['done']:,} created and linked"
        found.append(Notice(severity="info", title=title, text="Their rows moved to Mapped."))
    if run.state == MappingRun.State.DONE and counts["failed"]:
        noun = "row was" if counts["failed"] == 1 else "rows were"
        found.append(
            Notice(severity="bad", title=f"{counts['failed']:,} {noun} not created", text="Each says why, below.")
        )
    return found


def _actions(run: MappingRun, counts: dict[str, int]) -> list[Action]:
    def post(act: str, label: str, icon: str = "", variant: Any = "", **fields: str) -> Action:
        return Action(label=label, url=act_url(run, act), method="post", icon=icon, variant=variant, fields=fields)

    match run.state:
        case MappingRun.State.PREVIEW:
            link = (
                [
                    post(
                        "link",
                        f"Link the {counts['exists']:,} that exist{'s' if counts['exists'] == 1 else ''}",
                        "link",
                    )
                ]
                if counts["exists"]
                else []
            )
            create = (
                [post("confirm", f"Create {counts['create']:,} and link", "push", "main")] if counts["create"] else []
            )
            # The form with what can be chosen has this button itself, where there is one.
            again = [post("change", "Look again", "refresh")] if counts["invalid"] and not counts["create"] else []
            return [*link, *again, *create]
        case MappingRun.State.RUNNING:
            return [post("stop", "Stop", "pause")]
        case MappingRun.State.FAILED:
            more = [post("resume", f"Go on with {counts['open']:,}", "push", "main")] if counts["open"] else []
            return [*_retry(post, counts), *more]
        case _:
            return _retry(post, counts)


def _retry(post: Any, counts: dict[str, int]) -> list[Action]:
    return [post("resume", f"Try {counts['failed']:,} again", "refresh", failed="1")] if counts["failed"] else []


def _bulk(run: MappingRun, query: RunQuery, counts: dict[str, int]) -> list[dict[str, str]]:
    current = _current(run, query, counts).key
    if current == "create":
        return [{"label": "Leave out", "icon": "slash", "value": "leave"}]
    return [{"label": "Take in", "icon": "check", "value": "take"}] if current in ("out", "near") else []


def _empty(run: MappingRun, query: RunQuery) -> Empty:
    if query.search:
        clear = Action(label="Clear the search", url=run_url(run, show=query.show))
        return Empty(title="Nothing fits", text="No row fits this search.", action=clear, icon="search")
    return Empty(title="No rows here", text="The other groups hold the rows of this push.", icon="pair")

"""The rows of an import: which the page shows, and how each is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from mapping.imports.rows import SHEET_STEP
from mapping.imports.verdicts import CHOOSABLE, VERDICTS, spell_outcome
from mapping.models import MappingRun, RunRow
from mapping.page.query import read_page
from mapping.page.run_rows import search_rows, turn_rows
from smoothx.lib.shapes import Page

MANY = ("done", "out", "problems")
GROUPS = {"ready": "check", "ask": "question", "kept": "minus", "error": "octagon"}
SEVERITIES = {"ready": "info", "ask": "unsure", "kept": "info", "error": "bad"}


@dataclass(frozen=True, slots=True)
class RowsQuery:
    """`show` is a verdict, or one of MANY: rows that were linked, that are not taken in, that cannot be linked."""

    search: str = ""
    show: str = ""
    page: int = 1

    def url(self, **changes: Any) -> str:
        values = {"q": self.search, "show": self.show, "page": 1, **changes}
        given = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
        return f"?{urlencode(given)}"


def read_rows_query(values: Mapping[str, Any]) -> RowsQuery:
    show = str(values.get("show", ""))
    return RowsQuery(
        search=str(values.get("q", "")).strip()[:200],
        show=show if show in VERDICTS or show in MANY else "",
        page=read_page(values.get("page", "")),
    )


def filter_rows(rows: QuerySet[RunRow], query: RowsQuery) -> QuerySet[RunRow]:
    if query.show == "problems":
        rows = rows.filter(verdict__in=[code for code, verdict in VERDICTS.items() if verdict.group == "error"])
    elif query.show == "out":
        rows = rows.filter(verdict__in=CHOOSABLE, is_chosen=False)
    elif query.show == "done":
        rows = rows.filter(verdict__in=CHOOSABLE, state=RunRow.State.DONE)
    elif query.show:
        rows = rows.filter(verdict=query.show)
    return search_rows(rows, query.search)


def count_shown(counts: Mapping[str, tuple[int, int]], query: RowsQuery) -> int | None:
    """How many rows the filter shows, from the counts by verdict; None where only the database can say."""
    if query.search or query.show in ("done", "out"):
        return None
    shown = [code for code in counts if _is_shown(code, query.show)]
    return sum(counts[code][0] for code in shown)


def _is_shown(code: str, show: str) -> bool:
    if show == "problems":
        return code in VERDICTS and VERDICTS[code].group == "error"
    return show in ("", code)


def list_rows(run: MappingRun, query: RowsQuery, *, total: int | None) -> tuple[list[dict[str, Any]], Page]:
    """The rows of the page in force. `total` is how many the filter shows, where that is known."""
    shown = filter_rows(RunRow.objects.filter(run=run).exclude(verdict=""), query)
    rows, page = turn_rows(shown, query.page, total, lambda number: query.url(page=number))
    return [_row(row, run) for row in rows], page


def _row(row: RunRow, run: MappingRun) -> dict[str, Any]:
    verdict = VERDICTS.get(row.verdict)
    group = verdict.group if verdict else "kept"
    is_choosable = row.verdict in CHOOSABLE
    is_out = row.state == RunRow.State.LEFT_OUT or (_is_finished(run) and is_choosable and not row.is_chosen)
    return {
        "id": str(row.pk),
        "number": row.number % SHEET_STEP,
        "left": row.data.get("left") or row.data.get("text") or row.label,
        "is_known": bool(row.data.get("left")),
        "right": row.data.get("right") or "",
        "label": _label(row, run, is_out=is_out),
        "icon": "slash" if is_out else GROUPS[group],
        "severity": "info" if is_out else SEVERITIES[group],
        "reason": row.reason,
        "is_choosable": is_choosable,
        "is_chosen": row.is_chosen,
    }


def _label(row: RunRow, run: MappingRun, *, is_out: bool) -> str:
    is_finished = _is_finished(run)
    is_linked, is_undone = row.state == RunRow.State.DONE, run.undone_at is not None
    label = spell_outcome(row.verdict, is_finished=is_finished, is_linked=is_linked, is_undone=is_undone)
    return f"{label}, left out" if is_out and not is_finished else label


def _is_finished(run: MappingRun) -> bool:
    return bool(run.state == MappingRun.State.DONE)

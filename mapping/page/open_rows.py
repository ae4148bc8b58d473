"""The unmapped rows of one side: which they are, in which order, and what fits them best on the other side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from mapping.automap.best import find_matches
from mapping.candidates import all_rows, left_rows, linked_left, linked_right, right_fits
from mapping.counts.kept import Listed
from mapping.counts.merging import count_and_merge, union_of
from mapping.left_out import left_out
from mapping.models import RemoteItem
from mapping.page.far import is_far, read_far
from mapping.page.frame import Frame
from mapping.page.inherited import in_project, load_code_facts, project_choices
from mapping.page.listing import IN_ORDER, ordered_rows, read_slice, rows_by_key, turn, turn_counted
from mapping.page.matcher import open_parts, open_rows
from mapping.page.open_row import may_push, show_row
from mapping.page.query import matches
from mapping.page.rank_order import read_ranked
from mapping.page.ranked import Ranked
from mapping.pushing import pushes
from mapping.sides import SideKey
from mapping.signals import count_waiting
from smoothx.lib.shapes import Page

Rows = QuerySet[RemoteItem]


def count_open(frame: Frame, side: SideKey) -> int:
    """How many `open_rows` there are, as the page has counted them already."""
    if side == "quickbooks":
        return frame.facts.rights_open
    # Divisions that can be mapped are rows of the list as well, though not codes to be covered.
    return frame.coverage.unmapped + len(frame.tree.open)


def filter_rows(frame: Frame, side: SideKey, waiting: Mapping[str, int]) -> Rows:
    """The rows the address asks for."""
    show = frame.query.show
    rows = open_rows(frame, side) if _is_plain(frame, side) else _shown(frame, side, show, waiting)
    rows = in_project(rows, show)
    return rows.filter(matches(frame.query.search)) if frame.query.search else rows


def _is_plain(frame: Frame, side: SideKey) -> bool:
    """All unmapped rows, or those of one list."""
    return frame.query.show not in ("waiting", "inactive", "left_out") or frame.connection(side) is None


def _parts(frame: Frame, side: SideKey, waiting: Mapping[str, int]) -> list[Rows]:
    """The rows the address asks for, each of the vendor's lists by itself."""
    show = frame.query.show
    if not _is_plain(frame, side):
        parts = [_shown(frame, side, show, waiting)]
    elif side == "quickbooks" and show in frame.kind_keys:
        parts = [open_parts(frame, side)[frame.kind_keys.index(show)]]
    else:
        parts = [in_project(part, show) for part in open_parts(frame, side)]
    return [part.filter(matches(frame.query.search)) for part in parts] if frame.query.search else parts


def _shown(frame: Frame, side: SideKey, show: str, waiting: Mapping[str, int]) -> Rows:
    connection, kinds = frame.sides.need(side), frame.section.kinds
    if side == "procore":
        rows = left_rows(kinds[0], connection).filter(~linked_left(kinds, connection))
        if show == "left_out":
            return rows.filter(left_out(frame.section, connection))
        # An inactive company's old invoices wait as well.
        return rows.filter(remote_id__in=list(waiting)) if show == "waiting" else rows.filter(is_active=False)
    fits = Q(pk__in=[])
    for kind in kinds:
        fits |= right_fits(kind) & ~linked_right([kind], connection)
    return all_rows().filter(fits, connection=connection, is_active=False)


def show_choices(frame: Frame, side: SideKey, total: int) -> list[tuple[str, str]]:
    """(value, label) of the filter."""
    choices = [("", f"All {total:,}")]
    if side == "procore":
        choices += [("waiting", "With documents waiting"), ("left_out", "Left out"), *project_choices(frame)]
    elif len(frame.section.kinds) > 1:
        choices += [(kind.key, kind.label) for kind in frame.section.kinds]
    return [*choices, ("inactive", "Inactive")]


def load_waiting(frame: Frame) -> dict[str, int]:
    """Documents that wait for each Procore row, by its id."""
    waiting: dict[str, int] = defaultdict(int)
    for (_, left_id), count in count_waiting(frame.kind_keys).items():
        waiting[left_id] += count
    return dict(waiting)


def list_open(frame: Frame, side: SideKey, total: int) -> tuple[list[dict[str, Any]], Page]:
    """The rows of the page in force, ready for the template. `total` is the count of all open rows."""
    waiting = load_waiting(frame) if side == "procore" else {}
    page, found = _turn(frame, side, waiting, total)
    best = find_matches(frame.section, frame.sides, side, found)
    may = bool(found) and may_push(frame, side)
    states = pushes.states(frame.section, side, [row.remote_id for row in found]) if may else {}
    is_left_out = frame.query.show == "left_out"
    codes = load_code_facts(frame, found) if side == "procore" else {}
    rows = [
        show_row(row, frame, side, waiting.get(row.remote_id, 0), best.get(row.pk), states, is_left_out=is_left_out)
        | codes.get(row.remote_id, {})
        for row in found
    ]
    return rows, page


def _turn(frame: Frame, side: SideKey, waiting: Mapping[str, int], total: int) -> tuple[Page, list[RemoteItem]]:
    """The page in force and its rows."""
    order, ranked = _order(frame, side), _ranked(frame, side, waiting)
    if not frame.query.is_filtered:
        page, shown = turn(frame, total)
        return page, _read(frame, _parts(frame, side, waiting), order, ranked, total, shown)
    ranks = ranked.read_all() if ranked is not None else None
    count = partial(count_and_merge, _parts(frame, side, waiting), IN_ORDER[order], ranked=ranks)
    page, keys = turn_counted(frame, partial(count, is_descending=frame.query.is_descending))
    return page, rows_by_key(keys)


def _read(
    frame: Frame, parts: list[Rows], order: str, ranked: Ranked | None, count: int, shown: slice
) -> list[RemoteItem]:
    if ranked is not None:
        return read_ranked(parts, order, ranked, count, shown, is_descending=frame.query.is_descending)
    if is_far(shown, count):
        columns = IN_ORDER[order]
        text, values = union_of([part.order_by().values_list(*columns) for part in parts])
        return rows_by_key(read_far(frame, Listed(text, values, len(columns)), shown, count))
    return read_slice(ordered_rows(parts, order), shown, count, is_descending=frame.query.is_descending)


def _ranked(frame: Frame, side: SideKey, waiting: Mapping[str, int]) -> Ranked | None:
    """The rows that go before the others in the order asked for; None where it is the order of the list."""
    if frame.query.sort == "score" and frame.section.can_automap:
        return frame.facts.best if side == "procore" else frame.best_rights
    if frame.query.sort == "waiting" and waiting:
        return _rank_waiting(_parts(frame, side, waiting)[0], waiting)
    return None


def _rank_waiting(rows: Rows, waiting: Mapping[str, int]) -> Ranked:
    found = rows.filter(remote_id__in=list(waiting)).values_list("remote_id", "sort_name", "pk")
    keys = [pk for _, _, pk in sorted(found, key=lambda row: (-waiting[row[0]], *row[1:]))]
    return Ranked(len(keys), tuple(keys))


def _order(frame: Frame, side: SideKey) -> str:
    return "code" if frame.section.kinds[0].by_code and side == "procore" else "name"

"""The unmapped rows of one side: which they are, in which order, and what fits them best on the other side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.urls import reverse

from mapping import pushes
from mapping.candidates import all_rows, left_rows, linked_left, linked_right, right_fits
from mapping.divisions import descendants
from mapping.models import RemoteItem
from mapping.page.frame import PAGE_SIZE, Frame
from mapping.page.matcher import Matcher, open_rows
from mapping.page.query import matches, url_of
from mapping.page.words import context_of, name_of, role_label
from mapping.sides import SideKey
from mapping.signals import count_waiting
from mapping.suggest import Suggestion
from smoothx.lib.shapes import Page, turn_page

Rows = QuerySet[RemoteItem]

# Scores are worked out when the page is opened, so a longer list is not offered in their order.
MOST_TO_ORDER_BY_SCORE = 1500


def count_open(frame: Frame, side: SideKey) -> int:
    """How many `open_rows` there are; Procore's are known from what the page has loaded already."""
    if side == "procore" and frame.code_kind is not None:
        return len(frame.tree.open_ids(frame.code_kind))
    if side == "procore":
        return frame.coverage.unmapped
    return open_rows(frame, side).count()


def filter_rows(frame: Frame, side: SideKey, waiting: Mapping[str, int]) -> Rows:
    """The rows the address asks for."""
    rows = _show(frame, side, waiting)
    return rows.filter(matches(frame.query.search)) if frame.query.search else rows


def _show(frame: Frame, side: SideKey, waiting: Mapping[str, int]) -> Rows:
    show, connection = frame.query.show, frame.connection(side)
    rows = open_rows(frame, side)
    if show == "waiting" and side == "procore" and connection is not None:
        # An inactive company's old invoices wait as well.
        left = left_rows(frame.section.kinds[0], connection)
        return left.filter(~linked_left(frame.section.kinds, connection), remote_id__in=list(waiting))
    if show == "inactive" and connection is not None:
        return _inactive(frame, side)
    if show in frame.kind_keys and side == "quickbooks":
        kind = next(kind for kind in frame.section.kinds if kind.key == show)
        return rows.filter(resource=kind.right.key)
    return rows


def _inactive(frame: Frame, side: SideKey) -> Rows:
    connection = frame.sides.need(side)
    kinds = frame.section.kinds
    if side == "procore":
        return left_rows(kinds[0], connection).filter(~linked_left(kinds, connection), is_active=False)
    fits = Q()
    for kind in kinds:
        fits |= right_fits(kind) & ~linked_right([kind], connection)
    return all_rows().filter(fits, connection=connection, is_active=False)


def show_choices(frame: Frame, side: SideKey, total: int) -> list[tuple[str, str]]:
    """(value, label) of the filter."""
    choices = [("", f"All {total}")]
    if side == "procore":
        choices.append(("waiting", "With documents waiting"))
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
    rows = filter_rows(frame, side, waiting)
    count = rows.count() if frame.query.is_filtered else total
    page, shown = turn_page(
        frame.query.page,
        size=PAGE_SIZE,
        total=count,
        url_of=lambda number: url_of(frame.section, frame.query, page=number),
    )
    matcher = Matcher(frame, side)
    if frame.query.sort == "score" and count <= MOST_TO_ORDER_BY_SCORE:
        found = _order_by_score(list(rows), matcher, frame.query.is_descending)[shown]
    else:
        found = list(_order(rows, frame, waiting)[shown])
    best = matcher.match(found)
    states = pushes.states(frame.section, side) if _may_push(frame, side) else {}
    return [_row(row, frame, side, waiting, best.get(row.pk), states) for row in found], page


def _order(rows: Rows, frame: Frame, waiting: Mapping[str, int]) -> Rows:
    by_name = (Lower("name"), "pk") if frame.code_kind is None else ("code", "name", "pk")
    query = frame.query
    if query.sort == "waiting" and waiting:
        cases = [When(remote_id=remote_id, then=Value(count)) for remote_id, count in waiting.items()]
        rows = rows.annotate(waiting=Case(*cases, default=Value(0), output_field=IntegerField()))
        return rows.order_by("-waiting" if query.is_descending else "waiting", *by_name)
    ordered = rows.order_by(*by_name)
    return ordered.reverse() if query.sort == "name" and query.is_descending else ordered


def _order_by_score(rows: Sequence[RemoteItem], matcher: Matcher, is_descending: bool) -> list[RemoteItem]:
    best = matcher.match(rows)
    scores = {row.pk: best[row.pk][1].score if row.pk in best else 0 for row in rows}
    sign = -1 if is_descending else 1
    return sorted(rows, key=lambda row: (sign * scores[row.pk], row.name.lower(), row.pk))


def _row(
    row: RemoteItem,
    frame: Frame,
    side: SideKey,
    waiting: Mapping[str, int],
    best: tuple[str, Suggestion] | None,
    states: Mapping[tuple[pushes.Role, str], pushes.PushState],
) -> dict[str, Any]:
    state = _push_state(row, states)
    return {
        "id": str(row.pk),
        "name": name_of(row),
        "context": _context(row, frame),
        "waiting": waiting.get(row.remote_id, 0),
        "suggestion": {"name": best[0], "score": best[1].score, "reason": best[1].reason} if best else None,
        "link_url": reverse("mapping:link", args=[frame.section.key, row.pk]) if frame.can_change else "",
        "push_url": _push_url(row, frame, side),
        "flag": _flag(row, side, state),
        "is_busy": state.is_busy,
    }


def _context(row: RemoteItem, frame: Frame) -> str:
    context = context_of(row, frame.section)
    if frame.code_kind is None or row.resource != frame.code_kind.left.key:
        return context
    below = len(descendants(row.remote_id, frame.children))
    return f"Division, covers the {below} code{'' if below == 1 else 's'} below it" if below else context


def _push_url(row: RemoteItem, frame: Frame, side: SideKey) -> str:
    if not row.is_active or not _may_push(frame, side):
        return ""
    return f"{reverse('mapping:push', args=[frame.section.key, side])}?id={row.pk}"


def _may_push(frame: Frame, side: SideKey) -> bool:
    allows = frame.section.can_push_left if side == "procore" else frame.section.can_push_right
    return allows and frame.can_change and pushes.is_possible()


def _push_state(row: RemoteItem, states: Mapping[tuple[pushes.Role, str], pushes.PushState]) -> pushes.PushState:
    """A company of Procore may be on its way as either; a QuickBooks contact is what it is."""
    roles: tuple[pushes.Role, ...] = pushes.ROLES
    if row.resource.startswith("qbo."):
        roles = ("vendor",) if role_label(row) == "Vendor" else ("customer",)
    found = [states[role, row.remote_id] for role in roles if (role, row.remote_id) in states]
    busy = [state for state in found if state.is_busy]
    return (busy or found or [pushes.PushState()])[0]


def _flag(row: RemoteItem, side: SideKey, state: pushes.PushState) -> dict[str, str] | None:
    if state.problem and not state.is_busy:
        return {"severity": "bad", "text": state.problem}
    if not row.is_active:
        where = "Procore" if side == "procore" else "QuickBooks"
        return {"severity": "warn", "text": f"Inactive in {where}"}
    return None

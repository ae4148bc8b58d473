"""The history page of a section: every pair linked or taken apart, newest first, and what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from mapping.counts.merging import merge
from mapping.models import Link, LinkChange, MappingRun
from mapping.page.query import address_of, read_page
from mapping.page.words import kind_label
from mapping.screens import Section
from smoothx.lib.shapes import Action, Choice, Empty, Page, turn_page

PAGE_SIZE = 50
SHOW_CHOICES = (("", "All"), ("linked", "Linked"), ("unlinked", "Unlinked"), *Link.ChosenBy.choices)
Changes = QuerySet[LinkChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """What the address asks for. `left` limits it to one Procore row, `run` to one run."""

    search: str = ""
    show: str = ""
    left: str = ""
    run: int = 0
    page: int = 1


def read_history_query(values: Mapping[str, str]) -> HistoryQuery:
    """Anything unknown is taken for its default."""
    run, page = values.get("run", ""), values.get("page", "")
    show = values.get("show", "")
    return HistoryQuery(
        search=values.get("q", "").strip()[:200],
        show=show if show in dict(SHOW_CHOICES) else "",
        left=values.get("left", "")[:120],
        run=int(run) if run.isdecimal() and len(run) < 19 else 0,
        page=read_page(page),
    )


def history_context(section: Section, query: HistoryQuery, *, can_change: bool) -> dict[str, Any]:
    """What mapping/history.html reads."""
    changes = _filter(section, query)
    page, shown = _turn(section, query, changes.count())
    found = _read(section, changes, shown)
    latest = _latest_of(found) if can_change else set()
    return {
        "rows": [_row(change, can_undo=change.pk in latest) for change in found],
        "page": page,
        "q": query.search,
        "hidden": {name: value for name, value in (("left", query.left), ("run", query.run or "")) if value},
        "choices": [Choice(value, label, value == query.show) for value, label in SHOW_CHOICES],
        "action": url_of_history(section),
        "about": _about(query, found),
        "run": _run(section, query, can_change=can_change),
        "empty": None if found else _empty(section, query),
    }


def url_of_history(section: Section, **values: Any) -> str:
    address = address_of("mapping:history", section.key)
    given = {name: value for name, value in values.items() if value}
    return f"{address}?{urlencode(given)}" if given else address


def _filter(section: Section, query: HistoryQuery) -> Changes:
    changes: Changes = LinkChange.objects.filter(kind__in=[kind.key for kind in section.kinds])
    if query.left:
        changes = changes.filter(left_id=query.left)
    if query.run:
        changes = changes.filter(run_id=query.run)
    if query.show in LinkChange.Action.values:
        changes = changes.filter(action=query.show)
    elif query.show:
        changes = changes.filter(chosen_by=query.show)
    for word in query.search.split():
        named = Q(left_name__icontains=word) | Q(right_name__icontains=word) | Q(actor__email__icontains=word)
        changes = changes.filter(named)
    return changes


def _read(section: Section, changes: Changes, shown: slice) -> list[LinkChange]:
    """Newest first. An index has the entries of each kind in this order, so that no more are read than the page."""
    by_kind = [changes.order_by().filter(kind=kind.key).values_list("at", "pk") for kind in section.kinds]
    keys = [pk for _, pk in merge(by_kind, ("-at", "-pk"), shown.start, shown.stop)]
    found = LinkChange.objects.select_related("actor", "run").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _turn(section: Section, query: HistoryQuery, total: int) -> tuple[Page, slice]:
    return turn_page(
        query.page,
        size=PAGE_SIZE,
        total=total,
        url_of=lambda number: url_of_history(
            section, q=query.search, show=query.show, left=query.left, run=query.run, page=number
        ),
    )


def _latest_of(changes: Sequence[LinkChange]) -> set[int]:
    """The newest entry of each Procore row among these: only that one can be taken back."""
    newest: dict[tuple[str, str], int] = {}
    wanted = {(change.kind, change.left_id) for change in changes}
    found = LinkChange.objects.filter(kind__in={kind for kind, _ in wanted}, left_id__in={left for _, left in wanted})
    for pk, kind, left_id in found.order_by("pk").values_list("pk", "kind", "left_id"):
        newest[kind, left_id] = pk
    return set(newest.values())


def _row(change: LinkChange, *, can_undo: bool) -> dict[str, Any]:
    undo = Action(label="Undo", url=reverse("mapping:undo", args=[change.pk]), method="post")
    return {
        "id": change.pk,
        "at": change.at,
        "what": change.get_action_display(),
        "left_name": change.left_name,
        "right_name": change.right_name,
        "right_kind": kind_label(change.kind),
        "how": _how(change),
        "reason": _say_reason(change.reason),
        "who": (change.actor.get_full_name() or change.actor.email) if change.actor else "Smoothx",
        "undo": undo if can_undo else None,
    }


def _say_reason(reason: str) -> str:
    """ "Same name, 100" is kept of a pair automap found: the last number is its score."""
    text, _, score = reason.rpartition(", ")
    return f"{text}. Score {score}" if text and score.isdecimal() else reason


def _how(change: LinkChange) -> str:
    """ "Automap", "By hand"; taking something apart and taking it back are a person's own acts."""
    if change.undid_id:
        return "Undo"
    if change.run is not None and change.run.what in (MappingRun.What.IMPORT, MappingRun.What.PUSH):
        return str(change.run.get_what_display())
    return "By hand" if change.action == LinkChange.Action.UNLINKED else str(change.get_chosen_by_display())


def _about(query: HistoryQuery, found: Sequence[LinkChange]) -> str:
    """Whose history it is when it is one row's."""
    if not query.left:
        return ""
    return found[0].left_name if found else query.left


def _run(section: Section, query: HistoryQuery, *, can_change: bool) -> dict[str, Any] | None:
    """The run the list is limited to, with the button that takes all of it back."""
    run = MappingRun.objects.filter(pk=query.run, section=section.key).first() if query.run else None
    if run is None:
        return None
    undo = Action(label="Undo the run", url=reverse("mapping:undo_run", args=[run.pk]), method="post")
    return {"title": str(run.get_what_display()), "at": run.at, "undone_at": run.undone_at,
            "undo": undo if can_change and run.undone_at is None else None}  # fmt: skip


def _empty(section: Section, query: HistoryQuery) -> Empty:
    if query != HistoryQuery():
        clear = Action(label="Show all", url=url_of_history(section))
        return Empty(title="Nothing fits", text="No entry fits this search and filter.", action=clear, icon="search")
    return Empty(title="Nothing was linked yet", text="Every pair that is linked or taken apart is written here.")

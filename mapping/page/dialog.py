"""The link dialog and the question before an unlink: what their templates read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from mapping.kinds import MappingKind
from mapping.models import Link, RemoteItem
from mapping.page.mapped_rows import left_of, load_rows, right_of
from mapping.page.options import Chooser, list_others, list_suggested, make_options
from mapping.page.query import ListQuery, url_of
from mapping.page.words import context_of, name_of, nouns
from mapping.pushing import pushes
from mapping.screens import Section
from mapping.sides import SIDE_LABELS
from mapping.signals import OpenDocuments, count_waiting
from mapping.suggest import Suggestion
from smoothx.lib.shapes import Choice

MOST_TITLES = 6


def link_dialog(
    chooser: Chooser,
    *,
    search: str,
    chosen_kind: MappingKind | None,
    error: str = "",
    first: tuple[RemoteItem, Suggestion] | None = None,
) -> dict[str, Any]:
    """`dialog` of mapping/_dialog.html. `chooser.kinds` are narrowed to `chosen_kind` already.

    `first` goes before the rows that fit best, as long as nothing is searched for.
    """
    suggested = list_suggested(chooser, search)
    if first is not None and not search:
        suggested = [first, *(pair for pair in suggested if pair[0].pk != first[0].pk)]
    others, more = list_others(chooser, search, [row for row, _ in suggested])
    best, rest = make_options(chooser, suggested, others)
    url = reverse("mapping:link", args=[chooser.section.key, chooser.row.pk])
    waiting = count_waiting_for(chooser)
    return {
        "title": f"Link {name_of(chooser.row)}",
        "side": chooser.side,
        "noun": nouns(chooser.section, chooser.side)[0],
        "context": context_of(chooser.row, chooser.section),
        "waiting": waiting,
        "other_side": chooser.other_side,
        "other_nouns": nouns(chooser.section, chooser.other_side)[1],
        "action_url": url,
        "search_url": url,
        "q": search,
        "kinds": _kind_choices(chooser, chosen_kind),
        "suggestions": best,
        "others": rest,
        "others_label": _others_label(chooser, search, has_best=bool(best)),
        "more": more,
        "found": _found(len(best) + len(rest), more),
        "button": f"Link and release {waiting:,}" if waiting else "Link",
        "push": _push(chooser),
        "cancel_url": url_of(chooser.section, ListQuery(tab=chooser.side)),
        "error": error or None,
    }


def _found(count: int, more: str) -> str:
    """What a search found, for those who do not see it."""
    return f"{count or 'No'} row{'' if count == 1 else 's'}{f', {more} more' if more else ''}"


def count_waiting_for(chooser: Chooser) -> int:
    """Documents that linking this row would release."""
    if chooser.side == "quickbooks":
        return 0
    counts = count_waiting([kind.key for kind in chooser.section.kinds])
    return sum(count for (_, left_id), count in counts.items() if left_id == chooser.row.remote_id)


def unlink_question(link: Link, section: Section, documents: OpenDocuments, *, next_url: str) -> dict[str, Any]:
    """`confirm` of components/confirm.html."""
    rows = load_rows([link])
    left, right = left_of(link, rows), right_of(link, rows)
    left_name = name_of(left) if left else link.left_id
    right_name = name_of(right) if right else link.right_id
    titles = documents.titles[:MOST_TITLES]
    count = documents.count
    stopped = f"{count:,} document{'' if count == 1 else 's'}"
    return {
        "title": f"Unlink {left_name} from {right_name}",
        "text": f"{stopped} will stop until {left_name} is linked again." if count else "Nothing waits for this link.",
        "items": list(titles),
        "more": max(0, count - len(titles)) if titles else 0,
        "action_url": reverse("mapping:unlink", args=[section.key, link.pk]),
        "button": f"Unlink, stop {stopped}" if count else "Unlink",
        "variant": "bad" if count else "main",
        "cancel_url": next_url,
        "next": next_url,
    }


def _kind_choices(chooser: Chooser, chosen: MappingKind | None) -> Sequence[Choice]:
    """A Procore company may become either; a QuickBooks row is what it is."""
    kinds = chooser.section.kinds
    if chooser.side == "quickbooks" or len(kinds) < 2:
        return []
    all_of_them = Choice("", "All", chosen is None)
    return [all_of_them, *(Choice(kind.key, kind.label, chosen == kind) for kind in kinds)]


def _others_label(chooser: Chooser, search: str, *, has_best: bool) -> str:
    label = nouns(chooser.section, chooser.other_side)[1]
    if search:
        return f"{'Other ' if has_best else ''}{label} that contain “{search}”"
    return f"Other {label}" if has_best else label


def _push(chooser: Chooser) -> dict[str, str] | None:
    section, side = chooser.section, chooser.side
    allows = section.can_push_left if side == "procore" else section.can_push_right
    if not allows or not pushes.is_possible() or not chooser.row.is_active:
        return None
    url = f"{reverse('mapping:push', args=[section.key, side])}?id={chooser.row.pk}"
    return {"label": f"Push it to {SIDE_LABELS[chooser.other_side]}", "url": url}

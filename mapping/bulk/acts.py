"""What can be done to many rows at once, and what a person is told of it.

`values` name the rows: `ids`, or the `address` of a list that shows them all. `run` is that of the history where a
worker does it, None where one is to be made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from mapping.automap.reviewing import CountChanged, accept_above
from mapping.choices import load_defaults
from mapping.left_out import FallbackMissing, fallback_of, leave_out, take_back
from mapping.models import Link, MappingRun, RemoteItem
from mapping.page.frame import Frame
from mapping.page.link_order import all_links, filter_links
from mapping.page.matcher import open_rows
from mapping.page.open_rows import filter_rows, load_waiting
from mapping.page.query import ListQuery, read_address
from mapping.page.undone import count_pairs, tell_run
from mapping.page.words import name_of
from mapping.screens import SECTIONS, Section
from mapping.undo import AlreadyUndone, undo_run
from mapping.unlinking import unlink_many

# Why nothing was changed; each has a `sentence`.
REFUSALS = (AlreadyUndone, CountChanged, FallbackMissing)
Values = Mapping[str, Any]
# The lists that rows chosen by their ids are in.
MAPPED, OPEN, LEFT_OUT = ListQuery(tab="mapped"), ListQuery(tab="procore"), ListQuery(tab="procore", show="left_out")
# More rows than this do not fit into the address that takes them back.
MOST_UNDONE = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """`undo_url` is posted to take it back. `count` rows were changed: none, and `sentence` says what to do."""

    sentence: str
    count: int
    undo_url: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """`label` has the place of how many rows it is about. `do` raises one of REFUSALS, with nothing changed."""

    label: str
    do: Callable[[Section, Any, Values, MappingRun | None], Outcome]


def unlink(section: Section, actor: Any, values: Values, run: MappingRun | None) -> Outcome:
    run = unlink_many(choose_links(section, values), section, actor, run=run)
    return Outcome(f"{count_pairs(run.done)} unlinked", run.done, _undo_of(run))


def accept(section: Section, actor: Any, values: Values, run: MappingRun | None) -> Outcome:
    """All pairs at or above `least`, if they are still `expected`."""
    run = accept_above(section, values["least"], expected=values["expected"], actor=actor, run=run)
    left = run.options["left"]
    told = f"{count_pairs(run.linked)} linked" + (f", {left:,} left for you" if left else "")
    return Outcome(told, run.linked, _undo_of(run))


def undo(section: Section, actor: Any, values: Values, run: MappingRun | None) -> Outcome:
    """What the run `undone` did."""
    undone = undo_run(MappingRun.objects.get(pk=values["undone"], section=section.key), actor)
    return Outcome(tell_run(undone), undone.unlinked + undone.linked)


def leave(section: Section, actor: Any, values: Values, run: MappingRun | None) -> Outcome:
    frame = _frame_of(section, values, OPEN)
    waiting = load_waiting(frame)
    added = leave_out(section, list(_choose_open(frame, values)), actor)
    if not added:
        return Outcome("Choose at least one row that is not mapped yet.", 0)
    ids = "&".join(f"id={row.pk}" for row in added)
    undo_url = f"{reverse('mapping:take_back', args=[section.key])}?{ids}" if len(added) <= MOST_UNDONE else ""
    return Outcome(_tell_left_out(frame, added, waiting), len(added), undo_url)


def have_back(section: Section, actor: Any, values: Values, run: MappingRun | None) -> Outcome:
    frame = _frame_of(section, values, LEFT_OUT)
    back = take_back(section, list(_choose_left_out(frame, values)), actor)
    told = name_of(back[0]) if len(back) == 1 else f"{len(back):,} {section.left_noun_plural}"
    return Outcome(f"{told} {'is' if len(back) == 1 else 'are'} to be mapped again" if back else "", len(back))


ACTS: dict[str, Act] = {
    "unlink": Act("Unlinking {} pairs", unlink),
    "accept": Act("Linking {} pairs", accept),
    "undo": Act("Taking back {} changes", undo),
    "leave_out": Act("Leaving out {} rows", leave),
    "take_back": Act("Taking {} rows back into the list", have_back),
}


def describe(run: MappingRun) -> str:
    """What a run is at: "Unlinking 50,000 pairs"."""
    return ACTS[run.options["act"]].label.format(f"{run.expected or 0:,}")


def section_of_run(run: MappingRun) -> Section:
    return SECTIONS[run.section]


def choose_links(section: Section, values: Values) -> list[Link]:
    frame = _frame_of(section, values, MAPPED)
    return list(all_links(frame).filter(pk__in=values["ids"]) if "ids" in values else filter_links(frame))


def count_open(section: Section, values: Values) -> int:
    """How many rows `leave` is about."""
    return _choose_open(_frame_of(section, values, OPEN), values).count()


def count_left_out(section: Section, values: Values) -> int:
    """How many rows `have_back` is about."""
    return _choose_left_out(_frame_of(section, values, LEFT_OUT), values).count()


def _choose_open(frame: Frame, values: Values) -> QuerySet[RemoteItem]:
    if "ids" in values:
        return open_rows(frame, "procore").filter(pk__in=values["ids"])
    return filter_rows(frame, "procore", load_waiting(frame)).filter(is_active=True)


def _choose_left_out(frame: Frame, values: Values) -> QuerySet[RemoteItem]:
    rows = filter_rows(frame, "procore", {})
    return rows.filter(pk__in=values["ids"]) if "ids" in values else rows


def _frame_of(section: Section, values: Values, query: ListQuery) -> Frame:
    if "address" in values:
        query = read_address(values["address"], default_tab=query.tab)
    return Frame(section, query, can_change=True)


def _undo_of(run: MappingRun) -> str:
    return reverse("mapping:undo_run", args=[run.pk])


def _tell_left_out(frame: Frame, added: list[RemoteItem], waiting: Mapping[str, int]) -> str:
    """What is left out, what that means, and which documents it keeps waiting."""
    section, count = frame.section, len(added)
    subject = name_of(added[0]) if count == 1 else f"{count:,} {section.left_noun_plural}"
    told = f"{subject} {'is' if count == 1 else 'are'} left out"
    fallback = fallback_of(section)
    chosen = load_defaults(frame.sides.quickbooks).get(fallback) if fallback else None
    if fallback is not None and chosen is not None:
        return f"{told}. {'It uses' if count == 1 else 'They use'} {fallback.label}, {chosen.name}"
    stopped = sum(waiting.get(row.remote_id, 0) for row in added)
    if not stopped:
        return told
    documents = f"{stopped:,} document{'' if stopped == 1 else 's'}"
    stay, rows = "stays" if stopped == 1 else "stay", "it is" if count == 1 else "they are"
    return f"{told}. {documents} {stay} blocked until {rows} linked"

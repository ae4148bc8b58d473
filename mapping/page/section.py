"""A mapping page as a whole: what mapping/kind.html reads."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from django.urls import NoReverseMatch, reverse

from mapping.defaults import EXISTING_PROJECTS
from mapping.options.ways import OPTIONS
from mapping.page.frame import Frame
from mapping.page.importing import import_links
from mapping.page.inherited import is_override, project_choices
from mapping.page.mapped_rows import SHOW_CHOICES, list_mapped
from mapping.page.open_row import may_push
from mapping.page.open_rows import count_open, list_open, show_choices
from mapping.page.query import SORTS, ListQuery, Tab, section_url, sort_url, url_of
from mapping.page.refreshing import refresh_context
from mapping.page.review import automap_context, review_context
from mapping.page.words import SEARCH_HINTS, nouns
from mapping.screens import SECTIONS, Section
from mapping.sides import SIDE_LABELS, SideKey
from smoothx.lib.shapes import Action, Choice, Empty, Notice

# Their maps are what the four ways to map cost codes are made of.
BY_OPTION = {key for option in OPTIONS.values() for key in option.sections} | {"cost-types"}

TABS: tuple[tuple[Tab, str, SideKey | None], ...] = (
    ("mapped", "Mapped", None),
    ("procore", "Procore", "procore"),
    ("quickbooks", "QuickBooks", "quickbooks"),
)


def section_context(frame: Frame) -> dict[str, Any]:
    """Everything the page shows, for the tab, search, filter and order its address asks for."""
    counts: dict[Tab, int] = {
        "mapped": frame.count_mapped,
        "procore": count_open(frame, "procore"),
        "quickbooks": count_open(frame, "quickbooks"),
    }
    tab, side = frame.query.tab, frame.query.side
    total = counts[tab]
    rows, page = list_mapped(frame, total) if side is None else list_open(frame, side, total)
    refresh = refresh_context(frame, side)
    return {
        "kind": _kind(frame),
        **_menu(frame),
        "coverage": _coverage(frame),
        "problem": _problem(frame),
        "offer": _offer(frame, total),
        "imports": import_links(frame.section.key, can_change=frame.can_change),
        "tab": tab,
        "tabs": _tabs(frame, counts),
        "filters": _filters(frame, total),
        "sort": _sort(frame),
        "rows": rows,
        "page": page,
        "bulk": _bulk(frame, side),
        "bulk_url": _bulk_url(frame, side),
        "refresh": refresh,
        "automap": automap_context(frame),
        "empty": None if rows else _empty(frame, counts, was_read=bool(refresh and refresh["note"])),
    }


def review_page(frame: Frame, *, is_rejected: bool) -> dict[str, Any]:
    """Everything the page of pairs to decide on shows."""
    return {
        "kind": _kind(frame),
        **_menu(frame),
        "coverage": _coverage(frame),
        "home_url": section_url(frame.section),
        "accept_url": reverse("mapping:accept_above", args=[frame.section.key]),
        "review": review_context(frame, is_rejected=is_rejected),
    }


def default_tab(unmapped: int) -> Tab:
    """Where there is something left to map the page opens there."""
    return "procore" if unmapped else "mapped"


def defaults_url() -> str:
    """The page of defaults, empty where the project has none."""
    try:
        return reverse("settings:defaults")
    except NoReverseMatch:
        return ""


def _kind(frame: Frame) -> dict[str, Any]:
    left, lefts = nouns(frame.section, "procore")
    right, rights = nouns(frame.section, "quickbooks")
    return {
        "key": frame.section.key,
        "title": frame.section.label,
        "description": frame.section.sentence,
        # One that is in view for its links alone says so as well.
        "unneeded_reason": frame.section.applies(frame.situation),
        "is_hidden": frame.section.key in frame.shown.hidden,
        "is_unneeded_by_books": frame.section.key in frame.shown.by_books,
        "left_noun": left,
        "left_nouns": lefts,
        "right_noun": right,
        "right_nouns": rights,
        "has_score": not is_override(frame.section),
        "no_match": _no_match(frame),
        "match_label": "Applies now" if is_override(frame.section) else "Best match",
        "options_url": reverse("mapping:options") if frame.section.key in BY_OPTION else "",
        "search_hint": SEARCH_HINTS.get(frame.section.kinds[0].left.key, "Name"),
    }


def _no_match(frame: Frame) -> str:
    """What stands beside a row that nothing fits: a list nobody has read is not said to hold nothing like it."""
    other: SideKey = "procore" if frame.query.side == "quickbooks" else "quickbooks"
    has_rows = frame.coverage.total if other == "procore" else frame.facts.rights_open or frame.count_mapped
    return f"Nothing close in {SIDE_LABELS[other]}" if has_rows else f"No {nouns(frame.section, other)[1]} yet"


def _menu(frame: Frame) -> dict[str, Any]:
    sections = [
        {
            "title": section.label,
            "url": section_url(section),
            "left": 0 if _is_optional(section, frame) else frame.coverages[section.key].to_do,
            "is_optional": _is_optional(section, frame),
            "is_current": section == frame.section,
            "is_blocking": False,
            # A list nobody has read yet is not "all mapped".
            "is_read": bool(frame.coverages[section.key].total),
            "group": section.group,
        }
        for section in frame.shown.sections
    ]
    groups = [{"title": title, "sections": list(found)} for title, found in groupby(sections, itemgetter("group"))]
    hidden = [
        {
            "title": SECTIONS[key].label,
            "url": section_url(SECTIONS[key]),
            "reason": reason,
            "is_current": key == frame.section.key,
        }
        for key, reason in frame.shown.hidden.items()
    ]
    return {
        "sections": sections,
        "section_groups": groups,
        "hidden_sections": hidden,
        "settings_url": defaults_url(),
    }


def _is_optional(section: Section, frame: Frame) -> bool:
    """Nothing has to be done there: the rest follows another map, or only its links keep the section in view."""
    return section.falls_back or bool(section.applies(frame.situation))


def _problem(frame: Frame) -> Notice | None:
    """That links lead nowhere, said on each tab until the filter shows them. QuickBooks takes no inactive row."""
    count = frame.facts.broken
    if not count or (frame.query.tab == "mapped" and frame.query.show == "problems"):
        return None
    show = Action(
        label="Show it" if count == 1 else "Show them",
        url=url_of(frame.section, ListQuery(tab="mapped", show="problems")),
    )
    title = f"{count:,} mapped {'row leads' if count == 1 else 'rows lead'} to what is inactive in QuickBooks, or gone"
    text = f"Link {'it' if count == 1 else 'each'} to another, or make it active again."
    return Notice(severity="warn", title=title, text=text, action=show)


def _offer(frame: Frame, total: int) -> Notice | None:
    """Creating all projects that are not mapped yet, from a list that says first what would become of each."""
    if frame.section.key != "projects" or not total or not _may_look(frame):
        return None
    by_themselves = frame.situation.says(EXISTING_PROJECTS, "create")
    text = (
        "Those with a customer are created by themselves."
        if by_themselves
        else "Those from before going live wait until you choose them. New ones are created by themselves."
    )
    title = f"{total:,} {'project is' if total == 1 else 'projects are'} not mapped"
    look = Action(
        label="See what would become of them",
        url=reverse("mapping:push", args=[frame.section.key, "procore"]),
        method="post",
        fields={"all": "1", "next": url_of(frame.section, frame.query, search="", show="", page=1)},
    )
    return Notice(severity="info", title=title, text=text, action=look)


def _may_look(frame: Frame) -> bool:
    query = frame.query
    return query.side == "procore" and not query.is_filtered and may_push(frame, "procore")


def _coverage(frame: Frame) -> dict[str, Any]:
    covered = frame.coverage
    done = "mapped or left out" if frame.facts.left_out else "mapped"
    label = f"{nouns(frame.section, 'procore')[1]} {'overridden' if is_override(frame.section) else done}"
    return {"label": label, "mapped": covered.covered, "total": covered.total, "percent": covered.percent}


def _tabs(frame: Frame, counts: dict[Tab, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": "Overrides" if key == "mapped" and is_override(frame.section) else label,
            "side": side,
            "count": counts[key],
            "url": url_of(frame.section, ListQuery(tab=key)),
            "is_current": frame.query.tab == key,
        }
        for key, label, side in TABS
    ]


def _filters(frame: Frame, total: int) -> dict[str, Any]:
    query = frame.query
    if query.side is None:
        choices = [("", f"All {total:,}"), *SHOW_CHOICES, *project_choices(frame)]
    else:
        choices = show_choices(frame, query.side, total)
    sort = f"{'-' if query.is_descending else ''}{query.sort}"
    return {
        "action": section_url(frame.section),
        "q": query.search,
        "show": query.show,
        "show_choices": [Choice(value, label, value == query.show) for value, label in choices],
        "hidden": {"tab": query.tab} | ({"sort": sort} if sort != "name" else {}),
        "is_filtered": query.is_filtered,
        "clear_url": url_of(frame.section, query, search="", show=""),
    }


def _sort(frame: Frame) -> dict[str, str]:
    known = SORTS[frame.query.tab]
    urls = {
        f"{key}_url": sort_url(frame.section, frame.query, key) if key in known else ""
        for key in ("name", "waiting", "score", "linked")
    }
    direction = "desc" if frame.query.is_descending else "asc"
    return {"key": frame.query.sort, "direction": direction, **urls}


def _bulk(frame: Frame, side: SideKey | None) -> list[dict[str, str]]:
    if not frame.can_change:
        return []
    if side is None:
        return [{"label": "Unlink", "icon": "unlink", "value": "unlink"}]
    key, show = frame.section.key, frame.query.show
    if show == "left_out":
        return [{"label": "Map again", "value": "take_back", "url": reverse("mapping:take_back", args=[key])}]
    leave_out = {"label": "Leave out", "value": "leave_out", "url": reverse("mapping:leave_out", args=[key])}
    return [*_bulk_pushes(frame, side), *([leave_out] if side == "procore" and show != "inactive" else [])]


def _bulk_pushes(frame: Frame, side: SideKey) -> list[dict[str, str]]:
    if not may_push(frame, side):
        return []
    if side == "quickbooks":
        return [{"label": "Push to Procore", "icon": "push", "value": "push"}]
    if frame.section.push_to == "sub-customer":
        return [{"label": "Create in QuickBooks", "icon": "push", "value": "push"}]
    if frame.section.push_to:
        return [{"label": "Push to QuickBooks", "icon": "push", "value": "push"}]
    return [
        {"label": "Push as vendors", "icon": "push", "value": "push_vendor"},
        {"label": "Push as customers", "icon": "push", "value": "push_customer"},
    ]


def _bulk_url(frame: Frame, side: SideKey | None) -> str:
    if side is None:
        return reverse("mapping:unlink_chosen", args=[frame.section.key])
    return reverse("mapping:push", args=[frame.section.key, side])


def _empty(frame: Frame, counts: dict[Tab, int], *, was_read: bool) -> Empty:
    if frame.query.is_filtered:
        clear = Action(label="Clear the filter", url=url_of(frame.section, frame.query, search="", show=""))
        return Empty(title="Nothing fits", text="No row fits this search and filter.", action=clear, icon="search")
    if frame.query.side is None:
        return _empty_mapped(frame, counts)
    return _empty_side(frame, frame.query.side, was_read=was_read)


def _empty_mapped(frame: Frame, counts: dict[Tab, int]) -> Empty:
    missing = next((side for side in SIDE_LABELS if frame.connection(side) is None), None)
    if missing is not None:
        return _empty_side(frame, missing)
    lefts, rights = nouns(frame.section, "procore")[1], nouns(frame.section, "quickbooks")[1]
    if counts["procore"] and counts["quickbooks"] and frame.can_change:
        run = Action(label="Automap", url=reverse("mapping:automap", args=[frame.section.key]), method="post")
        return Empty(title="Nothing mapped yet", text="Automap links what is surely the same.", action=run)
    text = f"Read the {lefts} and the {rights} first, each on its own tab."
    side: SideKey = "quickbooks" if counts["procore"] else "procore"
    tab = Action(label=f"Open the {SIDE_LABELS[side]} tab", url=url_of(frame.section, ListQuery(tab=side)))
    return Empty(title="Nothing mapped yet", text=text, action=tab)


def _empty_side(frame: Frame, side: SideKey, *, was_read: bool = False) -> Empty:
    names = nouns(frame.section, side)[1]
    if frame.connection(side) is None:
        title, text = f"{SIDE_LABELS[side]} is not connected", f"Connect it to see the {names}."
        return Empty(title=title, text=text, action=_connect())
    if side == "procore" and frame.coverage.total:
        return Empty(title="All mapped", text=f"No {names} are left to map.", icon="check")
    if was_read:
        left = "left to map" if side == "quickbooks" else "there"
        return Empty(title="Nothing here", text=f"{SIDE_LABELS[side]} was read, and no {names} are {left}.")
    refresh = Action(
        label="Refresh",
        url=reverse("mapping:refresh", args=[frame.section.key]),
        method="post",
        icon="refresh",
        fields={"side": side, "next": url_of(frame.section, frame.query)},
    )
    if side == "procore":
        title, text = f"No {names} yet", "Read them from Procore. What fits them in QuickBooks is then looked for."
        return Empty(title=title, text=text, action=refresh if frame.can_change else None)
    text = f"No {names} are left to map, or they were not read yet."
    return Empty(title="Nothing here", text=text, action=refresh if frame.can_change else None)


def _connect() -> Action | None:
    try:
        return Action(label="Open access", url=reverse("settings:access"))
    except NoReverseMatch:
        return None

"""The page "How cost codes are mapped": the four ways side by side, the one in force, the one the books speak for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse

from connectors.procore import resources as procore
from connectors.qbo.records import Books
from mapping.defaults import BILL_CODE, BILL_ITEM, DEFAULTS, INVOICE_CODE
from mapping.models import BooksEvidence, DefaultChoice, RemoteItem
from mapping.options.choosing import UnusedMap, find_unused_maps, preview_changes
from mapping.options.evidence import Evidence
from mapping.options.filling import Filling
from mapping.options.fitness import CLASS_PER_TRANSACTION, NO_CLASSES, NO_ITEMS
from mapping.options.tasks import is_running
from mapping.options.ways import CLASSES, OPTIONS, Firm, Option, Recommendation, as_coded, find_in_force, recommend
from mapping.page.filling import list_open_maps, load_fillings, show_filling
from mapping.page.query import section_url
from mapping.screens import Situation, section_of
from mapping.sections import load_situation
from mapping.sides import Sides
from smoothx.lib.shapes import Action, Progress

UNKNOWN = "Not known before QuickBooks is connected."
NO_LIMIT = "The limit of your edition is not known."


class Ways:
    """What the page works from, each read once."""

    def __init__(self, sides: Sides, *, can_change: bool) -> None:
        self.sides = sides
        self.can_change = can_change
        self.situation: Situation = load_situation(sides)
        self.kept: BooksEvidence | None = (
            BooksEvidence.objects.filter(connection=sides.quickbooks).first() if sides.quickbooks else None
        )
        self.cost_codes = _count_codes(sides)

    @cached_property
    def defaults(self) -> frozenset[str]:
        """The keys of the defaults that are chosen, of those a way needs or falls back on."""
        return _chosen_keys()

    @cached_property
    def fillings(self) -> dict[str, list[Filling]]:
        """How far the maps of each way are filled in, by the way's key."""
        return load_fillings(map(self.as_coded, OPTIONS.values()), self.sides, self.defaults)

    def as_coded(self, option: Option) -> Option:
        return as_coded(option, self.situation.chosen)

    @property
    def books(self) -> Books | None:
        return self.situation.books

    @property
    def evidence(self) -> Evidence | None:
        return self.kept.evidence if self.kept else None

    @property
    def firm(self) -> Firm:
        return Firm(self.evidence or Evidence(), self.cost_codes, self.books)

    @property
    def recommendation(self) -> Recommendation | None:
        """None before the books were counted."""
        return recommend(self.firm) if self.evidence is not None else None


def ways_context(ways: Ways) -> dict[str, Any]:
    """What mapping/options.html reads."""
    recommended = ways.recommendation
    in_force = find_in_force(ways.situation.chosen)
    return {
        "options": [_card(option, ways, recommended, in_force) for option in OPTIONS.values()],
        "in_force": in_force,
        "open_maps": list_open_maps(ways.fillings[in_force.key]) if in_force and ways.sides.procore else [],
        "recommended": recommended,
        "evidence": _evidence(ways),
        "unused": [_unused(each) for each in find_unused_maps(None, ways.situation)] if ways.can_change else [],
        "archive_url": reverse("mapping:options_archive"),
        "defaults_url": reverse("settings:defaults"),
    }


def choice_context(option: Option, ways: Ways, *, error: str = "") -> dict[str, Any]:
    """What mapping/options_choice.html reads: what choosing this way changes, and what it puts out of use."""
    return {
        "option": ways.as_coded(option),
        "changes": preview_changes(option, ways.situation),
        "needs": _needs(option, ways),
        "maps": [show_filling(each) for each in ways.fillings[option.key]],
        "unused": [_unused(each) for each in find_unused_maps(option, ways.situation)],
        "action_url": reverse("mapping:option", args=[option.key]),
        "cancel_url": reverse("mapping:options"),
        "error": error,
    }


def _card(option: Option, ways: Ways, recommended: Recommendation | None, in_force: Option | None) -> dict[str, Any]:
    is_in_force = option is in_force
    return {
        "option": ways.as_coded(option),
        "needs": _needs(option, ways),
        "settings": [f"{DEFAULTS[key].label}: {dict(DEFAULTS[key].options)[v]}" for key, v in option.settings.items()],
        "maps": [show_filling(each) for each in ways.fillings[option.key]],
        "is_in_force": is_in_force,
        "is_recommended": recommended is not None and option is recommended.option,
        "choose": None if is_in_force or not ways.can_change else _choose(option),
    }


def _choose(option: Option) -> Action:
    return Action(label=f"Choose {option.title.lower()}", url=reverse("mapping:option", args=[option.key]))


def _needs(option: Option, ways: Ways) -> list[dict[str, Any]]:
    """What the way needs beside its maps: (what, whether it is there; None where that is not known)."""
    books, firm = ways.books, ways.firm
    needs: list[dict[str, Any]] = []
    if "item-codes" in option.sections:
        is_met = None if books is None else books.buys_items
        needs.append(_need("Products and services on bills and expenses", is_met, NO_ITEMS))
        missing = [kind.label for kind in (BILL_CODE, INVOICE_CODE) if kind.key not in ways.defaults]
        text = f"Not chosen in Defaults: {', '.join(missing)}." if missing else ""
        needs.append(_need("An expense and an income account for what is pushed", not missing, text))
    if option is CLASSES:
        is_met = None if books is None else books.classes == "line"
        why = CLASS_PER_TRANSACTION if books is not None and books.classes else NO_CLASSES
        needs.append(_need("A class on each row in QuickBooks", is_met, why))
        needs.append(_class_room(firm))
    return needs


def _class_room(firm: Firm) -> dict[str, Any]:
    limit, label = firm.class_limit, "Room for a class for each cost code"
    if limit is None:
        known = firm.is_class_limit_known
        return {"label": label, "is_met": True if known else None, "text": "" if known else NO_LIMIT}
    have = firm.cost_codes + firm.evidence.locations
    text = f"Your edition takes {limit} classes and locations, and {have} would be needed."
    return _need(label, firm.codes_fit_classes, text)


def _need(label: str, is_met: bool | None, text: str) -> dict[str, Any]:
    return {"label": label, "is_met": is_met, "text": "" if is_met else UNKNOWN if is_met is None else text}


def _chosen_keys() -> frozenset[str]:
    keys = [BILL_CODE.key, BILL_ITEM.key, INVOICE_CODE.key]
    return frozenset(DefaultChoice.objects.filter(key__in=keys).values_list("key", flat=True))


def _evidence(ways: Ways) -> dict[str, Any]:
    kept, found = ways.kept, ways.evidence
    running = is_running(kept)
    can_ask = ways.can_change and ways.sides.quickbooks is not None and not running
    label = "Count again" if found is not None else "Count now"
    return {
        "rows": _rows(found, ways) if found is not None else [],
        "read_at": kept.read_at if kept else None,
        "progress": Progress(label="Counting in QuickBooks", done=0) if running else None,
        "message": kept.message if kept and kept.state == BooksEvidence.State.FAILED else "",
        "count": Action(label=label, url=reverse("mapping:options_count"), method="post") if can_ask else None,
        "is_connected": ways.sides.quickbooks is not None,
    }


def _rows(found: Evidence, ways: Ways) -> list[dict[str, Any]]:
    """(what, how many) for the table of figures."""
    rows = [
        ("Bills in QuickBooks", found.bills),
        ("Expenses, checks and card charges in QuickBooks", found.purchases),
        ("Newest of them looked at, entered in QuickBooks", found.documents),
        ("of those, card charges", found.cards),
        ("Lines on jobs in them", found.lines),
        ("of those, with a product or service", found.item_lines),
        ("of those, with an account alone", found.account_lines),
        ("of those, with a class", found.class_lines),
        ("of those, on card charges", found.card_lines),
        ("Procore cost codes", ways.cost_codes),
        ("QuickBooks accounts", found.accounts),
        ("QuickBooks products and services", found.items),
        ("QuickBooks classes", found.classes),
    ]
    shown = [{"label": label, "count": count, "is_part": label.startswith("of those")} for label, count in rows]
    edition = ways.books.edition if ways.books else ""
    return [*shown, *([{"label": "Edition", "text": edition, "is_part": False}] if edition else [])]


def _unused(each: UnusedMap) -> dict[str, Any]:
    section = section_of(each.kind)
    return {
        "label": f"{section.label} to classes",
        "links": each.links,
        "documents": each.documents.count,
        "titles": each.documents.titles,
        "url": f"{section_url(section)}?tab=mapped",
    }


def _count_codes(sides: Sides) -> int:
    """Active cost codes that costs can be booked on: those no other active code stands under."""
    rows = RemoteItem.objects.filter(
        connection=sides.procore, resource=procore.STANDARD_COST_CODES.key, is_active=True
    )
    above = rows.exclude(parent_id="").order_by().values("parent_id")
    return rows.exclude(remote_id__in=above).count() if sides.procore else 0

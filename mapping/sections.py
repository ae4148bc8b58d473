"""Which mapping screens a firm sees. One that its settings do not use is hidden, and the page says why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mapping.defaults import LINE_ITEM_TYPE
from mapping.kinds import SECTIONS, Section
from mapping.models import DefaultChoice


@dataclass(frozen=True, slots=True)
class Shown:
    sections: tuple[Section, ...]
    reason: str = ""


def load_line_item_type() -> str:
    """ "category", "item", or empty while nobody has chosen."""
    chosen: str | None = DefaultChoice.objects.filter(key=LINE_ITEM_TYPE.key).values_list("value", flat=True).first()
    return chosen or ""


def choose_sections(line_item_type: str, linked_kinds: Collection[str]) -> Shown:
    """All sections but those for the other way of coding lines; with links in both code maps, both are in use.

    `linked_kinds` are the keys of the code kinds that have any link.
    """
    by_coding = [section for section in SECTIONS.values() if section.line_item_type]
    if all(kind.key in linked_kinds for section in by_coding for kind in section.kinds):
        return Shown(tuple(SECTIONS.values()))
    coding = line_item_type or "category"
    hidden = [section for section in by_coding if section.line_item_type != coding]
    shown = tuple(section for section in SECTIONS.values() if section not in hidden)
    names = " and ".join(section.label for section in hidden)
    label = dict(LINE_ITEM_TYPE.options)[coding]
    if line_item_type:
        return Shown(shown, f"{names} are hidden: bill lines are coded by {label}.")
    return Shown(shown, f"{names} are hidden until {LINE_ITEM_TYPE.label} is Item.")

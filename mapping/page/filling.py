"""The maps that a way to map cost codes needs: how far each is filled in, and the way there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from mapping.coverage import load_coverages
from mapping.models import LeftOut
from mapping.options.filling import Filling, explain_rest
from mapping.options.ways import Option
from mapping.page.query import section_url
from mapping.screens import SECTIONS
from mapping.sides import Sides
from smoothx.lib.shapes import Action, Notice


def load_fillings(options: Iterable[Option], sides: Sides, defaults: Collection[str]) -> dict[str, list[Filling]]:
    """By the option's key. `defaults` are the keys of those that are chosen. Two statements."""
    wanted = list(options)
    sections = [SECTIONS[key] for key in dict.fromkeys(key for option in wanted for key in option.sections)]
    covered = load_coverages(sections, sides)
    left_out = set(LeftOut.objects.filter(section__in=list(covered)).values_list("section", flat=True).distinct())
    found: dict[str, list[Filling]] = {option.key: [] for option in wanted}
    for option in wanted:
        for key in option.sections:
            mapped, total = covered[key].mapped, covered[key].total
            rest = explain_rest(option, key, mapped=mapped, defaults=defaults) if mapped < total else ""
            found[option.key].append(Filling(SECTIONS[key], mapped, total, key in left_out, rest))
    return found


def list_open_maps(fillings: Iterable[Filling]) -> list[Notice]:
    """A callout for each map that is not filled in, with the way there."""
    return [
        Notice(
            severity="warn",
            title=each.title,
            text=each.consequence,
            action=Action(label=f"Map {each.section.label.lower()}", url=section_url(each.section)),
        )
        for each in fillings
        if not each.is_whole
    ]


def show_filling(filling: Filling) -> dict[str, Any]:
    return {
        "label": filling.section.label,
        "url": section_url(filling.section),
        "count": filling.count,
        "consequence": filling.consequence,
        "is_whole": filling.is_whole,
    }

"""The counts a mapping page shows, read from what is kept and counted anew where a list changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from mapping.automap.ranking import rank_lefts, rank_rights
from mapping.counts.figures import Asked, Figure, pick, read_figures
from mapping.counts.kept import Facts, Kept, keep, read_kept
from mapping.counts.tree import Tree
from mapping.coverage import Coverage, ask_coverage, is_code_section, read_coverage, read_tree
from mapping.kinds import KINDS
from mapping.page.query import TABS, Tab
from mapping.page.ranked import NONE, Ranked
from mapping.screens import SECTIONS, Section, Shown, Situation, choose_sections
from mapping.sides import Sides

LINKS = "links"
NOTHING_KEPT = Kept({}, "", can_keep=False)
# As many suggestions as the card of automap shows.
MOST_FIRST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is counted: from which lists, by what is asked, and what is kept of the figures."""

    lists: frozenset[str]
    asked: Sequence[Asked]
    read: Callable[[Sequence[Figure]], Facts]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """`links` by kind; `coverages` of the sections in the menu and of this one. `tree` only where this one has one.

    `rights_open` are unused rows at the right. `queue` are the best pairs of rows at the left that nobody decided on,
    `first` the first of them, and `best` the rows of these pairs that have no link at all. `broken` are links to a row
    that is inactive or gone in QuickBooks, `left_out` the rows at the left that are settled without a link.
    """

    shown: Shown
    links: Mapping[str, int]
    coverages: Mapping[str, Coverage]
    tree: Tree | None = None
    rights_open: int = 0
    queue: Ranked = NONE
    first: tuple[int, ...] = ()
    best: Ranked = NONE
    broken: int = 0
    left_out: int = 0
    # What was kept when the page began, for what is only counted where it is shown.
    kept: Kept = NOTHING_KEPT

    @property
    def to_review(self) -> int:
        return self.queue.count

    @property
    def open_with_pair(self) -> int:
        return self.best.count


def load_facts(section: Section, situation: Situation, sides: Sides) -> PageFacts:
    """Two statements, a third to rank the suggestions, and one to keep what was counted; one while nothing changed."""
    if sides.procore is None and sides.quickbooks is None:
        return _nothing(section, situation)
    parts, best = _parts(section, sides), f"best:{section.key}"
    later = [best, *(order_part(section, tab) for tab in TABS)]
    kept = read_kept({name: part.lists for name, part in parts.items()} | dict.fromkeys(later, _lists(section)))
    facts = dict(kept.facts)
    missing = [name for name in parts if name not in facts and _is_worth_counting(name, section, situation, facts)]
    figures = read_figures([asked for name in missing for asked in parts[name].asked], sides)
    counted = {name: parts[name].read(figures) for name in missing}
    orders: dict[str, dict[str, list[int]]] = {}
    if best not in facts and section.can_automap and sides.procore is not None and sides.quickbooks is not None:
        pairs, rows = rank_lefts(section, sides, _tree_of(section, facts | counted))
        counted[best] = {"pairs": len(pairs), "rows": len(rows), "first": pairs[:MOST_FIRST]}
        orders[best] = {"pairs": pairs, "rows": rows}
    keep(counted, kept, orders)
    found = _gather(section, situation, facts | counted, {} if kept.can_keep else orders)
    return replace(found, kept=kept)


def order_part(section: Section, tab: Tab) -> str:
    """What the rows of a tab are kept in order as, once a page far from both ends was asked for."""
    return f"order:{tab}:{section.key}"


def load_best_rights(section: Section, sides: Sides, tree: Tree | None) -> Ranked:
    """The unused rows at the right in order of score. One statement while nothing changed, else three."""
    if not section.can_automap or sides.procore is None or sides.quickbooks is None:
        return NONE
    part = f"best_right:{section.key}"
    kept = read_kept({part: _lists(section)})
    facts, orders = dict(kept.facts), {}
    if part not in facts:
        rows = rank_rights(section, sides, tree)
        facts[part], orders[part] = {"rows": len(rows)}, {"rows": rows}
        keep(facts, kept, orders)
    return _ranked(part, "rows", facts, {} if kept.can_keep else orders)


def _ranked(
    part: str,
    column: Literal["pairs", "rows"],
    facts: Mapping[str, Facts],
    held: Mapping[str, Mapping[str, list[int]]],
) -> Ranked:
    if part not in facts:
        return NONE
    here = tuple(held[part][column]) if part in held else None
    return Ranked(facts[part][column], here, part, column)


def _tree_of(section: Section, facts: Mapping[str, Facts]) -> Tree | None:
    return Tree.from_facts(facts[f"tree:{section.key}"]) if is_code_section(section) else None


def _gather(
    section: Section,
    situation: Situation,
    facts: Mapping[str, Facts],
    held: Mapping[str, Mapping[str, list[int]]],
) -> PageFacts:
    tree, best = _tree_of(section, facts), f"best:{section.key}"
    shown = choose_sections(situation, frozenset(facts[LINKS]))
    coverages = {
        each.key: Coverage(**facts[f"cover:{each.key}"])
        for each in dict.fromkeys((*shown.sections, section))
        if f"cover:{each.key}" in facts
    }
    if tree is not None:
        coverages[section.key] = Coverage(tree.mapped, tree.total, tree.dead)
    return PageFacts(
        shown=shown,
        links=facts[LINKS],
        coverages=coverages,
        tree=tree,
        rights_open=facts[f"right:{section.key}"]["open"],
        queue=_ranked(best, "pairs", facts, held),
        first=tuple(facts[best]["first"]) if best in facts else (),
        best=_ranked(best, "rows", facts, held),
        broken=facts[f"state:{section.key}"]["broken"],
        left_out=facts[f"state:{section.key}"]["left_out"],
    )


def _nothing(section: Section, situation: Situation) -> PageFacts:
    shown = choose_sections(situation)
    empty = {each.key: Coverage() for each in (*shown.sections, section)}
    return PageFacts(shown, {}, empty, Tree() if is_code_section(section) else None)


def _is_worth_counting(name: str, section: Section, situation: Situation, facts: Mapping[str, Facts]) -> bool:
    """Not what a hidden section covers, unless it may have links: then it is in the menu."""
    what, _, key = name.partition(":")
    if what != "cover" or key == section.key or not SECTIONS[key].applies(situation):
        return True
    known = facts.get(LINKS)
    return known is None or any(kind.key in known for kind in SECTIONS[key].kinds)


def _parts(section: Section, sides: Sides) -> dict[str, Part]:
    parts = {LINKS: Part(frozenset(KINDS), [("links", section)], _read_links)}
    for each in SECTIONS.values():
        if each == section and is_code_section(section):
            parts[f"tree:{each.key}"] = _tree(each, sides)
        else:
            parts[f"cover:{each.key}"] = _cover(each, sides)
    parts[f"right:{section.key}"] = _rights(section, sides)
    parts[f"state:{section.key}"] = _state(section, sides)
    return parts


def _cover(section: Section, sides: Sides) -> Part:
    def read(figures: Sequence[Figure]) -> Facts:
        found = read_coverage(section, figures)
        return asdict(found)

    return Part(_lists(section), ask_coverage(section) if sides.procore else [], read)


def _tree(section: Section, sides: Sides) -> Part:
    def read(figures: Sequence[Figure]) -> Facts:
        return read_tree(section, figures).as_facts()

    return Part(_lists(section), ask_coverage(section) if sides.procore else [], read)


def _rights(section: Section, sides: Sides) -> Part:
    lists = frozenset(kind.key for kind in section.kinds) | {kind.right.key for kind in section.kinds}

    def read(figures: Sequence[Figure]) -> Facts:
        return {"open": sum(row[3] for row in pick(figures, f"right:{section.key}"))}

    return Part(lists, [("right", section)] if sides.quickbooks else [], read)


def _state(section: Section, sides: Sides) -> Part:
    def read(figures: Sequence[Figure]) -> Facts:
        broken, out = pick(figures, f"broken:{section.key}"), pick(figures, f"out:{section.key}")
        return {"broken": sum(row[3] for row in broken), "left_out": sum(row[3] for row in out)}

    return Part(_lists(section), [("broken", section), ("out", section)] if sides.procore else [], read)


def _lists(section: Section) -> frozenset[str]:
    """The lists that decide what of a section is covered, and which suggestions can still be taken."""
    kinds = section.kinds
    return frozenset((section.key, kinds[0].left.key)).union(*((kind.key, kind.right.key) for kind in kinds))


def _read_links(figures: Sequence[Figure]) -> Facts:
    return {row[1]: row[3] for row in pick(figures, LINKS)}

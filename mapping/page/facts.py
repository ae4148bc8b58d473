"""The counts a mapping page shows, read from what is kept and counted anew where a list changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from mapping.automap.ranking import Best, Keeping, rank_lefts, rank_rights
from mapping.automap.reranking import lists_of, rank_again
from mapping.counts.figures import Asked, pick, read_figures
from mapping.counts.kept import Counted, Facts, Figure, Kept, Saving, keep, read_kept
from mapping.counts.moved import Asking, Moved, read_moved
from mapping.counts.moves import names_of
from mapping.counts.tree import Tree
from mapping.coverage import Coverage, ask_coverage, is_code_section, read_coverage, read_tree
from mapping.kinds import KINDS, sharing_right
from mapping.page.query import TABS, Tab
from mapping.page.ranked import NONE, Ranked
from mapping.screens import SECTIONS, Section, Shown, Situation, choose_sections
from mapping.sides import Sides

LINKS = "linked"
# Of a section whose page was opened.
STATES = "states"
NOTHING_RANKED: Facts = {"pairs": 0, "rows": 0, "first": []}
NOTHING_KEPT = Kept({}, "", can_keep=False)


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
    """One statement while nothing changed, and two more after a few rows did, as after many.

    More only where some counts miss few rows and others many.
    """
    if sides.procore is None and sides.quickbooks is None:
        return _nothing(section, situation)
    parts, best = _parts(section, sides), f"ranked_lefts:{section.key}"
    lists = {name: part.lists for name, part in parts.items()} | {best: lists_of(section)}
    orders = dict.fromkeys((order_part(section, tab) for tab in TABS), _lists(section) | _users(section))
    kept = read_kept(lists | orders | {rights_part(section): lists_of(section)})
    facts, saving = dict(kept.facts), Saving(kept.can_keep)
    moved = _move(parts, best, kept, sides, saving)
    facts |= {name: one.facts for name, one in saving.parts.items()}
    missing = [name for name in parts if name not in facts and _is_worth_counting(name, section, situation, facts)]
    _count({name: parts[name] for name in missing}, kept, sides, saving)
    facts |= {name: one.facts for name, one in saving.parts.items()}
    held = None
    if best not in facts and section.can_automap and sides.procore is not None and sides.quickbooks is not None:
        found = _rank(section, sides, _tree_of(section, facts), moved, Keeping(saving, best, kept.snapshot))
        facts[best], held = {"pairs": found.pairs, "rows": found.rows, "first": found.first}, found.held
    else:
        keep(saving)
    return replace(_gather(section, situation, facts, held), kept=kept)


def _move(parts: Mapping[str, Part], best: str, kept: Kept, sides: Sides, saving: Saving) -> Moved:
    """Bring up to now what only few rows changed of."""
    asking = {name: Asking(parts[name].asked, parts[name].lists) for name in parts if name in kept.moved}
    if best in kept.moved:
        asking[best] = Asking([], lists_of(SECTIONS[best.partition(":")[2]]))
    if not asking:
        return Moved(kept.snapshot)
    moved = read_moved(asking, sides)
    for name, figures in moved.figures.items():
        saving.parts[name] = Counted(parts[name].read(figures), moved.snapshot, figures, moved.at[name])
    return moved


def _count(parts: Mapping[str, Part], kept: Kept, sides: Sides, saving: Saving) -> None:
    """Count these whole."""
    figures = read_figures([asked for part in parts.values() for asked in part.asked], sides)
    snapshot = next((figure[1] for figure in pick(figures, "snapshot")), kept.snapshot)
    for name, part in parts.items():
        names = names_of(part.asked)
        own = [figure for figure in figures if figure[0] in names]
        saving.parts[name] = Counted(part.read(own), snapshot, own)


def _rank(section: Section, sides: Sides, tree: Tree | None, moved: Moved, keeping: Keeping) -> Best:
    """The best pairs, kept as of the look at the database that came first: to rank a row once more does no harm."""
    part, found = keeping.part, None
    if part in moved.changes:
        known = replace(keeping, at=moved.at[part])
        found = rank_again(section, sides, tree, moved.changes[part], moved.since[part], known)
    return found if found is not None else rank_lefts(section, sides, tree, keeping)


def order_part(section: Section, tab: Tab) -> str:
    """What the rows of a tab are kept in order as, once a page far from both ends was asked for."""
    return f"order:{tab}:{section.key}"


def load_best_rights(section: Section, sides: Sides, facts: PageFacts) -> Ranked:
    """The unused rows at the right in order of score. One statement, and none while nothing changed."""
    if not section.can_automap or sides.procore is None or sides.quickbooks is None:
        return NONE
    part, kept = rights_part(section), facts.kept
    if part in kept.facts:
        return Ranked(kept.facts[part]["rows"], None, part, "rows")
    found = rank_rights(section, sides, facts.tree, Keeping(Saving(kept.can_keep), part, kept.snapshot))
    return Ranked(found.rows, None if found.held is None else tuple(found.held[1]), part, "rows")


def rights_part(section: Section) -> str:
    """What the unused rows at the right are kept in order of score as, once somebody asked for it."""
    return f"ranked_rights:{section.key}"


def _tree_of(section: Section, facts: Mapping[str, Facts]) -> Tree | None:
    return Tree.from_facts(facts[f"divisions:{section.key}"]) if is_code_section(section) else None


def _gather(
    section: Section,
    situation: Situation,
    facts: Mapping[str, Facts],
    held: tuple[list[int], list[int]] | None,
) -> PageFacts:
    tree, part = _tree_of(section, facts), f"ranked_lefts:{section.key}"
    best = facts.get(part, NOTHING_RANKED)
    pairs, rows = (None, None) if held is None and part in facts else map(tuple, held or ((), ()))
    shown = choose_sections(situation, frozenset(facts[LINKS]))
    coverages = {
        each.key: Coverage(**facts[f"covered:{each.key}"])
        for each in dict.fromkeys((*shown.sections, section))
        if f"covered:{each.key}" in facts
    }
    if tree is not None:
        coverages[section.key] = Coverage(tree.mapped, tree.total, tree.dead)
    return PageFacts(
        shown=shown,
        links=facts[LINKS],
        coverages=coverages,
        tree=tree,
        rights_open=facts[f"rights:{section.key}"]["open"],
        queue=Ranked(best["pairs"], pairs, part, "pairs"),
        first=tuple(best["first"]),
        best=Ranked(best["rows"], rows, part, "rows"),
        broken=facts[f"{STATES}:{section.key}"]["broken"],
        left_out=facts[f"{STATES}:{section.key}"]["left_out"],
    )


def _nothing(section: Section, situation: Situation) -> PageFacts:
    shown = choose_sections(situation)
    empty = {each.key: Coverage() for each in (*shown.sections, section)}
    return PageFacts(shown, {}, empty, Tree() if is_code_section(section) else None)


def _is_worth_counting(name: str, section: Section, situation: Situation, facts: Mapping[str, Facts]) -> bool:
    """Not what a hidden section covers, unless it may have links: then it is in the menu."""
    what, _, key = name.partition(":")
    if what != "covered" or key == section.key or not SECTIONS[key].applies(situation):
        return True
    known = facts.get(LINKS)
    return known is None or any(kind.key in known for kind in SECTIONS[key].kinds)


def _parts(section: Section, sides: Sides) -> dict[str, Part]:
    parts = {LINKS: Part(frozenset(KINDS), [("links", section)], _read_links)}
    for each in SECTIONS.values():
        if each == section and is_code_section(section):
            parts[f"divisions:{each.key}"] = _tree(each, sides)
        else:
            parts[f"covered:{each.key}"] = _cover(each, sides)
    parts[f"rights:{section.key}"] = _rights(section, sides)
    parts[f"{STATES}:{section.key}"] = _state(section, sides)
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
    lists = _users(section) | {kind.right.key for kind in section.kinds}

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


def _users(section: Section) -> frozenset[str]:
    """The kinds whose links use up rows at the right."""
    return frozenset(each.key for kind in section.kinds for each in sharing_right(kind))


def _read_links(figures: Sequence[Figure]) -> Facts:
    return {row[1]: row[3] for row in pick(figures, "links") if row[3]}

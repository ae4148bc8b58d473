"""How much of a section is mapped, and what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q, Value

from mapping.candidates import IsOneOf, linked_left
from mapping.counts.figures import Asked, pick, read_figures
from mapping.counts.kept import Figure
from mapping.counts.tree import Below, Division, Tree, build_tree
from mapping.left_out import left_out
from mapping.models import RemoteItem
from mapping.screens import Section
from mapping.sides import Sides, load_sides
from mapping.signals import ids_in_use


@dataclass(frozen=True, slots=True)
class Coverage:
    """Active Procore rows of a section: how many there are and how many are mapped, or left out on purpose.

    `dead` of the mapped ones lead to a row that is inactive or gone in QuickBooks, which takes no document with it.
    """

    mapped: int = 0
    total: int = 0
    dead: int = 0

    @property
    def unmapped(self) -> int:
        return self.total - self.mapped

    @property
    def covered(self) -> int:
        """What documents can be posted with."""
        return self.mapped - self.dead

    @property
    def to_do(self) -> int:
        """What is still to be mapped, or mapped to something else."""
        return self.total - self.covered

    @property
    def percent(self) -> int:
        """Covered, in whole percent, rounded down, so that 100 means all; 0 of 0 is 0."""
        return self.covered * 100 // self.total if self.total else 0


def coverage(section: Section) -> Coverage:
    """Of one section. Inactive rows do not count."""
    return load_coverages([section], load_sides())[section.key]


def load_coverages(sections: Iterable[Section], sides: Sides) -> dict[str, Coverage]:
    """Of several sections by key, in one statement."""
    wanted = list(sections)
    if sides.procore is None:
        return {section.key: Coverage() for section in wanted}
    figures = read_figures([asked for section in wanted for asked in ask_coverage(section)], sides)
    return {section.key: read_coverage(section, figures) for section in wanted}


def load_tree(section: Section, sides: Sides) -> Tree:
    """The divisions of a section that has them, in one statement."""
    if sides.procore is None:
        return Tree()
    return read_tree(section, read_figures(ask_coverage(section), sides))


def ask_coverage(section: Section) -> list[Asked]:
    """What has to be asked for a section's coverage, and for its tree where it has one."""
    if is_code_section(section):
        return [("codes", section), ("division", section), ("dead", section)]
    return [("cover", section), ("dead", section)]


def read_coverage(section: Section, figures: Sequence[Figure]) -> Coverage:
    if is_code_section(section):
        tree = read_tree(section, figures)
        return Coverage(tree.mapped, tree.total, tree.dead)
    counted, dead = pick(figures, f"cover:{section.key}"), pick(figures, f"dead:{section.key}")
    return Coverage(
        mapped=sum(row[4] for row in counted),
        total=sum(row[3] for row in counted),
        dead=sum(row[3] for row in dead),
    )


def read_tree(section: Section, figures: Sequence[Figure]) -> Tree:
    found = [
        Division(row[1], row[2], is_active=bool(row[3]), is_settled=bool(row[4]), is_dead=row[4] == 2)
        for row in pick(figures, f"division:{section.key}")
    ]
    dead = {row[1]: row[3] for row in pick(figures, f"dead:{section.key}")}
    groups = {row[1]: Below(row[3], row[4], dead.get(row[1], 0)) for row in pick(figures, f"codes:{section.key}")}
    return build_tree(found, groups)


def is_code_section(section: Section) -> bool:
    return section.is_tree


def open_codes(tree: Tree, settled: Q) -> Q:
    """Codes and divisions a person can still map, among the active ones. `settled` are rows decided themselves."""
    leaves = ~_is_one_of("remote_id", tree.above) & ~_is_one_of("parent_id", tree.covering) & ~settled
    return leaves | _is_one_of("remote_id", tree.open)


def _is_one_of(name: str, ids: Iterable[str]) -> Q:
    return Q(IsOneOf(F(name), Value(sorted(ids))))


def unmapped_in_use(section: Section) -> list[tuple[str, str]]:
    """(left id, name) of rows that open documents name and nothing maps, by name. Inactive rows count here."""
    used = {left_id for kind in section.kinds for left_id in ids_in_use(kind.key)}
    return name_unmapped(section, used)


def name_unmapped(section: Section, ids: Collection[str]) -> list[tuple[str, str]]:
    if not ids:
        return []
    connection = load_sides().procore
    rows = RemoteItem.objects.filter(
        ~linked_left(section.kinds, connection) & ~left_out(section, connection),
        connection=connection,
        resource=section.kinds[0].left.key,
        remote_id__in=ids,
    )
    return list(rows.order_by("name").values_list("remote_id", "name"))

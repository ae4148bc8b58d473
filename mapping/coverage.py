"""How much of a section is mapped, and what is left."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from django.db.models import Count, Q

from connectors.procore import resources as procore
from mapping.candidates import linked_left
from mapping.divisions import find_open, find_uncovered
from mapping.kinds import MappingKind
from mapping.models import RemoteItem
from mapping.screens import Section
from mapping.sides import Sides, load_sides
from mapping.signals import ids_in_use


@dataclass(frozen=True, slots=True)
class Coverage:
    """Active Procore rows of a section: how many there are and how many are mapped."""

    mapped: int = 0
    total: int = 0

    @property
    def unmapped(self) -> int:
        return self.total - self.mapped

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 means all; 0 of 0 is 0."""
        return self.mapped * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class CodeTree:
    """The active cost codes, their parents, and which of them have a link, by kind key."""

    active: frozenset[str]
    parents: dict[str, str]
    linked: dict[str, frozenset[str]]

    def coverage(self, kind: MappingKind) -> Coverage:
        """Of the codes money can be booked on; a code under a mapped division is covered."""
        above = {self.parents[code] for code in self.active if self.parents.get(code)}
        total = len(self.active - above)
        uncovered = find_uncovered(self.active, self.parents, self.linked[kind.key])
        return Coverage(mapped=total - len(uncovered), total=total)

    def open_ids(self, kind: MappingKind, also_linked: Set[str] = frozenset()) -> set[str]:
        """Codes and divisions a person can still map, once `also_linked` are linked as well."""
        return find_open(self.active, self.parents, self.linked[kind.key] | also_linked)


def coverage(section: Section) -> Coverage:
    """Of one section. Inactive rows do not count."""
    return load_coverages([section], load_sides())[section.key]


def load_coverages(sections: Iterable[Section], sides: Sides, tree: CodeTree | None = None) -> dict[str, Coverage]:
    """Of several sections by key: one query for the cost codes, one for all others. `tree` saves the first."""
    wanted = list(sections)
    if sides.procore is None:
        return {section.key: Coverage() for section in wanted}
    counted = _count_plain([section for section in wanted if not is_code_section(section)], sides)
    code_sections = [section for section in wanted if is_code_section(section)]
    if code_sections:
        kinds = [section.kinds[0] for section in code_sections]
        tree = tree or load_code_tree(kinds, sides)
        counted |= {section.key: tree.coverage(section.kinds[0]) for section in code_sections}
    return counted


def load_code_tree(kinds: Iterable[MappingKind], sides: Sides) -> CodeTree:
    """All standard codes in one query, with whether each kind links them."""
    flags = {f"is_{kind.key}": linked_left([kind], sides.procore) for kind in kinds}
    rows = RemoteItem.objects.filter(connection=sides.procore, resource=procore.STANDARD_COST_CODES.key)
    columns = ("remote_id", "parent_id", "is_active", *flags)
    values = list(rows.annotate(**flags).values_list(*columns))
    return CodeTree(
        active=frozenset(row[0] for row in values if row[2]),
        parents={row[0]: row[1] for row in values},
        linked={
            name.removeprefix("is_"): frozenset(row[0] for row in values if row[index])
            for index, name in enumerate(columns)
            if name in flags
        },
    )


def is_code_section(section: Section) -> bool:
    return section.is_tree


def unmapped_in_use(section: Section) -> list[tuple[str, str]]:
    """(left id, name) of rows that open documents name and nothing maps, by name. Inactive rows count here."""
    used = {left_id for kind in section.kinds for left_id in ids_in_use(kind.key)}
    if not used:
        return []
    rows = RemoteItem.objects.filter(
        ~linked_left(section.kinds, load_sides().procore), resource=section.kinds[0].left.key, remote_id__in=used
    )
    return list(rows.order_by("name").values_list("remote_id", "name"))


def _count_plain(sections: list[Section], sides: Sides) -> dict[str, Coverage]:
    """Of sections without a tree, in one statement. A row is mapped when any kind of its section links it."""
    if not sections:
        return {}
    counts: dict[str, Count] = {}
    for section in sections:
        is_listed = Q(resource=section.kinds[0].left.key)
        counts[_name("total", section)] = Count("pk", filter=is_listed)
        counts[_name("mapped", section)] = Count("pk", filter=is_listed & linked_left(section.kinds, sides.procore))
    resources = {section.kinds[0].left.key for section in sections}
    rows = RemoteItem.objects.filter(connection=sides.procore, resource__in=resources, is_active=True)
    found = rows.aggregate(**counts)
    return {
        section.key: Coverage(found[_name("mapped", section)], found[_name("total", section)]) for section in sections
    }


def _name(what: str, section: Section) -> str:
    return f"{what}_{section.key.replace('-', '_')}"

"""What every part of a mapping page works from, loaded once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from connectors.models import Connection
from mapping.coverage import CodeTree, Coverage, is_code_section, load_code_tree, load_coverages
from mapping.divisions import children_of
from mapping.kinds import MappingKind
from mapping.page.query import ListQuery
from mapping.screens import SECTIONS, Section, Shown, Situation, choose_sections
from mapping.sections import load_linked_kinds, load_situation
from mapping.sides import SideKey, Sides, load_sides

PAGE_SIZE = 50


@dataclass
class Frame:
    """`can_change`: the person may link, push and refresh; others look."""

    section: Section
    query: ListQuery
    can_change: bool

    @cached_property
    def sides(self) -> Sides:
        return load_sides()

    @cached_property
    def tree(self) -> CodeTree:
        """The cost codes with their links, for every section that maps them."""
        kinds = [section.kinds[0] for section in SECTIONS.values() if is_code_section(section)]
        return load_code_tree(kinds, self.sides)

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The codes right below each division."""
        return children_of(self.tree.parents)

    @cached_property
    def situation(self) -> Situation:
        return load_situation(self.sides)

    @cached_property
    def shown(self) -> Shown:
        return choose_sections(self.situation, self.linked_kinds)

    @cached_property
    def linked_kinds(self) -> frozenset[str]:
        return load_linked_kinds()

    @cached_property
    def coverages(self) -> dict[str, Coverage]:
        """Of the sections in the menu, and of this one when it is hidden there."""
        wanted = dict.fromkeys((*self.shown.sections, self.section))
        return load_coverages(wanted, self.sides, self.tree)

    @property
    def coverage(self) -> Coverage:
        return self.coverages[self.section.key]

    @property
    def kind_keys(self) -> list[str]:
        return [kind.key for kind in self.section.kinds]

    @property
    def code_kind(self) -> MappingKind | None:
        """The section's kind when it maps cost codes."""
        return self.section.kinds[0] if is_code_section(self.section) else None

    def connection(self, side: SideKey) -> Connection | None:
        return self.sides.of(side)

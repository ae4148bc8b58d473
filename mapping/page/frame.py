"""What every part of a mapping page works from, loaded once per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connectors.models import Connection
from mapping.automap.running import latest_automap
from mapping.counts.tree import Tree
from mapping.coverage import Coverage, is_code_section
from mapping.kinds import MappingKind
from mapping.models import MappingRun
from mapping.page.facts import PageFacts, load_best_rights, load_facts
from mapping.page.query import ListQuery
from mapping.page.ranked import Ranked
from mapping.screens import Section, Shown, Situation
from mapping.sections import load_sides_and_situation
from mapping.sides import SideKey, Sides

PAGE_SIZE = 50


@dataclass
class Frame:
    """`can_change`: the person may link, push and refresh; others look."""

    section: Section
    query: ListQuery
    can_change: bool

    @cached_property
    def _standing(self) -> tuple[Sides, Situation]:
        return load_sides_and_situation()

    @property
    def sides(self) -> Sides:
        return self._standing[0]

    @property
    def situation(self) -> Situation:
        return self._standing[1]

    @cached_property
    def latest_run(self) -> MappingRun | None:
        """The section's latest run of automap, for those who may start one."""
        return latest_automap(self.section) if self.can_change and self.section.can_automap else None

    @cached_property
    def facts(self) -> PageFacts:
        # Read first: of a run that is seen as ended, what it linked and left is then in the counts.
        _ = self.latest_run
        return load_facts(self.section, self.situation, self.sides)

    @cached_property
    def best_rights(self) -> Ranked:
        """The unused rows of QuickBooks that a suggestion fits, best first."""
        return load_best_rights(self.section, self.sides, self.facts)

    @property
    def tree(self) -> Tree:
        """The divisions of the section; empty where its rows stand under none."""
        return self.facts.tree or Tree()

    @property
    def shown(self) -> Shown:
        return self.facts.shown

    @property
    def coverages(self) -> Mapping[str, Coverage]:
        """Of the sections in the menu, and of this one when it is hidden there."""
        return self.facts.coverages

    @property
    def coverage(self) -> Coverage:
        return self.coverages[self.section.key]

    @property
    def kind_keys(self) -> list[str]:
        return [kind.key for kind in self.section.kinds]

    @property
    def count_mapped(self) -> int:
        """How many links the section has."""
        return sum(self.facts.links.get(key, 0) for key in self.kind_keys)

    @property
    def code_kind(self) -> MappingKind | None:
        """The section's kind when its rows stand under divisions."""
        return self.section.kinds[0] if is_code_section(self.section) else None

    def connection(self, side: SideKey) -> Connection | None:
        return self.sides.of(side)

"""Rows of either list read as projects: own name, job number, what stands above. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mapping.matching.project_names import CUT_LENGTHS, ProjectName, read_project_name, strip_deleted
from mapping.matching.project_numbers import JobNumbers, split_broken_number
from mapping.matching.records import Candidate
from mapping.normalize import normal_name

_STREET_WORDS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln",
    "court": "ct", "place": "pl", "highway": "hwy", "parkway": "pkwy", "suite": "ste", "north": "n", "south": "s",
    "east": "e", "west": "w",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A job number as compared and as `shown`. `is_soft`: it may as well be a house's or a shop's."""

    number: str
    shown: str
    name: ProjectName
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """`readings` of its name, likeliest first; `parent` are the words of the customer above.

    `remnant` is what a cut through the number behind the name left of it.
    """

    id: str
    readings: tuple[Reading, ...]
    street: str
    parent: frozenset[str]
    remnant: str = ""

    @property
    def numbers(self) -> set[str]:
        """The job numbers that leave no doubt."""
        return {reading.number for reading in self.readings if reading.number and not reading.is_soft}

    @property
    def possible_numbers(self) -> set[str]:
        return {reading.number for reading in self.readings if reading.number}


def read_projects(lefts: Iterable[Candidate], rights: Iterable[Candidate]) -> tuple[list[Project], list[Project]]:
    """The active rows of both sides, without the customers that have jobs below."""
    left_rows = [row for row in lefts if row.is_active]
    right_rows = _without_parents(_split_customers([row for row in rights if row.is_active]))
    rows = [*left_rows, *right_rows]
    numbers = JobNumbers((row.code for row in rows), (_own_name(row) for row in rows))
    return [_read(row, numbers) for row in left_rows], [_read(row, numbers) for row in right_rows]


def _split_customers(rows: Sequence[Candidate]) -> list[Candidate]:
    """ "Acme:Gym Roof" in one text is Gym Roof below Acme, if Acme is a row or stands before several names."""
    heads = Counter(normal_name(row.name.partition(":")[0]) for row in rows if ":" in row.name and not row.parent)
    names = {normal_name(row.name) for row in rows if ":" not in row.name}
    split = []
    for row in rows:
        head, colon, _ = row.name.rpartition(":")
        customer = normal_name(head.partition(":")[0])
        is_split = bool(colon) and not row.parent and (heads[customer] > 1 or customer in names)
        split.append(replace(row, parent=head) if is_split else row)
    return split


def _without_parents(rows: Sequence[Candidate]) -> list[Candidate]:
    parents = {normal_name(row.parent.partition(":")[0]) for row in rows if row.parent}
    return [row for row in rows if row.parent or normal_name(row.name) not in parents]


def _own_name(row: Candidate) -> str:
    """The name without what stands above it: "Acme:Gym Roof" below Acme is "Gym Roof"."""
    shown = strip_deleted(row.name).strip()
    return shown.rpartition(":")[2].strip() if row.parent else shown


def _read(row: Candidate, numbers: JobNumbers) -> Project:
    text = _own_name(row)
    cut_at = CUT_LENGTHS.get(len(text), 0)
    text, remnant = split_broken_number(text) if cut_at else (text, "")
    found = numbers.find(text)
    own = numbers.normalize(row.code)
    readings = []
    if found is not None and own in ("", found.number):
        is_soft, shown = found.is_soft and not own, row.code or found.shown
        readings.append(Reading(found.number, shown, read_project_name(found.rest, cut_at=cut_at), is_soft))
    if not readings or readings[0].is_soft:
        readings.append(Reading(own, row.code, read_project_name(text, cut_at=cut_at)))
    parent = frozenset(read_project_name(row.parent).words)
    return Project(row.id, tuple(readings), _normal_street(row), parent, remnant)


def _normal_street(row: Candidate) -> str:
    words = normal_name(row.street).split()
    return " ".join([*(_STREET_WORDS.get(word, word) for word in words), row.zip[:5]]).strip() if words else ""

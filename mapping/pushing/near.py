"""Rows to be created that the other side may have under another name."""

from __future__ import annotations

from collections.abc import Sequence

from mapping.automap.best import find_matches
from mapping.candidates import all_rows
from mapping.models import MappingRun, RunRow
from mapping.screens import SECTIONS
from mapping.sides import load_sides, side_named


def mark_near(run: MappingRun, rows: Sequence[RunRow]) -> None:
    """Leave out what a suggestion says may be there already, until a person takes it in.

    A vendor that stands in the books twice is harder to mend than one that is created a minute later.
    """
    created = {row.data["row"]: row for row in rows if row.verdict == "create"}
    items = all_rows().in_bulk(list(created))
    matches = find_matches(SECTIONS[run.section], load_sides(), side_named(run.side), list(items.values()))
    for pk, match in matches.items():
        row = created[pk]
        row.verdict = "near"
        row.data |= {"near": f"{match.name} may be the same, {match.score}", "subject": items[pk].name}

"""Rows to be created that the other side may have under another name."""

from __future__ import annotations

from collections.abc import Sequence

from mapping.candidates import all_rows
from mapping.models import MappingRun, RunRow
from mapping.page.frame import Frame
from mapping.page.matcher import find_matches
from mapping.page.query import ListQuery
from mapping.screens import SECTIONS
from mapping.sides import side_named


def mark_near(run: MappingRun, rows: Sequence[RunRow]) -> None:
    """Leave out what a suggestion says may be there already, until a person takes it in.

    A vendor that stands in the books twice is harder to mend than one that is created a minute later.
    """
    created = {row.data["row"]: row for row in rows if row.verdict == "create"}
    side = side_named(run.side)
    frame = Frame(SECTIONS[run.section], ListQuery(tab=side), can_change=True)
    items = all_rows().in_bulk(list(created))
    for pk, match in find_matches(frame, side, list(items.values())).items():
        row = created[pk]
        row.verdict = "near"
        row.data |= {"near": f"{match.name} may be the same, {match.score}", "subject": items[pk].name}

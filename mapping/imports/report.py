"""What became of each row of an import, as rows of a file that can be corrected and imported again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mapping.imports.cells import unpack
from mapping.imports.rows import SHEET_STEP
from mapping.imports.verdicts import spell_outcome
from mapping.models import MappingRun, RunRow

# No heading that import would take for a column of the mapping.
ADDED = ("Row in the file", "What became of it", "Reason")
WIDTHS = (14, 26, 90)
READ_AT_ONCE = 2_000


def headings_of_report(run: MappingRun) -> tuple[str, ...]:
    """The file's own headings, then ours."""
    options = run.options
    number = options["sheet"] * SHEET_STEP + options["header_row"]
    cells = RunRow.objects.filter(run=run, number=number).values_list("data__cells", flat=True).first() or []
    texts = [unpack(cell).text for cell in cells]
    texts += [f"Column {place}" for place in range(len(texts) + 1, len(options["meanings"]) + 1)]
    return (*texts, *ADDED)


def rows_of_report(run: MappingRun, rows: Any) -> Iterator[tuple[str, ...]]:
    """The cells as they were in the file, the row's number there, what became of it and the reason."""
    is_finished, is_undone = run.state == MappingRun.State.DONE, run.undone_at is not None
    width = len(headings_of_report(run)) - len(ADDED)
    found = rows.order_by("number").values_list("number", "verdict", "state", "reason", "data__cells")
    for number, verdict, state, reason, cells in found.iterator(chunk_size=READ_AT_ONCE):
        texts = [unpack(cell).text for cell in cells][:width]
        texts += [""] * (width - len(texts))
        is_linked = state == RunRow.State.DONE
        label = spell_outcome(verdict, is_finished=is_finished, is_linked=is_linked, is_undone=is_undone)
        yield (*texts, str(number % SHEET_STEP), label, reason)

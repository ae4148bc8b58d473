"""A run's rows, read and written in sets: one statement for thousands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection as database

from mapping.imports.cells import pack, unpack
from mapping.imports.files import Line, Sheet
from mapping.imports.judging import Judged
from mapping.imports.verdicts import VERDICTS
from mapping.models import MappingRun, RunRow
from smoothx.tenants.scope import require_tenant_id

# A row is known by its sheet and its number there, as one number.
SHEET_STEP = 10_000_000
SET_SIZE = 2_000
T = TypeVar("T")
WRITTEN = ("number", "label", "verdict", "reason", "is_chosen", "state", "kind", "left_id", "right_id", "data")
_MERGED = ("data", "state", "is_chosen")


def sets_of(rows: Iterable[T], size: int = SET_SIZE) -> Iterator[list[T]]:
    remaining = iter(rows)
    while part := list(islice(remaining, size)):
        yield part


def store_sheets(run: MappingRun, sheets: Sequence[Sheet]) -> None:
    """Keep every line's cells, without a verdict."""
    for place, sheet in enumerate(sheets):
        for lines in sets_of(sheet.lines):
            _write(run, [_raw(place, line) for line in lines])


def load_lines(run: MappingRun, *, sheet: int, after: int = 0) -> list[Line]:
    """The lines of a sheet below the file's row `after`."""
    base = sheet * SHEET_STEP
    rows = RunRow.objects.filter(run=run, number__gt=base + after, number__lt=base + SHEET_STEP).order_by("number")
    return [
        Line(number - base, tuple(unpack(cell) for cell in cells))
        for number, cells in rows.values_list("number", "data__cells")
    ]


def forget_verdicts(run: MappingRun) -> None:
    """All rows as if nobody had looked at them; what a person left out stays so."""
    RunRow.objects.filter(run=run).exclude(verdict="").update(
        verdict="", reason="", kind="", left_id="", right_id="", is_chosen=False
    )


def write_verdicts(run: MappingRun, judged: Iterable[Judged], *, sheet: int) -> Iterator[int]:
    """Write what became of the rows, set by set; yields how many were written so far."""
    done = 0
    for rows in sets_of(judged):
        _write(run, [_judged(sheet, row) for row in rows])
        done += len(rows)
        yield done


def _raw(sheet: int, line: Line) -> dict[str, Any]:
    first = next((cell.text for cell in line.cells if cell.text), "")
    row = _blank(sheet * SHEET_STEP + line.number)
    return {**row, "label": first, "data": {"cells": [pack(cell) for cell in line.cells]}}


def _judged(sheet: int, row: Judged) -> dict[str, Any]:
    verdict = VERDICTS.get(row.verdict)
    return {
        "number": sheet * SHEET_STEP + row.number,
        # All its names in one text: a search then looks at one column of long runs.
        "label": " ".join(dict.fromkeys(text for text in (row.label, row.left, row.right) if text))[:500],
        "verdict": row.verdict,
        "reason": row.reason[:500],
        "is_chosen": verdict is not None and verdict.group == "ready",
        "state": RunRow.State.WAITING.value,
        "kind": row.kind,
        "left_id": row.left_id,
        "right_id": row.right_id,
        "data": {"text": row.label, "left": row.left, "right": row.right, "old": row.old},
    }


def _blank(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "verdict": "",
        "reason": "",
        "is_chosen": False,
        "state": RunRow.State.WAITING.value,
        "kind": "",
        "left_id": "",
        "right_id": "",
    }


def _write(run: MappingRun, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        with database.cursor() as cursor:
            cursor.execute(_statement(), (require_tenant_id(), run.pk, json.dumps(rows)))


@cache
def _statement() -> str:
    """Parameters: tenant, run, the rows as JSON. A row that is there keeps its cells, and stays out where it was."""
    fields = {field.name: field for field in RunRow._meta.concrete_fields}
    column = {name: database.ops.quote_name(field.column) for name, field in fields.items() if field.column}
    table = database.ops.quote_name(RunRow._meta.db_table)
    shape = ", ".join(f"{column[name]} {fields[name].db_type(database)}" for name in WRITTEN)
    names = ", ".join(column[name] for name in WRITTEN)
    given = ", ".join(f"given.{column[name]}" for name in WRITTEN)
    changed = ", ".join(f"{column[name]} = EXCLUDED.{column[name]}" for name in WRITTEN[1:] if name not in _MERGED)
    return f"""
        INSERT INTO {table} ({column["tenant"]}, {column["run"]}, {names})
        SELECT %s, %s, {given} FROM jsonb_to_recordset(%s::jsonb) AS given ({shape})
        ON CONFLICT ({column["run"]}, {column["number"]}) DO UPDATE SET {changed},
            {column["data"]} = {table}.{column["data"]} || EXCLUDED.{column["data"]},
            {column["state"]} = CASE WHEN {table}.{column["state"]} = 'left_out' THEN 'left_out'
                ELSE EXCLUDED.{column["state"]} END,
            {column["is_chosen"]} = EXCLUDED.{column["is_chosen"]} AND {table}.{column["state"]} <> 'left_out'
    """  # noqa: S608

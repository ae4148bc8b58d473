"""An import before it is confirmed: the file becomes rows of a run, each with its verdict. Nothing is linked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.utils import timezone

from mapping.imports.columns import MEANINGS, Content, Layout, Probe, content_of, recognise
from mapping.imports.files import FileRefused, Sheet
from mapping.imports.headings import Meaning
from mapping.imports.judging import Book, Judged, judge_line, judge_listed, settle
from mapping.imports.pairing import pair_list
from mapping.imports.reading import read_file
from mapping.imports.rows import forget_verdicts, load_lines, store_sheets, write_verdicts
from mapping.imports.tables import load_book, load_standing
from mapping.models import MappingRun, RunRow
from mapping.screens import SECTIONS, Section
from mapping.sides import Sides, load_sides

# Up to here a file is compared while the person waits.
MOST_AT_ONCE = 5_000
# In a run's options: who put the preview away, and the newer upload that did it.
PUT_AWAY = "put_away"


class NotOpen(Exception):
    """The import was confirmed, or discarded, in another window."""


def start_preview(section: Section, file: BinaryIO, *, size: int, name: str, actor: Any) -> MappingRun:
    """Read the file and keep its rows, each without a verdict yet. An earlier preview of the same person is put away.

    Raises FileRefused, and NotConnected when a side was never connected; nothing is kept then.
    """
    sides = load_sides()
    book = load_book(section, sides)
    sheets = read_file(file, size)
    layouts = [recognise(sheet.lines, probes_of(book)) for sheet in sheets]
    chosen = choose_sheet(layouts)
    if len(sheets[chosen].lines) <= layouts[chosen].header_line + 1:
        raise FileRefused("only_headings", "The file holds headings and no rows below them.")
    with transaction.atomic():
        run: MappingRun = MappingRun.objects.create(
            what=MappingRun.What.IMPORT,
            section=section.key,
            state=MappingRun.State.PREVIEW,
            started_by=actor,
            options=_options_of(name, sheets, layouts, chosen),
            # Only automap has a review to close.
            closed_at=timezone.now(),
        )
        store_sheets(run, sheets)
        _replace_earlier(run, actor)
    return run


def choose_sheet(layouts: Sequence[Layout]) -> int:
    """The first that is a mapping, else the first that names anything, else the first."""
    for wanted in ("mapping", "left", "right"):
        for place, layout in enumerate(layouts):
            if layout.content == wanted:
                return place
    return 0


def probes_of(book: Book) -> Mapping[Meaning, Probe]:
    """How columns without a heading are recognised: most of their cells name a row."""
    rights = list(book.rights.values())
    probes: dict[Meaning, Probe] = {
        "left_code": book.left.has_code,
        "left_name": book.left.has_name,
        "right_code": lambda text: any(table.has_code(text) for table in rights),
        "right_name": lambda text: any(table.has_name(text) for table in rights),
    }
    if any(entry.project for entry in book.left.entries[:1]):
        probes["project"] = lambda text: False
    return probes


def set_layout(run: MappingRun, *, sheet: int, header_row: int, meanings: Sequence[str]) -> None:
    """What a person said of the columns. A meaning named twice stays with its first column. Raises NotOpen."""
    known: list[str] = []
    for meaning in meanings:
        is_new = meaning in MEANINGS and meaning not in known
        known.append(meaning if is_new else "")
    sheets = run.options["sheets"]
    place = sheet if 0 <= sheet < len(sheets) else run.options["sheet"]
    _change(run, sheet=place, header_row=header_row, meanings=known, warnings=[], is_paired=False)


def choose_other_sheet(run: MappingRun, sheet: int) -> None:
    """Look at another sheet of the workbook, with what was recognised there. Raises NotOpen."""
    if not 0 <= sheet < len(run.options["sheets"]):
        return
    lines = load_lines(run, sheet=sheet)
    layout = recognise(lines, probes_of(load_book(SECTIONS[run.section], load_sides())))
    header = lines[layout.header_line].number if layout.header_line >= 0 else 0
    _change(
        run,
        sheet=sheet,
        header_row=header,
        meanings=list(layout.meanings),
        warnings=list(layout.warnings),
        is_paired=False,
    )


def set_replacing(run: MappingRun, *, replaces: bool) -> None:
    """Whether rows may take the place of links that stand. Raises NotOpen."""
    _change(run, replaces=replaces)


def ask_for_pairs(run: MappingRun) -> None:
    """Have a list of one side paired with suggestions. Raises NotOpen."""
    _change(run, is_paired=True)


def add_list(run: MappingRun, file: BinaryIO, *, size: int) -> None:
    """Pair the run's list with the list in a second file, that of the other side. Raises FileRefused and NotOpen."""
    section = SECTIONS[run.section]
    book = load_book(section, load_sides())
    sheets = read_file(file, size)
    layouts = [recognise(sheet.lines, probes_of(book)) for sheet in sheets]
    place = choose_sheet(layouts)
    layout, wanted = layouts[place], "right" if content_of_run(run) == "left" else "left"
    if layout.content != wanted:
        side = "QuickBooks" if wanted == "right" else "Procore"
        raise FileRefused("not_the_other", f"This is not a list of {side} rows alone. Choose the export of {side}.")
    lines = sheets[place].lines[layout.header_line + 1 :]
    judged = [judge_listed(line, layout.meanings, book) for line in lines]
    ids = [row.right_id if wanted == "right" else row.left_id for row in judged if row.verdict == "listed"]
    if not ids:
        raise FileRefused("none_known", "None of its rows is known. Refresh both lists, and add the file again.")
    _change(run, is_paired=True, only=sorted(set(ids)))


def check_run(run: MappingRun) -> None:
    """Give every row its verdict, and write how far it is on the run. Ends in the state preview."""
    section, sides = SECTIONS[run.section], load_sides()
    options = run.options
    lines = load_lines(run, sheet=options["sheet"], after=options["header_row"])
    MappingRun.objects.filter(pk=run.pk).update(expected=len(lines), done=0)
    judged = _judge(run, section, sides, [(line.number, line) for line in lines])
    forget_verdicts(run)
    for done in write_verdicts(run, judged, sheet=options["sheet"]):
        MappingRun.objects.filter(pk=run.pk).update(done=done, beat_at=Now())
    MappingRun.objects.filter(pk=run.pk).update(state=MappingRun.State.PREVIEW)
    run.refresh_from_db()


def _judge(run: MappingRun, section: Section, sides: Sides, lines: Sequence[tuple[int, Any]]) -> list[Judged]:
    book = load_book(section, sides)
    meanings = run.options["meanings"]
    if content_of_run(run) == "mapping":
        judged = [judge_line(line, meanings, book) for _, line in lines]
        settle(judged, load_standing(section, sides, book), replaces=run.options["replaces"])
        return judged
    listed = [judge_listed(line, meanings, book) for _, line in lines]
    if run.options["is_paired"]:
        pair_list(listed, section, sides, book, side=content_of_run(run), only=run.options["only"])
    return listed


def content_of_run(run: MappingRun) -> Content:
    return content_of(run.options["meanings"])


def count_rows(run: MappingRun) -> dict[str, tuple[int, int]]:
    """(rows, chosen rows) by verdict, in one query."""
    found = RunRow.objects.filter(run=run).exclude(verdict="").order_by()
    counts: dict[str, tuple[int, int]] = {}
    for verdict, is_chosen, count in found.values_list("verdict", "is_chosen").annotate(count=Count("pk")):
        rows, chosen = counts.get(verdict, (0, 0))
        counts[verdict] = rows + count, chosen + (count if is_chosen else 0)
    return counts


def choose_rows(run: MappingRun, rows: Any, *, is_chosen: bool) -> int:
    """Take these rows in, or leave them out. Answers how many there were. Raises NotOpen."""
    _need_open(run)
    state = RunRow.State.WAITING if is_chosen else RunRow.State.LEFT_OUT
    changed: int = rows.update(is_chosen=is_chosen, state=state)
    return changed


def discard(run: MappingRun, actor: Any) -> None:
    """Put the preview away, its rows with it. Raises NotOpen."""
    with transaction.atomic():
        if not _put_away(run, actor, newer=None):
            raise NotOpen


def is_put_away(run: MappingRun) -> bool:
    """Discarded, or replaced by a newer upload: only the page that says so is left."""
    return PUT_AWAY in run.options


def newer_of(run: MappingRun) -> MappingRun | None:
    """The upload that took the place of this one, or of the one that did."""
    newer: MappingRun | None = run
    while newer is not None and is_put_away(newer) and (key := newer.options[PUT_AWAY]["newer"]):
        newer = MappingRun.objects.filter(pk=key).first()
    return None if newer == run else newer


def _need_open(run: MappingRun) -> None:
    if not MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW).exists():
        raise NotOpen


def _change(run: MappingRun, **options: Any) -> None:
    changed = {**run.options, **options}
    found = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
    if not found.update(options=changed):
        raise NotOpen
    run.options = changed


def _replace_earlier(run: MappingRun, actor: Any) -> None:
    earlier = MappingRun.objects.filter(
        what=MappingRun.What.IMPORT, section=run.section, state=MappingRun.State.PREVIEW, started_by=actor
    )
    for each in earlier.exclude(pk=run.pk):
        _put_away(each, actor, newer=run.pk)


def _put_away(run: MappingRun, actor: Any, *, newer: int | None) -> bool:
    """Its page stays, for who comes back to it by an old address. False when it is no preview any more."""
    away = {PUT_AWAY: {"by": actor.pk if actor else None, "newer": newer}}
    found = MappingRun.objects.filter(pk=run.pk, state=MappingRun.State.PREVIEW)
    options = make_options(run.options.get("file", ""), **away)
    if not found.update(state=MappingRun.State.FAILED, ended_at=timezone.now(), options=options):
        return False
    RunRow.objects.filter(run=run).delete()
    run.refresh_from_db()
    return True


def _options_of(name: str, sheets: Sequence[Sheet], layouts: Sequence[Layout], chosen: int) -> dict[str, Any]:
    layout = layouts[chosen]
    return make_options(
        name,
        sheets=[{"name": sheet.name, "rows": len(sheet.lines)} for sheet in sheets],
        sheet=chosen,
        header_row=sheets[chosen].lines[layout.header_line].number if layout.header_line >= 0 else 0,
        meanings=list(layout.meanings),
        warnings=list(layout.warnings),
    )


def make_options(name: str, **known: Any) -> dict[str, Any]:
    """What a run keeps of an import. `header_row` is the headings' row number in the file, 0 without; `only` are the
    ids of a second file, `is_paired` says that partners are suggested."""
    unknown = {"sheets": [], "sheet": 0, "header_row": 0, "meanings": [], "warnings": []}
    choices = {"replaces": False, "is_paired": False, "only": []}
    return {"file": name[:120], **unknown, **choices, **known}

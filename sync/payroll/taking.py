"""A payroll file from its upload to the costs that come of it: looked through, taken in whole or in part, undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from mapping.choices import load_defaults
from mapping.defaults import LABOUR_SOURCE
from mapping.imports.files import FileRefused
from mapping.imports.reading import read_file
from mapping.sides import Sides, load_sides
from smoothx.lib.text import stable_hash
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import ledger, switches
from sync.models import Entry, Outgoing, PayrollFile, PayrollRow
from sync.payroll.checking import Verdict, judge, load_known, resolve, tell_misses
from sync.payroll.columns import choose_sheet
from sync.payroll.names import load_codes, load_people, load_projects
from sync.payroll.reading import Values, find_order, read_row, rows_of
from sync.registry import flow
from sync.sources.costs import PAYROLL
from sync.sources.payroll import FILES
from sync.tasks import nudge

# Looked through while the person waits: a payroll of 200 people over half a year.
MOST_PAYROLL_ROWS = 20_000
TAKEABLE = (Verdict.NEW, Verdict.CHANGES, Verdict.REMOVES)
SET_SIZE = 1_000


class NotPossible(Exception):
    """Nothing was done; the text says why, in words for its reader."""


def start(file: BinaryIO, *, size: int, name: str, actor: Any, today: date | None = None) -> PayrollFile:
    """Read the file and keep its rows with what would become of each. An earlier look of the same person goes.

    No row may lie far ahead of `today`, the real day unless given. Raises FileRefused, and NotConnected where a side
    was never connected; nothing is kept then.
    """
    sides = load_sides()
    values, facts = _read(file, size, sides, today or timezone.localdate())
    tenant = Tenant.objects.get(pk=require_tenant_id())
    firm, books = sides.need("procore"), sides.need("quickbooks")
    rows = resolve(values, load_projects(firm, books), tenant.start_date)
    judge(rows, load_known(row.group for row in rows if row.group))
    tell_misses(rows, load_people(sides.known), load_codes(firm, load_defaults(books)))
    with transaction.atomic():
        untouched = PayrollFile.objects.filter(started_by=actor).exclude(rows__taken_at__isnull=False)
        untouched.delete()
        made: PayrollFile = PayrollFile.objects.create(name=name[:200] or "A file", started_by=actor, facts=facts)
        for row in rows:
            row.file = made
        PayrollRow.objects.bulk_create(rows, batch_size=SET_SIZE)
    return made


def _read(file: BinaryIO, size: int, sides: Sides, today: date) -> tuple[list[Values], dict[str, Any]]:
    sheet, layout = choose_sheet(read_file(file, size))
    lines = rows_of(sheet.lines, layout)
    if len(lines) > MOST_PAYROLL_ROWS:
        sentence = f"The file has {len(lines):,} rows, and {MOST_PAYROLL_ROWS:,} are the most. Split it by period."
        raise FileRefused("too_many_rows", sentence)
    country = load_defaults(sides.quickbooks).books_country
    order, is_certain = find_order(lines, layout.columns["date"], country=country)
    values = [read_row(line, layout, order, today) for line in lines]
    return values, {
        "columns": dict(layout.headings),
        "order": order,
        "is_order_certain": is_certain,
        "sheet": sheet.name,
    }


def why_not_taken() -> str:
    """What keeps files from being taken at all, in a sentence; "" when nothing does."""
    if not switches.is_on(PAYROLL):
        return "Payroll costs are switched off. Switch them on under Timesheets and labour first."
    if not load_defaults(load_sides().quickbooks).says(LABOUR_SOURCE, "file"):
        return "Labour cost does not come from payroll files. Choose them under Timesheets and labour first."
    return ""


def takeable(file: PayrollFile) -> QuerySet[PayrollRow]:
    rows: QuerySet[PayrollRow] = PayrollRow.objects.filter(file=file, verdict__in=TAKEABLE, taken_at__isnull=True)
    return rows


def take(file: PayrollFile, actor: Any, *, only: Collection[int] | None = None) -> int:
    """Let these rows count from now on, or all that are in no doubt, and queue what comes of them. All or none.

    Answers how many. Raises NotPossible.
    """
    reason = why_not_taken()
    if reason:
        raise NotPossible(reason)
    with transaction.atomic():
        _lock(file)
        chosen = list(_choose(file, only))
        if not chosen:
            message = "No row was chosen, so nothing was taken."
            raise NotPossible(message)
        _check_unchanged(file, chosen)
        PayrollRow.objects.filter(pk__in=[row.pk for row in chosen]).update(taken_at=timezone.now())
        _plan_again(chosen)
        AuditEntry.note(actor=actor, action="payroll.taken", subject=file.name, count=len(chosen))
    nudge()
    return len(chosen)


def _choose(file: PayrollFile, only: Collection[int] | None) -> QuerySet[PayrollRow]:
    rows = takeable(file).order_by("number")
    return rows.filter(is_doubtful=False) if only is None else rows.filter(pk__in=only)


def _check_unchanged(file: PayrollFile, chosen: Iterable[PayrollRow]) -> None:
    """What is taken must be what the person saw: another file may have been taken meanwhile."""
    seen = {row.pk: row.verdict for row in chosen}
    rows = list(PayrollRow.objects.filter(file=file).exclude(verdict=Verdict.REFUSED))
    judge(rows, load_known(row.group for row in rows))
    if any(row.verdict != seen[row.pk] for row in rows if row.pk in seen):
        message = "Another file with some of these rows was taken or undone meanwhile. Import this one again."
        raise NotPossible(message)


def undo(file: PayrollFile, actor: Any) -> int:
    """Let the rows of the file count no more, as long as nothing of them stands in Procore. Rows of an earlier file
    that they replaced count again. Answers how many. Raises NotPossible."""
    with transaction.atomic():
        _lock(file)
        rows = list(PayrollRow.objects.filter(file=file, taken_at__isnull=False))
        if file.undone_at is not None or not rows:
            message = "Nothing of this file counts, so there is nothing to undo."
            raise NotPossible(message)
        standing = _count_standing(rows)
        if standing:
            told = "1 payroll cost of this file is" if standing == 1 else f"{standing} payroll costs of this file are"
            message = (
                f"{told} in Procore, or on the way there. Import a file with the same rows and the right figures, or "
                "0 hours to take a row away."
            )
            raise NotPossible(message)
        PayrollFile.objects.filter(pk=file.pk).update(undone_at=timezone.now())
        _plan_again(rows)
        AuditEntry.note(actor=actor, action="payroll.undone", subject=file.name, count=len(rows))
    nudge()
    return len(rows)


def _count_standing(rows: Iterable[PayrollRow]) -> int:
    """How many costs of these rows are posted or being sent. They are locked: none is sent meanwhile."""
    entries = list(_entries_of(rows).select_for_update())
    sending = set(
        Outgoing.objects.filter(entry__in=entries, state__in=ledger.OPEN_OUTGOING).values_list("entry_id", flat=True)
    )
    claimed = set(_entries_of(rows).filter(claimed_until__gt=Now()).values_list("pk", flat=True))
    return sum(entry.is_posted or entry.pk in sending | claimed for entry in entries)


def discard(file: PayrollFile) -> None:
    """Forget a file nothing was taken of. Raises NotPossible."""
    with transaction.atomic():
        _lock(file)
        if file.rows.filter(taken_at__isnull=False).exists():
            message = "Rows of this file were taken, so it stays in the history."
            raise NotPossible(message)
        file.delete()


def _lock(file: PayrollFile) -> None:
    """One file of a company at a time."""
    key = int(stable_hash("payroll", require_tenant_id(), length=15), 16)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    file.refresh_from_db()


def _entries_of(rows: Iterable[PayrollRow]) -> QuerySet[Entry]:
    entries: QuerySet[Entry] = Entry.objects.filter(
        flow=PAYROLL, source_type=FILES, source_id__in=sorted({row.group for row in rows})
    )
    return entries


def _plan_again(rows: Iterable[PayrollRow]) -> None:
    sides = load_sides()
    ledger.note(
        flow(PAYROLL),
        source_connection=sides.need("quickbooks"),
        target_connection=sides.need("procore"),
        source_ids=[(row.group, row.project_id) for row in rows],
        source_type=FILES,
    )

"""What becomes of each row of a payroll file: read, resolved, and compared with the rows that count already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from smoothx.lib.text import stable_hash
from sync.models import PayrollRow
from sync.payroll.names import Codes, People, Project, Projects, key_of
from sync.payroll.reading import Values

Verdict = PayrollRow.Verdict
FIGURES = ("hours", "rate", "amount", "memo")


@dataclass(frozen=True, slots=True)
class Known:
    """The rows that count now: by their key, and the keys of each group."""

    by_key: Mapping[str, PayrollRow]
    by_group: Mapping[str, Sequence[PayrollRow]]


def load_known(groups: Iterable[str]) -> Known:
    """The rows of these groups that count: of each key the one taken last, of files that were not undone."""
    wanted = sorted(set(groups))
    rows = PayrollRow.objects.filter(group__in=wanted, taken_at__isnull=False, file__undone_at__isnull=True)
    latest = {row.key: row for row in rows.order_by("taken_at", "pk")}
    by_key = {key: row for key, row in latest.items() if row.verdict != Verdict.REMOVES}
    by_group: dict[str, list[PayrollRow]] = defaultdict(list)
    for row in sorted(by_key.values(), key=lambda row: (row.code, row.pay_type, row.pk)):
        by_group[row.group].append(row)
    return Known(by_key, by_group)


def resolve(values: Sequence[Values], projects: Projects, start: date | None) -> list[PayrollRow]:
    """The rows with their keys, without a verdict on what is there already."""
    first_of: dict[str, int] = {}
    return [_resolve_one(each, projects, start, first_of) for each in values]


def _resolve_one(values: Values, projects: Projects, start: date | None, first_of: dict[str, int]) -> PayrollRow:
    errors = list(values.errors)
    found = projects.find(values.project) if values.project else ""
    project = found if isinstance(found, Project) else None
    if isinstance(found, str) and found:
        errors.append(found)
    if start is not None and values.worked_on is not None and values.worked_on < start:
        errors.append(f"Dated before the start date, {start:%-d %b %Y}.")
    row = PayrollRow(
        number=values.number,
        employee=values.employee,
        worked_on=values.worked_on,
        project=project.name if project else values.project,
        project_id=project.id if project else "",
        code=values.code,
        pay_type=values.pay_type,
        hours=values.hours,
        rate=values.rate,
        amount=values.amount,
        memo=values.memo,
    )
    if not errors:
        row.group = stable_hash(key_of(row.employee), row.worked_on, row.project_id)
        row.key = stable_hash(row.group, key_of(row.code), key_of(row.pay_type))
        same = first_of.setdefault(row.key, row.number)
        if same != row.number:
            told = "the same employee, day, project, cost code and pay type"
            errors.append(f"Row {same} has {told}. Tell them apart by pay type, or add them up.")
    row.reasons = [*errors, *values.notes]
    row.verdict = Verdict.REFUSED if errors else Verdict.NEW
    return row


def judge(rows: Sequence[PayrollRow], known: Known) -> None:
    """Say of each row that could be read what taking it would do."""
    keys = {row.key for row in rows if row.verdict != Verdict.REFUSED}
    for row in rows:
        if row.verdict != Verdict.REFUSED:
            _judge_one(row, known, keys)


def tell_misses(rows: Sequence[PayrollRow], people: People, codes: Codes) -> None:
    """Say of each row that would count what it names and nobody knows: its cost goes on without it."""
    misses = {code: codes.miss(code) for code in {row.code for row in rows}}
    for row in rows:
        if row.verdict not in (Verdict.NEW, Verdict.CHANGES):
            continue
        if row.employee and not people.has(row.employee):
            row.reasons.append(f"{row.employee} is no employee we know, so the cost names them in words.")
        if misses[row.code]:
            row.reasons.append(misses[row.code])


def _judge_one(row: PayrollRow, known: Known, keys: set[str]) -> None:
    before = known.by_key.get(row.key)
    is_nothing = not row.hours and not row.amount
    if before is None and is_nothing:
        row.verdict = Verdict.REFUSED
        row.reasons.append("The row has no hours and no amount, and there is none to take away.")
    elif before is None:
        _judge_new(row, [each for each in known.by_group.get(row.group, ()) if each.key not in keys])
    elif is_nothing:
        row.verdict = Verdict.REMOVES
        row.reasons.append(f"Was {_say(before)}.")
    elif all(getattr(before, name) == getattr(row, name) for name in FIGURES):
        row.verdict = Verdict.SAME
    else:
        row.verdict = Verdict.CHANGES
        row.reasons.append(f"Was {_say(before)}.")


def _judge_new(row: PayrollRow, others: Sequence[PayrollRow]) -> None:
    """A correction under another cost code looks like new work beside the old, and would be counted twice."""
    row.verdict = Verdict.NEW
    if others:
        told = ", ".join(f"{each.code or 'no code'}: {_say(each)}" for each in others[:3])
        row.is_doubtful = True
        row.reasons.append(
            f"This employee, day and project has rows that the file lacks: {told}. They stay. A row with 0 hours "
            "takes one away."
        )


def _say(row: PayrollRow) -> str:
    amount = f"{row.amount:,.2f}" if row.amount is not None else ""
    hours = f"{row.hours.normalize():f} hours" if row.hours else ""
    return ", ".join(text for text in (hours, amount) if text) or "nothing"

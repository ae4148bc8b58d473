"""What taking over an older version, or a file, would change; each setting judged against the lists of today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db.models import Q, QuerySet

from mapping.changing import one_change
from mapping.choices import (
    ChoiceRefused,
    check_choice,
    choose,
    connection_of,
    join_value,
    side_name_of,
    side_of,
    usable_rows,
)
from mapping.defaults import DEFAULTS, DefaultKind
from mapping.models import RemoteItem
from mapping.sides import SideKey, Sides, load_sides
from sync.registry import all_flows
from sync.switching import switch
from sync.versions.snapshot import DEFAULT, Kept, KeptRow, Settings, label_of, load_settings, order_of, words_of

Verdict = Literal["change", "check", "same", "refused"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One setting to take over. `check`: it can be, but a row was found by its number alone."""

    setting: str
    label: str
    before: str
    after: str
    verdict: Verdict
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The row of today for a row of then, and how it was known again."""

    value: str
    label: str
    by: Literal["id", "name", "number"]


class NotFound(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def plan(wanted: Settings, *, keeps_ids: Collection[SideKey], empties: bool) -> list[Planned]:
    """One row per setting, in the order of the pages.

    `keeps_ids`: the sides whose company is the one the settings are from, so that an id names the same row. `empties`:
    what `wanted` does not hold is to be empty; otherwise it is left alone.
    """
    now, sides = load_settings(), load_sides()
    names = {*wanted, *now} if empties else set(wanted)
    return [_judge(name, now.get(name), wanted.get(name), sides, keeps_ids) for name in order_of(names)]


def _judge(name: str, now: Kept | None, wanted: Kept | None, sides: Sides, keeps_ids: Collection[SideKey]) -> Planned:
    planned = Planned(name, label_of(name), words_of(name, now), words_of(name, wanted), "change")
    sort, _, key = name.partition(":")
    kind = DEFAULTS.get(key) if sort == DEFAULT else None
    if kind is None:
        return _judge_switch(planned, key, now, wanted)
    standing = now.value if now else ""
    if wanted and wanted.value == standing and (kind.chooses is None or side_of(kind) in keeps_ids):
        return replace(planned, verdict="same")
    if wanted is None:
        return replace(planned, verdict="same" if standing in ("", kind.preset) else "change")
    try:
        found = _find_value(kind, wanted, sides, keeps_ids)
        check_choice(kind, found.value)
    except NotFound as missing:
        return replace(planned, verdict="refused", reason=missing.sentence)
    except ChoiceRefused as refusal:
        return replace(planned, verdict="refused", reason=refusal.sentence)
    planned = replace(planned, after=found.label, value=found.value)
    if found.value == standing:
        return replace(planned, verdict="same")
    if found.by == "number":
        text = f"Found by its number. It was called {wanted.name}."
        return replace(planned, verdict="check", reason=text)
    return replace(planned, reason="Found by its name." if found.by == "name" else "")


def _judge_switch(planned: Planned, key: str, now: Kept | None, wanted: Kept | None) -> Planned:
    flow = all_flows().get(key) if planned.setting.startswith("flow:") else None
    if flow is None:
        return replace(planned, verdict="refused", reason="There is no such setting any more.")
    value = wanted.value if wanted else ""
    if value not in ("", "on", "off") or flow.trigger == "push":
        return replace(planned, verdict="refused", reason="It cannot be switched.")
    standing = now.value if now else ""
    # That somebody switched it to what it is anyway is not worth taking back.
    is_same = value == standing or (not value and standing == ("on" if flow.is_on_at_first else "off"))
    return replace(planned, verdict="same" if is_same else "change", value=value)


def _find_value(kind: DefaultKind, wanted: Kept, sides: Sides, keeps_ids: Collection[SideKey]) -> Found:
    """Raises NotFound, naming the first row that is not there."""
    if kind.chooses is None:
        return Found(wanted.value, wanted.name, "id")
    rows = wanted.rows if kind.takes_many else wanted.rows[:1]
    found = [_find_row(kind, row, sides, by_id=side_of(kind) in keeps_ids) for row in rows]
    if not found:
        raise NotFound("It names no row.")
    ways = [each.by for each in found]
    by: Literal["id", "name", "number"] = "number" if "number" in ways else "name" if "name" in ways else "id"
    return Found(join_value(each.value for each in found), ", ".join(each.label for each in found), by)


def _find_row(kind: DefaultKind, row: KeptRow, sides: Sides, *, by_id: bool) -> Found:
    connection = connection_of(kind, sides)
    resource = kind.chooses.key if kind.chooses else ""
    if by_id:
        same = RemoteItem.objects.filter(connection=connection, resource=resource, remote_id=row.id).first()
        if same is None:
            raise NotFound(f"{row.label} is not in {side_name_of(kind)} any more.")
        return Found(same.remote_id, _label(same), "id")
    usable = usable_rows(kind, connection)
    named = _only(usable.filter(Q(data__full_name__iexact=row.name) | Q(name__iexact=row.name)), row)
    if named is not None:
        return Found(named.remote_id, _label(named), "name")
    numbered = list(usable.filter(code__iexact=row.number)[:2]) if row.number else []
    if len(numbered) == 1:
        return Found(numbered[0].remote_id, _label(numbered[0]), "number")
    raise NotFound(f"{row.label} is not among the active rows of {side_name_of(kind)} that fit here.")


def _only(rows: QuerySet[RemoteItem], wanted: KeptRow) -> RemoteItem | None:
    """The one row of the name; of several, the one with the whole path, and of those the one with the number."""
    found = list(rows[:20])
    for fits in (_has_path, _has_number):
        if len(found) > 1:
            found = [row for row in found if fits(row, wanted)] or found
    return found[0] if len(found) == 1 else None


def _has_path(row: RemoteItem, wanted: KeptRow) -> bool:
    return str(row.data.get("full_name") or row.name).lower() == wanted.name.lower()


def _has_number(row: RemoteItem, wanted: KeptRow) -> bool:
    return row.code == wanted.number


def _label(row: RemoteItem) -> str:
    return KeptRow(row.remote_id, row.data.get("full_name") or row.name, row.code).label


def apply(planned: Iterable[Planned], actor: Any, *, what: str, detail: str) -> int:
    """Take over what is planned, all or nothing, as one version. Answers how many settings changed.

    Raises ChoiceRefused when a list changed since it was planned.
    """
    changes = [each for each in planned if each.verdict in ("change", "check")]
    with one_change(actor, what=what, detail=detail):
        for each in changes:
            sort, _, key = each.setting.partition(":")
            if sort == DEFAULT:
                choose(key, each.value, actor)
            else:
                switch(all_flows()[key], actor, is_on={"on": True, "off": False}.get(each.value))
    return len(changes)


def count_verdicts(planned: Sequence[Planned]) -> Mapping[str, int]:
    verdicts = [each.verdict for each in planned]
    return {verdict: verdicts.count(verdict) for verdict in ("change", "check", "same", "refused")}

"""All settings of a company at one moment: the defaults chosen and the flows switched, with the names then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from mapping.choices import side_of, split_value
from mapping.defaults import DEFAULTS, DefaultKind
from mapping.models import DefaultChoice, RemoteItem
from mapping.sides import load_sides
from sync.models import FlowSetting
from sync.registry import all_flows

# The two sorts of settings, as their names begin.
DEFAULT, FLOW = "default", "flow"
NOT_CHOSEN = "Not chosen"
WORDS = {"on": "On", "off": "Off"}


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a vendor's list as it was called then."""

    id: str
    name: str
    number: str = ""

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}".strip() if self.number != self.name else self.name


@dataclass(frozen=True, slots=True)
class Kept:
    """One setting's value, as `choose` takes it or "on" and "off", and the rows it names."""

    value: str
    name: str
    rows: tuple[KeptRow, ...] = ()

    def to_json(self) -> dict[str, Any]:
        rows = [{"id": row.id, "name": row.name, "number": row.number} for row in self.rows]
        return {"value": self.value, "name": self.name, **({"rows": rows} if rows else {})}

    @classmethod
    def from_json(cls, wire: Mapping[str, Any]) -> Kept:
        """Raises KeyError, TypeError or AttributeError for anything `to_json` does not write."""
        rows = tuple(
            KeptRow(str(row["id"]), str(row["name"]), str(row.get("number", ""))) for row in wire.get("rows", ())
        )
        return cls(str(wire["value"]), str(wire["name"]), rows)


# By the setting's name, "default:bill_code" or "flow:bills". What nobody chose or switched is not in it.
Settings = Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting with its value before and after, in words."""

    setting: str
    label: str
    before: str
    after: str


def load_settings() -> dict[str, Kept]:
    """What is chosen and switched now."""
    chosen = dict(DefaultChoice.objects.filter(key__in=list(DEFAULTS)).order_by("key").values_list("key", "value"))
    switched = FlowSetting.objects.filter(flow__in=list(all_flows())).order_by("flow").values_list("flow", "is_on")
    names = _load_rows(chosen)
    found = {f"{DEFAULT}:{key}": _keep(DEFAULTS[key], value, names) for key, value in chosen.items()}
    return found | {f"{FLOW}:{key}": keep_switch(is_on=is_on) for key, is_on in switched}


def keep_switch(*, is_on: bool) -> Kept:
    value = "on" if is_on else "off"
    return Kept(value, WORDS[value])


def _keep(kind: DefaultKind, value: str, names: Mapping[tuple[str, str], KeptRow]) -> Kept:
    parts = split_value(kind, value)
    if kind.chooses is None:
        words = dict(kind.options)
        return Kept(value, ", ".join(words.get(part, part) for part in parts))
    rows = tuple(names.get((kind.chooses.key, part), KeptRow(part, part)) for part in parts)
    return Kept(value, ", ".join(row.label for row in rows), rows)


def _load_rows(chosen: Mapping[str, str]) -> dict[tuple[str, str], KeptRow]:
    fits = Q()
    sides = load_sides() if any(DEFAULTS[key].chooses for key in chosen) else None
    for key, value in chosen.items():
        kind = DEFAULTS[key]
        if kind.chooses is not None and sides is not None:
            ids = split_value(kind, value)
            fits |= Q(connection=sides.of(side_of(kind)), resource=kind.chooses.key, remote_id__in=ids)
    rows = RemoteItem.objects.filter(fits) if fits else ()
    return {
        (row.resource, row.remote_id): KeptRow(row.remote_id, row.data.get("full_name") or row.name, row.code)
        for row in rows
    }


def label_of(setting: str) -> str:
    """What the setting is called on its page; one that is gone by its key."""
    sort, _, key = setting.partition(":")
    if sort == FLOW:
        flow = all_flows().get(key)
        return (flow.asked_as or flow.label) if flow else key
    kind = DEFAULTS.get(key)
    return kind.label if kind else key


def words_of(setting: str, kept: Kept | None) -> str:
    """A value in words; of what nobody chose, what is in force without it."""
    if kept is not None:
        return kept.name
    sort, _, key = setting.partition(":")
    if sort == FLOW:
        flow = all_flows().get(key)
        if flow is not None and flow.asked_as:
            return NOT_CHOSEN
        return "On" if flow is None or flow.is_on_at_first else "Off"
    kind = DEFAULTS.get(key)
    if kind is None or not kind.preset:
        return NOT_CHOSEN
    names = dict(kind.options)
    return ", ".join(names.get(part, part) for part in split_value(kind, kind.preset))


def compare(before: Settings, after: Settings) -> Iterator[Difference]:
    """The settings whose value differs, in the order of the pages. A row that was renamed is the same row."""
    for setting in order_of({*before, *after}):
        old, new = before.get(setting), after.get(setting)
        if (old.value if old else "") != (new.value if new else ""):
            yield Difference(setting, label_of(setting), words_of(setting, old), words_of(setting, new))


def order_of(settings: set[str]) -> list[str]:
    known = [f"{DEFAULT}:{key}" for key in DEFAULTS] + [f"{FLOW}:{key}" for key in all_flows()]
    return [name for name in known if name in settings] + sorted(settings - set(known))


def read_settings(wire: Mapping[str, Any]) -> dict[str, Kept]:
    """Settings as a version keeps them."""
    return {name: Kept.from_json(value) for name, value in wire.items()}

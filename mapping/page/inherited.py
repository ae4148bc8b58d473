"""What applies to a project's cost code: its override, or what it inherits from the map of the firm's cost codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from connectors.procore import resources as procore
from mapping.candidates import all_rows
from mapping.choices import load_defaults
from mapping.defaults import BILL_CODE, BILL_ITEM, Defaults
from mapping.directory.project_codes import map_key
from mapping.kinds import OVERRIDE_ACCOUNT, OVERRIDE_ITEM
from mapping.maps import CodeRef, Maps
from mapping.models import Link, RemoteItem
from mapping.page.frame import Frame
from mapping.precedence import ACCOUNT_MAPS, ITEM_MAPS, CodeMaps, find_target
from mapping.screens import Section
from mapping.snapshot import load_links

# A filter by project is `show=project-501`. More projects than these are found by searching for their name.
PROJECT = "project-"
MOST_PROJECTS = 300
MAPS_OF = {OVERRIDE_ACCOUNT.key: ACCOUNT_MAPS, OVERRIDE_ITEM.key: ITEM_MAPS}


@dataclass(frozen=True, slots=True)
class Inherited:
    """Where a code goes without an override, and what says so. Without a target nothing covers it."""

    target: str
    source: str
    is_default: bool = False


def is_override(section: Section) -> bool:
    return section.kinds[0].key in MAPS_OF


def project_of(show: str) -> str:
    """The project a filter asks for, by its id; empty for every other filter."""
    return show.removeprefix(PROJECT) if show.startswith(PROJECT) else ""


def project_choices(frame: Frame) -> list[tuple[str, str]]:
    """(value, label) of the filter by project, in order of their numbers."""
    if not is_override(frame.section) or frame.sides.procore is None:
        return []
    rows = all_rows().filter(connection=frame.sides.procore, resource=procore.PROJECTS.key, is_active=True)
    found = rows.order_by("code", "name").values_list("remote_id", "code", "name")[:MOST_PROJECTS]
    return [(f"{PROJECT}{remote_id}", f"{code} {name}".strip()) for remote_id, code, name in found]


def load_inherited(frame: Frame, rows: Iterable[RemoteItem | None]) -> dict[str, Inherited]:
    """By the id of the project's code, for the rows of one page. A few statements, however many rows."""
    if not is_override(frame.section):
        return {}
    shown = [row for row in rows if row is not None]
    if not shown:
        return {}
    kinds = MAPS_OF[frame.section.kinds[0].key]
    codes = _load_codes(shown)
    keys = {key for code in codes.values() for key in (code.key, *code.parents)}
    maps = Maps(links=load_links([kinds.code], left_ids=keys))
    found = {remote_id: _find_in_map(kinds, code, maps) for remote_id, code in codes.items()}
    if all(found.values()):
        return {remote_id: each for remote_id, each in found.items() if each}
    fallback = _find_default(kinds, load_defaults(frame.sides.quickbooks))
    return {remote_id: each or fallback for remote_id, each in found.items()}


def _find_in_map(kinds: CodeMaps, code: CodeRef, maps: Maps) -> Inherited | None:
    found = find_target(kinds, code, maps, cost_code_id="", cost_type="", defaults=Defaults())
    if found is None:
        return None
    return Inherited(found[0].name, "its code" if found[1].chosen_by == "Code" else found[1].chosen_by.lower())


def _find_default(kinds: CodeMaps, defaults: Defaults) -> Inherited:
    for kind in (BILL_ITEM, BILL_CODE) if kinds is ITEM_MAPS else (BILL_CODE,):
        chosen = defaults.get(kind)
        if chosen is not None:
            return Inherited(chosen.name, kind.label, is_default=True)
    return Inherited("", "")


def _load_codes(rows: Sequence[RemoteItem]) -> dict[str, CodeRef]:
    """The rows as rules know them, with the divisions above, read level by level."""
    keys = {row.remote_id: map_key(row.data.get("standard_id"), row.code) for row in rows}
    above: dict[str, tuple[str, str]] = {}
    wanted = set(keys.values())
    standard = all_rows().filter(resource=procore.STANDARD_COST_CODES.key)
    while wanted:
        level = standard.filter(remote_id__in=wanted).values_list("remote_id", "parent_id", "code")
        above |= {remote_id: (parent_id, code) for remote_id, parent_id, code in level}
        wanted = {above[key][0] for key in wanted if key in above} - {""} - set(above)
    return {row.remote_id: _code_ref(keys[row.remote_id], row, above) for row in rows}


def _code_ref(key: str, row: RemoteItem, above: dict[str, tuple[str, str]]) -> CodeRef:
    parents: list[str] = []
    current = above.get(key, ("", ""))[0]
    while current and current not in parents:
        parents.append(current)
        current = above.get(current, ("", ""))[0]
    texts = tuple(above.get(parent, ("", ""))[1] for parent in parents)
    return CodeRef(key, row.code, row.name, tuple(parents), texts)


def count_overrides(rows: Iterable[RemoteItem], section: Section) -> dict[str, int]:
    """How many projects override what this section says of each of these codes; those without any are left out."""
    kinds = [key for key, maps in MAPS_OF.items() if maps.code in section.kinds]
    shown = {row.remote_id for row in rows if row.resource == procore.STANDARD_COST_CODES.key}
    if not shown or not kinds:
        return {}
    linked = Link.objects.filter(kind__in=kinds).values("left_id")
    own = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key, remote_id__in=linked)
    found = own.values_list("project_id", "code", "data__standard_id").distinct()
    return dict(Counter(key for _, code, standard_id in found if (key := map_key(standard_id, code)) in shown))


def load_code_facts(frame: Frame, rows: Sequence[RemoteItem]) -> dict[str, dict[str, Any]]:
    """What a row of cost codes shows beside itself, by its id.

    `inherited` of a project's code, `overrides` in words of a code of the firm.
    """
    if is_override(frame.section):
        return {key: {"inherited": found} for key, found in load_inherited(frame, rows).items()}
    if frame.code_kind is None:
        return {}
    return {key: {"overrides": override_text(count)} for key, count in count_overrides(rows, frame.section).items()}


def override_text(count: int) -> str:
    return f"Overridden on {count:,} project{'' if count == 1 else 's'}"


def in_project(rows: QuerySet[RemoteItem], show: str) -> QuerySet[RemoteItem]:
    """Narrowed to the project a filter asks for."""
    project_id = project_of(show)
    return rows.filter(project_id=project_id) if project_id else rows

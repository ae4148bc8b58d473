"""The lists a file is compared with, read from the directory, and what is linked now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Case, Q, Value, When

from connectors.models import Connection
from connectors.procore import resources as procore
from mapping.candidates import all_rows, right_fits
from mapping.divisions import children_of, descendants
from mapping.history import load_names
from mapping.imports.judging import Book, Standing, Stands
from mapping.imports.matching import Entry, Table, key_of
from mapping.imports.verdicts import Words
from mapping.kinds import KINDS, MappingKind
from mapping.models import Link
from mapping.screens import Section
from mapping.sides import Sides

COLUMNS = ("remote_id", "name", "code", "data__full_name", "parent_id", "project_id", "is_active", "subtype")


def load_book(section: Section, sides: Sides) -> Book:
    """Both sides of a section, inactive rows too: they are told apart from unknown ones. Raises NotConnected."""
    left, right = sides.need("procore"), sides.need("quickbooks")
    return Book(
        kinds=section.kinds,
        left=_load_left(section.kinds[0], left, is_tree=section.is_tree),
        rights={kind.key: _load_right(kind, right) for kind in section.kinds},
        left_words=Words("Procore", section.left_noun, section.left_noun_plural, _how_to_tell_left(section)),
        right_words=_right_words(section),
    )


def load_standing(section: Section, sides: Sides, book: Book) -> Standing:
    """The links that the section's rows may meet, those of other kinds that share their rows included."""
    left_groups = {kind.left_group for kind in section.kinds}
    right_groups = {kind.right_group for kind in section.kinds if kind.is_one_to_one}
    meets = Q(left_group__in=left_groups, left_connection=sides.need("procore"))
    meets |= Q(right_group__in=right_groups, right_connection=sides.need("quickbooks"))
    links = list(Link.objects.filter(meets))
    own = {kind.key for kind in section.kinds}
    names = load_names(link for link in links if link.kind not in own)
    return Standing.of(_stands(link, book, names) for link in links)


def _stands(link: Link, book: Book, names: Mapping[tuple[int, str, str], str]) -> Stands:
    kind = KINDS[link.kind]
    left = book.left.ids.get(link.left_id) if kind.left == book.kinds[0].left else None
    right = book.rights[link.kind].ids.get(link.right_id) if link.kind in book.rights else None
    left_name = names.get((link.left_connection_id, kind.left.key, link.left_id), link.left_id)
    right_name = names.get((link.right_connection_id, kind.right.key, link.right_id), link.right_id)
    return Stands(
        kind=link.kind,
        left_id=link.left_id,
        right_id=link.right_id,
        left=left.shown if left else left_name,
        right=right.shown if right else right_name,
    )


def _load_left(kind: MappingKind, connection: Connection, *, is_tree: bool) -> Table:
    rows = list(all_rows().filter(connection=connection, resource=kind.left.key).values_list(*COLUMNS))
    below = _count_below(rows) if is_tree else {}
    projects = _load_projects(connection) if kind.left.scope == "project" else {}
    return Table.of(
        Entry(
            id=remote_id,
            name=name,
            code=code,
            full_name=full_name or "",
            parent_id=parent_id,
            project_name=projects[project_id][-1] if project_id in projects else "",
            project=tuple(key_of(text) for text in projects.get(project_id, ())),
            is_active=is_active,
            shown=_shown(spell_left(kind, name, code), projects.get(project_id)),
            below=below.get(remote_id, 0),
        )
        for remote_id, name, code, full_name, parent_id, project_id, is_active, _ in rows
    )


def _load_right(kind: MappingKind, connection: Connection) -> Table:
    fits = Case(When(right_fits(kind), then=Value(True)), default=Value(False))
    rows = all_rows().filter(connection=connection, resource=kind.right.key).annotate(fits=fits)
    return Table.of(
        Entry(
            id=remote_id,
            name=name,
            code=code,
            full_name=full_name or "",
            is_active=is_active,
            fits=fits,
            misfit="" if fits else explain_misfit(kind, full_name or name, subtype),
            shown=spell_right(name, code, full_name),
        )
        for remote_id, name, code, full_name, _, _, is_active, subtype, fits in rows.values_list(*COLUMNS, "fits")
    )


def spell_left(kind: MappingKind, name: str, code: str) -> str:
    """A cost code with its code; of anything else the name alone."""
    return f"{code} {name}".strip() if kind.by_code and code != name else name


def spell_right(name: str, code: str, full_name: str | None) -> str:
    """An account with its number, a sub-customer with the customer above it."""
    return f"{code} {full_name or name}".strip()


def explain_misfit(kind: MappingKind, name: str, subtype: str) -> str:
    if kind.right_level == "top":
        return f"{name} is a sub-customer. A company is linked to the customer above it."
    if kind.right_level == "child":
        return f"{name} is a customer. It takes a sub-customer or project below one."
    wanted = ", ".join(kind.right_types) or kind.right_noun.lower()
    return f"{name} is of type {subtype}. It takes {wanted}."


def _count_below(rows: Iterable[tuple[str, str, str, str, str, str, bool, str]]) -> dict[str, int]:
    """How many codes without any below them each division has."""
    children = children_of({row[0]: row[4] for row in rows if row[6]})
    return {code: sum(1 for below in descendants(code, children) if below not in children) for code in children}


def _load_projects(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Number, name, and both, by project id."""
    rows = all_rows().filter(connection=connection, resource=procore.PROJECTS.key)
    return {
        remote_id: (name, code, f"{code} {name}".strip())
        for remote_id, name, code in rows.values_list("remote_id", "name", "code")
    }


def _shown(name: str, project: tuple[str, ...] | None) -> str:
    """With the project, where the directory has not put it into the name already."""
    if not project or name.endswith((f", {project[0]}", f", {project[2]}")):
        return name
    return f"{name}, {project[2]}"


def _how_to_tell_left(section: Section) -> str:
    if section.kinds[0].left.scope == "project":
        return "Say which project in the column Procore project."
    return "Give its Procore id, which the export has."


def _right_words(section: Section) -> Words:
    noun = " or ".join(dict.fromkeys(kind.right_noun.lower() for kind in section.kinds))
    plural = " or ".join(dict.fromkeys(kind.right.label.removeprefix("QuickBooks ") for kind in section.kinds))
    return Words("QuickBooks", noun, plural, "Give its QuickBooks id, or its full name.")

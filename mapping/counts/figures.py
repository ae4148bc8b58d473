"""The figures of the mapping pages, each a row of one statement: a page asks once for all it lacks."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection as database
from django.db.models import Count, Q

from mapping.candidates import all_rows, linked_right, right_fits
from mapping.counts.kept import Figure
from mapping.counts.merging import compose
from mapping.counts.selects import GIVEN, RIGHTS, SELECTS, Ask
from mapping.kinds import KINDS
from mapping.screens import SECTIONS, Section
from mapping.sides import Sides
from smoothx.tenants.scope import require_tenant_id

Asked = tuple[Ask, Section]

# Of which look at the database the figures are.
SNAPSHOT = "SELECT 'snapshot', pg_current_snapshot()::text, '', 0, 0"
PLACES = {key: place for place, key in enumerate(SECTIONS)}


def read_figures(asked: Sequence[Asked], sides: Sides) -> list[Figure]:
    """What is asked of each section, and the "snapshot" it is of, in one statement.

    "links" are those of all kinds, whichever section is named.
    """
    if not asked:
        return []
    parts = [_open_rights(section, sides) for ask, section in asked if ask == "right"]
    counted = [SELECTS[ask] for ask in dict.fromkeys(ask for ask, _ in asked) if ask != "right"]
    if counted:
        text = _given(asked) + " UNION ALL ".join(counted)
        parts.insert(0, compose(text, _values(sides)))
    with database.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([*parts, SNAPSHOT]))
        found: list[Figure] = cursor.fetchall()
    return found


def pick(figures: Sequence[Figure], what: str) -> list[Figure]:
    return [figure for figure in figures if figure[0] == what]


def _given(asked: Sequence[Asked]) -> str:
    """The lists that the selects read. All names in them are declared ones, none comes from outside."""
    sections = {section.key: section for _, section in asked}
    wanted = [(ask, each.key, PLACES[each.key], each.kinds[0].left.key) for ask, each in asked]
    kinds = [(kind.key, PLACES[key], kind.right.key) for key, each in sections.items() for kind in each.kinds]
    return GIVEN.format(asked=", ".join(map(str, wanted)), kinds=", ".join(map(str, kinds)))


def _values(sides: Sides) -> dict[str, object]:
    return {
        "tenant": require_tenant_id(),
        "procore": sides.procore and sides.procore.pk,
        "books": sides.quickbooks and sides.quickbooks.pk,
        "known": list(KINDS),
    }


def _open_rights(section: Section, sides: Sides) -> str:
    """The active rows at the right that no link uses, by list."""
    connection = sides.need("quickbooks")
    fits = Q(pk__in=[])
    for kind in section.kinds:
        fits |= right_fits(kind) & ~linked_right([kind], connection)
    rows = all_rows().filter(fits, connection=connection, is_active=True).order_by().values("resource")
    text, values = rows.values_list("resource", Count("pk")).query.sql_with_params()
    return compose(RIGHTS.format(section=section.key, rows=text), values)

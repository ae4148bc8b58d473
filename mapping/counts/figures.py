"""The figures of the mapping pages, each a row of one statement: a page asks once for all it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from mapping.candidates import all_rows, left_rows, linked_left, linked_right, right_fits
from mapping.kinds import KINDS
from mapping.left_out import left_out
from mapping.models import Link
from mapping.screens import Section
from mapping.sides import Sides

# What it is, two texts and two numbers; unused ones are empty.
Figure = tuple[str, str, str, int, int]
Figures = QuerySet[Any]
COLUMNS = ("what", "one", "two", "first", "second")


def read_figures(wanted: Iterable[Figures]) -> list[Figure]:
    parts = list(wanted)
    if not parts:
        return []
    head, *rest = parts
    return list(head.union(*rest, all=True) if rest else head)


def links_by_kind() -> Figures:
    """How many links each kind has."""
    links = Link.objects.filter(kind__in=list(KINDS)).order_by().values("kind")
    return as_figures(links, "links", one=F("kind"), first=Count("pk"))


def settled_rows(section: Section, sides: Sides) -> Figures:
    """The active rows of a section at the left, and how many of them are settled: linked, or left out."""
    rows = left_rows(section.kinds[0], sides.need("procore")).filter(is_active=True).order_by().values("resource")
    settled = Count("pk", filter=is_settled(section, sides))
    return as_figures(rows, f"cover:{section.key}", first=Count("pk"), second=settled)


def broken_links(section: Section, sides: Sides) -> Figures:
    """How many links lead to a row of QuickBooks that is inactive or gone, by kind."""
    links = _to_nowhere(section, sides).order_by().values("kind")
    return as_figures(links, f"broken:{section.key}", one=F("kind"), first=Count("pk"))


def dead_rows(section: Section, sides: Sides) -> Figures:
    """The active rows at the left with such a link, by the row above them."""
    rows = left_rows(section.kinds[0], sides.need("procore")).filter(_is_dead(section, sides), is_active=True)
    dead = rows.order_by().values("parent_id")
    return as_figures(dead, f"dead:{section.key}", one=F("parent_id"), first=Count("pk"))


def rows_left_out(section: Section, sides: Sides) -> Figures:
    """The active rows at the left that count as settled because somebody left them out."""
    rows = left_rows(section.kinds[0], sides.need("procore")).filter(left_out(section, sides.procore), is_active=True)
    counted = rows.filter(~linked_left(section.kinds, sides.procore)).order_by().values("resource")
    return as_figures(counted, f"out:{section.key}", first=Count("pk"))


def codes_by_parent(section: Section, sides: Sides) -> Figures:
    """For each division the active codes right below it, and how many of them are settled."""
    rows = left_rows(section.kinds[0], sides.need("procore")).filter(is_active=True).order_by().values("parent_id")
    settled = Count("pk", filter=is_settled(section, sides))
    return as_figures(rows, f"codes:{section.key}", one=F("parent_id"), first=Count("pk"), second=settled)


def divisions(section: Section, sides: Sides) -> Figures:
    """The codes that others stand under: id, parent, whether active as 1 or 0, and 1 if settled, 2 if that is dead."""
    codes = left_rows(section.kinds[0], sides.need("procore"))
    rows = codes.filter(remote_id__in=codes.exclude(parent_id="").order_by().values("parent_id")).order_by()
    one_if_active = Count("pk", filter=Q(is_active=True))
    settled_or_dead = Count("pk", filter=is_settled(section, sides)) + Count("pk", filter=_is_dead(section, sides))
    return as_figures(
        rows.values("remote_id", "parent_id"),
        f"division:{section.key}",
        one=F("remote_id"),
        two=F("parent_id"),
        first=one_if_active,
        second=settled_or_dead,
    )


def open_rights(section: Section, sides: Sides) -> Figures:
    """The active rows at the right that no link uses, by list."""
    connection = sides.need("quickbooks")
    fits = Q(pk__in=[])
    for kind in section.kinds:
        fits |= right_fits(kind) & ~linked_right([kind], connection)
    rows = all_rows().filter(fits, connection=connection, is_active=True).order_by().values("resource")
    return as_figures(rows, f"right:{section.key}", one=F("resource"), first=Count("pk"))


def is_settled(section: Section, sides: Sides) -> Q:
    """A person or automap has said what becomes of the row."""
    return linked_left(section.kinds, sides.procore) | left_out(section, sides.procore)


def _is_dead(section: Section, sides: Sides) -> Q:
    """The row has a link to a row of QuickBooks that is inactive or gone: a document that needs it stops."""
    return Q(remote_id__in=_to_nowhere(section, sides).values("left_id"))


def _to_nowhere(section: Section, sides: Sides) -> QuerySet[Link]:
    gone = all_rows().filter(connection=sides.quickbooks, is_active=False)
    found = Q(pk__in=[])
    for kind in section.kinds:
        rights = gone.filter(resource=kind.right.key)
        found |= Q(kind=kind.key, right_id__in=rights.values("remote_id"))
    links: QuerySet[Link] = Link.objects.filter(
        found, kind__in=[kind.key for kind in section.kinds], left_connection=sides.procore
    )
    return links


def pick(figures: Sequence[Figure], what: str) -> list[Figure]:
    return [figure for figure in figures if figure[0] == what]


def as_figures(rows: Figures, what: str, **columns: Any) -> Figures:
    """Rows grouped by `values` as figures; `one` and `two` are texts, `first` and `second` numbers."""
    texts = {name: columns.get(name, Value("")) for name in ("one", "two")}
    numbers = {name: columns.get(name, Value(0)) for name in ("first", "second")}
    named = {
        "what": Cast(Value(what), TextField()),
        **{name: Cast(value, TextField()) for name, value in texts.items()},
        **{name: Cast(value, BigIntegerField()) for name, value in numbers.items()},
    }
    figures: Figures = rows.annotate(**named).values_list(*COLUMNS)
    return figures

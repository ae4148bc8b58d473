"""Which directory rows a kind of mapping may use on either side."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from connectors.models import Connection
from connectors.qbo import resources as qbo
from mapping.kinds import MappingKind
from mapping.models import Link, RemoteItem, SuggestedPair
from mapping.suggest import Candidate

# QuickBooks files items into categories, which are rows of the same list but fit on no line.
NEVER_USED = {qbo.ITEMS.key: ("Category",)}


def all_rows() -> QuerySet[RemoteItem]:
    """The active tenant's whole directory."""
    rows: QuerySet[RemoteItem] = RemoteItem.objects.all()
    return rows


def left_rows(kind: MappingKind, connection: Connection) -> QuerySet[RemoteItem]:
    return all_rows().filter(connection=connection, resource=kind.left.key)


def right_rows(kind: MappingKind, connection: Connection) -> QuerySet[RemoteItem]:
    return all_rows().filter(right_fits(kind), connection=connection)


def right_fits(kind: MappingKind) -> Q:
    """What a row must be to stand at the right of a kind, as a filter."""
    fits = Q(resource=kind.right.key) & ~Q(subtype__in=NEVER_USED.get(kind.right.key, ()))
    if kind.right_level == "top":
        fits &= Q(parent_id="")
    elif kind.right_level == "child":
        fits &= ~Q(parent_id="")
    if kind.account_types:
        fits &= Q(subtype__in=kind.account_types)
    return fits


def is_fit(kind: MappingKind, row: RemoteItem) -> bool:
    """`right_fits` for a row at hand."""
    if row.resource != kind.right.key or row.subtype in NEVER_USED.get(row.resource, ()):
        return False
    if kind.right_level != "any" and (kind.right_level == "top") != (row.parent_id == ""):
        return False
    return not kind.account_types or row.subtype in kind.account_types


def kind_of_right(kinds: Iterable[MappingKind], row: RemoteItem) -> MappingKind | None:
    """The kind in which this row stands at the right; None when it fits none of them."""
    return next((kind for kind in kinds if is_fit(kind, row)), None)


def linked_left(kinds: Iterable[MappingKind], connection: Connection | None) -> Q:
    """Rows of this connection that stand at the left of a link of one of these kinds.

    Here and below the links are a list of their own rather than looked up row by row: PostgreSQL then hashes them,
    and a list stays quick right after an automap, before the server knows how many links there are.
    """
    links = Link.objects.filter(kind__in=[kind.key for kind in kinds], left_connection=connection)
    return Q(remote_id__in=links.values("left_id"))


def linked_right(kinds: Iterable[MappingKind], connection: Connection | None) -> Q:
    """Rows of this connection that stand at the right; ids of different lists may be the same."""
    linked = Q(pk__in=[])
    for kind in kinds:
        links = Link.objects.filter(kind=kind.key, right_connection=connection)
        linked |= Q(resource=kind.right.key, remote_id__in=links.values("right_id"))
    return linked


def read_candidates(rows: QuerySet[RemoteItem]) -> list[Candidate]:
    """The rows as they are compared, in order of name."""
    values = rows.order_by("name", "remote_id").values_list("remote_id", "name", "code", "email", "phone", "is_active")
    return [Candidate(*row) for row in values]


def load_rejected(kinds: Iterable[MappingKind]) -> dict[str, set[tuple[str, str]]]:
    """(left id, right id) a person said no to, by kind key."""
    found: dict[str, set[tuple[str, str]]] = {kind.key: set() for kind in kinds}
    pairs = SuggestedPair.objects.filter(kind__in=list(found), rejected_at__isnull=False)
    for key, left_id, right_id in pairs.values_list("kind", "left_id", "right_id"):
        found[key].add((left_id, right_id))
    return found

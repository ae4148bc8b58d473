"""Which directory rows a kind of mapping may use on either side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from connectors.models import Connection
from connectors.qbo import resources as qbo
from mapping.kinds import MappingKind, sharing_right
from mapping.models import Link, LinkChange, MappingRun, RemoteItem, SuggestedPair
from mapping.searched import Holds
from mapping.suggest import Candidate
from smoothx.tenants.scope import require_tenant_id

# One column of ids.
Ids = QuerySet[Any, Any]

# QuickBooks files items into categories, which are rows of the same list but fit on no line.
NEVER_USED = {qbo.ITEMS.key: ("Category",)}

# What sort of row it is, where a list on one side has several to go to on the other.
SORTS = {qbo.ACCOUNTS.key: "Account", qbo.ITEMS.key: "Item", qbo.CLASSES.key: "Class"}
COMPARED = ("resource", "remote_id", "name", "code", "email", "phone", "is_active", "parent_id", "data")


class IsOneOf(Func):
    """`one = ANY(these)`, with the list as one value: the statement is the same for any, and quickly written."""

    arg_joiner = " = ANY("
    template = "(%(expressions)s))"
    output_field = BooleanField()


def all_rows() -> QuerySet[RemoteItem]:
    """The active tenant's whole directory."""
    rows: QuerySet[RemoteItem] = RemoteItem.objects.all()
    return rows


def holds(*words: str) -> Q:
    """Rows that have each of these, in small letters, somewhere in name, code, e-mail or phone."""
    return Q(Holds(require_tenant_id(), *words)) if words else Q()


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
    if kind.right_types:
        fits &= Q(subtype__in=kind.right_types)
    return fits


class Sorted(Protocol):
    """What `is_fit` reads of a directory row."""

    @property
    def resource(self) -> str: ...
    @property
    def subtype(self) -> str: ...
    @property
    def parent_id(self) -> str: ...


def is_fit(kind: MappingKind, row: Sorted) -> bool:
    """`right_fits` for a row at hand."""
    if row.resource != kind.right.key or row.subtype in NEVER_USED.get(row.resource, ()):
        return False
    if kind.right_level != "any" and (kind.right_level == "top") != (row.parent_id == ""):
        return False
    return not kind.right_types or row.subtype in kind.right_types


def kind_of_right(kinds: Iterable[MappingKind], row: RemoteItem) -> MappingKind | None:
    """The kind in which this row stands at the right; None when it fits none of them."""
    return next((kind for kind in kinds if is_fit(kind, row)), None)


def linked_left(kinds: Iterable[MappingKind], connection: Connection | None) -> Q:
    """Rows of this connection that stand at the left of a link of one of these kinds.

    Here and below the links are a list of their own rather than looked up row by row: PostgreSQL then hashes them,
    and a list stays quick right after an automap, before the server knows how many links there are.
    """
    return Q(remote_id__in=ids_linked_left(kinds, connection))


def linked_right(kinds: Iterable[MappingKind], connection: Connection | None) -> Q:
    """Rows of this connection that stand at the right; ids of different lists may be the same."""
    linked = Q(pk__in=[])
    for kind in kinds:
        linked |= Q(resource=kind.right.key, remote_id__in=ids_linked_right(kind, connection))
    return linked


def ids_linked_left(kinds: Iterable[MappingKind], connection: Connection | None) -> Ids:
    """The ids that stand at the left of a link of one of these kinds."""
    links = Link.objects.filter(kind__in=[kind.key for kind in kinds], left_connection=connection)
    return links.values("left_id")


def ids_linked_right(kind: MappingKind, connection: Connection | None) -> Ids:
    """Ids of the rows at the right that a link of this kind, or of one that shares them, uses."""
    return _links_at_right(kind, connection).values("right_id")


def has_link_left(kinds: Iterable[MappingKind], connection: Connection | None) -> Exists:
    """The row stands at the left of such a link, looked up: for a list that is read no further than a page."""
    links = Link.objects.filter(kind__in=[kind.key for kind in kinds], left_connection=connection)
    return Exists(links.filter(left_id=OuterRef("remote_id")))


def has_link_right(kind: MappingKind, connection: Connection | None) -> Exists:
    """The same at the right of a kind."""
    return Exists(_links_at_right(kind, connection).filter(right_id=OuterRef("remote_id")))


def _links_at_right(kind: MappingKind, connection: Connection | None) -> QuerySet[Link]:
    keys = [each.key for each in sharing_right(kind)]
    links: QuerySet[Link] = Link.objects.filter(kind__in=keys, right_connection=connection)
    return links


def read_candidates(rows: QuerySet[RemoteItem]) -> list[Candidate]:
    """The rows as they are compared, in order of name."""
    return as_candidates(list(rows.order_by("name", "remote_id").only(*COMPARED)))


def as_candidates(rows: Sequence[RemoteItem]) -> list[Candidate]:
    above = _names_above(rows)
    return [_as_candidate(row, above.get((row.resource, row.parent_id), "")) for row in rows]


def _as_candidate(row: RemoteItem, above: str) -> Candidate:
    facts = row.data
    return Candidate(
        id=row.remote_id,
        # What lives in a project is shown with the project's name, and compared without.
        name=facts.get("own_name") or row.name,
        code=row.code,
        email=row.email,
        phone=row.phone,
        is_active=row.is_active,
        other_name=facts.get("company_name") or "",
        parent=(facts.get("full_name") or "").rpartition(":")[0] or above,
        subtype=SORTS.get(row.resource, ""),
        street=facts.get("street") or "",
        city=facts.get("city") or "",
        state=facts.get("state_code") or "",
        zip=facts.get("zip") or "",
        tax_number=facts.get("tax_id") or "",
        given_name=facts.get("given_name") or "",
        middle_name=facts.get("middle_name") or "",
        family_name=facts.get("family_name") or "",
        suffix=facts.get("suffix") or "",
        rate=_read_rate(facts.get("rate")),
    )


def _names_above(rows: Iterable[RemoteItem]) -> dict[tuple[str, str], str]:
    """Names of the rows above these, by resource and id, for lists whose rows do not spell their full name."""
    wanted = {row.parent_id for row in rows if row.parent_id and not row.data.get("full_name")}
    if not wanted:
        return {}
    found = all_rows().filter(remote_id__in=wanted).values_list("resource", "remote_id", "name")
    return {(resource, remote_id): name for resource, remote_id, name in found}


def _read_rate(text: Any) -> Decimal | None:
    try:
        return None if text in (None, "") else Decimal(str(text))
    except InvalidOperation:
        return None


def load_rejected(kinds: Iterable[MappingKind]) -> dict[str, set[tuple[str, str]]]:
    """(left id, right id) a person said no to, by kind key."""
    found: dict[str, set[tuple[str, str]]] = {kind.key: set() for kind in kinds}
    pairs = SuggestedPair.objects.filter(kind__in=list(found), rejected_at__isnull=False)
    for key, left_id, right_id in pairs.values_list("kind", "left_id", "right_id"):
        found[key].add((left_id, right_id))
    return found


def load_taken_apart(kinds: Iterable[MappingKind]) -> dict[str, set[tuple[str, str]]]:
    """(left id, right id) a person unlinked, by kind key. A run of automap taken back whole is not that."""
    found: dict[str, set[tuple[str, str]]] = {kind.key: set() for kind in kinds}
    by_person = Q(run__isnull=True) | Q(run__what=MappingRun.What.CHANGE)
    changes = LinkChange.objects.filter(
        by_person, kind__in=list(found), action=LinkChange.Action.UNLINKED, actor__isnull=False
    )
    for key, left_id, right_id in changes.values_list("kind", "left_id", "right_id"):
        found[key].add((left_id, right_id))
    return found

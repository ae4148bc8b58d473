"""What one entity of the service is: a declaration that create, update, delete, query and change capture all read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from connectors.sandbox.qbo.books.values import Record

if TYPE_CHECKING:
    from connectors.sandbox.qbo.books.book import Book

ALWAYS_QUERYABLE = frozenset({"Id", "MetaData.CreateTime", "MetaData.LastUpdatedTime"})

# What a transaction may be searched by, unless its declaration says otherwise.
TRANSACTION_QUERY = frozenset({"DocNumber", "TxnDate", "TotalAmt", "Balance", "DueDate", "VendorRef"})

# Set by the server: what a caller sends for them is ignored.
SERVER_MEMBERS = frozenset(
    {"Id", "SyncToken", "MetaData", "domain", "sparse", "status", "FullyQualifiedName", "Level", "AttachableRef"}
)


@dataclass(slots=True)
class Write:
    """A create or an update on its way; `prepare` completes `record` or refuses.

    `sent` is what the caller gave, `record` what will be stored, `old` what is stored now (None on create).
    """

    book: Book
    kind: Kind
    sent: Record
    record: Record
    old: Record | None = None
    options: frozenset[str] = frozenset()


def _do_nothing(write: Write) -> None:
    return None


def _allow(book: Book, record: Record) -> None:
    return None


def _settle_nothing(book: Book, kind: Kind, old: Record | None, new: Record | None) -> None:
    return None


def _post_nothing(book: Book, record: Record) -> Iterable[tuple[str, Decimal]]:
    return ()


def _weigh_nothing(record: Record) -> tuple[str, Decimal] | None:
    return None


def _show_all(record: Record) -> Record:
    return record


@dataclass(frozen=True, slots=True)
class OwnRules:
    """For an entity that is not read and written as the others are.

    `list_rows` gets what a query asks members to equal; `show` makes the answer's form of what is stored.
    """

    list_rows: Callable[[Book, dict[str, tuple[str, ...]]], list[Record]]
    read: Callable[[Book, Mapping[str, str]], Record]
    save: Callable[[Book, Any], Record]
    delete: Callable[[Book, Any], Record] | None = None
    show: Callable[[Record], Record] = _show_all


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity.

    `counter`: the id sequence, shared by kinds that name the same one. `name_member`: what must be unique, empty for
    none; `space`: the kinds among which (equal text = same space). `child_flag`: the member that says the record sits
    under its ParentRef, empty for a flat list. `table`: the word in fault 2500. `derived`: members only the server
    sets, besides SERVER_MEMBERS. `kept`: members a full update without them leaves as they are. `segment`: the path
    segment where it is not the name, `event_name` what its events say. `references`: reference member -> kind, over
    the shared ones. `check_delete` refuses a delete. `void` turns `record` into its voided state; None: the kind knows
    no void.
    `postings`: (account id, amount, debit positive) a transaction stands for; `weight`: (party id, amount) of its
    balance, `weights` the same where one record has several parties. `settle` runs after storing and moves other
    records.
    """

    name: str
    family: Literal["list", "transaction", "single", "fixed"]
    counter: str
    table: str = "Names"
    name_member: str = ""
    space: str = ""
    child_flag: str = ""
    has_level: bool = False
    required: tuple[str, ...] = ()
    sparse_required: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(default_factory=dict)
    derived: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    queryable: frozenset[str] = frozenset()
    references: dict[str, str] = field(default_factory=dict)
    has_changes: bool = True
    has_events: bool = True
    is_deletable: bool = False
    first_id: int = 1
    segment: str = ""
    event_name: str = ""
    own: OwnRules | None = None
    void: Callable[[Write], None] | None = None
    prepare: Callable[[Write], None] = _do_nothing
    check_delete: Callable[[Book, Record], None] = _allow
    settle: Callable[[Book, Kind, Record | None, Record | None], None] = _settle_nothing
    postings: Callable[[Book, Record], Iterable[tuple[str, Decimal]]] = _post_nothing
    weight: Callable[[Record], tuple[str, Decimal] | None] = _weigh_nothing
    weights: Callable[[Book, Record], Iterable[tuple[str, Decimal]]] = _post_nothing

    @property
    def is_writable(self) -> bool:
        return self.family in ("list", "transaction")

    @property
    def ignored(self) -> frozenset[str]:
        """Members of a request that are not read."""
        return SERVER_MEMBERS | self.derived

    def allows_query_by(self, path: str) -> bool:
        return path in ALWAYS_QUERYABLE or path in self.queryable

    def sort_name(self, record: Record) -> str:
        return str(record.get("FullyQualifiedName") or record.get(self.name_member) or "").casefold()

    def name_key(self, record: Record) -> tuple[str, str] | None:
        """(space, folded name) that must be free; a child's is its full name, so equal jobs under two parents pass."""
        if not self.name_member:
            return None
        is_child = bool(self.child_flag and record.get(self.child_flag) and record.get("ParentRef"))
        name = record.get("FullyQualifiedName") if is_child else record.get(self.name_member)
        return (f"{self.space}/children" if is_child else self.space, str(name).strip().casefold())

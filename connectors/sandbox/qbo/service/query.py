"""Run a query statement over one company's books."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.faults import query_invalid
from connectors.sandbox.qbo.books.kinds import Kind
from connectors.sandbox.qbo.books.schema import find_member
from connectors.sandbox.qbo.books.table import find_kind
from connectors.sandbox.qbo.books.values import Record
from connectors.sandbox.qbo.service.comparisons import make_converter, make_reader, make_test
from connectors.sandbox.qbo.service.grammar import Condition, Statement, parse

# Recorded with the number of all matches beside the page; the other lists come without.
COUNTED = frozenset(
    {"Budget", "Class", "CustomerType", "Deposit", "ExchangeRate", "RefundReceipt", "TaxCode", "TaxRate", "Transfer"}
)
# Members a transaction has that the query language does not know, as practice reports it.
UNKNOWN_PROPERTIES = frozenset({"AccountRef"})
Tree = dict[str, Any]


class Allow(Protocol):
    """Refuses calls the company or its user has no right to. Raises QboFault."""

    def __call__(self, kind: Kind, *, is_write: bool) -> None: ...


def allow_all(kind: Kind, *, is_write: bool) -> None:
    return None


def run_query(book: Book, text: str, *, allow: Allow = allow_all) -> Record:
    """The content of `QueryResponse`. Raises QboFault 4000 or 4001, and what `allow` raises."""
    statement = parse(text)
    kind = find_kind(statement.entity)
    if kind is None:
        raise query_invalid(f"invalid context declaration: {statement.entity}")
    allow(kind, is_write=False)
    paths = {path: _resolve_path(kind, path) for path in _mentioned(statement)}
    columns = [_resolve_column(kind, column) for column in statement.columns]
    rows = _filter(book, kind, statement, paths)
    if statement.is_count:
        return {"totalCount": len(rows)}
    page = _sort(kind, rows, statement, paths)[statement.start - 1 : statement.start - 1 + statement.limit]
    if not page:
        return {}
    if columns:
        tree = _plant(columns)
        page = [_project(row, tree) for row in page]
    if kind.own is not None and not columns:
        page = [kind.own.show(row) for row in page]
    # The two single records come without a start, as recorded.
    paging = {"maxResults": len(page)} if kind.family == "single" else _describe_page(statement, page)
    counted = {"totalCount": len(rows)} if kind.name in COUNTED else {}
    return {kind.name: page, **paging, **counted}


def _describe_page(statement: Statement, page: list[Record]) -> Record:
    return {"startPosition": statement.start, "maxResults": len(page)}


def _mentioned(statement: Statement) -> Iterable[str]:
    yield from (condition.path for condition in statement.conditions)
    yield from (path for path, _ in statement.order)


def _resolve_path(kind: Kind, path: str) -> str:
    """The path in its own spelling; it must be one the entity can be searched by."""
    spelled = _resolve_column(kind, path)
    if kind.allows_query_by(spelled):
        return spelled
    if kind.family == "transaction" and spelled in UNKNOWN_PROPERTIES:
        raise _unknown_property(kind, path)
    raise query_invalid(f"property '{path}' is not queryable")


def _resolve_column(kind: Kind, path: str) -> str:
    type_name, spelled = kind.name, []
    for part in path.split("."):
        member = find_member(type_name, part)
        if member is None:
            raise _unknown_property(kind, path)
        spelled.append(member.name)
        type_name = member.type
    return ".".join(spelled)


def _unknown_property(kind: Kind, path: str) -> Exception:
    return query_invalid(f"Property {path} not found for Entity {kind.name}")


def _filter(book: Book, kind: Kind, statement: Statement, paths: dict[str, str]) -> list[Record]:
    conditions = tuple(dict.fromkeys(statement.conditions))
    tests = [make_test(book, kind, condition, paths[condition.path]) for condition in conditions]
    rows = _list_rows(book, kind, conditions, paths)
    for condition in conditions:
        if paths[condition.path] == "Id":
            wanted = frozenset(condition.values)
            rows = [row for row in rows if row.get("Id") in wanted]
    # Inactive rows show only when the statement speaks of Active.
    if kind.family != "transaction" and "Active" not in paths.values():
        rows = [row for row in rows if row.get("Active") is not False]
    for test, condition in zip(tests, conditions, strict=True):
        if paths[condition.path] != "Id":
            rows = [row for row in rows if test(row)]
    return rows


def _list_rows(book: Book, kind: Kind, conditions: Iterable[Condition], paths: dict[str, str]) -> list[Record]:
    """Everything stored, or what an entity of its own rules has for the values its members shall equal."""
    if kind.own is None:
        return book.in_order(kind)
    equal = [each for each in conditions if each.operator in ("=", "in")]
    return kind.own.list_rows(book, {paths[each.path]: tuple(each.values) for each in equal})


def _sort(kind: Kind, rows: list[Record], statement: Statement, paths: dict[str, str]) -> list[Record]:
    # A property named twice decides nothing the second time.
    order = dict[str, bool]()
    for path, is_descending in statement.order:
        order.setdefault(paths[path], is_descending)
    for spelled, is_descending in reversed(order.items()):
        rows = _sort_by(kind, rows, spelled, is_descending=is_descending)
    return rows


def _sort_by(kind: Kind, rows: list[Record], path: str, *, is_descending: bool) -> list[Record]:
    """Rows without a value come before all others."""
    read = make_reader(path)
    convert = int if path == "Id" and kind.family != "fixed" else make_converter(kind, path)
    values = [read(row) for row in rows]
    keys: list[Any] = [None if value is None else convert(value) for value in values]
    present = [place for place, key in enumerate(keys) if key is not None]
    present.sort(key=keys.__getitem__, reverse=is_descending)
    ordered = [rows[place] for place in present]
    absent = [rows[place] for place, key in enumerate(keys) if key is None]
    return [*ordered, *absent] if is_descending else [*absent, *ordered]


def _plant(columns: list[str]) -> Tree:
    """Paths as a tree; a leaf stands for the whole member."""
    tree: Tree = {}
    for column in columns:
        branch = tree
        *way, last = column.split(".")
        for part in way:
            branch = branch.setdefault(part, {})
        branch.setdefault(last, {})
    return tree


def _project(row: Record, tree: Tree) -> Record:
    """Just the asked members and the Id in the record's own order, marked sparse."""
    shown: Record = {}
    for name, value in row.items():
        if name == "sparse":
            shown["sparse"] = True
        elif name == "Id":
            shown["Id"] = value
        elif name in tree:
            shown[name] = _pick(value, tree[name])
    return shown


def _pick(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_pick(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    # A line keeps the name of the detail it holds.
    return {name: _pick(member, tree.get(name, {})) for name, member in value.items() if name in (*tree, "DetailType")}

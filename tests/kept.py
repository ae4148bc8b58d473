"""Worlds that are built once per process: later tests get the rows and the state of both sandboxes back.

A world belongs to the worlds it was built upon. What a test did between two of them is never lost: then the second
one is built as it would be without this module.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.procore.tables import TABLES
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from tests.flushing import FILLED_BY_TRIGGERS

# Tokens and times of a world grow old; those of a vendor live for an hour.
MOST_SECONDS = 600
# People are the test's own, and so are the name and the number of their company.
NOT_KEPT = ("tenants_membership",)
TENANT = "tenants_tenant"
SCHEMA = "kept"
OF_THE_TEST = ("id", "name", "slug", "created_at")

Path = tuple[str, ...]


@dataclass
class World:
    """`states` is what both sandboxes hold, pickled; `rows` a fingerprint of each table copied."""

    number: int
    made_at: float
    states: list[bytes]
    rows: dict[str, str]
    seen: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.seen = [_see_state(pickle.loads(state)) for state in self.states]


_worlds: dict[Path, World] = {}
# The worlds the running test was brought to, one upon the other. A list, as a test changes it in place.
_standing: list[str] = []
_UNKNOWN = "something of the test's own"


def start_over(pair: Any) -> None:
    """Both sandboxes as they start: the demo firm, no faults, no calls, no webhooks, today's time and usual limits."""
    for app in _both(pair):
        # Both share one clock, which a reset leaves where an earlier test moved it: limits would last for hours.
        app.clock.offset = 0.0
        app.seed, app.contractor = 1, _demo()
        app.faults.clear()
        app.clear_calls()
        app.courier.clear()
        app.courier.set_mode("off")
        app.snapshots.clear()
    if () not in _worlds:
        for app in _both(pair):
            app.clear()
            app.load(app.contractor)
        _worlds[()] = World(0, time.monotonic(), _dump(pair), {})
    _restore(pair, _worlds[()], [{}, {}])
    pair.qbo.app.set_limits(per_minute=500, per_second=10, batches_per_minute=40)
    pair.procore.app.set_limits(hour=3600, spike=100)
    _standing.clear()


def bring(name: str, pair: Any, make: Callable[[], object]) -> None:
    """Bring the active tenant, and the pair it is connected to, to where `make` brings them."""
    path = (*_standing, name)
    if not _is_untouched(pair):
        make()
        _standing.append(_UNKNOWN)
        return
    world = _worlds.get(path)
    if world is not None and time.monotonic() - world.made_at < MOST_SECONDS:
        _put_back(pair, world)
    else:
        make()
        _worlds[path] = _keep(pair, world.number if world else len(_worlds))
    _standing.append(name)


def _is_untouched(pair: Any) -> bool:
    """Whether nothing happened since the last world was made or put back."""
    world = _worlds.get(tuple(_standing))
    if world is None or any(app.clock.offset or app.faults.as_list() for app in _both(pair)):
        return False
    is_same = read_rows() == world.rows if world.rows else _is_new_company()
    return is_same and [_see(app) for app in _both(pair)] == world.seen


# --- the sandboxes


@cache
def _demo() -> Any:
    return build("demo")


def _both(pair: Any) -> tuple[Any, Any]:
    return pair.procore.app, pair.qbo.app


def _dump(pair: Any) -> list[bytes]:
    found = []
    for app in _both(pair):
        with app.lock:
            found.append(pickle.dumps(app.dump_kept()))
    return found


def _see(app: Any) -> Any:
    """What a test may have changed, as it is, without the copies that a dump makes."""
    with app.lock:
        if app.vendor == "qbo":
            return _see_state(app.dump_kept())
        rows = {table: list(app.tables.iterate(table)) for table in TABLES}
        return rows, app.dump_grants(), app.dump_codes()


def _see_state(state: dict[str, Any]) -> Any:
    """The same of a dump. Whether a test has limits is not the world's to say."""
    if "tables" in state:
        return state["tables"]["rows"], state["grants"], state["codes"]
    return {name: part for name, part in state.items() if name != "limits"}


def _restore(pair: Any, world: World, limits: list[dict[str, Any]]) -> None:
    for app, state, own in zip(_both(pair), world.states, limits, strict=True):
        with app.lock:
            app.clear()
            app.restore(pickle.loads(state) | {"limits": own})


# --- the rows


@cache
def _columns() -> dict[str, str]:
    """The tables with rows of a tenant, and their columns beside `tenant_id`."""
    found = {}
    for model in apps.get_models():
        fields = {each.name: each for each in model._meta.fields if not each.generated}
        if fields.pop("tenant", None) and model._meta.db_table not in NOT_KEPT:
            found[model._meta.db_table] = _list(each.column for each in fields.values())
    return found


def _list(names: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _run(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def read_rows() -> dict[str, str]:
    """A fingerprint of what the active tenant has, by table, without the empty ones."""
    tenant_id = require_tenant_id()
    tables = [*((table, columns, "tenant_id") for table, columns in _columns().items()), _company()]
    parts = [
        f"SELECT '{table}', sum(hashtextextended(ROW({columns})::text, 0))::text"
        f" FROM {table} WHERE {where} = {tenant_id}"
        for table, columns, where in tables
    ]
    return {table: printed for table, printed in _run(" UNION ALL ".join(parts)) if printed}


def _company() -> tuple[str, str, str]:
    """The tenant's own table, what is kept of it, and how it is found."""
    return TENANT, _list(each.column for each in Tenant._meta.fields if each.column not in OF_THE_TEST), "id"


def _is_new_company() -> bool:
    """Whether the active tenant is as a fixture makes one, with nothing in it."""
    columns = [each.attname for each in Tenant._meta.fields if each.attname not in OF_THE_TEST]
    company = Tenant.objects.values_list(*columns).get(pk=require_tenant_id())
    return set(read_rows()) == {TENANT} and company == tuple(getattr(Tenant(), column) for column in columns)


def _keep(pair: Any, number: int) -> World:
    tenant_id, rows = require_tenant_id(), read_rows()
    steps = [f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"]
    for table in rows:
        where, copy = "id" if table == TENANT else "tenant_id", _name(number, table)
        steps += [f"DROP TABLE IF EXISTS {copy}"]
        steps += [f"CREATE TABLE {copy} AS SELECT * FROM {table} WHERE {where} = {tenant_id}"]
    with transaction.atomic():
        _run(";".join(steps))
    return World(number, time.monotonic(), _dump(pair), rows)


def _name(number: int, table: str) -> str:
    return f"{SCHEMA}.w{number}_{table}"


def _put_back(pair: Any, world: World) -> None:
    _restore(pair, world, [app.set_limits() for app in _both(pair)])
    plain = [table for table in _columns() if table not in FILLED_BY_TRIGGERS]
    steps = [*_replace_rows(world, plain), *_replace_rows(world, FILLED_BY_TRIGGERS), _replace_company(world)]
    with transaction.atomic():
        _run(";".join(steps))


def _replace_rows(world: World, tables: Sequence[str]) -> Iterator[str]:
    tenant_id = require_tenant_id()
    for table in tables:
        yield f"DELETE FROM {table} WHERE tenant_id = {tenant_id}"
    for table in tables:
        if table in world.rows:
            columns, kept = _columns()[table], _name(world.number, table)
            yield f"INSERT INTO {table} (tenant_id, {columns}) SELECT {tenant_id}, {columns} FROM {kept}"


def _replace_company(world: World) -> str:
    table, columns, where = _company()
    kept = _name(world.number, table)
    return f"UPDATE {table} SET ({columns}) = (SELECT {columns} FROM {kept}) WHERE {where} = {require_tenant_id()}"

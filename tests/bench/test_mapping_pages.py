"""The mapping pages of a firm with very long lists: statements and server time of each list, search, order and dialog.

MANY rows on each side are linked and as many more are not, half of those with a suggestion: 100,000 rows on each side
unless MANY says otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from functools import partial
from statistics import median
from typing import Any

import pytest
from django.db import connection as database
from django.template.base import Template
from django.test.utils import CaptureQueriesContext, _TestState

from mapping.candidates import left_rows
from mapping.choices import choose
from mapping.counts.tasks import keep_counts
from mapping.defaults import BILL_CODE
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, VENDOR, MappingKind
from mapping.left_out import leave_out
from mapping.links import link, unlink
from mapping.models import CountedFacts, LeftOut, Link, MappingRun, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import load_sides
from tests.bench.figures import backend_milliseconds, note, seconds_of
from tests.factories import make_connections

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

MANY = int(os.environ.get("MANY", "50000"))
MOST_STATEMENTS, MOST_MILLISECONDS = 14, 150
TIMES = 5
# Rows that are not linked; their suggestions are.
NUMBERS = range(MANY + 11, MANY + 11 + TIMES)

ITEMS = """
    INSERT INTO mapping_remoteitem (tenant_id, connection_id, resource, remote_id, name, normal_name, code, email,
        phone, parent_id, project_id, subtype, is_active, data, seen_at, merged_into)
    SELECT %s, %s, %s, n::text, {name}, lower({name}), {code}, {email},
        '(303) 555-' || lpad((n %% 10000)::text, 4, '0'), {parent},
        '', %s, true, '{{"full_name": "", "city": "Denver", "street": "8510 Foundry Road"}}', now(), ''
    FROM generate_series(%s, %s) n
"""
NAME = (
    "(ARRAY['Aspen', 'Basin', 'Cedar', 'Denver', 'Elk Creek', 'Front Range', 'Golden'])[1 + n % 7] || ' ' || "
    "(ARRAY['Roofing', 'Electric', 'Plumbing', 'Concrete', 'Steel', 'Glass'])[1 + n % 6] || ' ' || md5(n::text)"
).replace("%", "%%")
LINKS = """
    INSERT INTO mapping_link (tenant_id, kind, left_connection_id, left_id, left_group, right_connection_id, right_id,
        right_group, exclusive_right, chosen_by, reason, at)
    SELECT %s, %s, %s, n::text, %s, %s, n::text, %s, {exclusive}, 'automap', 'Same name, 100', now()
    FROM generate_series(%s, %s) n
"""
PAIRS = """
    INSERT INTO mapping_suggestedpair (tenant_id, kind, left_connection_id, left_id, right_connection_id, right_id,
        score, reason, band)
    SELECT %s, %s, %s, n::text, %s, n::text, 60 + n %% 40, 'Names are close', 'unsure'
    FROM generate_series(%s, %s) n
"""


RUN_ROWS = """
    INSERT INTO mapping_runrow (tenant_id, run_id, number, label, verdict, reason, is_chosen, state, kind, left_id,
        right_id, data)
    SELECT %s, %s, n + 1, 'Company ' || n || ' of ' || md5(n::text), CASE WHEN n %% 20 = 0 THEN 'invalid' ELSE %s END,
        'Same name', true, 'waiting', 'vendor', n::text, '', json_build_object('row', n, 'name', 'Company ' || n,
        'facts', json_build_array(), 'cells', json_build_array())::jsonb
    FROM generate_series(%s, %s) n
"""


def fill(sql: str, *values: Any, **parts: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(sql.format(**parts), values)


def add_items(tenant: Any, connection: Any, resource: str, subtype: str, first: int, last: int, **parts: str) -> None:
    texts = {"name": NAME, "code": "''", "email": "'ap' || n || '@example.com'", "parent": "''", **parts}
    fill(ITEMS, tenant.pk, connection.pk, resource, subtype, first, last, **texts)


def make_contacts(tenant: Any, procore: Any, books: Any) -> None:
    """Half are vendors and half customers."""
    half = MANY // 2
    add_items(tenant, procore, "procore.vendors", "", 1, 2 * MANY)
    add_items(tenant, books, "qbo.vendors", "", 1, half)
    add_items(tenant, books, "qbo.customers", "", half + 1, MANY)
    add_items(tenant, books, "qbo.vendors", "", MANY + 1, MANY + half)
    add_items(tenant, books, "qbo.customers", "", MANY + half + 1, 2 * MANY)
    for kind, first, last in ((VENDOR, 1, half), (CUSTOMER, half + 1, MANY)):
        ends = (tenant.pk, kind.key, procore.pk, kind.left_group, books.pk, kind.right_group, first, last)
        fill(LINKS, *ends, exclusive="n::text")
    for kind, first in ((VENDOR, MANY + 1), (CUSTOMER, MANY + half + 1)):
        fill(PAIRS, tenant.pk, kind.key, procore.pk, books.pk, first, first + half // 2)


def make_codes(tenant: Any, procore: Any, books: Any) -> None:
    """500 divisions of 100 codes for the linked ones, and as many for the others."""
    code = "lpad((n / 100)::text, 4, '0') || '-' || lpad((n %% 100)::text, 2, '0')"
    parent = "CASE WHEN n %% 100 = 0 THEN '' ELSE (n - n %% 100)::text END"
    add_items(tenant, procore, "procore.standard_cost_codes", "", 1, 2 * MANY, code=code, parent=parent, email="''")
    add_items(tenant, books, "qbo.accounts", "Cost of Goods Sold", 1, 300, code="n::text", email="''")
    kind = COST_CODE_ACCOUNT
    with database.cursor() as cursor:
        cursor.execute(
            LINKS.format(exclusive="NULL").replace("%s, n::text, %s, NULL", "%s, (1 + n %% 300)::text, %s, NULL"),
            (tenant.pk, kind.key, procore.pk, kind.left_group, books.pk, kind.right_group, 1, MANY),
        )


def make_runs(tenant: Any) -> None:
    """A push and an import to be confirmed, each of all the rows that are not linked."""
    sheet = {"file": "x.csv", "content": "mapping", "is_paired": False, "replaces": False, "warnings": []}
    columns = {"sheet": 0, "header_row": 1, "sheets": [{"name": "x", "rows": MANY}], "meanings": ["left", "right"]}
    for what, verdict, options in (
        ("push", "create", {"address": "", "ids": []}),
        ("import", "link", sheet | columns),
    ):
        run = MappingRun.objects.create(
            what=what, section="contacts", side="procore", state="preview", options=options, expected=MANY
        )
        fill(RUN_ROWS, tenant.pk, run.pk, verdict, 1, MANY)


FILLED = ["mapping_remoteitem", "mapping_link", "mapping_suggestedpair", "mapping_runrow"]
IS_VISIBLE = "SELECT bool_and(relallvisible >= 0.99 * relpages) FROM pg_class WHERE relname = ANY(%s)"


def vacuum() -> None:
    """As the server does it by itself a minute after much was written.

    Once more while its own worker was just looking at the tables: their indexes are then not enough to read them.
    """
    with database.cursor() as cursor:
        for _ in range(10):
            cursor.execute(f"VACUUM ANALYZE {', '.join(FILLED)}")
            cursor.execute(IS_VISIBLE, [FILLED])
            if cursor.fetchone()[0]:
                break
    database.close()


@pytest.fixture(autouse=True)
def as_served(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:
    """Templates are put together as a server does it: under test Django copies the context of each, half the time."""
    state: Any = _TestState
    monkeypatch.setattr(Template, "_render", state.saved_data.template_render)


@pytest.fixture
def firm(transactional_db: None, scope: Any) -> Iterator[Any]:
    procore, books = make_connections()
    make_contacts(scope, procore, books)
    make_codes(scope, procore, books)
    make_runs(scope)
    # Outside of the tenant's scope: a vacuum may share its message with nothing.
    Context().run(vacuum)
    yield scope


CONTACTS = (
    "tab=mapped",
    "tab=mapped&page=500",
    "tab=mapped&page=1000",
    "tab=mapped&sort=linked",
    "tab=mapped&sort=-linked&page=500",
    "tab=mapped&show=problems",
    "tab=mapped&show=automap",
    "tab=mapped&q=aspen",
    "tab=mapped&q=roofing+00ff",
    "tab=mapped&q=303",
    "tab=procore",
    "tab=procore&page=500",
    "tab=procore&page=1000",
    "tab=procore&sort=-name",
    "tab=procore&sort=-score",
    "tab=procore&sort=-score&page=300",
    "tab=procore&sort=score",
    "tab=procore&show=inactive",
    "tab=procore&show=left_out",
    "tab=procore&q=aspen",
    "tab=procore&q=roofing+00ff",
    "tab=procore&q=303",
    "tab=quickbooks",
    "tab=quickbooks&page=500",
    "tab=quickbooks&show=vendor",
    "tab=quickbooks&sort=-score",
    "tab=quickbooks&q=roofing+00ff",
    "tab=quickbooks&q=303",
)
# All mapped codes stand before the others.
CODES = (
    "tab=mapped",
    "tab=mapped&page=500",
    "tab=mapped&page=1000",
    "tab=mapped&q=steel",
    "tab=procore",
    "tab=procore&page=500",
    "tab=procore&q=steel",
    "tab=quickbooks",
)


# What a person sees right after a change: the same page again, with every count and order as it is then.
AFTER_A_LINK = (
    ("contacts", VENDOR, ("tab=mapped", "tab=procore", "tab=quickbooks", "tab=procore&sort=-score")),
    ("account-codes", COST_CODE_ACCOUNT, ("tab=mapped", "tab=procore", "tab=quickbooks")),
)


def test_pages_right_after_a_change(firm: Any, client_of: Any, owner: Any) -> None:
    """Each time one row was linked, taken apart again or left out, and once everything has to be counted."""
    browser = client_of(owner)
    for section, kind, queries in AFTER_A_LINK:
        rows = left_rows(kind, load_sides().need("procore"))
        for query in queries:
            name, url = f"{section}?{query}", f"/mapping/{section}/?{query}"
            browser.get(url)
            measure_after(browser, f"{name} after one link", url, [partial(link_row, kind, n) for n in NUMBERS])
            measure_after(browser, f"{name} after one unlink", url, [partial(unlink_row, kind, n) for n in NUMBERS])
            leavings = [partial(leave_out, SECTIONS[section], [rows.get(remote_id=str(n))], None) for n in NUMBERS]
            choose(BILL_CODE.key, "1", actor=None)
            measure_after(browser, f"{name} after one left out", url, leavings)
            LeftOut.objects.all().delete()
            measure_after(browser, f"{name} after a list changed", url, [partial(change_a_row, rows, firm)] * TIMES)
            measure_after(browser, f"{name} counted whole", url, [CountedFacts.objects.all().delete] * TIMES)


def link_row(kind: MappingKind, number: int) -> None:
    """A vendor has one company; an account takes any number of codes."""
    sides = load_sides()
    link(
        kind,
        left_connection=sides.need("procore"),
        left_id=str(number),
        right_connection=sides.need("quickbooks"),
        right_id=str(number) if kind.is_one_to_one else "7",
        chosen_by=Link.ChosenBy.HAND,
    )


def change_a_row(rows: Any, tenant: Any) -> None:
    """With a row of the directory all that is counted of its list is void, until a worker came."""
    rows.filter(remote_id="1").update(phone="")
    keep_counts(tenant_id=tenant.pk)


def unlink_row(kind: MappingKind, number: int) -> None:
    unlink(Link.objects.get(kind=kind.key, left_id=str(number)), None)


def measure_after(browser: Any, name: str, url: str, changes: Sequence[Callable[[], object]]) -> None:
    """The change itself is not in the figures. The statements are those of the last."""
    took = []
    for change in changes:
        change()
        with CaptureQueriesContext(database) as captured:
            took.append(measure_once(browser, url))
            statements = len(captured)
    note(f"{name} statements", statements, "statements", target=MOST_STATEMENTS)
    note(f"{name} processor of Python", median(each[1] for each in took), "ms")
    note(f"{name} processor of PostgreSQL", median(each[2] for each in took), "ms")
    note(name, median(each[0] for each in took), "ms", target=MOST_MILLISECONDS)


def test_pages_at_fifty_thousand_rows(firm: Any, client_of: Any, owner: Any) -> None:
    browser = client_of(owner)
    for section, queries in (("contacts", CONTACTS), ("account-codes", CODES)):
        for query in queries:
            measure(browser, f"{section}?{query}", f"/mapping/{section}/?{query}")
    row = RemoteItem.objects.get(resource="procore.vendors", remote_id=str(MANY + 5))
    other = RemoteItem.objects.get(resource="qbo.vendors", remote_id=str(MANY + 5))
    for name, pk in (("company", row.pk), ("vendor", other.pk)):
        for query in ("", "?q=aspen", f"?q={row.name.split()[-1][:6]}"):
            measure(browser, f"dialog of a {name} {query}", f"/mapping/contacts/link/{pk}/{query}")
    for query in ("", "?page=200"):
        measure(browser, f"review {query}", f"/mapping/contacts/review/{query}")
    for run in MappingRun.objects.filter(state="preview"):
        home = "pushes" if run.what == "push" else "imports"
        for query in ("", "?page=500", "?q=00ff", "?show=invalid"):
            measure(browser, f"{run.what} of many {query}", f"/mapping/{home}/{run.pk}/{query}")


def measure(browser: Any, name: str, url: str) -> None:
    """The first request counts what later ones find kept. Processor time is what a busy machine lengthens less."""
    first = seconds_of(lambda: browser.get(url))
    with CaptureQueriesContext(database) as captured:
        assert browser.get(url).status_code == 200
        # The next request empties the log.
        statements = len(captured)
    took = [measure_once(browser, url) for _ in range(TIMES)]
    note(f"{name} statements", statements, "statements", target=MOST_STATEMENTS)
    note(f"{name} first", first * 1000, "ms")
    note(f"{name} processor of Python", median(each[1] for each in took), "ms")
    note(f"{name} processor of PostgreSQL", median(each[2] for each in took), "ms")
    note(name, median(each[0] for each in took), "ms", target=MOST_MILLISECONDS)


def measure_once(browser: Any, url: str) -> tuple[float, float, float]:
    """Milliseconds on the clock, and of processor time here and in the server process that answered."""
    database.ensure_connection()
    pid = database.connection.info.backend_pid
    before = time.perf_counter(), time.process_time(), backend_milliseconds(pid)
    browser.get(url)
    after = time.perf_counter(), time.process_time(), backend_milliseconds(pid)
    return (after[0] - before[0]) * 1000, (after[1] - before[1]) * 1000, after[2] - before[2]

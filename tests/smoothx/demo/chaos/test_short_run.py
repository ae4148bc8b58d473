"""A run of `make chaos-check`, with real worker processes that are killed. The command plays hundreds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from connectors.models import Connection
from connectors.sandbox.firm.scenarios import build
from smoothx.demo.chaos.breeding import Nursery
from smoothx.demo.chaos.clocks import drop_database_clock, make_database_clock
from smoothx.demo.chaos.fire import Field
from smoothx.demo.chaos.playing import play_run
from smoothx.demo.chaos.strokes import Life, Volley
from smoothx.demo.stack import Options, product_environment
from smoothx.demo.year.company import SWITCHED_ON, choose_defaults, open_books, push_missing, read_and_map, switch_on
from smoothx.demo.year.rest import come_to_rest
from smoothx.demo.year.vendors import Vendors
from sync.models import Entry
from tests.kept import bring

pytestmark = pytest.mark.timeout(300)

# Whose workers die before and after a write, at the third statement, and with new access in hand, while answers are
# lost, the database is cut and Redis wiped.
SEED = 534
FIRM = replace(build("demo"), start_date=date(2026, 11, 1))
QUIET: dict[str, Any] = {"procore": (), "books": (), "strokes": (), "webhooks": "off"}


@pytest.fixture(scope="module")
def nursery(running_pair: Any, django_db_setup: None, tmp_path_factory: Any) -> Iterator[Nursery]:
    """Workers that reach this process's database, its Redis and its sandboxes; one process for all tests here."""
    directory, own = tmp_path_factory.mktemp("chaos"), connection.settings_dict
    place = f"host={quote(own['HOST'], safe='')}&port={own['PORT']}"
    environment = {
        **os.environ,
        **product_environment(running_pair.info, settings.BASE_URL, Options(directory, poll_seconds=1800)),
        "DATABASE_URL": f"postgresql://{own['USER']}@/{own['NAME']}?{place}",
        "REDIS_URL": settings.REDIS_URL,
    }
    with Nursery(directory / "workers.log", environment) as nursery:
        yield nursery


@pytest.fixture
def field(nursery: Nursery, connected: Any, sandboxes: Any, without_limits: None) -> Iterator[Field]:
    """A live company without a backlog."""

    def make() -> None:
        read_and_map()
        choose_defaults()
        switch_on(SWITCHED_ON)
        push_missing(FIRM)
        open_books(connected, FIRM.start_date)
        come_to_rest()

    bring("without a backlog", sandboxes, make)
    make_database_clock()
    nursery.clock_off = 0.0
    yield Field(connected.pk, Vendors.from_info(sandboxes.info), nursery)
    drop_database_clock()


def test_who_dies_while_it_asks_for_new_access_keeps_nobody_from_it(field: Field) -> None:
    Connection.objects.update(access_expires_at=timezone.now())
    assert field.fire(Volley(slots=((Life(1, "tokens"), Life()),), **QUIET)) == ["killed", "done"]
    # The dead one's lease stands, and the other came away empty without harm.
    rows = Connection.objects.exclude(lease_owner="")
    assert [(row.state, row.token_version) for row in rows] == [("connected", 1)]
    field.make_peace(is_last=False)
    found = Connection.objects.values_list("state", "lease_owner", "lease_expires_at")
    assert list(found) == [("connected", "", None)] * 2
    # More than once, as hours passed.
    assert not Connection.objects.filter(token_version=1).exists()


def test_workers_killed_at_any_step_lose_and_double_nothing(field: Field, owner: Any) -> None:
    run = play_run(field, FIRM, SEED, may_restart=False, decider=owner, in_turn=True)
    assert list(run.verdict.tell()) == []
    assert run.deaths > 1
    posted = Entry.objects.exclude(target_id="").values_list("flow", flat=True)
    assert {"bills", "owner_invoices", "direct_costs", "expenses"} <= set(posted)

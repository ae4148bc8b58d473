"""One run of `make chaos-check`, with real worker processes that are killed. The command plays hundreds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from connectors.sandbox.firm.scenarios import build
from smoothx.demo.chaos.breeding import Nursery
from smoothx.demo.chaos.clocks import drop_database_clock, make_database_clock
from smoothx.demo.chaos.fire import Field
from smoothx.demo.chaos.playing import play_run
from smoothx.demo.stack import Options, product_environment
from smoothx.demo.year.company import SWITCHED_ON, choose_defaults, open_books, push_missing, read_and_map, switch_on
from smoothx.demo.year.rest import come_to_rest
from smoothx.demo.year.vendors import Vendors
from sync.models import Entry
from tests.kept import bring

pytestmark = pytest.mark.timeout(300)

# Whose workers die several times, while answers are lost and the database is cut.
SEED = 2
FIRM = replace(build("demo"), start_date=date(2026, 11, 1))


@pytest.fixture
def field(connected: Any, sandboxes: Any, without_limits: None, settings: Any, tmp_path: Path) -> Iterator[Field]:
    """A live company without a backlog, and workers that reach its database, its Redis and its sandboxes."""

    def make() -> None:
        read_and_map()
        choose_defaults()
        switch_on(SWITCHED_ON)
        push_missing(FIRM)
        open_books(connected, FIRM.start_date)
        come_to_rest()

    bring("without a backlog", sandboxes, make)
    own = connection.settings_dict
    place = f"host={quote(own['HOST'], safe='')}&port={own['PORT']}"
    environment = {
        **os.environ,
        **product_environment(sandboxes.info, settings.BASE_URL, Options(tmp_path)),
        "DATABASE_URL": f"postgresql://{own['USER']}@/{own['NAME']}?{place}",
        "REDIS_URL": settings.REDIS_URL,
    }
    make_database_clock()
    with Nursery(tmp_path / "workers.log", environment) as nursery:
        yield Field(connected.pk, Vendors.from_info(sandboxes.info), nursery)
    drop_database_clock()


def test_workers_killed_at_any_step_lose_and_double_nothing(field: Field, owner: Any) -> None:
    run = play_run(field, FIRM, SEED, may_restart=False, decider=owner)
    assert list(run.verdict.tell()) == []
    assert run.deaths > 1
    posted = Entry.objects.exclude(target_id="").values_list("flow", flat=True)
    assert {"bills", "owner_invoices", "direct_costs", "expenses"} <= set(posted)

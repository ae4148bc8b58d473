"""Two people at once, and what others see while an import is written. Commits for real."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from mapping import link_sets
from mapping.imports import commit as committing
from mapping.imports.preview import check_run, start_preview
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.obstacles import LinkRefused
from mapping.screens import SECTIONS
from smoothx.tenants.scope import tenant_scope
from tests.conftest import make_member
from tests.mapping.factories import link_rows, make_company, make_vendor
from tests.sync.threads import start_thread, wait_until_one_waits

COUNT = 30


@pytest.fixture
def company(transactional_db: None, tenant: Any) -> Iterator[Any]:
    with tenant_scope(tenant.pk):
        for number in range(COUNT):
            make_company(f"Company {number:02d}", remote_id=f"c{number}")
            make_vendor(f"Vendor {number:02d}", remote_id=f"v{number}")
        yield tenant


def prepared(tenant: Any, email: str, shift: int) -> MappingRun:
    """An import, confirmed, of every company with the vendor `shift` further on."""
    person = make_member(tenant, email, "admin")
    rows = "".join(f"Company {n:02d},Vendor {(n + shift) % COUNT:02d}\n" for n in range(COUNT))
    content = f"Company,Vendor\n{rows}".encode()
    run = start_preview(SECTIONS["contacts"], io.BytesIO(content), size=len(content), name="x.csv", actor=person)
    check_run(run)
    committing.claim(run, person)
    MappingRun.objects.filter(pk=run.pk).update(state="running")
    run.refresh_from_db()
    return run


def commit_in_thread(tenant_id: int, run: MappingRun, barrier: Barrier) -> MappingRun:
    try:
        with tenant_scope(tenant_id):
            barrier.wait(timeout=20)
            return committing.commit(run)
    finally:
        connections.close_all()


@pytest.mark.timeout(90)
def test_two_imports_at_once_link_every_row_once(company: Any) -> None:
    first, second = prepared(company, "one@ridgeline.example", 0), prepared(company, "two@ridgeline.example", 1)
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(commit_in_thread, company.pk, run, barrier) for run in (first, second)]
        runs = [each.result(timeout=60) for each in done]
    assert sorted((run.state, run.linked, run.options["refused"]) for run in runs) == [
        ("done", 0, COUNT),
        ("done", COUNT, 0),
    ]
    winner = next(run for run in runs if run.linked)
    assert set(Link.objects.values_list("run_id", flat=True)) == {winner.pk}
    assert Link.objects.count() == LinkChange.objects.count() == COUNT


@pytest.mark.timeout(90)
def test_a_person_who_links_one_of_the_rows_meanwhile_waits_and_is_told_who_has_it(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = prepared(company, "one@ridgeline.example", 0)
    real = committing._write_states
    told: list[str] = []

    def link_by_hand() -> None:
        with pytest.raises(LinkRefused) as refused:
            link_rows(RemoteItem.objects.get(remote_id="c5"), RemoteItem.objects.get(remote_id="v6"))
        told.append(refused.value.sentence)

    def be_met(*args: Any) -> None:
        threads.append(start_thread(link_by_hand))
        wait_until_one_waits()
        real(*args)

    threads: list[Thread] = []
    monkeypatch.setattr(committing, "_write_states", be_met)
    committing.commit(run)
    threads[0].join(timeout=30)
    assert told == ["Company 05 is linked to Vendor 05 in QuickBooks already. Unlink it first."]
    assert (run.state, run.linked, Link.objects.count()) == ("done", COUNT, COUNT)


@pytest.mark.timeout(90)
def test_others_see_how_far_it_is_before_any_link(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_sets, "SET_SIZE", 10)
    run = prepared(company, "one@ridgeline.example", 0)
    seen: list[tuple[int, int]] = []
    real = committing._write_states

    def look_from_outside() -> tuple[int, int]:
        try:
            with tenant_scope(company.pk):
                return MappingRun.objects.get(pk=run.pk).done, Link.objects.count()
        finally:
            connections.close_all()

    def look_then_write(*args: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(look_from_outside).result(timeout=30))
        real(*args)

    monkeypatch.setattr(committing, "_write_states", look_then_write)
    committing.commit(run)
    assert seen == [(COUNT, 0)]
    assert Link.objects.count() == COUNT
    assert connection.in_atomic_block is False

"""Every address against every kind of person. Whoever may not pass changes nothing.

A new address without a row here fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse

from mapping.bulk.tasks import begin
from mapping.imports.preview import make_options as import_options
from mapping.links import unlink
from mapping.models import Link, MappingRun, RemoteItem, RunRow, SuggestedPair
from mapping.screens import SECTIONS
from smoothx.tenants.access import has_role
from smoothx.tenants.api_keys import make_key
from smoothx.tenants.models import Membership, Role, Tenant
from sync.models import OpeningRun, PayrollFile, SettingsVersion
from tests.architecture.addresses import MOVED, NO_ROLE, NOT_FOUND, RANKS, TABLE, URL_MODULES, Objects, Row
from tests.conftest import make_member
from tests.factories import connections, make_account, make_entry, make_opening, make_project, notice
from tests.kept import read_rows

PASSING = [(row, rank) for row in TABLE for rank in dict.fromkeys((row.least or "viewer", "owner"))]


def names_of_addresses() -> Iterator[str]:
    for module, prefix in URL_MODULES.items():
        for pattern in import_module(module).urlpatterns:
            if getattr(pattern, "name", None):
                yield f"{prefix}{pattern.name}"


def test_every_address_has_a_row() -> None:
    assert set(names_of_addresses()) == {row.name for row in TABLE}


@pytest.fixture
def objects(scope: Tenant, viewer: Any) -> Objects:
    Tenant.objects.filter(pk=scope.pk).update(state="live")
    procore, books = connections()
    item = make_project("501")
    customer = RemoteItem.objects.create(
        connection=books, resource="qbo.customers", remote_id="97", name="Larimer", parent_id="90"
    )
    make_account("33", "2110", "Retention payable")
    OpeningRun.objects.create(start_date=date(2026, 3, 1), state="done")
    make_opening()
    ends = {"kind": "project", "left_connection": procore, "right_connection": books}
    link = Link.objects.create(**ends, left_id="501", right_id=customer.remote_id, chosen_by="hand")
    RemoteItem.objects.create(connection=procore, resource="procore.vendors", remote_id="518", name="Aspen")
    vendor_link = Link.objects.create(**{**ends, "kind": "vendor"}, left_id="518", right_id="60", chosen_by="hand")
    run = MappingRun.objects.create(section="projects")
    push_run = MappingRun.objects.create(
        what="push",
        section="contacts",
        side="procore",
        state="preview",
        options={"role": "vendor", "ids": [], "address": ""},
    )
    import_run = MappingRun.objects.create(
        what="import", section="projects", state="preview", options=import_options("projects.csv")
    )
    RunRow.objects.create(run=push_run, number=1, label="Aspen", verdict="create", left_id="518", data={"row": 0})
    pair = SuggestedPair.objects.create(**ends, left_id="501", right_id="98", score=70, reason="Name", run=run)
    unlinked = unlink(Link.objects.create(**ends, left_id="502", right_id="99", chosen_by="hand"), viewer)
    return Objects(
        entry=make_entry("blocked", notices=[notice("duplicate_number", "bill 4402", target_id="77")]),
        membership=Membership.objects.get(user=viewer),
        connection=procore,
        item=item,
        link=link,
        vendor_link=vendor_link,
        run=run,
        push_run=push_run,
        import_run=import_run,
        bulk_run=begin(SECTIONS["contacts"], "unlink", viewer, values={"ids": []}, count=2),
        pair=pair,
        unlinked=unlinked,
        version=SettingsVersion.objects.create(number=7),
        payroll=PayrollFile.objects.create(name="Week 37.csv", facts={"columns": {}}),
        api_key=make_key("Year-end report", viewer)[0],
    )


def ask(person: Any, row: Row, objects: Objects) -> int:
    """What the address answers somebody, whose session another address cannot have ended."""
    client = Client()
    if person is not None:
        client.cookies[settings.SESSION_COOKIE_NAME] = person
    address = reverse(row.name, args=row.arguments(objects))
    return int(getattr(client, row.method)(address, row.data).status_code)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within leaves no trace, as between two tests."""
    block = transaction.atomic()
    # As Django's own tests do, for what insists on a transaction of its own.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def sign_in(client_of: Any) -> Callable[[Any], str]:
    """The session of a person who signed in."""
    return lambda person: str(client_of(person).cookies[settings.SESSION_COOKIE_NAME].value)


@pytest.fixture
def sessions(tenant: Tenant, sign_in: Callable[[Any], str]) -> dict[str, str]:
    return {role: sign_in(make_member(tenant, f"{role}@people.example", role)) for role in RANKS}


def snapshot() -> list[Any]:
    """Every row of every table the active company has, and all companies and people."""
    names = ("tenants.Tenant", "tenants.Membership", "tenants.DueWork")
    others = [sorted(map(repr, apps.get_model(name).objects.values())) for name in names]
    accounts = sorted(get_user_model().objects.values_list("email", "password", "is_active"))
    return [read_rows(), *others, accounts]


def test_who_may_not_pass_changes_nothing(
    objects: Objects, sessions: dict[str, str], stranger: Any, sign_in: Callable[[Any], str]
) -> None:
    elsewhere = sign_in(stranger)
    before = snapshot()
    for row in TABLE:
        weaker = RANKS[: RANKS.index(row.least)] if row.least else ()
        with taken_back():
            assert ask(None, row, objects) == MOVED, row
            assert [ask(sessions[rank], row, objects) for rank in weaker] == [NO_ROLE] * len(weaker), row
            if row.names_a_row:
                assert ask(elsewhere, row, objects) == NOT_FOUND, row
            assert snapshot() == before, row


def test_the_least_role_and_the_strongest_pass(objects: Objects, sessions: dict[str, str]) -> None:
    refused = {}
    for row, rank in PASSING:
        with taken_back():
            answer = ask(sessions[rank], row, objects)
        if answer not in (row.passes if isinstance(row.passes, tuple) else (row.passes,)):
            refused[row.method, row.name, rank] = answer
    assert refused == {}


def test_a_stranger_changes_nothing_of_ours(objects: Objects, stranger: Any, sign_in: Callable[[Any], str]) -> None:
    elsewhere = sign_in(stranger)
    before = read_rows()
    for row in TABLE:
        if not row.names_a_row:
            with taken_back():
                assert ask(elsewhere, row, objects) not in (NO_ROLE, 500), row
                assert read_rows() == before, row


def test_who_is_not_signed_in_is_asked_to(objects: Objects) -> None:
    for row in TABLE:
        response = getattr(Client(), row.method)(reverse(row.name, args=row.arguments(objects)), row.data)
        assert response["Location"].startswith("/accounts/login/"), row.name


def test_each_role_may_do_what_the_weaker_may() -> None:
    strength = [[has_role(Membership(role=held), Role(wanted)) for wanted in RANKS] for held in RANKS]
    assert strength == [[position <= rank for position in range(4)] for rank in range(4)]

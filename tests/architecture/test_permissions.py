"""Every address against every kind of person. Whoever may not pass changes nothing.

A new address without a row here fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

from connectors.models import Connection
from mapping.imports.preview import make_options as import_options
from mapping.links import unlink
from mapping.models import Link, LinkChange, MappingRun, RemoteItem, RunRow, SuggestedPair
from smoothx.tenants.access import has_role
from smoothx.tenants.models import Membership, Role, Tenant
from sync.models import Entry, OpeningRun, PayrollFile, SettingsVersion
from tests.conftest import make_member
from tests.factories import connections, make_account, make_entry, make_opening, make_project, notice
from tests.kept import read_rows

URL_MODULES = {
    "smoothx.pages.urls": "",
    "smoothx.pages.urls_settings": "settings:",
    "sync.urls_activity": "activity:",
    "sync.urls_payroll": "payroll:",
    "sync.urls_reconcile": "reconcile:",
    "mapping.urls": "mapping:",
    "connectors.urls": "connectors:",
}
RANKS = ("viewer", "approver", "admin", "owner")
OK, MOVED, FORM_ERROR, NO_ROLE, NOT_FOUND = 200, 302, 422, 403, 404


@dataclass(frozen=True)
class Objects:
    """One row of each kind of the company under test."""

    entry: Entry
    membership: Membership
    connection: Connection
    item: RemoteItem
    link: Link
    vendor_link: Link
    run: MappingRun
    push_run: MappingRun
    import_run: MappingRun
    pair: SuggestedPair
    unlinked: LinkChange
    version: SettingsVersion
    payroll: PayrollFile


Arguments = Callable[[Objects], list[Any]]


@dataclass(frozen=True)
class Row:
    """`least` is the weakest role that passes; None means everybody who is signed in. `passes` are the answers then.

    `arguments` makes the address; one that names a row of ours does not exist for a member of another company.
    """

    name: str
    method: str
    least: str | None
    passes: int | tuple[int, ...]
    arguments: Arguments = field(default=lambda objects: [])
    data: dict[str, str] = field(default_factory=dict)
    names_a_row: bool = False


def get(name: str, least: str | None, passes: int | tuple[int, ...] = OK, **more: Any) -> Row:
    return Row(name, "get", least, passes, **more)


def post(name: str, least: str | None, passes: int | tuple[int, ...] = MOVED, **more: Any) -> Row:
    return Row(name, "post", least, passes, **more)


def of_entry(*rest: str) -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.entry.pk, *rest], "names_a_row": True}


def of_row(*path: str) -> dict[str, Any]:
    """The address names a row by the attribute `path[-1]` of Objects, after fixed words."""
    *words, attribute = path
    return {"arguments": lambda objects: [*words, getattr(objects, attribute).pk], "names_a_row": True}


def of_push(act: str) -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.push_run.pk, act], "names_a_row": True}


def of_version() -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.version.number], "names_a_row": True}


def fixed(*words: str) -> dict[str, Any]:
    return {"arguments": lambda objects: list(words)}


TABLE = (
    get("dashboard", "viewer"),
    post("go_live", "admin", data={"start_date": "2026-03-01", "confirmed": "1"}),
    post("pause", "admin"),
    post("resume", "admin"),
    get("openings", "viewer"),
    get("openings_read", "admin"),
    post("openings_read", "admin", data={"start_date": "2026-04-01"}),
    post("openings_confirm", "admin", data={"start_date": "2026-03-01"}),
    get("guide_customer_field", "viewer"),
    get("profile", None),
    post("switch_tenant", None, NOT_FOUND, data={"tenant": "0"}),
    get("no_company", None, MOVED),
    get("settings:index", "viewer", MOVED),
    get("settings:access", "viewer"),
    get("settings:defaults", "viewer"),
    post("settings:defaults", "admin", data={"line_item_type": "item"}),
    get("settings:flows", "viewer"),
    post("settings:flow_switch", "admin", data={"flow": "bills", "on": "0"}),
    get("settings:go_live", "viewer"),
    get("settings:company", "admin"),
    post("settings:company", "admin", data={"name": "New name", "time_zone": "America/Denver"}),
    get("settings:users", "admin"),
    post("settings:users_invite", "owner", data={"email": "new@ridgeline.example", "role": "viewer"}),
    post("settings:users_role", "owner", data={"role": "admin"}, **of_row("membership")),
    get("settings:users_remove", "owner", **of_row("membership")),
    post("settings:users_remove", "owner", **of_row("membership")),
    get("settings:audit", "viewer"),
    get("settings:screen", "viewer", **fixed("bills")),
    post("settings:screen", "admin", data={"bill_date": "period_end"}, **fixed("bills")),
    get("settings:suggest", "viewer", **fixed("bill_code")),
    get("settings:find", "admin", **fixed("bill_code")),
    post("settings:find", "admin", FORM_ERROR, **fixed("bill_code")),
    get("settings:history", "viewer"),
    get("settings:compare", "viewer", (OK, MOVED)),
    get("settings:version", "viewer", **of_version()),
    get("settings:restore", "admin", **of_version()),
    post("settings:restore", "admin", (MOVED, FORM_ERROR), **of_version()),
    get("settings:export", "viewer"),
    get("settings:import", "admin"),
    post("settings:import", "admin", FORM_ERROR),
    get("activity:index", "viewer"),
    get("activity:export", "viewer"),
    get("activity:document", "viewer", **of_entry()),
    get("activity:link", "approver", **of_entry()),
    post("activity:link", "approver", FORM_ERROR, **of_entry()),
    get("activity:urgent", "approver"),
    post("activity:urgent", "approver", FORM_ERROR, data={"address": "https://example.com/bill?txnId=1"}),
    get("activity:adopt", "approver"),
    get("activity:backfill", "admin"),
    get("activity:contacts", "admin"),
    post("activity:contacts", "admin"),
    post("activity:backfill", "admin", FORM_ERROR, data={"project": "", "since": "2026-01-01"}),
    post("activity:adopt", "approver", data={"entry": "1"}),
    get("activity:unlock_all", "approver"),
    post("activity:unlock_all", "approver"),
    get("activity:recode", "approver"),
    post("activity:recode", "approver"),
    get("activity:recode_run", "approver", NOT_FOUND, **fixed("1")),
    post("activity:recode_run", "approver", NOT_FOUND, **fixed("1")),
    post("activity:act", "approver", **of_entry("retry")),
    get("activity:act", "approver", **of_entry("put-back")),
    post("activity:act", "approver", **of_entry("put-back")),
    post("activity:act", "approver", **of_entry("delete-there")),
    get("activity:act", "approver", **of_entry("remove-here")),
    post("activity:act", "approver", **of_entry("remove-here")),
    post("activity:act", "approver", **of_entry("post-anyway")),
    post("activity:act", "approver", **of_entry("post-difference")),
    post("activity:act", "approver", **of_entry("post-again")),
    post("activity:act", "approver", **of_entry("keep")),
    post("activity:act", "approver", **of_entry("leave-out")),
    post("activity:act", "approver", **of_entry("unlock")),
    post("activity:act", "approver", **of_entry("lock-again")),
    get("payroll:files", "admin"),
    post("payroll:files", "admin", FORM_ERROR),
    get("payroll:template", "admin"),
    get("payroll:file", "admin", **of_row("payroll")),
    post("payroll:take", "admin", **of_row("payroll")),
    post("payroll:undo", "admin", **of_row("payroll")),
    post("payroll:discard", "admin", **of_row("payroll")),
    get("reconcile:index", "viewer"),
    get("mapping:index", "viewer", MOVED),
    get("mapping:options", "viewer"),
    post("mapping:options_count", "admin"),
    post("mapping:options_archive", "admin"),
    get("mapping:option", "admin", **fixed("items")),
    post("mapping:option", "admin", **fixed("items")),
    get("mapping:section", "viewer", **fixed("contacts")),
    post("mapping:refresh", "admin", data={"side": "procore"}, **fixed("contacts")),
    post("mapping:automap", "admin", **fixed("projects")),
    get("mapping:link", "admin", **of_row("projects", "item")),
    post("mapping:link", "admin", FORM_ERROR, **of_row("projects", "item")),
    get("mapping:open", "admin", **fixed("projects", "procore", "501")),
    get("mapping:unlink", "admin", **of_row("projects", "link")),
    post("mapping:unlink", "admin", **of_row("projects", "link")),
    post("mapping:unlink_chosen", "admin", (MOVED,), **fixed("contacts")),
    get("mapping:push", "admin", (OK, MOVED), **fixed("contacts", "procore")),
    post("mapping:push", "admin", (MOVED, FORM_ERROR), **fixed("contacts", "procore")),
    get("mapping:push_run", "viewer", **of_row("push_run")),
    post("mapping:push_act", "admin", **of_push("confirm")),
    post("mapping:push_act", "admin", **of_push("change")),
    post("mapping:push_act", "admin", **of_push("choose")),
    post("mapping:push_act", "admin", **of_push("link")),
    post("mapping:push_act", "admin", **of_push("stop")),
    post("mapping:push_act", "admin", **of_push("resume")),
    get("mapping:import", "admin", **fixed("contacts")),
    post("mapping:import", "admin", FORM_ERROR, **fixed("contacts")),
    get("mapping:export_csv", "viewer", **fixed("contacts")),
    get("mapping:export_xlsx", "viewer", **fixed("contacts")),
    get("mapping:template_csv", "viewer", **fixed("contacts")),
    get("mapping:template_xlsx", "viewer", **fixed("contacts")),
    get("mapping:import_run", "admin", **of_row("import_run")),
    get("mapping:import_report", "admin", **of_row("import_run")),
    post("mapping:import_columns", "admin", **of_row("import_run")),
    post("mapping:import_choose", "admin", **of_row("import_run")),
    post("mapping:import_replace", "admin", **of_row("import_run")),
    post("mapping:import_pair", "admin", **of_row("import_run")),
    post("mapping:import_add", "admin", **of_row("import_run")),
    post("mapping:import_commit", "admin", **of_row("import_run")),
    post("mapping:import_reopen", "admin", **of_row("import_run")),
    post("mapping:import_discard", "admin", **of_row("import_run")),
    post("mapping:undo", "admin", **of_row("unlinked")),
    get("mapping:history", "viewer", **fixed("contacts")),
    get("mapping:refresh_changes", "viewer", **fixed("contacts")),
    get("mapping:repoint", "admin", **of_row("projects", "link")),
    post("mapping:repoint", "admin", FORM_ERROR, **of_row("projects", "link")),
    get("mapping:role", "admin", **of_row("contacts", "vendor_link")),
    post("mapping:role", "admin", (FORM_ERROR,), **of_row("contacts", "vendor_link")),
    post("mapping:undo_run", "admin", **of_row("run")),
    post("mapping:close_run", "admin", **of_row("run")),
    post("mapping:reopen_run", "admin", **of_row("run")),
    get("mapping:review", "admin", **fixed("contacts")),
    get("mapping:accept_above", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:accept_above", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:leave_out", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:take_back", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:link_pair", "admin", **of_row("pair")),
    post("mapping:reject_pair", "admin", **of_row("pair")),
    post("mapping:allow_pair", "admin", **of_row("pair")),
    post("connectors:connect", "admin", **fixed("procore")),
    get("connectors:callback", "admin", MOVED, **fixed("procore")),
    post("connectors:choose_company", "admin", data={"company": "1"}),
    get("connectors:disconnect", "admin", **of_row("connection")),
)
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
        pair=pair,
        unlinked=unlinked,
        version=SettingsVersion.objects.create(number=7),
        payroll=PayrollFile.objects.create(name="Week 37.csv", facts={"columns": {}}),
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

"""The operator's bench: one company at a time, read-only, quick, without secrets, and its acts are audited."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Call, Connection, Cursor, InboundEvent
from smoothx.tenants.models import AuditEntry, DueWork, Membership, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Attempt, Entry, Event
from tests.factories import connections, make_attempt, make_entry, make_outgoing, notice

pytestmark = pytest.mark.django_db
LISTS = (
    "sync/entry", "connectors/inboundevent", "connectors/call", "connectors/cursor", "connectors/connection",
    "tenants/auditentry",
)  # fmt: skip


@pytest.fixture
def staff() -> Any:
    user = get_user_model().objects.create_user(
        username="maria", email="maria@smoothx.example", password="correct horse battery", is_staff=True
    )
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def bench(staff: Any, client_of: Any, tenant: Tenant) -> Any:
    """A member of staff who has chosen the company."""
    client = client_of(staff)
    assert client.get(f"/operations/sync/entry/?company={tenant.pk}").headers["Location"] == "/operations/sync/entry/"
    return client


def fill(many: int) -> None:
    procore, books = connections()
    for number in range(many):
        entry = make_entry()
        make_attempt(make_outgoing(entry))
        at = timezone.now()
        key = f"{entry.pk}-{number}"
        InboundEvent.objects.create(
            connection=procore, key=key, entity="Projects", record_id="1", operation="update", body="{}", handled_at=at
        )
        Call.objects.create(connection=books, method="POST", url="https://x", key=key)
        Cursor.objects.create(connection=books, resource=key, read_until=at)
        AuditEntry.note(actor=None, action="link", subject=key)


def test_a_company_is_chosen_first_and_another_s_rows_are_not_there(
    staff: Any, client_of: Any, scope: Tenant, other_tenant: Tenant
) -> None:
    entry = make_entry(number="Invoice 77")
    client = client_of(staff)
    for path in LISTS:
        assert client.get(f"/operations/{path}/").headers["Location"] == "/operations/tenants/tenant/"
    assert f"/operations/sync/entry/?company={scope.pk}" in client.get("/operations/tenants/tenant/").content.decode()
    client.get(f"/operations/sync/entry/?company={other_tenant.pk}&state__exact=posted")
    assert "Invoice 77" not in client.get("/operations/sync/entry/").content.decode()
    assert client.get(f"/operations/sync/entry/{entry.pk}/change/").status_code == 302
    chosen = client.get(f"/operations/sync/entry/?company={scope.pk}&state__exact=posted")
    assert chosen.headers["Location"] == "/operations/sync/entry/?state__exact=posted"
    assert "Invoice 77" in client.get(chosen.headers["Location"]).content.decode()
    client.get("/operations/sync/entry/?company=x")
    assert client.get("/operations/sync/entry/").status_code == 302


def test_members_and_staff_without_the_permission_do_not_get_in(
    owner: Any, client_of: Any, scope: Tenant, staff: Any
) -> None:
    member = client_of(owner)
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    colleague = client_of(staff)
    for path in LISTS:
        assert member.get(f"/operations/{path}/?company={scope.pk}").status_code == 302
        assert colleague.get(f"/operations/{path}/").status_code in (302, 403)
        colleague.get(f"/operations/{path}/?company={scope.pk}")
        assert colleague.get(f"/operations/{path}/").status_code == 403


def test_lists_take_as_many_statements_however_long_they_are(bench: Any, scope: Tenant) -> None:
    fill(2)
    few = {path: count(bench, f"/operations/{path}/") for path in LISTS}
    fill(12)
    assert {path: count(bench, f"/operations/{path}/") for path in LISTS} == few
    assert max(few.values()) <= 9


def count(client: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_an_entry_shows_all_its_evidence_in_a_fixed_number_of_statements_and_no_secret(
    bench: Any, scope: Tenant
) -> None:
    entry = make_entry("blocked", notices=[notice("vendor_not_mapped", "Cobalt")], facts={"password": "hush-hush"})
    path = f"/operations/sync/entry/{entry.pk}/change/"
    make_outgoing(entry)
    bench.get(path)
    few = count(bench, path)
    for number in range(5):
        made = make_outgoing(
            entry, key=f"k{number}", body={"access_token": "hush-hush", "DocNumber": "9"}, state="done"
        )
        make_attempt(made, vendor_text=f"said {number}", request_id="1-abc")
        Call.objects.create(connection=entry.target_connection, method="POST", url="https://x/bill", key=f"k{number}")
        Event.objects.create(entry=entry, what="retried", text="Checked again")
    assert count(bench, path) == few <= 12
    shown = bench.get(path).content.decode()
    for told in ("vendor_not_mapped", "said 4", "1-abc", "https://x/bill", "Checked again", "DocNumber"):
        assert told in shown
    assert "hush-hush" not in shown
    assert 'name="_save"' not in shown
    assert bench.post(path, {"state": "posted"}).status_code == 403
    entry.refresh_from_db()
    assert entry.state == "blocked"


def test_a_connection_shows_no_token(bench: Any, scope: Tenant) -> None:
    procore, _ = connections()
    sealed = Connection.seal("hush-hush")
    Connection.objects.filter(pk=procore.pk).update(sealed_access_token=sealed, sealed_refresh_token=sealed)
    for path in ("", f"{procore.pk}/change/"):
        shown = bench.get(f"/operations/connectors/connection/{path}").content.decode()
        assert "9001" in shown
        assert sealed not in shown
        assert "hush-hush" not in shown


@pytest.mark.parametrize("term", ["700123", "4471", "cobalt", "{pk}"])
def test_entries_are_found_by_number_ids_and_words(bench: Any, scope: Tenant, term: str) -> None:
    wanted = make_entry(source_id="700123", target_id="4471", party="Cobalt Concrete Inc.", number="Wanted")
    make_entry(number="Another")
    shown = bench.get(f"/operations/sync/entry/?q={term.format(pk=wanted.pk)}").content.decode()
    assert "Wanted" in shown
    assert "Another" not in shown


def test_plan_again_leaves_alone_what_people_left_out_and_is_audited(bench: Any, scope: Tenant) -> None:
    entry, left_out = make_entry(tries=3), make_entry("left_out")
    press(bench, "sync/entry", "plan_again", entry, left_out)
    due = list(Entry.objects.filter(due_at__isnull=False).values_list("pk", "tries"))
    assert due == [(entry.pk, 0)]
    assert DueWork.objects.filter(tenant=scope, topic="sync", due_at__isnull=False).exists()
    assert [(each.entry_id, each.text) for each in Event.objects.all()] == [(entry.pk, "Checked again")]
    (audited,) = AuditEntry.objects.all()
    assert (audited.action, audited.subject, audited.detail) == (
        "operator.planned_again", "1 document", {"operator": "maria@smoothx.example"},
    )  # fmt: skip


def test_send_again_takes_what_did_not_get_through_and_says_what_did(bench: Any, scope: Tenant, staff: Any) -> None:
    right = make_entry()
    refused = make_entry("rejected", tries=8)
    gone = make_entry("held", target_id="5", notices=[notice("target_deleted")])
    doubtful = make_entry("uncertain")
    make_outgoing(doubtful, state="uncertain")
    answer = press(bench, "sync/entry", "send_again", right, refused, gone, doubtful)
    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == f"Entry {right.pk}: Nothing of it failed to get through. Plan it again instead."
    assert told[1].startswith("3 documents are sent again.")
    due = Entry.objects.filter(due_at__isnull=False).order_by("id").values_list("pk", "target_id", "tries")
    assert list(due) == [(refused.pk, "", 0), (gone.pk, "", 0), (doubtful.pk, "", 0)]
    assert set(Event.objects.values_list("actor", flat=True)) == {staff.pk}
    (audited,) = AuditEntry.objects.all()
    assert (audited.action, audited.detail["entries"]) == ("operator.sent_again", [refused.pk, gone.pk, doubtful.pk])
    assert Attempt.objects.count() == 0


def test_companies_and_people_cannot_be_deleted(bench: Any, owner: Any, scope: Tenant) -> None:
    for path in (f"tenants/tenant/{scope.pk}", f"auth/user/{owner.pk}"):
        assert bench.post(f"/operations/{path}/delete/", {"post": "yes"}).status_code == 403
        assert "delete_selected" not in bench.get(f"/operations/{path.rsplit('/', 1)[0]}/").content.decode()
    assert Tenant.objects.filter(pk=scope.pk).exists()
    owner.refresh_from_db()


def test_whom_the_operator_lets_in_and_shuts_out_the_company_can_read(
    bench: Any, staff: Any, owner: Any, scope: Tenant, stranger: Any
) -> None:
    home = "/operations/tenants/membership/"
    bench.post(f"{home}add/", {"tenant": scope.pk, "user": stranger.pk, "role": "viewer"})
    let_in = Membership.objects.get(tenant=scope, user=stranger)
    # Neither the company nor the person of a membership can be exchanged.
    bench.post(f"{home}{let_in.pk}/change/", {"tenant": scope.pk, "user": owner.pk, "role": "admin"})
    let_in.refresh_from_db()
    assert (let_in.user_id, let_in.role) == (stranger.pk, "admin")
    bench.post(home, {"action": "delete_selected", "_selected_action": [let_in.pk], "post": "yes"})
    told = AuditEntry.objects.order_by("id").values_list("actor", "action", "subject", "detail")
    assert list(told) == [
        (staff.pk, "operator.let_in", stranger.email, {"role": "viewer"}),
        (staff.pk, "operator.role_changed", stranger.email, {"role": "admin"}),
        (staff.pk, "operator.shut_out", stranger.email, {"role": "admin"}),
    ]
    assert not Membership.objects.filter(user=stranger, tenant=scope).exists()


def test_events_are_looked_into_again(bench: Any, scope: Tenant, other_tenant: Tenant) -> None:
    fill(1)
    event = InboundEvent.objects.get()
    press(bench, "connectors/inboundevent", "look_again", event)
    event.refresh_from_db()
    assert event.handled_at is None
    assert AuditEntry.objects.order_by("-id")[0].action == "operator.replayed_events"
    with tenant_scope(other_tenant.pk):
        assert not AuditEntry.objects.exists()
    listed = bench.get("/operations/connectors/inboundevent/?outcome=waiting").context["cl"]
    assert [row.pk for row in listed.result_list] == [event.pk]
    assert bench.get("/operations/connectors/inboundevent/?outcome=echo").context["cl"].result_count == 0


def press(client: Any, path: str, action: str, *rows: Any) -> Any:
    given = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(f"/operations/{path}/", given, follow=True)

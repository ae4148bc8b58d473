"""The operator's commands: what they tell, what they change with --apply, and that they change nothing without."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.utils import timezone

from connectors.models import InboundEvent
from smoothx.staff.operating import read_time, to_table
from smoothx.tenants.models import AuditEntry, DueWork, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Entry, Event, FlowSetting
from tests.factories import connections, make_attempt, make_entry, make_outgoing

COMMANDS = ("flows", "doctor", "replay", "resync")


def run(command: str, *given: str) -> str:
    out = StringIO()
    call_command(command, *given, stdout=out)
    return out.getvalue()


def run_json(command: str, *given: str) -> Any:
    return json.loads(run(command, *given, "--json"))


def set_state(state: str) -> None:
    Tenant.objects.filter(slug="ridgeline").update(state=state)


def kept() -> Any:
    """What a command may change."""
    return (
        list(Entry.objects.order_by("id").values_list("pk", "due_at", "tries", "source_fingerprint", "updated_at")),
        list(InboundEvent.objects.order_by("id").values_list("pk", "handled_at", "outcome")),
        list(DueWork.objects.order_by("id").values_list("topic", "due_at")),
        (Event.objects.count(), AuditEntry.objects.count()),
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_the_command_does_and_what_it_changes(name: str) -> None:
    told = load_command_class("smoothx.staff", name).create_parser("manage.py", name).format_help()
    assert "--tenant COMPANY" in told
    assert "--json" in told
    assert ("--apply" in told) == (name != "flows")
    words = " ".join(told.split())
    assert any(each in words for each in ("Changes nothing", "Without --apply it only tells which", "nothing else."))


@pytest.mark.django_db
def test_a_company_is_named_by_number_short_name_or_name(tenant: Tenant, other_tenant: Tenant) -> None:
    for named in (str(tenant.pk), "ridgeline", "ridgeline BUILDERS"):
        assert [row["tenant"] for row in run_json("flows", "--tenant", named)] == [tenant.pk]
    assert [row["tenant"] for row in run_json("flows")] == [tenant.pk, other_tenant.pk]
    with pytest.raises(CommandError, match=f"no company 'x'.*{tenant.pk} Ridgeline Builders"):
        run("flows", "--tenant", "x")
    Tenant.objects.filter(pk=other_tenant.pk).update(name="Ridgeline Builders")
    with pytest.raises(CommandError, match="Several companies"):
        run("resync", "--tenant", "Ridgeline Builders", "--flow", "bills")


@pytest.mark.django_db
def test_flows_tells_how_each_flow_stands(scope: Tenant, other_tenant: Tenant) -> None:
    now = timezone.now().replace(microsecond=0)
    FlowSetting.objects.create(flow="bills", is_on=False)
    for days in (3, 5):
        entry = make_entry("waiting")
        Entry.objects.filter(pk=entry.pk).update(created_at=now - timedelta(days=days))
    make_entry(posted_at=now - timedelta(hours=2))
    make_entry("posted_with_warnings", posted_at=now - timedelta(hours=1))
    make_entry("left_out", flow="no_longer_known")
    with tenant_scope(other_tenant.pk):
        make_entry("held")
    rows = {row["flow"]: row for row in run_json("flows", "--tenant", "ridgeline")[0]["flows"]}
    assert rows["bills"] == {
        "flow": "bills",
        "is_on": False,
        "waiting": 2,
        "posted": 1,
        "posted_with_warnings": 1,
        "oldest_open_at": str(now - timedelta(days=5)),
        "last_posted_at": str(now - timedelta(hours=1)),
    }
    assert rows["projects"] == {"flow": "projects", "is_on": True, "oldest_open_at": None, "last_posted_at": None}
    assert rows["no_longer_known"]["left_out"] == 1
    told = run("flows", "--tenant", "ridgeline")
    assert told.startswith(f"{scope.pk} Ridgeline Builders, setup\nflow ")
    assert "bills: " in run("flows", "--list")
    listed = {row["key"]: row for row in run_json("flows", "--list")}
    assert (listed["bills"]["source"], listed["bills"]["target"]) == ("procore", "qbo")


@pytest.mark.django_db
def test_resync_tells_first_and_plans_again_when_told(scope: Tenant, other_tenant: Tenant) -> None:
    right = make_entry(source_fingerprint="f", tries=3, project_id="501")
    left_out = make_entry("left_out", project_id="501")
    make_entry("blocked", project_id="502")
    with tenant_scope(other_tenant.pk):
        make_entry(project_id="501")
        theirs = kept()
    before = kept()
    told = run("resync", "--tenant", "ridgeline", "--project", "501", "--flow", "bills")
    assert told.splitlines()[0] == "1 document would be planned again."
    assert f"  {right.pk} bills {right.source_id}" in told
    assert kept() == before
    run("resync", "--tenant", "ridgeline", "--project", "501", "--apply", "--operator", "Maria")
    right.refresh_from_db()
    left_out.refresh_from_db()
    assert (right.tries, right.source_fingerprint, right.state, left_out.due_at) == (0, "", "posted", None)
    assert right.due_at is not None
    assert DueWork.objects.get(tenant=scope, topic="sync").due_at is not None
    (noted,) = Event.objects.all()
    assert (noted.entry_id, noted.text, noted.detail) == (
        right.pk, "Checked again", "By Maria, who runs this installation",
    )  # fmt: skip
    (audited,) = AuditEntry.objects.all()
    assert (audited.action, audited.subject) == ("operator.planned_again", "1 document")
    assert audited.detail == {"operator": "Maria", "project": "501"}
    with tenant_scope(other_tenant.pk):
        assert kept()[0] == theirs[0]


@pytest.mark.django_db
def test_resync_with_poll_alone_asks_both_sides_and_plans_nothing(scope: Tenant) -> None:
    make_entry()
    before = kept()
    with pytest.raises(CommandError, match="Ridgeline Builders is not live"):
        run("resync", "--tenant", "ridgeline", "--poll", "--apply")
    set_state("paused")
    assert run("resync", "--tenant", "ridgeline", "--poll").splitlines() == [
        "Both sides would be asked what changed.",
        "The company is paused: nothing is sent until somebody there resumes it.",
        "Nothing was changed. Add --apply to do it.",
    ]
    assert kept() == before
    before = kept()[0]
    set_state("live")
    assert run_json("resync", "--tenant", "ridgeline", "--poll", "--apply")["documents"] == 0
    assert kept()[0] == before
    due = DueWork.objects.filter(tenant=scope, due_at__lte=timezone.now()).values_list("topic", flat=True)
    assert sorted(due) == ["poll:procore", "poll:qbo"]
    assert AuditEntry.objects.get().subject == "0 documents"


@pytest.mark.django_db
def test_resync_says_which_named_documents_are_not_planned(scope: Tenant) -> None:
    right, left_out = make_entry(), make_entry("left_out")
    asked = [f"--entry={key}" for key in (right.pk, left_out.pk, 10**9)]
    assert run("resync", "--tenant", "ridgeline", *asked, "--apply").splitlines()[2:] == [
        f"Not planned: {left_out.pk} was left out by a person, and stays so.",
        "Not planned: 1000000000 is no document of this company.",
    ]
    told = run_json("resync", "--tenant", "ridgeline", f"--entry={right.pk}", "--state", "blocked")
    assert (told["documents"], told["not_planned"]) == (0, [f"{right.pk} does not fit what else is asked for"])


@pytest.mark.django_db
def test_replay_has_stored_events_looked_into_again(scope: Tenant) -> None:
    procore, books = connections()
    with pytest.raises(CommandError, match="Ridgeline Builders is not live"):
        run("replay", "--tenant", "ridgeline", "--since", "12h", "--apply")
    set_state("live")
    now = timezone.now()
    for connection, record, hours in ((procore, "1", 1), (procore, "2", 30), (books, "1", 2)):
        at = now - timedelta(hours=hours)
        InboundEvent.objects.create(
            connection=connection, key=f"{record}{hours}", entity="Projects", record_id=record, operation="update",
            received_at=at, handled_at=at, outcome="looked",
        )  # fmt: skip
    before = kept()
    assert run_json("replay", "--tenant", "ridgeline", "--since", "12h")["count"] == 2
    assert run_json("replay", "--tenant", "ridgeline", "--record", "1", "--vendor", "qbo")["count"] == 1
    assert run_json("replay", "--tenant", "ridgeline", "--record", "1", "--entity", "projects")["count"] == 2
    assert kept() == before
    told = run("replay", "--tenant", "ridgeline", "--since", "3d", "--until", "3h", "--apply")
    assert told.startswith("1 event is looked into again.")
    assert list(InboundEvent.objects.filter(handled_at=None).values_list("record_id", "outcome")) == [("2", "")]
    assert DueWork.objects.filter(tenant=scope, topic="events", due_at__isnull=False).exists()
    assert AuditEntry.objects.get().action == "operator.replayed_events"


@pytest.mark.django_db
def test_replay_of_tries_takes_what_an_outage_left(scope: Tenant) -> None:
    now = timezone.now()
    stopped, since_posted, older = make_entry("rejected"), make_entry("posted"), make_entry("blocked")
    for entry, hours, outcome in ((stopped, 1, "gave_up"), (since_posted, 1, "try_again"), (older, 50, "rejected")):
        made = make_outgoing(entry, state="failed")
        make_attempt(made, outcome=outcome, started_at=now - timedelta(hours=hours))
    told = run_json("replay", "--tenant", "ridgeline", "--tries", "--since", "2h", "--apply")
    assert (told["what"], told["count"]) == ("documents", 1)
    assert list(Entry.objects.filter(due_at__isnull=False).values_list("pk", flat=True)) == [stopped.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "given", "said"),
    [
        ("resync", (), "Say which documents"),
        ("resync", ("--flow", "bils"), "no flow 'bils'"),
        ("resync", ("--state", "stuck"), "no state 'stuck'"),
        ("resync", ("--state", "left_out"), "stays left out"),
        ("replay", (), "Say which events"),
        ("replay", ("--since", "soon"), "is no time"),
        ("replay", ("--since", "1h", "--until", "2h"), "after --until"),
        ("replay", ("--tries",), "needs --since"),
        ("replay", ("--tries", "--since", "1h", "--record", "5"), "goes with no --record"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(
    scope: Tenant, command: str, given: tuple[str, ...], said: str
) -> None:
    make_entry()
    before = kept()
    with pytest.raises(CommandError, match=said):
        run(command, "--tenant", "ridgeline", *given, "--apply")
    assert kept() == before


def test_times_are_moments_days_or_how_long_ago() -> None:
    assert str(read_time("2026-03-14T08:00Z", "--since")) == "2026-03-14 08:00:00+00:00"
    assert str(read_time("2026-03-14", "--since")) == "2026-03-14 00:00:00+00:00"
    ago = timezone.now() - (read_time("90m", "--since") or timezone.now())
    assert round(ago.total_seconds() / 60) == 90
    assert read_time("", "--since") is None


def test_a_table_leaves_out_what_is_empty() -> None:
    rows = [{"flow": "bills", "posted": 3, "held": 0}, {"flow": "projects", "posted": 12}]
    assert to_table(("flow", "held", "posted"), rows).splitlines() == [
        "flow      posted",
        "bills     3",
        "projects  12",
    ]

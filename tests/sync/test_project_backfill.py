"""Creating projects that were there before: listed with what would become of each, chosen, and made in few calls."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.urls import reverse

from mapping.kinds import CUSTOMER, PROJECT
from mapping.models import Link, MappingRun, RunRow
from mapping.pushing import pushes
from mapping.screens import SECTIONS
from smoothx.tenants.models import Tenant
from sync import push_runs
from sync.models import Entry
from tests.worlds import act, control, in_books

pytestmark = pytest.mark.usefixtures("connected", "without_limits")
LIST = "/mapping/projects/?tab=procore"


def begin(client: Any) -> MappingRun:
    shown = client.get(LIST).content.decode()
    assert "See what would become of them" in shown
    client.post(reverse("mapping:push", args=["projects", "procore"]), {"all": "1", "next": LIST})
    run: MappingRun = MappingRun.objects.filter(what=MappingRun.What.PUSH).latest("pk")
    return run


def rows_by(run: MappingRun, **wanted: Any) -> list[RunRow]:
    return list(run.rows.filter(**wanted).order_by("number"))


def do(client: Any, run: MappingRun, what: str, **values: Any) -> None:
    client.post(reverse("mapping:push_act", args=[run.pk, what]), values)


def calls_of(server: Any) -> Counter[str]:
    calls = control(server, "calls", method="GET")
    return Counter(f"{call['method']} {call['path'].rsplit('/', 1)[-1]}" for call in calls)


def test_each_project_says_what_becomes_of_it_and_what_was_chosen_is_made(
    live: Any, client: Any, owner: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(owner)
    linked = Link.objects.filter(kind=PROJECT.key).order_by("left_id").first()
    assert linked is not None
    linked.delete()
    Link.objects.get(kind=CUSTOMER.key, right_id__in=_customer_ids(live, "Dayton Investments Company")).delete()
    run = begin(client)
    assert {(row.label[7:], row.verdict, row.reason) for row in run.rows.exclude(verdict="create")} == {
        ("Alder Falls Office Tenant Improvement", "vendor",
         "Company Ridgeline Equipment Leasing LLC is mapped as a vendor. A project needs a customer."),
        ("Columbia Senior Living", "waits",
         "Waits for the project's Customer field in Procore. It goes on by itself."),
        ("Salmon Creek Senior Living", "unmapped",
         "Waits until company Dayton Investments Company is mapped to a QuickBooks customer."),
        ("Swan Island Data Hall", "exists",
         "QuickBooks has the sub-customer Swan Island Data Hall already. Link it instead."),
    }  # fmt: skip
    first, second, third = rows_by(run, verdict="create")
    assert first.data["facts"][:2] == [
        ["Customer", "Gateway Housing Trust"],
        ["Name", "Oak Harbor Office Tenant Improvement"],
    ]
    for show in ("create", "unmapped", "vendor"):
        page = client.get(reverse("mapping:push_run", args=[run.pk]), {"show": show}).content.decode()
        assert ("Map the company" in page) == (show != "create")
    # What the list counts is kept once it was opened after a change.
    client.get(LIST)
    for address in (LIST, f"{LIST}&sort=waiting", reverse("mapping:push_run", args=[run.pk])):
        with django_assert_max_num_queries(13):
            client.get(address)
    # Linked, left out, and one that loses its customer before it is sent: the rest is made.
    do(client, run, "link")
    do(client, run, "choose", id=second.pk, action="leave")
    act(live.procore, "set_project_customer", project_id=int(third.left_id), vendor_id=None)
    do(client, run, "confirm")
    before = calls_of(live.qbo)
    push_runs.work_off()
    run.refresh_from_db()
    assert run.state == MappingRun.State.DONE
    assert {row.left_id: (row.state, row.reason[:40]) for row in rows_by(run, verdict="create")} == {
        first.left_id: ("done", ""),
        second.left_id: ("waiting", ""),
        third.left_id: ("failed", "Waits for the project's Customer field i"),
    }
    made = Link.objects.get(kind=PROJECT.key, left_id=first.left_id)
    assert (made.chosen_by, made.actor, made.run) == (Link.ChosenBy.PUSH, owner, run)
    assert Link.objects.filter(kind=PROJECT.key, left_id=linked.left_id, right_id=linked.right_id).exists()
    [job] = [row for row in in_books(live, "Customer") if row["DisplayName"] == "Oak Harbor Office Tenant Improvement"]
    assert (job["Id"], job["BillWithParent"]) == (made.right_id, True)
    assert sum((calls_of(live.qbo) - before)[key] for key in ("POST batch", "POST customer")) == 1
    # Once more, the one that waits for its customer is all that could be sent, and it is not.
    count = calls_of(live.qbo)["POST customer"]
    again = begin(client)
    assert [row.left_id for row in rows_by(again, verdict="create")] == [second.left_id]
    assert calls_of(live.qbo)["POST customer"] == count


def test_nothing_is_made_while_the_company_is_paused(live: Any, client: Any, owner: Any, tenant: Any) -> None:
    client.force_login(owner)
    run = begin(client)
    Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.PAUSED)
    do(client, run, "confirm")
    push_runs.work_off()
    run.refresh_from_db()
    sentence = "Nothing crosses before you are live. Go live, or resume, then create them."
    assert (run.state, run.message) == (MappingRun.State.FAILED, sentence)
    assert Entry.objects.filter(flow="projects").count() == 0
    row = rows_by(run, verdict="create")[0]
    with pytest.raises(pushes.PushRefused, match="Nothing crosses before you are live"):
        pushes.push(section=SECTIONS["projects"], side="procore", remote_id=row.left_id, role="", actor=owner)


def _customer_ids(pair: Any, name: str) -> list[str]:
    return [row["Id"] for row in in_books(pair, "Customer") if row["DisplayName"] == name]

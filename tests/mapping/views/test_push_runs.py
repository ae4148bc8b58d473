"""The page of a push of many rows: groups, paging, ticks, options and what its buttons do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.contrib.messages import get_messages

from connectors.models import Connection
from connectors.qbo import resources as qbo
from connectors.qbo.records import Books
from mapping.automap.running import reject
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.models import Link, MappingRun, RunRow, SuggestedPair
from mapping.pushing import namesakes, pushes
from mapping.pushing.pushes import Planned, Wanted
from tests.factories import make_account
from tests.mapping.factories import make_code, make_company, make_link, make_row, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def started(pushed: list[Any]) -> list[int]:
    """Runs a worker was asked for. The planner says what a name tells it to."""
    runs: list[int] = []

    def plan(wanted: Wanted) -> Planned:
        name = wanted.row.name
        if name.endswith("invalid"):
            return Planned(name=name, reason="It has no name.")
        return Planned(name=name, facts=(("Name", name), ("Notes", " ".join(wanted.approvals))))

    known = pushes._answers
    pushes.register(
        known.push, states=known.states, planner=lambda section, side: plan, start=lambda run: runs.append(run.pk)
    )
    return runs


def told(response: Any) -> list[tuple[str, str]]:
    return [(m.level_tag, m.message) for m in get_messages(response.wsgi_request)]


def preview(browser: Any, *names: str) -> MappingRun:
    ids = [make_company(name).pk for name in names]
    browser.post("/mapping/contacts/push/procore/", {"id": ids, "action": "push_vendor"})
    run: MappingRun = MappingRun.objects.get()
    return run


def page(browser: Any, run: MappingRun, query: str = "") -> Any:
    return browser.get(f"/mapping/pushes/{run.pk}/{query}").context


def act(browser: Any, run: MappingRun, name: str, **values: Any) -> Any:
    response = browser.post(f"/mapping/pushes/{run.pk}/{name}/", values)
    assert response.status_code == 302
    run.refresh_from_db()
    return response


def test_the_preview_counts_each_group_and_shows_the_first(browser: Any, started: list[int]) -> None:
    make_vendor("Basin")
    run = preview(browser, "Aspen", "Basin", "Creek invalid", "aspen")
    context = page(browser, run)
    assert [(chip["label"], chip["count"], chip["is_current"]) for chip in context["chips"]] == [
        ("To create", 1, True),
        ("Exist already", 1, False),
        ("Same name twice", 1, False),
        ("Cannot be pushed", 1, False),
    ]
    assert [row["label"] for row in context["rows"]] == ["Aspen"]
    assert [action.label for action in context["actions"]] == ["Link the 1 that exists", "Create 1 and link"]
    invalid = page(browser, run, "?show=invalid")["rows"]
    assert [(row["state"], row["reason"]) for row in invalid] == [("Cannot be pushed", "It has no name.")]
    assert started == []


def test_a_row_like_one_that_exists_is_created_only_when_somebody_takes_it_in(
    browser: Any, started: list[int]
) -> None:
    company, vendor = make_company("Smith Electric LLC"), make_vendor("Smith Electrical Inc")
    SuggestedPair.objects.create(
        kind=VENDOR.key,
        left_connection=company.connection,
        left_id=company.remote_id,
        right_connection=vendor.connection,
        right_id=vendor.remote_id,
        score=85,
    )
    ids = [company.pk, make_company("Aspen").pk]
    browser.post("/mapping/contacts/push/procore/", {"id": ids, "action": "push_vendor"})
    run = MappingRun.objects.get()
    context = page(browser, run)
    assert [(chip["label"], chip["count"]) for chip in context["chips"]] == [("To create", 1), ("May be the same", 1)]
    assert [row["label"] for row in context["rows"]] == ["Aspen"]
    assert [action.label for action in context["actions"]] == ["Create 1 and link"]
    context = page(browser, run, "?show=near")
    [row] = context["rows"]
    assert (row["label"], row["near"]) == ("Smith Electric LLC", "Smith Electrical Inc may be the same, 85")
    assert row["link"].url == "/mapping/contacts/?tab=procore&q=Smith+Electric+LLC"
    assert [each["label"] for each in context["bulk"]] == ["Take in"]
    act(browser, run, "choose", id=[row["id"]], action="take")
    context = page(browser, run)
    assert [(row["label"], row["near"]) for row in context["rows"]] == [
        ("Aspen", ""),
        ("Smith Electric LLC", "Smith Electrical Inc may be the same, 85"),
    ]
    act(browser, run, "confirm")
    assert (run.state, run.expected) == ("running", 2)


def test_search_and_pages(browser: Any, started: list[int]) -> None:
    run = preview(browser, *[f"Aspen {number:03d}" for number in range(120)])
    last = page(browser, run, "?show=create&page=3")
    assert (last["page"].first, last["page"].last, last["page"].total) == (101, 120, 120)
    assert [row["label"] for row in page(browser, run, "?q=119")["rows"]] == ["Aspen 119"]
    assert page(browser, run, "?q=nobody")["empty"].title == "Nothing fits"


def test_rows_are_left_out_and_taken_in_again(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen", "Basin", "Creek")
    row = run.rows.get(label="Basin")
    act(browser, run, "choose", id=[row.pk], action="leave")
    assert list(run.rows.filter(is_chosen=False).values_list("label", flat=True)) == ["Basin"]
    assert [action.label for action in page(browser, run)["actions"]] == ["Create 2 and link"]
    act(browser, run, "choose", all="1", q="cre", action="leave")
    assert list(run.rows.filter(is_chosen=True).values_list("label", flat=True)) == ["Aspen"]
    act(browser, run, "choose", all="1", show="out", action="take")
    assert not run.rows.filter(is_chosen=False).exists()


def test_confirming_asks_a_worker_once(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen", "Basin")
    act(browser, run, "confirm")
    assert (run.state, run.expected, started) == ("running", 2, [run.pk])
    again = act(browser, run, "confirm")
    assert told(again) == [("warning", "This push is past that step. This page shows how it stands.")]
    assert started == [run.pk]
    context = page(browser, run)
    assert (context["progress"].done, context["progress"].total, context["is_moving"]) == (0, 2, True)
    assert [action.label for action in context["actions"]] == ["Stop"]


def test_a_run_with_nothing_to_create_cannot_be_confirmed(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen invalid", "Basin invalid")
    assert [action.label for action in page(browser, run)["actions"]] == ["Look again"]
    act(browser, run, "confirm")
    assert (run.state, started) == ("preview", [])


def test_stopping_and_going_on(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen", "Basin")
    act(browser, run, "confirm")
    run.rows.filter(label="Aspen").update(state=RunRow.State.DONE)
    act(browser, run, "stop")
    context = page(browser, run)
    assert [(notice.title, notice.text) for notice in context["notices"]] == [
        ("0 of 2 rows are through", "Stopped. It can go on.")
    ]
    assert [action.label for action in context["actions"]] == ["Go on with 1"]
    act(browser, run, "resume")
    assert (run.state, started) == ("running", [run.pk, run.pk])


def test_what_failed_says_why_and_is_tried_again(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen", "Basin")
    act(browser, run, "confirm")
    run.rows.filter(label="Aspen").update(state=RunRow.State.DONE)
    run.rows.filter(label="Basin").update(state=RunRow.State.FAILED, reason="The name is in use.")
    MappingRun.objects.filter(pk=run.pk).update(state="done", done=2)
    context = page(browser, run)
    assert [notice.title for notice in context["notices"]] == ["1 created and linked", "1 row was not created"]
    assert [(row["label"], row["state"], row["reason"]) for row in context["rows"]] == [
        ("Basin", "Not created", "The name is in use.")
    ]
    assert [action.label for action in context["actions"]] == ["Try 1 again"]
    act(browser, run, "resume", failed="1")
    assert list(run.rows.filter(state="waiting").values_list("label", flat=True)) == ["Basin"]


def test_existing_rows_are_linked_one_by_one_or_together(browser: Any, started: list[int], admin_user: Any) -> None:
    twins = [make_vendor(name) for name in ("Aspen", "Basin", "Creek")]
    run = preview(browser, "Aspen", "Basin", "Creek")
    one = run.rows.get(label="Aspen")
    assert told(act(browser, run, "link", id=one.pk)) == [("success", "Aspen is linked")]
    make_link(VENDOR, make_company("Somebody"), twins[2])
    act(browser, run, "link")
    assert (run.state, started) == ("preview", [])
    refused = run.rows.get(label="Creek")
    assert refused.reason == "Creek is linked to Somebody in Procore already. Unlink it first."
    [notice] = page(browser, run)["notices"]
    assert (notice.title, notice.text) == (
        "Linking ended",
        "1 row is linked. 1 could not be linked, and says why.",
    )
    made = Link.objects.filter(run=run)
    assert {(each.right_id, each.actor_id) for each in made} == {
        (twins[0].remote_id, admin_user.pk),
        (twins[1].remote_id, admin_user.pk),
    }
    assert [chip["label"] for chip in page(browser, run)["chips"]] == ["Exist already", "Linked"]


def test_many_existing_rows_are_linked_in_sets_until_somebody_stops(
    browser: Any, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(namesakes, "LINKED_AT_ONCE", 2)
    monkeypatch.setattr(namesakes, "SET_SIZE", 2)
    names = ("Aspen", "Basin", "Creek")
    for name in names:
        make_vendor(name)
    run = preview(browser, *names, "Dune")
    act(browser, run, "link")
    assert (run.state, started, Link.objects.count()) == ("running", [run.pk], 0)
    assert namesakes.link_next(run) == 2
    context = page(browser, run)
    progress = context["progress"]
    assert (progress.label, progress.done, progress.total) == ("Linking what exists", 2, 3)
    assert ([action.label for action in context["actions"]], context["bulk"]) == (["Stop"], [])
    act(browser, run, "stop")
    assert namesakes.link_next(run) == 0
    context = page(browser, run)
    assert [notice.text for notice in context["notices"]] == ["2 rows are linked. Stopped before the other 1."]
    assert [action.label for action in context["actions"]] == ["Link the 1 that exists", "Create 1 and link"]
    act(browser, run, "link")
    assert (run.state, run.message, Link.objects.count()) == ("preview", "1 row is linked.", 3)


def test_what_automap_left_to_a_person_is_not_linked_with_the_others(
    browser: Any, started: list[int], admin_user: Any
) -> None:
    names = ("Aspen Roofing Inc", "Keystone Fence LLC", "Orchard Inc")
    sure, doubtful, rejected = (make_company(name) for name in names)
    roofer = make_vendor("Aspen Roofing")
    vendor = make_vendor("Keystone Fence Company", email="ap@keystone.example", phone="(360) 555-7719")
    for company, right in ((sure, roofer), (doubtful, vendor), (rejected, make_vendor("Orchard LLC"))):
        pair = SuggestedPair.objects.create(
            kind=VENDOR.key,
            left_connection=company.connection,
            left_id=company.remote_id,
            right_connection=right.connection,
            right_id=right.remote_id,
            score=93,
            # What automap is sure of waits for it to be run.
            band="sure" if company == sure else "unsure",
        )
    reject(pair, admin_user)
    chosen = [company.pk for company in (sure, doubtful, rejected)]
    browser.post("/mapping/contacts/push/procore/", {"id": chosen, "action": "push_vendor"})
    run = MappingRun.objects.get()
    verdicts = [(sure.name, "exists"), (doubtful.name, "unsure"), (rejected.name, "create")]
    assert dict(run.rows.values_list("label", "verdict")) == dict(verdicts)
    shown = page(browser, run, "?show=unsure")
    [row] = shown["rows"]
    # What is compared is what QuickBooks says, not what would have been created.
    assert (row["name"], row["facts"]) == (vendor.name, "Vendor, ap@keystone.example, (360) 555-7719")
    assert row["reason"] == (
        "QuickBooks has Keystone Fence Company already. Automap was not sure that it is the same, so look at both."
    )
    assert [action.label for action in shown["actions"]] == ["Link the 1 that exists", "Create 1 and link"]
    act(browser, run, "link")
    assert Link.objects.get().left_id == sure.remote_id
    assert told(act(browser, run, "link", id=row["id"]))[-1:] == [("success", "Keystone Fence LLC is linked")]
    assert [chip["label"] for chip in page(browser, run)["chips"]] == ["To create", "Linked"]


def test_another_role_and_an_ending_are_looked_at_again(browser: Any, started: list[int]) -> None:
    run = preview(browser, "Aspen", "Basin")
    assert [each[2] for each in page(browser, run)["options"]["roles"]] == [True, False]
    act(browser, run, "change", **{"as": "customer", "suffix": "1"})
    assert {(row.data["role"], tuple(row.data["approvals"])) for row in run.rows.all()} == {
        ("customer", ("add_suffix",))
    }


def test_accounts_are_chosen_by_division(browser: Any, started: list[int]) -> None:
    make_row_of = make_code("03", "Concrete")
    codes = [make_code(f"03-{n}00", f"Walls {n}", parent_id=make_row_of.remote_id) for n in range(2)]
    cost = make_account("60", "5100", "Job costs")
    cost.subtype = "Cost of Goods Sold"
    cost.save()
    browser.post("/mapping/item-codes/push/procore/", {"id": [code.pk for code in codes]})
    run = MappingRun.objects.get()
    (division,) = page(browser, run)["options"]["divisions"]
    assert division["name"] == "03 Concrete"
    assert division["fields"][0]["options"] == [("60", "5100 Job costs", False)]
    field = division["fields"][0]["name"]
    act(browser, run, "change", **{field: "60", division["fields"][1]["name"]: "999"})
    assert {tuple(row.data["approvals"]) for row in run.rows.all()} == {("expense_account:60",)}
    assert page(browser, run)["options"]["divisions"][0]["fields"][0]["options"] == [("60", "5100 Job costs", True)]


def test_a_mapped_division_says_which_account_its_services_take(browser: Any, started: list[int]) -> None:
    division = make_code("03", "Concrete")
    code = make_code("03-100", "Walls", parent_id=division.remote_id)
    make_link(COST_CODE_ACCOUNT, division, make_account("60", "5100", "Job costs"))
    browser.post("/mapping/item-codes/push/procore/", {"id": [code.pk, division.pk]})
    (shown,) = page(browser, MappingRun.objects.get())["options"]["divisions"]
    assert [field["fixed"] for field in shown["fields"]] == ["5100 Job costs", ""]


def test_services_that_lack_an_account_say_which_default_is_needed(browser: Any, started: list[int]) -> None:
    codes = [make_code(f"03-{n}00", f"{name} invalid") for n, name in enumerate(("Walls", "Slabs"))]
    browser.post("/mapping/item-codes/push/procore/", {"id": [code.pk for code in codes]})
    context = page(browser, MappingRun.objects.get())
    assert [(notice.title, notice.action.url) for notice in context["notices"]] == [
        ("QB Bill Account Code is not set", "/settings/defaults/"),
        ("QB Invoice Account Code is not set", "/settings/defaults/"),
    ]
    assert [row["label"] for row in context["rows"]] == ["03-000 Walls invalid", "03-100 Slabs invalid"]


def test_a_division_among_many_is_no_fault(browser: Any, started: list[int]) -> None:
    division = make_code("03", "Concrete invalid")
    code = make_code("03-100", "Walls", parent_id=division.remote_id)
    browser.post("/mapping/item-codes/push/procore/", {"id": [code.pk, division.pk]})
    context = page(browser, MappingRun.objects.get(), "?show=division")
    assert [(chip["label"], chip["count"]) for chip in context["chips"]] == [("To create", 1), ("Divisions", 1)]
    assert [(row["label"], row["severity"], row["reason"]) for row in context["rows"]] == [
        ("03 Concrete invalid", "info", "It has no name.")
    ]


def test_what_was_no_part_of_a_push_still_says_why(browser: Any, started: list[int]) -> None:
    make_vendor("Basin")
    run = preview(browser, "Aspen", "Basin", "Creek invalid", "Dune")
    act(browser, run, "link", id=str(run.rows.get(label="Basin").pk))
    act(browser, run, "choose", id=[run.rows.get(label="Dune").pk], action="leave")
    act(browser, run, "confirm")
    run.rows.filter(label="Aspen").update(state=RunRow.State.DONE)
    MappingRun.objects.filter(pk=run.pk).update(state="done", done=1)
    chips = page(browser, run)["chips"]
    assert [(chip["label"], chip["count"]) for chip in chips] == [
        ("Created", 1),
        ("Left out", 1),
        ("Linked", 1),
        ("Cannot be pushed", 1),
    ]


def test_a_reader_sees_the_page_and_none_of_its_buttons(
    client_of: Any, viewer: Any, admin_user: Any, started: Any
) -> None:
    run = preview(client_of(admin_user), "Aspen", "Basin")
    context = page(client_of(viewer), run)
    assert (context["actions"], context["bulk"], context["options"]) == ([], [], None)
    assert client_of(viewer).post(f"/mapping/pushes/{run.pk}/confirm/").status_code == 403


def test_another_run_is_no_push(browser: Any) -> None:
    other = MappingRun.objects.create(section="contacts")
    assert browser.get(f"/mapping/pushes/{other.pk}/").status_code == 404
    run = MappingRun.objects.create(what="push", section="contacts", side="procore", options={"role": "vendor"})
    assert browser.post(f"/mapping/pushes/{run.pk}/explode/").status_code == 404


@pytest.mark.parametrize(("have", "warns"), [(38, False), (39, True)])
def test_more_classes_than_the_edition_holds_are_warned_of(
    browser: Any, started: list[int], have: int, warns: bool
) -> None:
    codes = [make_code(f"03-{n}00", f"Walls {n}") for n in range(2)]
    for number in range(have):
        make_row(qbo.CLASSES if number % 2 else qbo.DEPARTMENTS, f"Class {number}")
    books = Books("Ridgeline", "US", "USD", False, None, False, False, edition="QuickBooks Online Plus")
    Connection.objects.filter(vendor="qbo").update(facts={"books": asdict(books)})
    browser.post("/mapping/cost-codes/push/procore/", {"id": [code.pk for code in codes]})
    notices = page(browser, MappingRun.objects.get())["notices"]
    assert [notice.text for notice in notices] == (
        ["QuickBooks Online Plus holds about 40 classes and locations together. It has 39, and this adds 2."]
        if warns
        else []
    )

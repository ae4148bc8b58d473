"""What changed on a project follows to its sub-customer, or is shown first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records import Project
from connectors.qbo.documents_jobs import JobChange
from mapping.defaults import (
    PROJECT_ARCHIVED,
    PROJECT_MOVED,
    PROJECT_RENAMED,
    SUB_CUSTOMER_NAME,
    Defaults,
)
from mapping.defaults.kind import Choice, DefaultKind
from mapping.kinds import CUSTOMER
from mapping.maps import Maps, Target
from sync.codes import CODES
from sync.flows._jobs import Job, LinkedProject
from sync.flows.project_changes import FLOW, describe_change, find_differences, job_change_for
from sync.plan import Plan
from tests.sync.flows.contracts import codes_of

LOFTS = Project(
    id="2417",
    name="Larimer Lofts",
    number="24-17",
    customer_id="31",
    customer_label="Larimer",
    has_customer_field=True,
)
HOLDINGS, OTHERS = Target("62", "Larimer Holdings"), Target("63", "Union Partners")
JOB = Job(
    id="97",
    name="Larimer Lofts",
    version="3",
    parents=(HOLDINGS,),
    is_ours=True,
    linked_name="Larimer Lofts",
    project_name="Larimer Lofts",
)
LINKS = {(CUSTOMER.key, "31"): HOLDINGS, (CUSTOMER.key, "32"): OTHERS}
MAPS = Maps(links=LINKS, jobs={("62", "larimer lofts"): Target("97", "Larimer Lofts")})
RENAMED = replace(LOFTS, name="Larimer Street Lofts")
MOVED = replace(LOFTS, customer_id="32", customer_label="Union")
ARCHIVED = replace(LOFTS, is_active=False)


def chosen(**options: str) -> Defaults:
    return Defaults(choices={key: Choice(value, value) for key, value in options.items()})


def following() -> Defaults:
    kinds: dict[DefaultKind, str] = {PROJECT_RENAMED: "rename", PROJECT_MOVED: "move", PROJECT_ARCHIVED: "inactivate"}
    return chosen(**{kind.key: option for kind, option in kinds.items()})


def plan_of(project: Project, job: Job | None = JOB, maps: Maps = MAPS, defaults: Defaults | None = None) -> Plan[Any]:
    return job_change_for(LinkedProject(project, job), maps, defaults or Defaults())


def change_of(plan: Plan[Any]) -> JobChange:
    assert plan.blockers == ()
    assert isinstance(plan.document, JobChange)
    return plan.document


def test_what_is_as_in_procore_stays() -> None:
    plan = plan_of(LOFTS)
    assert (codes_of(plan), plan.document) == (["already_mapped"], None)


def test_a_project_that_is_linked_to_nothing_is_said_to_be() -> None:
    plan = plan_of(LOFTS, None)
    assert [(n.code, n.subject, n.waits_for) for n in plan.blockers] == [
        ("project_not_linked", "Larimer Lofts", "link:project:2417")
    ]


class TestRenamed:
    def test_it_is_shown_until_a_setting_says_otherwise(self) -> None:
        [notice] = plan_of(RENAMED).blockers
        assert (notice.code, notice.subject) == ("project_renamed", "Larimer Street Lofts")
        assert notice.detail == {
            "job": "Larimer Lofts",
            "approval": "name:Larimer Street Lofts",
            "keeps": "name=Larimer Street Lofts",
        }
        assert notice.also_lifted_by == ("default:project_renamed",)
        assert CODES["project_renamed"].state == "held"

    @pytest.mark.parametrize(
        ("maps", "defaults"),
        [
            (MAPS, following()),
            (replace(MAPS, approvals=frozenset({"name:Larimer Street Lofts"})), Defaults()),
        ],
        ids=["by setting", "by a person"],
    )
    def test_it_follows(self, maps: Maps, defaults: Defaults) -> None:
        plan = plan_of(RENAMED, maps=maps, defaults=defaults)
        assert change_of(plan).to_wire() == {
            "Id": "97", "SyncToken": "3", "sparse": True, "DisplayName": "Larimer Street Lofts",
        }  # fmt: skip
        assert plan.facts == {"job": "97", "name": "Larimer Street Lofts", "job_name": "Larimer Street Lofts"}

    def test_another_name_than_the_one_approved_is_asked_about_again(self) -> None:
        maps = replace(MAPS, approvals=frozenset({"name:Larimer Street"}))
        assert codes_of(plan_of(RENAMED, maps=maps)) == ["project_renamed"]

    def test_a_name_somebody_gave_it_in_quickbooks_is_not_written_over(self) -> None:
        job = replace(JOB, name="Lofts, phase 1")
        assert codes_of(plan_of(RENAMED, job, defaults=following())) == ["project_renamed"]

    @pytest.mark.parametrize("name", ["24-17 Larimer Lofts", "LARIMER LOFTS", "Lofts as linked"])
    def test_a_name_it_was_made_or_linked_with_is(self, name: str) -> None:
        defaults = chosen(project_renamed="rename", sub_customer_name="number_name")
        job = replace(JOB, name=name, linked_name="Lofts as linked")
        assert change_of(plan_of(RENAMED, job, defaults=defaults)).name == "24-17 Larimer Street Lofts"

    @pytest.mark.parametrize(
        ("job", "project"),
        [
            (replace(JOB, name="Lofts", linked_name="Lofts"), LOFTS),
            (replace(JOB, name="Larimer Street Lofts"), RENAMED),
            (replace(JOB, agreed={"name": "Larimer Street Lofts"}), RENAMED),
            (replace(JOB, project_name=""), RENAMED),
        ],
        ids=["linked under another name", "renamed there already", "kept", "nobody knows its name before"],
    )
    def test_what_is_no_rename(self, job: Job, project: Project) -> None:
        assert codes_of(plan_of(project, job, defaults=following())) == ["already_mapped"]

    def test_a_name_in_use_gets_the_number_and_without_one_stops(self) -> None:
        taken = replace(MAPS, jobs={("62", "larimer street lofts"): Target("98", "Larimer Street Lofts")})
        assert change_of(plan_of(RENAMED, maps=taken, defaults=following())).name == "Larimer Street Lofts (24-17)"
        plan = plan_of(replace(RENAMED, number=""), maps=taken, defaults=following())
        assert [(n.code, n.subject) for n in plan.blockers] == [("name_taken", "Larimer Street Lofts")]

    def test_what_quickbooks_cannot_take_is_replaced(self) -> None:
        plan = plan_of(replace(LOFTS, name="Lofts: Phase 2"), defaults=following())
        assert change_of(plan).name == "Lofts- Phase 2"


class TestMoved:
    def test_it_is_shown_with_both_customers(self) -> None:
        [notice] = plan_of(MOVED).blockers
        assert (notice.code, notice.subject) == ("project_customer_changed", "Union Partners")
        assert notice.detail == {
            "job": "Larimer Lofts",
            "parent": "Larimer Holdings",
            "approval": "parent:63",
            "keeps": "customer=32",
        }

    @pytest.mark.parametrize(
        ("maps", "defaults"),
        [(MAPS, following()), (replace(MAPS, approvals=frozenset({"parent:63"})), Defaults())],
        ids=["by setting", "by a person"],
    )
    def test_it_moves(self, maps: Maps, defaults: Defaults) -> None:
        plan = plan_of(MOVED, maps=maps, defaults=defaults)
        assert change_of(plan).to_wire() == {
            "Id": "97", "SyncToken": "3", "sparse": True,
            "Job": True, "ParentRef": {"value": "63"}, "BillWithParent": True,
        }  # fmt: skip
        assert plan.facts == {"job": "97", "name": "Larimer Lofts", "job_name": "Larimer Lofts", "customer": "32"}

    @pytest.mark.parametrize(
        ("posted", "what"),
        [
            ({"documents": 1}, "1 document"),
            ({"documents": 1200, "balance": Decimal("-3.5")}, "1,200 documents and a balance of -3.50"),
            ({"has_invoices": True}, "invoices of its own"),
        ],
    )
    def test_with_anything_posted_a_person_decides_whatever_the_setting(
        self, posted: dict[str, Any], what: str
    ) -> None:
        job = replace(JOB, **posted)
        [notice] = plan_of(MOVED, job, defaults=following()).blockers
        assert (notice.code, notice.detail["what"]) == ("project_customer_posted", what)
        told = replace(MAPS, approvals=frozenset({"parent:63"}))
        assert change_of(plan_of(MOVED, job, maps=told)).parent_id == "63"

    def test_one_somebody_else_made_is_never_moved_unasked(self) -> None:
        job = replace(JOB, is_ours=False)
        assert codes_of(plan_of(MOVED, job, defaults=following())) == ["project_customer_changed"]

    @pytest.mark.parametrize(
        ("project", "job"),
        [
            (replace(LOFTS, customer_id=None, customer_label=""), JOB),
            (replace(LOFTS, customer_id=None, customer_label="Nobody we know"), JOB),
            (MOVED, replace(JOB, parents=(Target("70", "Phase 1"), OTHERS))),
            (MOVED, replace(JOB, agreed={"customer": "32"})),
            (replace(LOFTS, customer_id="33"), replace(JOB, parents=(Target("99", "Not mapped"),))),
        ],
        ids=["emptied", "unknown", "further up", "kept", "both not mapped"],
    )
    def test_what_is_no_move(self, project: Project, job: Job) -> None:
        assert codes_of(plan_of(project, job, defaults=following())) == ["already_mapped"]

    def test_a_company_that_is_not_mapped_is_waited_for(self) -> None:
        [notice] = plan_of(replace(LOFTS, customer_id="33", customer_label="Newcomers")).blockers
        assert (notice.code, notice.subject, notice.waits_for) == (
            "project_customer_unmapped", "Newcomers", "link:customer:33",
        )  # fmt: skip

    def test_an_inactive_customer_takes_nothing(self) -> None:
        links = {**LINKS, (CUSTOMER.key, "32"): replace(OTHERS, is_active=False)}
        [notice] = plan_of(MOVED, maps=replace(MAPS, links=links)).blockers
        assert (notice.code, notice.also_lifted_by) == ("customer_inactive", ("link:customer:32",))

    def test_a_project_of_quickbooks_is_moved_there_by_hand(self) -> None:
        plan = plan_of(MOVED, replace(JOB, is_project=True), defaults=following())
        assert [(n.code, n.detail["what"]) for n in plan.blockers] == [
            ("books_project", "its customer Larimer Holdings")
        ]

    def test_renamed_as_well_both_go_in_one_write_and_the_name_is_free_below_the_new_customer(self) -> None:
        project = replace(MOVED, name="Larimer Street Lofts")
        jobs = {("63", "larimer street lofts"): Target("98", "Larimer Street Lofts")}
        change = change_of(plan_of(project, maps=replace(MAPS, jobs=jobs), defaults=following()))
        assert (change.name, change.parent_id) == ("Larimer Street Lofts (24-17)", "63")

    def test_while_one_of_two_is_asked_about_nothing_is_written(self) -> None:
        project = replace(MOVED, name="Larimer Street Lofts")
        plan = plan_of(project, defaults=chosen(project_renamed="rename"))
        assert (codes_of(plan), plan.document) == (["project_customer_changed"], None)


class TestArchived:
    def test_nothing_follows_unless_set(self) -> None:
        assert codes_of(plan_of(ARCHIVED)) == ["already_mapped"]

    def test_it_becomes_inactive_at_a_zero_balance_and_active_again_with_its_name(self) -> None:
        plan = plan_of(ARCHIVED, defaults=following())
        assert change_of(plan).to_wire() == {"Id": "97", "SyncToken": "3", "sparse": True, "Active": False}
        job = replace(JOB, name="Larimer Lofts (deleted)", is_active=False, agreed=plan.facts)
        assert codes_of(plan_of(ARCHIVED, job, defaults=following())) == ["already_mapped"]
        back = plan_of(LOFTS, job)
        wire = change_of(back).to_wire()
        assert (wire["Active"], wire["DisplayName"]) == (True, "Larimer Lofts")
        assert back.facts["is_inactive"] == ""

    @pytest.mark.parametrize(
        ("open_", "what"),
        [
            ({"balance": Decimal("1234.5")}, "a balance of 1,234.50"),
            ({"unposted": 2}, "2 documents on the way"),
            ({"balance": Decimal("-1"), "unposted": 1}, "a balance of -1.00 and 1 document on the way"),
        ],
    )
    def test_what_is_open_keeps_it_active_and_is_told(self, open_: dict[str, Any], what: str) -> None:
        [notice] = plan_of(ARCHIVED, replace(JOB, **open_), defaults=following()).blockers
        assert (notice.code, notice.detail["what"], notice.waits_for) == ("project_archived_open", what, "job:97")
        assert CODES[notice.code].state == "waiting"

    @pytest.mark.parametrize(
        "agreed", [{"is_active": "yes"}, {"is_inactive": "yes"}], ids=["kept", "made active again"]
    )
    def test_what_a_person_keeps_active_stays(self, agreed: dict[str, str]) -> None:
        assert codes_of(plan_of(ARCHIVED, replace(JOB, agreed=agreed), defaults=following())) == ["already_mapped"]

    def test_a_project_of_quickbooks_is_ended_there_by_hand(self) -> None:
        plan = plan_of(ARCHIVED, replace(JOB, is_project=True), defaults=following())
        assert [(n.code, n.detail["what"]) for n in plan.blockers] == [("books_project", "its status")]


class TestReplaced:
    def test_a_conversion_that_keeps_the_id_goes_on_by_itself(self) -> None:
        assert codes_of(plan_of(LOFTS, replace(JOB, is_project=True))) == ["already_mapped"]

    @pytest.mark.parametrize(
        ("job", "code", "state"),
        [
            (replace(JOB, is_active=False), "sub_customer_lost", "blocked"),
            (replace(JOB, is_gone=True), "sub_customer_lost", "blocked"),
            (replace(JOB, is_gone=True, successor=Target("120", "Lofts")), "sub_customer_replaced", "blocked"),
            (replace(JOB, is_active=False, successor=Target("120", "Lofts")), "sub_customer_replaced", "blocked"),
            (replace(JOB, successor=Target("120", "Lofts")), "sub_customer_converted", "held"),
        ],
    )
    def test_what_stands_in_its_place_is_offered_before_anything_else(self, job: Job, code: str, state: str) -> None:
        plan = plan_of(replace(MOVED, name="Renamed too"), job, defaults=following())
        assert codes_of(plan) == [code]
        assert plan.blockers[0].also_lifted_by == ("link:project:2417",)
        assert plan.blockers[0].detail.get("successor_id", "") == (job.successor.id if job.successor else "")
        assert CODES[code].state == state

    def test_one_that_was_declined_is_not_offered_again(self) -> None:
        job = replace(JOB, successor=Target("120", "Lofts"), agreed={"successor": "120"})
        assert codes_of(plan_of(LOFTS, job)) == ["already_mapped"]


NAMES = st.text("aB :\t1é", min_size=0, max_size=12)


@given(
    name=NAMES,
    number=st.sampled_from(["", "24-17"]),
    company=st.sampled_from(["", "31", "32", "33"]),
    is_active=st.booleans(),
    form=st.sampled_from(["name", "number_name"]),
    parent=st.sampled_from([HOLDINGS, OTHERS]),
    open_=st.booleans(),
)
def test_what_was_written_is_in_step_and_a_second_look_writes_nothing(
    name: str, number: str, company: str, is_active: bool, form: str, parent: Target, open_: bool
) -> None:
    defaults = replace(following(), choices={**following().choices, SUB_CUSTOMER_NAME.key: Choice(form, form)})
    project = replace(
        LOFTS, name=name, number=number, customer_id=company or None, customer_label="", is_active=is_active
    )
    job = replace(JOB, parents=(parent,), balance=Decimal(open_))
    plan = plan_of(project, job, defaults=defaults)
    if plan.document is None:
        assert plan.blockers
        return
    change = change_of(plan)
    moved = OTHERS if change.parent_id == "63" else HOLDINGS if change.parent_id else parent
    after = replace(
        job,
        name=change.name or job.name,
        parents=(moved,),
        is_active=job.is_active if change.is_active is None else change.is_active,
        agreed=plan.facts,
    )
    assert find_differences(project, after, MAPS, defaults) == []


def test_description_and_flow() -> None:
    described = describe_change(LinkedProject(LOFTS, JOB))
    assert (described.number, described.title, described.project_id) == ("24-17", "Larimer Lofts", "2417")
    assert (FLOW.key, FLOW.trigger, FLOW.screen, FLOW.links) == ("project_changes", "event", "projects", ())

"""Classes, locations, payment terms and sub jobs of a bill: where each comes from, and what is said when it lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.procore.records import Requisition
from connectors.qbo.documents import Bill
from mapping.defaults import CLASS_TYPE, LOCATION_SOURCE, SUB_JOBS, Choice, Defaults
from mapping.kinds import (
    COST_CODE_CLASS,
    COST_TYPE_CLASS,
    DEPARTMENT_CLASS,
    DEPARTMENT_LOCATION,
    PAYMENT_TERM,
    PROJECT_CLASS,
    SUB_JOB,
)
from mapping.maps import Maps, ProjectRef, Target
from sync.codes import sentence_for
from sync.plan import Plan
from tests.sync.flows.contracts import CODES, DEFAULTS, LINKS, PROJECT_ID, Billed, Books, Contract

LABELS = {
    (procore.DEPARTMENTS.key, "31"): "Commercial",
    (procore.DEPARTMENTS.key, "32"): "Civil",
    (procore.COST_TYPES.key, "71"): "Subcontract",
    (procore.SUB_JOBS.key, "61"): "Garage",
}


def settings(*chosen: tuple[Any, str], classes: Any = "line", locations: bool = True) -> Defaults:
    choices = {kind.key: Choice(option, dict(kind.options)[option]) for kind, option in chosen}
    return replace(DEFAULTS, choices={**DEFAULTS.choices, **choices}, classes=classes, tracks_locations=locations)


def lookup(links: dict[tuple[str, str], Target], *departments: str) -> Maps:
    return Maps(
        links={**LINKS, **links},
        codes=CODES,
        projects={PROJECT_ID: ProjectRef("Larimer Street Lofts", departments)},
        labels=LABELS,
        type_ids={"S": "71"},
    )


def plan_of(defaults: Defaults, maps: Maps) -> Plan[Bill]:
    """A second claim: cost on two codes, retention held and released."""
    contract = Contract()
    first = contract.bill(Billed("A", work=1000, retained=100))
    second = contract.bill(Billed("A", work=100, released=100), Billed("B", work=50, retained=5))
    books = Books(defaults=DEFAULTS, maps=maps)
    books.offer(first)
    books.defaults = defaults
    return books.plan(second)


def classes_of(plan: Plan[Bill]) -> list[tuple[str, str, str]]:
    assert plan.document is not None
    return [(line.role, line.source_code, line.class_name) for line in plan.document.lines]


def told(plan: Plan[Bill]) -> list[tuple[str, str]]:
    return [(notice.code, notice.subject) for notice in (*plan.blockers, *plan.warnings)]


def test_without_a_class_type_no_line_has_a_class_whatever_is_mapped() -> None:
    maps = lookup({(PROJECT_CLASS.key, PROJECT_ID): Target("c1", "Lofts")})
    plan = plan_of(settings(classes=""), maps)
    assert {name for _, _, name in classes_of(plan)} == {""}
    assert told(plan) == []


def test_a_cost_codes_class_is_its_own_or_its_divisions_and_retention_has_none() -> None:
    links = {
        (COST_CODE_CLASS.key, "11"): Target("c1", "Cast in place"),
        (COST_CODE_CLASS.key, "1"): Target("c9", "Concrete"),
        (COST_CODE_CLASS.key, "2"): Target("c2", "Metals"),
    }
    plan = plan_of(settings((CLASS_TYPE, "cost_code")), lookup(links))
    assert classes_of(plan) == [
        ("cost", "03-300", "Cast in place"),
        ("cost", "05-120", "Metals"),
        ("retained", "", ""),
        ("released", "", ""),
    ]
    assert told(plan) == []


def test_a_cost_type_without_its_id_is_found_by_its_code() -> None:
    links = {(COST_TYPE_CLASS.key, "71"): Target("c7", "Subs")}
    plan = plan_of(settings((CLASS_TYPE, "cost_type")), lookup(links))
    assert [name for role, _, name in classes_of(plan) if role == "cost"] == ["Subs", "Subs"]


@pytest.mark.parametrize(
    ("source", "kind", "left_id"), [("project", PROJECT_CLASS, PROJECT_ID), ("department", DEPARTMENT_CLASS, "31")]
)
def test_a_class_of_the_whole_project_is_on_every_line(source: str, kind: Any, left_id: str) -> None:
    plan = plan_of(settings((CLASS_TYPE, source)), lookup({(kind.key, left_id): Target("c1", "West")}, "31"))
    assert [name for _, _, name in classes_of(plan)] == ["West"] * 4
    assert plan.document is not None
    details = [
        line.get("AccountBasedExpenseLineDetail", {}).get("ClassRef") for line in plan.document.to_wire()["Line"]
    ]
    assert details == [{"value": "c1"}] * 4


UNMAPPED = [
    ((CLASS_TYPE, "cost_code"), "class_not_mapped", ["cost code 03-300", "cost code 05-120"]),
    ((CLASS_TYPE, "cost_type"), "class_not_mapped", ["cost type Subcontract"]),
    ((CLASS_TYPE, "project"), "class_not_mapped", ["project Larimer Street Lofts"]),
    ((CLASS_TYPE, "department"), "class_not_mapped", ["department Commercial"]),
    ((LOCATION_SOURCE, "department"), "location_not_mapped", ["department Commercial"]),
]


@pytest.mark.parametrize(("choice", "code", "subjects"), UNMAPPED)
def test_what_is_not_mapped_is_left_off_and_said_once(choice: Any, code: str, subjects: list[str]) -> None:
    plan = plan_of(settings(choice), lookup({}, "31"))
    assert told(plan) == [(code, subject) for subject in subjects]
    assert {name for _, _, name in classes_of(plan)} == {""}
    assert plan.document is not None
    assert "DepartmentRef" not in plan.document.to_wire()


INACTIVE = [
    ((CLASS_TYPE, "cost_code"), (COST_CODE_CLASS.key, "11"), "class_inactive", "cost code 03-300"),
    ((CLASS_TYPE, "cost_type"), (COST_TYPE_CLASS.key, "71"), "class_inactive", "cost type Subcontract"),
    ((CLASS_TYPE, "project"), (PROJECT_CLASS.key, PROJECT_ID), "class_inactive", "project Larimer Street Lofts"),
    ((CLASS_TYPE, "department"), (DEPARTMENT_CLASS.key, "31"), "class_inactive", "department Commercial"),
    ((LOCATION_SOURCE, "department"), (DEPARTMENT_LOCATION.key, "31"), "location_inactive", "department Commercial"),
]


@pytest.mark.parametrize(("choice", "link", "code", "subject"), INACTIVE)
def test_an_inactive_target_stops_the_bill_until_it_is_mapped_anew(
    choice: Any, link: tuple[str, str], code: str, subject: str
) -> None:
    plan = plan_of(settings(choice), lookup({link: Target("x", "Old", is_active=False)}, "31"))
    (blocker,) = plan.blockers
    assert (blocker.code, blocker.subject, blocker.detail["target"]) == (code, subject, "Old")
    assert ":".join(("link", *link)) in blocker.also_lifted_by
    assert plan.document is None


BOOKS_LACK = [
    ((CLASS_TYPE, "cost_code"), {"classes": "transaction"}, "class_per_transaction", "default:class_type"),
    ((CLASS_TYPE, "project"), {"classes": "transaction"}, "class_per_transaction", "default:class_type"),
    ((CLASS_TYPE, "cost_type"), {"classes": ""}, "classes_off", "default:class_type"),
    ((LOCATION_SOURCE, "department"), {"locations": False}, "locations_off", "default:location_source"),
    ((LOCATION_SOURCE, "location"), {"locations": False}, "locations_off", "default:location_source"),
]


@pytest.mark.parametrize(("choice", "facts", "code", "setting"), BOOKS_LACK)
def test_what_the_books_would_lose_stops_the_bill(choice: Any, facts: Any, code: str, setting: str) -> None:
    links = {
        (COST_CODE_CLASS.key, "11"): Target("c1", "Concrete"),
        (COST_CODE_CLASS.key, "12"): Target("c2", "Steel"),
        (COST_TYPE_CLASS.key, "71"): Target("c3", "Subs"),
        (PROJECT_CLASS.key, PROJECT_ID): Target("c4", "Lofts"),
        (DEPARTMENT_LOCATION.key, "31"): Target("l1", "West"),
    }
    plan = plan_of(settings(choice, **facts), lookup(links, "31"))
    (blocker,) = plan.blockers
    assert (blocker.code, blocker.also_lifted_by) == (code, ("books:facts", setting))
    assert plan.document is None


def test_the_location_is_that_of_the_projects_department() -> None:
    links = {(DEPARTMENT_LOCATION.key, "32"): Target("l2", "North yard")}
    plan = plan_of(settings((LOCATION_SOURCE, "department")), lookup(links, "31", "32"))
    assert plan.document is not None
    assert (plan.document.location_id, plan.document.location_name) == ("l2", "North yard")
    assert plan.document.to_wire()["DepartmentRef"] == {"value": "l2"}
    assert told(plan) == []


@pytest.mark.parametrize(
    ("departments", "code", "detail"),
    [
        ((), "department_not_set", {"what": "location"}),
        (("31", "32"), "department_unclear", {"what": "location", "targets": "Depot and Yard"}),
    ],
)
def test_a_project_whose_departments_do_not_tell(
    departments: tuple[str, ...], code: str, detail: dict[str, str]
) -> None:
    links = {
        (DEPARTMENT_LOCATION.key, "31"): Target("l1", "Yard"),
        (DEPARTMENT_LOCATION.key, "32"): Target("l2", "Depot"),
    }
    plan = plan_of(settings((LOCATION_SOURCE, "department")), lookup(links, *departments))
    (warning,) = plan.warnings
    assert (warning.code, warning.subject, dict(warning.detail)) == (code, "Larimer Street Lofts", detail)
    assert plan.document is not None
    assert plan.document.location_id == ""


@pytest.mark.parametrize(
    ("text", "target", "expected", "term"),
    [
        ("", None, [], ""),
        ("Net 30", Target("3", "Net 30"), [], "3"),
        ("  NET   30 ", Target("3", "Net 30"), [], "3"),
        ("Net 30", None, [("term_not_mapped", "Net 30")], ""),
        ("Net 30", Target("3", "Net 30", is_active=False), [("term_inactive", "Net 30")], None),
    ],
)
def test_the_term_of_the_purchase_order(text: str, target: Target | None, expected: Any, term: str | None) -> None:
    links = {(PAYMENT_TERM.key, "net 30"): target} if target else {}
    books = Books(defaults=settings(), maps=lookup(links))
    plan = books.plan(replace(Contract().bill(Billed("A", work=100)), payment_terms=text))
    assert told(plan) == expected
    if term is None:
        assert plan.document is None
    else:
        assert plan.document is not None
        assert plan.document.term_id == term
        assert plan.document.to_wire().get("SalesTermRef") == ({"value": term} if term else None)


def test_a_vendor_credit_has_no_term() -> None:
    books = Books(defaults=settings(), maps=lookup({(PAYMENT_TERM.key, "net 30"): Target("3", "Net 30")}))
    plan = books.plan(replace(Contract().bill(Billed("A", work=-100)), payment_terms="Net 30"))
    assert plan.document is not None
    assert plan.document.is_credit
    assert "SalesTermRef" not in plan.document.to_wire()


def sub_job_claim(*, on_line: bool) -> tuple[Requisition, Maps]:
    """Line A is on sub job 61, named by the line or by its cost code; line B on the project itself."""
    requisition = Contract().bill(Billed("A", work=100, retained=10), Billed("B", work=50))
    lines = tuple(
        replace(line, sub_job_id="61") if on_line and line.cost_code_id == "801" else line
        for line in requisition.lines
    )
    maps = lookup({})
    codes = maps.codes if on_line else {**CODES, "801": replace(CODES["801"], sub_job_id="61")}
    return replace(requisition, lines=lines), replace(maps, codes=codes)


@pytest.mark.parametrize("on_line", [True, False], ids=["line", "code"])
@pytest.mark.parametrize(
    ("chosen", "target", "customers", "expected"),
    [
        ("no", Target("98", "Garage"), ["97", "97", "97"], []),
        ("yes", Target("98", "Garage"), ["98", "97", "97"], []),
        ("yes", None, ["97", "97", "97"], [("sub_job_not_mapped", "Garage")]),
        ("yes", Target("98", "Garage", is_active=False), None, [("sub_job_inactive", "Garage")]),
    ],
)
def test_costs_of_a_sub_job_go_to_its_own_customer_and_retention_to_the_projects(
    on_line: bool, chosen: str, target: Target | None, customers: list[str] | None, expected: Any
) -> None:
    requisition, maps = sub_job_claim(on_line=on_line)
    links = {**maps.links, **({(SUB_JOB.key, "61"): target} if target else {})}
    plan = Books(defaults=settings((SUB_JOBS, chosen)), maps=replace(maps, links=links)).plan(requisition)
    assert told(plan) == expected
    found = [line.customer_id for line in plan.document.lines] if plan.document else None
    assert found == customers


def test_the_sentences_are_whole() -> None:
    plan = plan_of(settings((CLASS_TYPE, "cost_type")), lookup({}))
    (warning,) = plan.warnings
    assert dict(warning.detail) == {"kind": "cost_type_class", "search": "Subcontract"}
    assert sentence_for(warning.code, warning.subject, warning.detail) == (
        "No class for cost type Subcontract, because it is not mapped to one."
    )

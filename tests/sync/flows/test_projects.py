"""Projects become sub-customers of the customer in their Customer field."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore.records import Project
from connectors.qbo.documents import NAME_LENGTH
from mapping.defaults import SUB_CUSTOMER_NAME, Defaults
from mapping.defaults.kind import Choice
from mapping.kinds import CUSTOMER, PROJECT, VENDOR
from mapping.maps import Maps, Target
from sync.codes import CODES
from sync.flows.projects import FLOW, describe_project, sub_customer_for
from tests.sync.flows.contracts import codes_of

FIELD = "custom_field_777001"
HOLDINGS = {(CUSTOMER.key, "31"): Target("62", "Larimer Holdings LP")}


def project(**more: Any) -> Project:
    wire: dict[str, Any] = {
        "id": 2417,
        "name": "Larimer Street Lofts",
        "project_number": "24-17",
        "address": "2417 Larimer St",
        "city": "Denver",
        "state_code": "CO",
        "zip": "80205",
        "country_code": "US",
        "active": True,
        "custom_fields": {FIELD: {"data_type": "vendor", "value": {"id": 31, "label": "Larimer Holdings"}}},
    }
    return Project.from_wire(wire | more, customer_field=FIELD)


def customer_field(data_type: str, value: Any) -> dict[str, Any]:
    return {"custom_fields": {FIELD: {"data_type": data_type, "value": value}}}


def test_a_project_becomes_a_job_billed_with_its_parent() -> None:
    plan = sub_customer_for(project(), Maps(links=HOLDINGS), Defaults())
    assert plan.document is not None
    assert codes_of(plan) == []
    assert plan.document.entity == "Customer"
    assert plan.document.to_wire() == {
        "DisplayName": "Larimer Street Lofts",
        "Job": True,
        "ParentRef": {"value": "62"},
        "BillWithParent": True,
        "BillAddr": {
            "Line1": "2417 Larimer St",
            "City": "Denver",
            "CountrySubDivisionCode": "CO",
            "PostalCode": "80205",
            "Country": "USA",
        },
    }


@pytest.mark.parametrize(
    ("code", "state", "subject", "waits", "wire", "links"),
    [
        ("project_archived", "ineligible", "", "", {"active": False}, HOLDINGS),
        (
            "already_mapped", "ineligible", "Larimer Street Lofts", "", {},
            {**HOLDINGS, (PROJECT.key, "2417"): Target("97", "Lofts")},
        ),
        ("customer_field_missing", "waiting", "", "field:customer", {"custom_fields": {}}, HOLDINGS),
        ("customer_not_set", "waiting", "", "", customer_field("vendor", None), HOLDINGS),
        ("customer_not_mapped", "waiting", "Larimer Holdings", "link:customer:31", {}, {}),
        (
            "customer_is_vendor", "blocked", "Larimer Holdings", "link:customer:31", {},
            {(VENDOR.key, "31"): Target("5", "Larimer Holdings")},
        ),
        (
            "customer_inactive", "blocked", "Old LP", "", {},
            {(CUSTOMER.key, "31"): Target("62", "Old LP", is_active=False)},
        ),
        ("customer_unknown", "blocked", "Nobody", "", customer_field("string", "Nobody"), HOLDINGS),
        ("name_missing", "blocked", "", "", {"name": "  "}, HOLDINGS),
    ],
    ids=lambda value: value if isinstance(value, str) and value in CODES else "",
)  # fmt: skip
def test_each_blocker(
    code: str, state: str, subject: str, waits: str, wire: dict[str, Any], links: dict[Any, Target]
) -> None:
    plan = sub_customer_for(project(**wire), Maps(links=links), Defaults())
    assert plan.document is None
    assert codes_of(plan) == [code]
    assert CODES[code].state == state
    assert (plan.blockers[0].subject, plan.blockers[0].waits_for) == (subject, waits)


def test_a_company_that_is_both_is_a_customer() -> None:
    links = {**HOLDINGS, (VENDOR.key, "31"): Target("5", "Larimer Holdings")}
    assert sub_customer_for(project(), Maps(links=links), Defaults()).document is not None


@pytest.mark.parametrize(
    "field",
    [
        customer_field("string", " larimer holdings "),
        customer_field("lov_entry", {"id": 31999, "label": "Larimer Holdings"}),
    ],
)
def test_a_customer_field_made_as_text_or_list_names_a_company(field: dict[str, Any]) -> None:
    maps = Maps(links=HOLDINGS, companies={"larimer holdings": Target("31", "Larimer Holdings")})
    plan = sub_customer_for(project(**field), maps, Defaults())
    assert plan.document is not None
    assert plan.document.parent_id == "62"


def test_a_list_entry_is_not_taken_for_a_company_of_the_same_id() -> None:
    field = customer_field("lov_entry", {"id": 31, "label": "Somebody else"})
    assert codes_of(sub_customer_for(project(**field), Maps(links=HOLDINGS), Defaults())) == ["customer_unknown"]


def test_a_name_quickbooks_cannot_take_is_changed_and_said() -> None:
    plan = sub_customer_for(project(name="Lofts: Phase 2"), Maps(links=HOLDINGS), Defaults())
    assert plan.document is not None
    assert plan.document.name == "Lofts- Phase 2"
    assert [(n.code, n.subject) for n in plan.warnings] == [("name_changed", "Lofts- Phase 2")]


@pytest.mark.parametrize(
    ("number", "name", "jobs", "expected", "codes"),
    [
        ("24-17", "Larimer Street Lofts", {}, "24-17 Larimer Street Lofts", []),
        ("", "Larimer Street Lofts", {}, "Larimer Street Lofts", []),
        ("24:17", "Lofts: Phase 2", {}, "24-17 Lofts- Phase 2", ["name_changed"]),
        ("24-17", "Larimer Street Lofts", {("62", "24-17 larimer street lofts"): "97"}, "", ["name_taken"]),
        ("24-17", " ", {}, "", ["name_missing"]),
    ],
)
def test_the_number_may_stand_before_the_name(
    number: str, name: str, jobs: dict[Any, str], expected: str, codes: list[str]
) -> None:
    defaults = Defaults(choices={SUB_CUSTOMER_NAME.key: Choice("number_name", "")})
    linked = {(PROJECT.key, "1"): Target("97", "Another")}
    targets = {key: Target(job, "Another") for key, job in jobs.items()}
    maps = Maps(links={**HOLDINGS, **linked}, jobs=targets)
    plan = sub_customer_for(project(project_number=number, name=name), maps, defaults)
    assert (plan.document.name if plan.document else "", codes_of(plan)) == (expected, codes)


def test_a_name_is_never_longer_than_quickbooks_takes() -> None:
    defaults = Defaults(choices={SUB_CUSTOMER_NAME.key: Choice("number_name", "")})
    plan = sub_customer_for(project(project_number="9" * 80, name="N" * 600), Maps(links=HOLDINGS), defaults)
    assert plan.document is not None
    assert len(plan.document.name) == NAME_LENGTH
    assert codes_of(plan) == ["name_changed"]


def test_a_job_of_that_name_is_to_be_linked() -> None:
    maps = Maps(links=HOLDINGS, jobs={("62", "larimer street lofts"): Target("97", "LARIMER Street Lofts")})
    plan = sub_customer_for(project(), maps, Defaults())
    assert [(n.code, n.subject, dict(n.detail)) for n in plan.blockers] == [
        ("name_exists", "LARIMER Street Lofts", {"id": "97"})
    ]


def test_the_same_name_under_another_parent_is_free() -> None:
    maps = Maps(links=HOLDINGS, jobs={("63", "larimer street lofts"): Target("97", "Larimer Street Lofts")})
    assert sub_customer_for(project(), maps, Defaults()).document is not None


class TestTwoProjectsOfOneName:
    links = {**HOLDINGS, (PROJECT.key, "1"): Target("97", "Larimer Street Lofts")}
    jobs = {("62", "larimer street lofts"): Target("97", "Larimer Street Lofts")}

    def test_the_number_tells_them_apart(self) -> None:
        plan = sub_customer_for(project(), Maps(links=self.links, jobs=self.jobs), Defaults())
        assert plan.document is not None
        assert plan.document.name == "Larimer Street Lofts (24-17)"
        assert codes_of(plan) == ["name_changed"]

    @pytest.mark.parametrize("number", ["", "24-17"])
    def test_without_a_free_number_it_stops(self, number: str) -> None:
        taken = {("62", "larimer street lofts (24-17)"): Target("98", "Larimer Street Lofts (24-17)")}
        maps = Maps(links=self.links, jobs={**self.jobs, **taken})
        plan = sub_customer_for(project(project_number=number), maps, Defaults())
        assert [(n.code, n.subject) for n in plan.blockers] == [("name_taken", "Larimer Street Lofts")]


def test_description_and_flow() -> None:
    described = describe_project(project())
    assert (described.number, described.title, described.party, described.project_id) == (
        "24-17", "Larimer Street Lofts", "Larimer Holdings", "2417",
    )  # fmt: skip
    assert (FLOW.key, FLOW.links, FLOW.after, FLOW.trigger) == ("projects", (PROJECT,), ("contacts_to_qbo",), "event")

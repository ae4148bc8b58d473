"""Contacts pushed by hand, both ways."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from connectors.procore.records import Company
from connectors.qbo.records import Contact
from mapping.defaults import Defaults
from mapping.kinds import CUSTOMER, VENDOR
from mapping.maps import Maps, Target
from sync.codes import CODES
from sync.flows.contacts import FLOWS, PushRequest, company_for, contact_for, describe_contact, describe_push
from tests.sync.flows.contracts import codes_of

Role = Literal["vendor", "customer"]


def company(**more: Any) -> Company:
    wire = {
        "id": 518,
        "name": "Aspen Roofing LLC",
        "email_address": "office@aspen.example",
        "business_phone": "(303) 555-0119",
        "address": "12 Ridge Rd",
        "city": "Golden",
        "state_code": "CO",
        "zip": "80401",
        "country_code": "US",
        "is_active": True,
    }
    return Company.from_wire(wire | more)


def push(role: Role = "vendor", **more: Any) -> PushRequest:
    return PushRequest(company(**more), role)


def contact(role: Role = "vendor", **more: Any) -> Contact:
    wire = {
        "Id": "56",
        "DisplayName": "Aspen Roofing LLC",
        "PrimaryEmailAddr": {"Address": "office@aspen.example"},
        "PrimaryPhone": {"FreeFormNumber": "(303) 555-0119"},
        "BillAddr": {
            "Line1": "12 Ridge Rd",
            "City": "Golden",
            "CountrySubDivisionCode": "CO",
            "PostalCode": "80401",
            "Country": "USA",
        },
    }
    return Contact.from_wire(wire | more, role=role)


class TestToQuickBooks:
    @pytest.mark.parametrize(("role", "entity"), [("vendor", "Vendor"), ("customer", "Customer")])
    def test_all_fields_cross(self, role: Role, entity: str) -> None:
        plan = contact_for(push(role), Maps(), Defaults())
        assert plan.document is not None
        assert codes_of(plan) == []
        assert plan.document.entity == entity
        assert plan.document.to_wire() == {
            "DisplayName": "Aspen Roofing LLC",
            "CompanyName": "Aspen Roofing LLC",
            "PrimaryEmailAddr": {"Address": "office@aspen.example"},
            "PrimaryPhone": {"FreeFormNumber": "(303) 555-0119"},
            "BillAddr": {
                "Line1": "12 Ridge Rd",
                "City": "Golden",
                "CountrySubDivisionCode": "CO",
                "PostalCode": "80401",
                "Country": "USA",
            },
        }

    def test_empty_fields_are_not_sent(self) -> None:
        bare = dict.fromkeys(("email_address", "business_phone", "address", "city", "state_code", "zip"), "")
        plan = contact_for(push(**bare), Maps(), Defaults())
        assert plan.document is not None
        assert plan.document.to_wire() == {"DisplayName": "Aspen Roofing LLC", "CompanyName": "Aspen Roofing LLC"}

    def test_a_company_is_mapped_per_role(self) -> None:
        maps = Maps(links={(VENDOR.key, "518"): Target("56", "Aspen")})
        assert codes_of(contact_for(push("vendor"), maps, Defaults())) == ["already_mapped"]
        assert contact_for(push("customer"), maps, Defaults()).document is not None

    @pytest.mark.parametrize(
        ("code", "state", "more"),
        [("inactive_here", "ineligible", {"is_active": False}), ("name_missing", "blocked", {"name": " "})],
    )
    def test_what_cannot_be_pushed(self, code: str, state: str, more: dict[str, Any]) -> None:
        plan = contact_for(push(**more), Maps(), Defaults())
        assert codes_of(plan) == [code]
        assert CODES[code].state == state

    def test_a_name_in_use_is_offered_for_linking(self) -> None:
        maps = Maps(names={"aspen roofing llc": Target("77", "ASPEN Roofing LLC")})
        plan = contact_for(push(), maps, Defaults())
        assert [(n.code, n.subject, dict(n.detail)) for n in plan.blockers] == [
            ("name_exists", "ASPEN Roofing LLC", {"id": "77"})
        ]

    @pytest.mark.parametrize(
        ("role", "name"), [("vendor", "Aspen Roofing LLC (V)"), ("customer", "Aspen Roofing LLC (C)")]
    )
    def test_or_told_apart_when_somebody_said_so(self, role: Role, name: str) -> None:
        names = {"aspen roofing llc": Target("77", "Aspen Roofing LLC")}
        maps = Maps(names=names, approvals=frozenset({"add_suffix"}))
        plan = contact_for(push(role), maps, Defaults())
        assert plan.document is not None
        assert (plan.document.name, plan.document.company_name) == (name, "Aspen Roofing LLC")
        assert codes_of(plan) == ["name_changed"]
        taken = {**names, name.lower(): Target("78", name)}
        stopped = contact_for(push(role), Maps(names=taken, approvals=frozenset({"add_suffix"})), Defaults())
        assert [(n.code, n.detail["id"]) for n in stopped.blockers] == [("name_exists", "78")]

    def test_a_free_name_gets_no_suffix(self) -> None:
        plan = contact_for(push(), Maps(approvals=frozenset({"add_suffix"})), Defaults())
        assert plan.document is not None
        assert plan.document.name == "Aspen Roofing LLC"

    @pytest.mark.parametrize(
        ("given", "kept", "codes"),
        [
            ("Aspen: Roofing", "Aspen- Roofing", ["name_changed"]),
            ("Aspen " + "x" * 500, "Aspen " + "x" * 487 + "~DF6AAC", ["name_changed"]),
            # White space alone is no other name.
            ("Aspen\tRoofing\r\nLLC", "Aspen Roofing LLC", []),
        ],
    )
    def test_what_quickbooks_takes_in_no_name_is_replaced(self, given: str, kept: str, codes: list[str]) -> None:
        plan = contact_for(push(name=given), Maps(), Defaults())
        assert plan.document is not None
        assert (plan.document.name, codes_of(plan)) == (kept, codes)

    @pytest.mark.parametrize(
        ("text", "email", "codes"),
        [
            ("a@b.co", "a@b.co", []),
            ("a@b.co, c@d.co", "a@b.co", []),
            ("office", "", ["email_left_out"]),
            ("a@b", "", ["email_left_out"]),
            ("x" * 95 + "@aspen.example", "", ["email_left_out"]),
            ("", "", []),
        ],
    )
    def test_email(self, text: str, email: str, codes: list[str]) -> None:
        plan = contact_for(push(email_address=text), Maps(), Defaults())
        assert plan.document is not None
        assert (plan.document.email, codes_of(plan)) == (email, codes)


class TestToProcore:
    def test_all_fields_cross(self) -> None:
        plan = company_for(contact(), Maps(), Defaults())
        assert plan.document is not None
        assert codes_of(plan) == []
        assert plan.document.to_wire() == {
            "name": "Aspen Roofing LLC",
            "email_address": "office@aspen.example",
            "business_phone": "(303) 555-0119",
            "address": "12 Ridge Rd",
            "city": "Golden",
            "state_code": "CO",
            "zip": "80401",
            "country_code": "US",
        }

    def test_a_company_of_that_name_is_to_be_linked(self) -> None:
        maps = Maps(companies={"aspen roofing llc": Target("518", "Aspen Roofing LLC")})
        plan = company_for(contact(), maps, Defaults())
        assert [(n.code, n.subject, dict(n.detail)) for n in plan.blockers] == [
            ("name_exists", "Aspen Roofing LLC", {"id": "518", "there": "Procore"})
        ]

    @pytest.mark.parametrize(
        ("code", "role", "more"),
        [
            ("already_mapped", "customer", {}),
            ("not_a_company", "vendor", {"ParentRef": {"value": "62"}}),
            ("not_a_company", "vendor", {"IsProject": True}),
            ("inactive_here", "vendor", {"Active": False}),
        ],
    )
    def test_what_is_not_for_sync(self, code: str, role: Role, more: dict[str, Any]) -> None:
        maps = Maps(links={(CUSTOMER.key, "518"): Target("56", "Aspen")})
        plan = company_for(contact(role, **more), maps, Defaults())
        assert codes_of(plan) == [code]
        assert CODES[code].state == "ineligible"

    def test_a_link_of_the_other_role_does_not_count(self) -> None:
        maps = Maps(links={(CUSTOMER.key, "518"): Target("56", "Aspen")})
        assert company_for(contact("vendor"), maps, Defaults()).document is not None

    def test_a_name_is_needed(self) -> None:
        assert codes_of(company_for(contact(DisplayName=" "), Maps(), Defaults())) == ["name_missing"]

    @pytest.mark.parametrize(
        ("region", "country", "home", "expected", "left_out"),
        [
            ("CO", "", "US", ("CO", "US"), []),
            ("Colorado", "United States", "US", ("CO", "US"), []),
            ("N.Y.", "U.S.A.", "US", ("NY", "US"), []),
            ("Ontario", "CAN", "US", ("ON", "CA"), []),
            ("WA", "", "AU", ("WA", "AU"), []),
            ("WA", "Australia", "US", ("WA", "AU"), []),
            ("", "USA", "US", ("", "US"), []),
            ("", "", "US", ("", ""), []),
            ("Colorrado", "", "US", ("", ""), ["Colorrado"]),
            ("Colorrado", "USA", "US", ("", "US"), ["Colorrado"]),
            ("Bavaria", "DEU", "US", ("", "DE"), ["Bavaria"]),
            ("CO", "Untied States", "US", ("", ""), ["CO, Untied States"]),
            ("ON", "", "US", ("", ""), ["ON"]),
        ],
    )
    def test_state_and_country(
        self, region: str, country: str, home: str, expected: tuple[str, str], left_out: list[str]
    ) -> None:
        address = {"Line1": "1 Main St", "CountrySubDivisionCode": region, "Country": country}
        plan = company_for(contact(BillAddr=address), Maps(), Defaults(books_country=home))
        assert plan.document is not None
        assert (plan.document.state_code, plan.document.country_code) == expected
        assert [(n.code, n.subject) for n in plan.warnings] == [("address_left_out", text) for text in left_out]
        assert plan.document.street == "1 Main St"


def test_descriptions() -> None:
    assert describe_push(push()).title == "Aspen Roofing LLC, vendor"
    assert describe_contact(contact("customer")).title == "Aspen Roofing LLC, customer"


def test_flows() -> None:
    assert [(flow.key, flow.source, flow.target, flow.trigger) for flow in FLOWS] == [
        ("contacts_to_qbo", "procore", "qbo", "push"),
        ("contacts_to_procore", "qbo", "procore", "push"),
    ]
    assert all(flow.links == (VENDOR, CUSTOMER) for flow in FLOWS)

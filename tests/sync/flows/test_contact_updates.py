"""Linked contacts kept in step: what is written, and what is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore.documents_contacts import CompanyChange
from connectors.procore.records import Address, Company
from connectors.qbo.documents_contacts import ContactChange
from connectors.qbo.records import Contact
from mapping.defaults import CONTACT_FIELDS, Choice, Defaults
from mapping.maps import Maps, Target
from sync.flows._contact_fields import Value, decide
from sync.flows._contact_pairs import LinkedPair
from sync.flows.contact_updates import FLOWS, company_change_for, contact_change_for, describe_pair
from sync.plan import Plan
from tests.sync.flows.contact_pairs import COMPANY, CONTACT, HERE, PLAIN, RENAMING, agreed, pair, wire_of

IN_STEP = Maps(agreed=agreed(target="56"))
IN_STEP_THERE = Maps(agreed=agreed(target="518"))


def to_books(
    company: Company = COMPANY, contact: Contact = CONTACT, maps: Maps = IN_STEP, defaults: Defaults = PLAIN
) -> Plan[ContactChange]:
    return contact_change_for(pair(company, contact), maps, defaults)


def to_procore(
    company: Company = COMPANY, contact: Contact = CONTACT, maps: Maps = IN_STEP_THERE, defaults: Defaults = PLAIN
) -> Plan[CompanyChange]:
    return company_change_for(pair(company, contact), maps, defaults)


def told(plan: Plan[Any]) -> list[str]:
    return [notice.code for notice in (*plan.blockers, *plan.warnings)]


OLD, NEW, OTHER, NONE = Value("a", "a"), Value("b", "b"), Value("c", "c"), Value()


@pytest.mark.parametrize(
    ("ours", "theirs", "past", "verdict"),
    [
        (NONE, OLD, ("a", "a"), "nothing"),
        (NONE, NONE, None, "nothing"),
        (OLD, OLD, None, "in_step"),
        (NEW, NONE, None, "write"),
        (NEW, OLD, None, "both_changed"),
        (NEW, OLD, ("a", "a"), "write"),
        (OLD, OTHER, ("a", "a"), "theirs_changed"),
        (OLD, NONE, ("a", "a"), "theirs_changed"),
        (NEW, OTHER, ("a", "a"), "both_changed"),
        (NEW, NONE, ("a", "a"), "write"),
        # A person left the difference.
        (OLD, OTHER, ("a", "c"), "nothing"),
        (NEW, OTHER, ("a", "c"), "write"),
        (NEW, NEW, ("a", "a"), "in_step"),
    ],
)
def test_three_values_decide(ours: Value, theirs: Value, past: tuple[str, str] | None, verdict: str) -> None:
    assert decide(ours, theirs, past) == verdict


def test_what_is_spelled_otherwise_is_the_same() -> None:
    for plan in (to_books(maps=Maps()), to_procore(maps=Maps())):
        assert (wire_of(plan), told(plan)) == ({}, [])
        assert plan.document is not None and plan.document.is_empty


@pytest.mark.parametrize(
    ("change", "wire"),
    [
        ({"email": "bids@aspen.example"}, {"PrimaryEmailAddr": {"Address": "bids@aspen.example"}}),
        ({"phone": "720 555 0100"}, {"PrimaryPhone": {"FreeFormNumber": "720 555 0100"}}),
        (
            {"address": replace(HERE, street="40 Summit Way", zip="80403")},
            {
                "BillAddr": {
                    "Line1": "40 Summit Way",
                    "City": "Golden",
                    "CountrySubDivisionCode": "CO",
                    "PostalCode": "80403",
                    "Country": "USA",
                }
            },
        ),
        ({"email": "", "phone": "", "address": Address()}, {}),
    ],
)
def test_only_what_changed_in_procore_is_written(change: dict[str, Any], wire: dict[str, Any]) -> None:
    plan = to_books(replace(COMPANY, **change))
    assert (wire_of(plan), told(plan)) == (wire, [])
    assert plan.document is not None
    assert plan.document.to_wire() == {"Id": "56", "SyncToken": "4", "sparse": True, **wire}


@pytest.mark.parametrize(
    ("change", "wire"),
    [
        ({"email": "bids@aspen.example, pay@aspen.example"}, {"email_address": "bids@aspen.example"}),
        ({"phone": "720 555 0100"}, {"business_phone": "720 555 0100"}),
        (
            {"street": "40 Summit Way", "more_lines": ("Suite 5",), "postal_code": "80403"},
            {
                "address": "40 Summit Way, Suite 5",
                "city": "Golden",
                "state_code": "CO",
                "zip": "80403",
                "country_code": "US",
            },
        ),
        ({"email": "", "phone": "", "street": "", "city": "", "region": "", "postal_code": "", "country": ""}, {}),
    ],
)
def test_only_what_changed_in_quickbooks_is_written(change: dict[str, Any], wire: dict[str, Any]) -> None:
    plan = to_procore(contact=replace(CONTACT, **change))
    assert (wire_of(plan), told(plan)) == (wire, [])


def test_details_not_chosen_stay() -> None:
    phone_alone = Defaults(many={CONTACT_FIELDS.key: (Choice("phone", "Phone"),)})
    plan = to_books(replace(COMPANY, email="bids@aspen.example", phone="720 555 0100"), defaults=phone_alone)
    assert wire_of(plan) == {"PrimaryPhone": {"FreeFormNumber": "720 555 0100"}}
    assert "email.ours" in plan.facts and plan.facts["email.ours"] == "office@aspen.example"


class TestBothSides:
    def test_what_somebody_changed_there_stays_and_is_told(self) -> None:
        plan = to_books(contact=replace(CONTACT, phone="720 555 0100"))
        assert (wire_of(plan), told(plan)) == ({}, ["contact_differs"])
        assert plan.warnings[0].detail["what"] == "phone"
        assert plan.facts["phone.theirs"] == "3035550119"

    def test_changed_on_both_nothing_at_all_is_written_before_a_person_chose(self) -> None:
        company = replace(COMPANY, phone="970 555 0100", email="bids@aspen.example")
        contact = replace(CONTACT, phone="720 555 0100")
        plan = to_books(company, contact)
        assert (plan.document, told(plan)) == (None, ["contact_changed_twice"])
        version = plan.blockers[0].detail["version"]
        ours = to_books(company, contact, replace(IN_STEP, approvals=frozenset({f"put_back:{version}"})))
        assert wire_of(ours) == {
            "PrimaryEmailAddr": {"Address": "bids@aspen.example"},
            "PrimaryPhone": {"FreeFormNumber": "970 555 0100"},
        }
        kept = to_books(company, contact, replace(IN_STEP, approvals=frozenset({f"keep_theirs:{version}"})))
        assert wire_of(kept) == {"PrimaryEmailAddr": {"Address": "bids@aspen.example"}}
        # It follows again once Procore says something new.
        later = to_books(replace(company, phone="303 555 0777"), contact, Maps(agreed=kept.facts))
        assert wire_of(later)["PrimaryPhone"] == {"FreeFormNumber": "303 555 0777"}
        # What was put back in view of one number is not written over another one.
        again = replace(contact, phone="720 555 0199")
        asked = to_books(company, again, replace(IN_STEP, approvals=frozenset({f"put_back:{version}"})))
        assert (asked.document, told(asked)) == (None, ["contact_changed_twice"])

    def test_without_a_common_past_nobody_knows_which_is_newer(self) -> None:
        plan = to_procore(contact=replace(CONTACT, email="bids@aspen.example"), maps=Maps())
        assert told(plan) == ["contact_changed_twice"]
        # What is agreed of another company says nothing about this one.
        other = Maps(agreed={**IN_STEP_THERE.agreed, "target": "999"})
        assert told(to_procore(contact=replace(CONTACT, email="bids@aspen.example"), maps=other)) == [
            "contact_changed_twice"
        ]

    def test_what_is_empty_there_is_filled(self) -> None:
        plan = to_books(contact=replace(CONTACT, email="", phone=""), maps=Maps())
        assert set(wire_of(plan)) == {"PrimaryEmailAddr", "PrimaryPhone"}


class TestNames:
    def test_a_name_follows_only_where_the_firm_says_so(self) -> None:
        renamed = replace(COMPANY, name="Aspen Roofing: West")
        assert wire_of(to_books(renamed)) == {}
        plan = to_books(renamed, defaults=RENAMING)
        assert wire_of(plan) == {"DisplayName": "Aspen Roofing- West", "CompanyName": "Aspen Roofing: West"}
        assert told(plan) == ["name_changed"]
        again = to_books(
            renamed,
            replace(CONTACT, name="Aspen Roofing- West", company_name="Aspen Roofing: West"),
            Maps(agreed=plan.facts),
            RENAMING,
        )
        assert (wire_of(again), told(again)) == ({}, [])

    def test_the_suffix_of_a_second_contact_stays(self) -> None:
        second = replace(CONTACT, name="Aspen Roofing LLC (V)", company_name="Own name")
        maps = Maps(agreed=agreed(contact=second, target="56"))
        assert wire_of(to_books(contact=second, maps=maps, defaults=RENAMING)) == {}
        plan = to_books(replace(COMPANY, name="Aspen West"), second, maps, RENAMING)
        assert wire_of(plan) == {"DisplayName": "Aspen West (V)"}

    def test_a_name_somebody_has_is_not_taken(self) -> None:
        renamed = replace(COMPANY, name="Aspen West", phone="970 555 0100")
        maps = replace(IN_STEP, names={"aspen west": Target("77", "Aspen West")})
        plan = to_books(renamed, maps=maps, defaults=RENAMING)
        assert (plan.document, told(plan)) == (None, ["rename_clash"])
        own = replace(IN_STEP, names={"aspen west": Target("56", "ASPEN WEST")})
        assert wire_of(to_books(renamed, maps=own, defaults=RENAMING))["DisplayName"] == "Aspen West"
        there = replace(IN_STEP_THERE, companies={"aspen west": Target("519", "Aspen West")})
        plan_there = to_procore(contact=replace(CONTACT, name="Aspen West"), maps=there, defaults=RENAMING)
        assert told(plan_there) == ["rename_clash"]


class TestWhatTheOtherSideDoesNotTake:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"email": "call the office"}, "email_left_out"),
            ({"phone": "n/a"}, "phone_left_out"),
            ({"phone": "303 555 0119 or mobile 720 555 0120"}, "phone_left_out"),
            ({"address": replace(HERE, street="40 Summit Way", zip="")}, "address_not_written"),
        ],
    )
    def test_it_is_left_out_and_told(self, change: dict[str, Any], code: str) -> None:
        plan = to_books(replace(COMPANY, **change))
        assert (wire_of(plan), told(plan)) == ({}, [code])

    def test_procore_gets_no_country_or_state_it_has_no_code_for(self) -> None:
        plan = to_procore(contact=replace(CONTACT, country="Ruritania"))
        assert (wire_of(plan), told(plan)) == ({}, ["address_left_out"])
        plan = to_procore(contact=replace(CONTACT, region="Colorado West", street="1 New St"))
        assert (wire_of(plan), told(plan)) == ({}, ["address_not_written"])
        stateless = replace(COMPANY, address=replace(HERE, state_code=""))
        maps = Maps(agreed=agreed(stateless, replace(CONTACT, region=""), target="518"))
        plan = to_procore(stateless, replace(CONTACT, region="Ridge", street="1 New St"), maps)
        assert (wire_of(plan)["address"], "state_code" in wire_of(plan), told(plan)) == (
            "1 New St",
            False,
            ["address_left_out"],
        )

    def test_the_bookkeepers_own_lines_stay(self) -> None:
        contact = replace(CONTACT, more_lines=("Attn: Payables",))
        maps = Maps(agreed=agreed(contact=contact, target="56"))
        plan = to_books(replace(COMPANY, address=replace(HERE, zip="80403")), contact, maps)
        assert wire_of(plan)["BillAddr"]["Line1"] == "12 Ridge Rd."
        assert wire_of(plan)["BillAddr"]["Line2"] == "Attn: Payables"
        assert wire_of(to_books(contact=contact, maps=Maps())) == {}


@pytest.mark.parametrize(
    ("linked", "code", "to"),
    [
        (pair(is_linked=False), "contact_not_linked", "both"),
        (pair(contact=None), "contact_gone", "both"),
        (pair(company=None), "contact_gone", "both"),
        (pair(replace(COMPANY, is_active=False)), "inactive_here", "qbo"),
        (pair(replace(COMPANY, is_active=False)), "contact_inactive_there", "procore"),
        (pair(contact=replace(CONTACT, is_active=False)), "contact_inactive_there", "qbo"),
        (pair(contact=replace(CONTACT, is_active=False)), "inactive_here", "procore"),
        (pair(contact=replace(CONTACT, role="customer"), is_second=True), "vendor_counts", "procore"),
    ],
)
def test_a_pair_that_cannot_be_kept_in_step_says_why(linked: LinkedPair, code: str, to: str) -> None:
    for side, rule in (("qbo", contact_change_for), ("procore", company_change_for)):
        if to in (side, "both"):
            plan: Plan[Any] = rule(linked, Maps(), Defaults())
            assert (plan.document, told(plan)) == (None, [code])


def test_a_customer_beside_a_vendor_follows_procore_too() -> None:
    second = pair(replace(COMPANY, phone="970 555 0100"), replace(CONTACT, role="customer"), is_second=True)
    plan = contact_change_for(second, IN_STEP, Defaults())
    assert plan.document is not None and plan.document.entity == "customer_change"


def test_flows_are_off_at_first_and_exclude_each_other() -> None:
    assert [flow.is_on_at_first for flow in FLOWS] == [False, False]
    assert [flow.instead_of for flow in FLOWS] == [FLOWS[1].key, FLOWS[0].key]
    assert describe_pair(pair()).title == "Aspen Roofing LLC, vendor"

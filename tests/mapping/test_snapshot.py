from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.qbo.records import Contact
from mapping.directory.items.quickbooks import contact_item
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, KINDS, VENDOR
from mapping.maps import CodeRef, ProjectRef, Target
from mapping.snapshot import (
    load_codes,
    load_companies,
    load_jobs,
    load_labels,
    load_links,
    load_names,
    load_projects,
    load_tax_rates,
    load_vendor_facts,
)
from smoothx.tenants.scope import tenant_scope
from tests.mapping.factories import (
    make_account,
    make_code,
    make_company,
    make_customer,
    make_link,
    make_row,
    make_vendor,
)

pytestmark = pytest.mark.usefixtures("scope")


def test_links_are_loaded_in_one_query_with_the_right_side(django_assert_num_queries: Any) -> None:
    company, code = make_company("Aspen Roofing"), make_code("03-300", "Concrete")
    # Two lists of QuickBooks may use one id.
    vendor = make_vendor("Aspen Roofing Inc.", remote_id="7")
    customer = make_customer("Ridgeline Land", remote_id="7", is_active=False)
    make_link(VENDOR, company, vendor)
    make_link(CUSTOMER, company, customer)
    make_link(COST_CODE_ACCOUNT, code, make_account("Concrete", remote_id="214"))
    with django_assert_num_queries(1):
        found = load_links(KINDS.values())
    assert found == {
        ("vendor", company.remote_id): Target("7", "Aspen Roofing Inc."),
        ("customer", company.remote_id): Target("7", "Ridgeline Land", is_active=False),
        ("cost_code_account", code.remote_id): Target("214", "Concrete"),
    }
    assert set(load_links([VENDOR])) == {("vendor", company.remote_id)}


def test_a_link_whose_row_is_not_in_the_directory_is_inactive() -> None:
    company, vendor = make_company("Aspen"), make_vendor("Aspen", remote_id="7")
    make_link(VENDOR, company, vendor)
    vendor.delete()
    assert load_links([VENDOR]) == {("vendor", company.remote_id): Target("7", "7", is_active=False)}


def test_codes_know_what_they_are_mapped_under_and_their_divisions(django_assert_num_queries: Any) -> None:
    make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Cast-in-place", remote_id="33", parent_id="3")
    make_code("99-100", "Owner's own", remote_id="code:99-100", parent_id="3")
    for remote_id, code, name, standard_id in (
        ("501", "03-300", "Cast-in-place", "33"),
        ("502", "03-300", "Cast-in-place", "33"),
        ("503", "99-100", "Owner's own", None),
    ):
        data = {"standard_id": standard_id, "full_code": code}
        make_row(procore.PROJECT_COST_CODES, name, remote_id=remote_id, code=code, project_id="9", data=data)
    with django_assert_num_queries(2):
        found = load_codes()
    assert found == {
        "501": CodeRef("33", "03-300", "Cast-in-place", ("3",), ("03",)),
        "502": CodeRef("33", "03-300", "Cast-in-place", ("3",), ("03",)),
        "503": CodeRef("code:99-100", "99-100", "Owner's own", ("3",), ("03",)),
    }


def test_links_of_some_left_rows_alone() -> None:
    first, second = make_code("03-300", "Concrete"), make_code("05-120", "Steel")
    for code in (first, second):
        make_link(COST_CODE_ACCOUNT, code, make_account(f"Account {code.code}"))
    found = load_links([COST_CODE_ACCOUNT], left_ids={first.remote_id, "404"})
    assert {key: target.name for key, target in found.items()} == {
        ("cost_code_account", first.remote_id): "Account 03-300"
    }
    assert load_links([COST_CODE_ACCOUNT], left_ids=()) == {}


def test_projects_know_their_departments(django_assert_num_queries: Any) -> None:
    make_row(procore.PROJECTS, "Lofts", remote_id="501", data={"department_ids": ["31", "32"]})
    make_row(procore.PROJECTS, "Annex", remote_id="502")
    with django_assert_num_queries(1):
        found = load_projects()
    assert found == {"501": ProjectRef("Lofts", ("31", "32")), "502": ProjectRef("Annex")}


def test_short_lists_are_named_and_a_types_code_finds_it_unless_two_share_it(django_assert_num_queries: Any) -> None:
    make_row(procore.DEPARTMENTS, "Commercial", remote_id="31")
    make_row(procore.SUB_JOBS, "Garage", remote_id="61", code="S")
    for remote_id, code, name in (("71", "S", "Subcontract"), ("72", "L", "Labor"), ("73", "L", "Labor, old")):
        make_row(procore.COST_TYPES, name, remote_id=remote_id, code=code)
    with django_assert_num_queries(1):
        labels, type_ids = load_labels()
    assert labels == {
        (procore.DEPARTMENTS.key, "31"): "Commercial",
        (procore.SUB_JOBS.key, "61"): "Garage",
        (procore.COST_TYPES.key, "71"): "Subcontract",
        (procore.COST_TYPES.key, "72"): "Labor",
        (procore.COST_TYPES.key, "73"): "Labor, old",
    }
    assert type_ids == {"S": "71"}


def test_names_prefer_the_active_row() -> None:
    make_vendor("Aspen Roofing", remote_id="7", is_active=False)
    make_customer("ASPEN ROOFING", remote_id="9")
    make_customer("Lofts", remote_id="10", parent_id="9", data={})
    assert load_names() == {"aspen roofing": Target("9", "ASPEN ROOFING")}
    assert load_jobs() == {("9", "lofts"): Target("10", "Lofts")}


def test_companies_are_found_by_name() -> None:
    make_company("Aspen Roofing", remote_id="5")
    make_company("Old Harbor", remote_id="6", is_active=False)
    assert load_companies() == {
        "aspen roofing": Target("5", "Aspen Roofing"),
        "old harbor": Target("6", "Old Harbor", is_active=False),
    }


def test_another_firms_rows_are_not_loaded(other_tenant: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    with tenant_scope(other_tenant.pk):
        assert load_links(KINDS.values()) == {}
        assert load_names() == {}


def test_tax_rates_are_those_that_are_known_of_each_use() -> None:
    make_row(qbo.TAX_CODES, "20% S", remote_id="1", data={"purchase_rate": "20", "sales_rate": "20"})
    make_row(qbo.TAX_CODES, "5% in", remote_id="2", data={"purchase_rate": "5.5", "sales_rate": ""})
    make_row(qbo.TAX_CODES, "No VAT", remote_id="3", data={"purchase_rate": "0", "sales_rate": "0"})
    assert load_tax_rates() == {
        ("purchase", "1"): Decimal(20),
        ("sale", "1"): Decimal(20),
        ("purchase", "2"): Decimal("5.5"),
        ("purchase", "3"): Decimal(0),
        ("sale", "3"): Decimal(0),
    }


def test_vendors_tell_their_term_and_their_currency() -> None:
    wire = {"Id": "7", "DisplayName": "A", "TermRef": {"value": "3"}, "CurrencyRef": {"value": "EUR"}}
    item = contact_item(Contact.from_wire(wire, role="vendor"))
    make_vendor("A", remote_id="7", data=item["data"])
    make_vendor("B", remote_id="8", data={"term_id": "9", "currency": ""})
    make_vendor("C", remote_id="9", data={})
    make_row(qbo.TERMS, "Net 30", remote_id="3", is_active=False)
    terms, currencies = load_vendor_facts()
    assert terms == {"7": Target("3", "Net 30", is_active=False), "8": Target("9", "Term 9")}
    assert currencies == {"7": "EUR"}

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from mapping.coverage import Coverage, coverage, load_coverages, unmapped_in_use
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, PROJECT, VENDOR
from mapping.models import Link, RemoteItem
from mapping.screens import SECTIONS
from mapping.sides import load_sides
from mapping.signals import ids_in_use
from tests.factories import make_connections
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


def test_a_company_with_either_role_is_mapped_and_inactive_ones_do_not_count() -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    both = make_company("Basin")
    make_link(VENDOR, both, make_vendor("Basin"))
    make_link(CUSTOMER, both, make_customer("Basin"))
    make_company("Elk Creek")
    make_company("Old Harbor", is_active=False)
    found = coverage(SECTIONS["contacts"])
    assert (found.mapped, found.total, found.unmapped, found.percent) == (2, 3, 1, 66)


def test_ids_of_other_lists_do_not_mix() -> None:
    project = make_row(procore.PROJECTS, "Lofts", remote_id="7")
    make_company("Aspen", remote_id="7")
    make_link(PROJECT, project, make_customer("Lofts", parent_id="1"))
    assert coverage(SECTIONS["projects"]) == Coverage(1, 1)
    assert coverage(SECTIONS["contacts"]) == Coverage(0, 1)


def test_a_mapped_division_covers_its_codes() -> None:
    division = make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Cast-in-place", parent_id="3")
    make_code("03-310", "Forming", parent_id="3")
    make_code("05-100", "Steel")
    make_code("06-100", "Gone", is_active=False)
    assert coverage(SECTIONS["account-codes"]) == Coverage(0, 3)
    make_link(COST_CODE_ACCOUNT, division, make_account("Concrete"))
    assert coverage(SECTIONS["account-codes"]) == Coverage(2, 3)
    assert coverage(SECTIONS["item-codes"]) == Coverage(0, 3)


def test_a_link_to_what_is_inactive_or_gone_covers_nothing() -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    both, gone = make_company("Basin"), make_vendor("Basin")
    make_link(VENDOR, both, gone)
    make_link(CUSTOMER, both, make_customer("Basin"))
    make_link(VENDOR, make_company("Old Harbor", is_active=False), make_vendor("Harbor", is_active=False))
    make_company("Elk Creek")
    assert coverage(SECTIONS["contacts"]) == Coverage(2, 3)
    RemoteItem.objects.filter(pk=gone.pk).update(is_active=False, vanished_at=timezone.now())
    found = coverage(SECTIONS["contacts"])
    assert found == Coverage(2, 3, dead=1)
    assert (found.unmapped, found.covered, found.to_do, found.percent) == (1, 1, 2, 33)


def test_codes_go_where_their_own_link_leads_and_else_that_of_the_nearest_division() -> None:
    top, inner = make_code("03", "Concrete", remote_id="3"), make_code("03-3", "Cast", remote_id="33", parent_id="3")
    own = make_code("03-310", "Forming", parent_id="33")
    make_code("03-320", "Placing", parent_id="33")
    make_code("03-100", "Sawing", parent_id="3")
    dead, live = make_account("Old concrete", is_active=False), make_account("Concrete")
    make_link(COST_CODE_ACCOUNT, top, dead)
    assert coverage(SECTIONS["account-codes"]) == Coverage(3, 3, dead=3)
    linked = make_link(COST_CODE_ACCOUNT, own, live)
    assert coverage(SECTIONS["account-codes"]) == Coverage(3, 3, dead=2)
    make_link(COST_CODE_ACCOUNT, inner, live)
    assert coverage(SECTIONS["account-codes"]) == Coverage(3, 3, dead=1)
    Link.objects.filter(pk=linked.pk).update(right_id=dead.remote_id)
    assert coverage(SECTIONS["account-codes"]) == Coverage(3, 3, dead=2)


def test_all_sections_cost_one_query(django_assert_num_queries: Any) -> None:
    make_company("Aspen")
    make_code("03", "Concrete")
    sides = load_sides()
    with django_assert_num_queries(1):
        found = load_coverages(SECTIONS.values(), sides)
    assert {key: (c.mapped, c.total) for key, c in found.items() if c.total} == {
        "contacts": (0, 1),
        "account-codes": (0, 1),
        "item-codes": (0, 1),
        "cost-codes": (0, 1),
        "revenue": (0, 1),
    }
    assert found.keys() == SECTIONS.keys()


def test_without_a_connection_nothing_is_counted() -> None:
    assert coverage(SECTIONS["contacts"]) == Coverage(0, 0)
    assert coverage(SECTIONS["contacts"]).percent == 0


def test_rows_that_open_documents_name_and_nothing_maps() -> None:
    make_connections()
    mapped = make_company("Aspen", remote_id="1")
    make_link(VENDOR, mapped, make_vendor("Aspen"))
    make_company("Basin", remote_id="2", is_active=False)
    make_company("Elk Creek", remote_id="3")
    answer = ids_in_use._answer
    ids_in_use.register(lambda kind_key: frozenset({"1", "2"}) if kind_key == "vendor" else frozenset())
    try:
        assert unmapped_in_use(SECTIONS["contacts"]) == [("2", "Basin")]
    finally:
        ids_in_use.register(answer)

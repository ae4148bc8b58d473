"""Which links the documents not posted yet hang on."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from mapping.kinds import KINDS
from mapping.models import Link
from sync.receivers import count_open_documents, find_ids_in_use
from sync.uses import Uses
from tests.factories import connections, make_entry
from tests.mapping.factories import make_code, make_row

pytestmark = pytest.mark.usefixtures("scope")

FACTS = {
    "cost_codes": "801 802",
    "cost_types": "71",
    "pairs": "801+S 802+M",
    "sub_jobs": "61",
    "payment_terms": "Net  30",
    "tax_codes": "11 12",
}


@pytest.fixture(autouse=True)
def firm(scope: Any) -> None:
    """Code 33 under division 3, a code only projects have, and a project in two departments."""
    make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Slabs", remote_id="33", parent_id="3")
    make_code("99-100", "Own", remote_id="code:99-100", parent_id="3")
    for remote_id, code, standard_id in (("801", "03-300", "33"), ("802", "99-100", None), ("803", "03-300", "33")):
        make_row(procore.PROJECT_COST_CODES, "x", remote_id=remote_id, code=code, data={"standard_id": standard_id})
    make_row(procore.PROJECTS, "Lofts", remote_id="9", data={"department_ids": ["31", "32"]})


def bill(state: str = "blocked", **facts: Any) -> None:
    known = {"flow": "bills", "title": "Invoice 7", "project_id": "9", "party_id": "518", "facts": FACTS}
    make_entry(state, target_id="", **{**known, **facts})


EXPECTED = {
    "vendor": {"518"},
    "project": {"9"},
    "project_class": {"9"},
    "department_class": {"31", "32"},
    "department_location": {"31", "32"},
    "cost_code_account": {"33", "code:99-100", "3"},
    "cost_code_item": {"33", "code:99-100", "3"},
    "cost_code_class": {"33", "code:99-100", "3"},
    "pair_account": {"33+S", "code:99-100+M"},
    "pair_item": {"33+S", "code:99-100+M"},
    "override_account": {"801", "802"},
    "override_item": {"801", "802"},
    "cost_type_class": {"71"},
    "sub_job": {"61"},
    "payment_term": {"net 30"},
    "tax_purchase": {"11", "12"},
}


@pytest.mark.parametrize("state", ["queued", "waiting", "blocked", "held", "uncertain"])
def test_what_an_open_document_names(state: str) -> None:
    bill(state)
    assert {kind: set(find_ids_in_use(kind)) for kind in KINDS} == {kind: EXPECTED.get(kind, set()) for kind in KINDS}


# What an owner's document names by the same facts: its codes are sold by the owner invoice map, never booked as cost.
SOLD = {
    "customer": {"518"},
    "project": {"9"},
    "project_class": {"9"},
    "department_class": {"31", "32"},
    "department_location": {"31", "32"},
    "revenue": {"33", "code:99-100", "3"},
    "cost_code_item": {"33", "code:99-100", "3"},
    "cost_code_class": {"33", "code:99-100", "3"},
    "pair_item": {"33+S", "code:99-100+M"},
    "override_item": {"801", "802"},
    "cost_type_class": {"71"},
    "tax_sales": {"11", "12"},
}


@pytest.mark.parametrize(
    ("flow", "named"),
    [("owner_invoices", SOLD), ("estimates", SOLD), ("purchase_orders", EXPECTED), ("direct_costs", EXPECTED)],
)
def test_each_kind_of_document_hangs_on_what_it_looks_up(flow: str, named: dict[str, set[str]]) -> None:
    bill(flow=flow)
    assert {kind: set(find_ids_in_use(kind)) for kind in KINDS} == {kind: named.get(kind, set()) for kind in KINDS}


@pytest.mark.parametrize(
    ("state", "more"),
    [("posted", {"target_id": "17"}), ("ineligible", {}), ("left_out", {}), ("blocked", {"target_id": "17"}),
     ("blocked", {"flow": "projects"})],
)  # fmt: skip
def test_what_is_posted_or_left_out_does_not_count(state: str, more: dict[str, str]) -> None:
    known = {"flow": "bills", "target_id": "", "title": "Invoice 7", "project_id": "9", "party_id": "518"}
    make_entry(state, facts=FACTS, **{**known, **more})
    assert {kind: find_ids_in_use(kind) for kind in EXPECTED} == dict.fromkeys(EXPECTED, frozenset())


def test_a_document_never_planned_names_its_project_alone() -> None:
    bill(facts={}, party_id="")
    named = {kind: find_ids_in_use(kind) for kind in EXPECTED}
    assert {kind for kind, ids in named.items() if ids} == {
        "project", "project_class", "department_class", "department_location",
    }  # fmt: skip


def link_of(kind: str, left_id: str) -> Link:
    left, right = connections()
    return Link.objects.create(
        kind=kind, left_connection=left, left_id=left_id, right_connection=right, right_id="1", chosen_by="hand"
    )


def test_documents_are_counted_once_per_link_and_the_first_are_named() -> None:
    for number in range(7):
        # Both lines are under the division.
        bill(title=f"Invoice {number}", source_id=f"70{number}")
    division, other = link_of("cost_code_account", "3"), link_of("cost_code_class", "44")
    found = count_open_documents([division, other])
    assert {key: (documents.count, documents.titles) for key, documents in found.items()} == {
        division.pk: (7, tuple(f"Invoice {number}" for number in range(5)))
    }


def test_without_open_documents_one_statement_is_enough(django_assert_num_queries: Any) -> None:
    links = [link_of(kind, "1") for kind in ("cost_code_account", "pair_item", "department_class", "vendor")]
    with django_assert_num_queries(1):
        assert count_open_documents(links) == {}


def test_a_circle_of_divisions_ends(django_assert_max_num_queries: Any) -> None:
    make_code("05", "A", remote_id="5", parent_id="6")
    make_code("06", "B", remote_id="6", parent_id="5")
    make_row(procore.PROJECT_COST_CODES, "x", remote_id="900", code="05", data={"standard_id": "5"})
    bill(facts={"cost_codes": "900"})
    with django_assert_max_num_queries(5):
        assert set(Uses().titles_of("cost_code_account")) == {"5", "6"}

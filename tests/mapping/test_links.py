from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_ITEM,
    CUSTOMER,
    EMPLOYEE,
    EMPLOYEE_VENDOR,
    PROJECT,
    SUB_JOB,
    VENDOR,
    MappingKind,
)
from mapping.links import LinkRefused, blocked_by_unlink, link, unlink
from mapping.models import Link, RemoteItem
from mapping.signals import OpenDocuments, count_documents, mapping_changed
from mapping.undo import undo_change
from smoothx.tenants.models import AuditEntry
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


@pytest.fixture
def told(django_capture_on_commit_callbacks: Any) -> Iterator[list[str]]:
    """The subjects mapping_changed named, once the test's transaction is as good as committed."""
    subjects: list[str] = []

    def note(*, subjects: list[str], **_: Any) -> None:
        heard.extend(subjects)

    heard = subjects
    mapping_changed.connect(note)
    yield subjects
    mapping_changed.disconnect(note)


def connect(kind: MappingKind, left: RemoteItem, right: RemoteItem, **facts: Any) -> Link:
    return link(
        kind,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        **{"chosen_by": Link.ChosenBy.HAND, **facts},
    )


def refusal(kind: MappingKind, left: RemoteItem, right: RemoteItem) -> LinkRefused:
    before = Link.objects.count()
    with pytest.raises(LinkRefused) as caught:
        connect(kind, left, right)
    assert Link.objects.count() == before
    return caught.value


def test_a_pair_is_linked_audited_and_told(
    told: list[str], django_capture_on_commit_callbacks: Any, owner: Any
) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    with django_capture_on_commit_callbacks(execute=True):
        made = connect(VENDOR, left, right, actor=owner, reason="seen on an invoice")
    assert (made.left_id, made.right_id, made.exclusive_right) == (left.remote_id, right.remote_id, right.remote_id)
    assert told == [f"link:vendor:{left.remote_id}"]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.actor) == ("link", "Aspen Roofing, Aspen Roofing Inc.", owner)


def test_saying_it_twice_changes_nothing(told: list[str], django_capture_on_commit_callbacks: Any) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing")
    with django_capture_on_commit_callbacks(execute=True):
        first = connect(VENDOR, left, right)
        assert connect(VENDOR, left, right) == first
    assert len(told) == 1
    assert AuditEntry.objects.count() == 1


def test_a_left_row_has_one_partner_and_the_refusal_names_it() -> None:
    left = make_company("Aspen Roofing")
    make_link(VENDOR, left, make_vendor("Aspen Roofing Inc."))
    refused = refusal(VENDOR, left, make_vendor("Aspen Supply"))
    assert refused.code == "already_linked_left"
    assert refused.sentence == (
        "Aspen Roofing is linked to Aspen Roofing Inc. in QuickBooks already. Unlink it first."
    )
    assert refused.partner == "Aspen Roofing Inc."


def test_a_right_row_has_one_partner_where_the_kind_is_one_to_one() -> None:
    right = make_vendor("Aspen Roofing Inc.")
    make_link(VENDOR, make_company("Aspen Roofing"), right)
    refused = refusal(VENDOR, make_company("Aspen Supply"), right)
    assert refused.code == "already_linked_right"
    assert refused.sentence == "Aspen Roofing Inc. is linked to Aspen Roofing in Procore already. Unlink it first."


def test_many_codes_share_an_account_but_not_an_item() -> None:
    account, item = make_account("Concrete"), make_row(qbo.ITEMS, "Concrete", subtype="Service")
    one, two = make_code("03-300", "Concrete"), make_code("03-310", "Forming")
    connect(COST_CODE_ACCOUNT, one, account)
    connect(COST_CODE_ACCOUNT, two, account)
    connect(COST_CODE_ITEM, one, item)
    assert refusal(COST_CODE_ITEM, two, item).code == "already_linked_right"
    assert Link.objects.filter(kind="cost_code_account").count() == 2


def test_a_company_may_be_a_vendor_and_a_customer() -> None:
    company = make_company("Ridgeline Land")
    connect(VENDOR, company, make_vendor("Ridgeline Land LLC"))
    connect(CUSTOMER, company, make_customer("Ridgeline Land"))
    assert Link.objects.filter(left_id=company.remote_id).count() == 2


def test_an_inactive_right_row_is_refused_an_inactive_left_row_is_not() -> None:
    company = make_company("Old Harbor", is_active=False)
    assert refusal(VENDOR, company, make_vendor("Old Harbor Inc", is_active=False)).code == "inactive_item"
    assert connect(VENDOR, company, make_vendor("Old Harbor Sandblasting")).pk


LEVELS = {
    "company to job": (CUSTOMER, make_company, lambda: make_customer("Lofts", parent_id="7")),
    "project to customer": (PROJECT, lambda name: make_row(procore.PROJECTS, name), lambda: make_customer("Lofts")),
    "code to income account": (
        COST_CODE_ACCOUNT,
        lambda name: make_code("01-100", name),
        lambda: make_account("Sales", subtype="Income"),
    ),
    "code to item category": (
        COST_CODE_ITEM,
        lambda name: make_code("01-100", name),
        lambda: make_row(qbo.ITEMS, "Site", subtype="Category"),
    ),
}


@pytest.mark.parametrize(("kind", "make_left", "make_right"), LEVELS.values(), ids=LEVELS)
def test_a_row_of_the_wrong_level_is_refused(kind: MappingKind, make_left: Any, make_right: Any) -> None:
    assert refusal(kind, make_left("Larimer Lofts"), make_right()).code == "wrong_level"


def test_rows_the_directory_does_not_hold_are_refused() -> None:
    left, right = make_company("Aspen"), make_vendor("Aspen")
    left.remote_id = "404"
    refused = refusal(VENDOR, left, right)
    assert (refused.code, refused.sentence) == (
        "unknown_item",
        "It is not in the list of Procore companies any more. Refresh, and choose again.",
    )


def test_linking_a_division_tells_the_codes_below_it(told: list[str], django_capture_on_commit_callbacks: Any) -> None:
    division = make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Cast-in-place", remote_id="31", parent_id="3")
    make_code("03-310", "Forming", remote_id="32", parent_id="31")
    with django_capture_on_commit_callbacks(execute=True):
        connect(COST_CODE_ACCOUNT, division, make_account("Concrete"))
    assert told == [f"link:cost_code_account:{code_id}" for code_id in ("3", "31", "32")]


def test_unlinking_tells_and_can_be_taken_back(
    told: list[str], django_capture_on_commit_callbacks: Any, owner: Any
) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    made = make_link(VENDOR, left, right, reason="Same name, 100", chosen_by=Link.ChosenBy.AUTOMAP)
    with django_capture_on_commit_callbacks(execute=True):
        change = unlink(made, owner)
    assert not Link.objects.exists()
    assert told == [f"link:vendor:{left.remote_id}"]
    with django_capture_on_commit_callbacks(execute=True):
        undo_change(change, owner)
    again = Link.objects.get()
    assert (again.left_id, again.right_id, again.chosen_by) == (left.remote_id, right.remote_id, "automap")
    assert told == [f"link:vendor:{left.remote_id}"] * 2
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["unlink", "mapping.undo"]


def test_a_worker_is_an_employee_or_a_vendor_but_not_both() -> None:
    worker = make_row(procore.EMPLOYEES, "Dana Boyd")
    connect(EMPLOYEE_VENDOR, worker, make_vendor("Boyd Labor Services"))
    refused = refusal(EMPLOYEE, worker, make_row(qbo.EMPLOYEES, "Dana Boyd"))
    assert (refused.code, refused.partner) == ("already_linked_left", "Boyd Labor Services")


def test_a_sub_customer_is_a_project_or_a_sub_job_but_not_both() -> None:
    job = make_customer("Harbor House", parent_id="7")
    connect(PROJECT, make_row(procore.PROJECTS, "Harbor House"), job)
    refused = refusal(SUB_JOB, make_row(procore.SUB_JOBS, "Harbor House A"), job)
    assert refused.code == "already_linked_right"
    assert refused.sentence == "Harbor House is linked to Harbor House in Procore already. Unlink it first."


def test_what_an_unlink_would_stop_is_answered_by_the_layer_above() -> None:
    made = make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    answer = count_documents._answer
    count_documents.register(lambda links: {links[0].pk: OpenDocuments(2, ("Invoice 5", "Invoice 6"))})
    try:
        assert blocked_by_unlink(made) == OpenDocuments(2, ("Invoice 5", "Invoice 6"))
        count_documents.reset()
        assert blocked_by_unlink(made) == OpenDocuments()
    finally:
        count_documents.register(answer)

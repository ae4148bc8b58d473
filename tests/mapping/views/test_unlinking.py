from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping.kinds import VENDOR
from mapping.models import Link, LinkChange, MappingRun
from mapping.signals import OpenDocuments, count_documents
from smoothx.tenants.models import AuditEntry
from tests.mapping.factories import make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
URL = "/mapping/contacts/unlink/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def links() -> list[Link]:
    return [make_link(VENDOR, make_company(f"{name} Co"), make_vendor(name)) for name in ("Aspen", "Birch", "Cedar")]


def left_standing() -> list[int]:
    return list(Link.objects.order_by("pk").values_list("pk", flat=True))


def test_the_question_counts_what_stops_and_changes_nothing(browser: Any, links: list[Link]) -> None:
    count_documents.register(
        lambda asked: {
            links[0].pk: OpenDocuments(2, ("Invoice 5", "Invoice 6")),
            links[1].pk: OpenDocuments(1, ("9",)),
        }
    )
    response = browser.post(URL, {"id": [links[0].pk, links[1].pk]})
    confirm = response.context["confirm"]
    assert (confirm.title, confirm.button, confirm.variant) == ("Unlink 2 pairs", "Unlink, stop 3 documents", "bad")
    assert list(confirm.items) == ["Invoice 5", "Invoice 6", "9"]
    assert left_standing() == [link.pk for link in links]


def test_the_chosen_are_unlinked_and_all_of_it_can_be_undone(browser: Any, links: list[Link]) -> None:
    confirm = browser.post(URL, {"id": [links[0].pk, links[1].pk]}).context["confirm"]
    response = browser.post(URL, dict(confirm.fields))
    assert left_standing() == [links[2].pk]
    run = MappingRun.objects.get()
    last = list(get_messages(response.wsgi_request))[-1]
    assert (last.message, last.extra_tags) == ("2 pairs unlinked", f"undo:/mapping/runs/{run.pk}/undo/")
    assert list(LinkChange.objects.values_list("action", "run").distinct()) == [("unlinked", run.pk)]
    assert AuditEntry.objects.filter(action="unlink.many").count() == 1
    browser.post(f"/mapping/runs/{run.pk}/undo/")
    assert set(Link.objects.values_list("left_id", flat=True)) == {link.left_id for link in links}


def test_all_that_fit_the_filter_are_unlinked(browser: Any, links: list[Link]) -> None:
    address = "/mapping/contacts/?tab=mapped&q=bir"
    confirm = browser.post(URL, {"all": "1", "next": address}).context["confirm"]
    assert confirm.title == "Unlink 1 pair"
    browser.post(URL, {**confirm.fields, "next": address})
    assert left_standing() == [links[0].pk, links[2].pk]


def test_one_that_is_gone_meanwhile_is_left_out(browser: Any, links: list[Link]) -> None:
    confirm = browser.post(URL, {"id": [link.pk for link in links]}).context["confirm"]
    Link.objects.filter(pk=links[1].pk).delete()
    browser.post(URL, dict(confirm.fields))
    assert left_standing() == []
    assert LinkChange.objects.count() == 2


def test_nothing_chosen_changes_nothing(browser: Any, links: list[Link]) -> None:
    for values in ({}, {"id": "x"}, {"id": "99999999999999999999"}, {"ids": ",,"}):
        response = browser.post(URL, values)
        assert list(get_messages(response.wsgi_request))[-1].message == "Choose at least one pair."
    assert left_standing() == [link.pk for link in links]


def test_many_take_few_statements(browser: Any, django_assert_max_num_queries: Any) -> None:
    made = [make_link(VENDOR, make_company(f"C{n}"), make_vendor(f"V{n}")) for n in range(60)]
    with django_assert_max_num_queries(30):
        browser.post(URL, {"ids": ",".join(str(link.pk) for link in made), "confirmed": "1"})
    assert left_standing() == []

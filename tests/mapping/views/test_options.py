"""The page of the four ways, and choosing one of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import choose
from mapping.kinds import COST_CODE_CLASS, COST_CODE_ITEM, COST_TYPE_CLASS
from mapping.models import BooksEvidence, DefaultChoice, LeftOut, Link, LinkChange, MappingRun
from mapping.options.evidence import Evidence
from mapping.signals import OpenDocuments, count_documents, ids_in_use
from smoothx.tenants.models import AuditEntry
from tests.factories import connections
from tests.mapping.factories import make_account, make_code, make_link, make_row
from tests.mapping.test_choices import set_books

pytestmark = pytest.mark.usefixtures("scope")
PAGE = "/mapping/options/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def card(browser: Any, key: str) -> dict[str, Any]:
    response = browser.get(PAGE)
    assert response.status_code == 200
    found: dict[str, Any] = next(each for each in response.context["options"] if each["option"].key == key)
    return found


def choices() -> dict[str, str]:
    return dict(DefaultChoice.objects.values_list("key", "value"))


def keep(**figures: int) -> BooksEvidence:
    _, quickbooks = connections()
    now = timezone.now()
    row: BooksEvidence = BooksEvidence.objects.create(
        connection=quickbooks, state="done", figures=Evidence(**figures).to_json(), started_at=now, read_at=now
    )
    return row


def map_types(count: int = 2) -> list[Link]:
    return [
        make_link(COST_TYPE_CLASS, make_row(procore.COST_TYPES, f"Type {n}"), make_row(qbo.CLASSES, f"Class {n}"))
        for n in range(count)
    ]


def test_without_anything_connected_the_ways_are_explained(browser: Any) -> None:
    response = browser.get(PAGE)
    text = response.content.decode()
    assert [each["option"].key for each in response.context["options"]] == ["accounts", "items", "both", "classes"]
    assert "Nothing chosen yet" in text
    assert "QuickBooks is not connected, so there is nothing to count." in text
    assert response.context["recommended"] is None
    # Nobody says of books that were not read what they lack.
    needs = {each["label"]: each["text"] for each in card(browser, "items")["needs"]}
    assert needs["Products and services on bills and expenses"] == "Not known before QuickBooks is connected."


def test_the_way_in_force_and_the_recommended_one_are_marked(browser: Any, owner: Any) -> None:
    set_books()
    choose("line_item_type", "category", owner)
    keep(documents=100, lines=60, item_lines=40)
    accounts, items = card(browser, "accounts"), card(browser, "items")
    assert (accounts["is_in_force"], accounts["is_recommended"], accounts["choose"]) == (True, False, None)
    assert (items["is_in_force"], items["is_recommended"]) == (False, True)
    assert items["choose"].url == "/mapping/options/items/"
    text = browser.get(PAGE).content.decode()
    assert "40 of these lines have a product or service, so people choose them already." in text
    assert "Your books speak for products and services" in text


NEEDS = [
    ("items", {"buys_items": False}, [False, False]),
    ("items", {}, [True, False]),
    ("classes", {"classes": ""}, [False, True]),
    ("classes", {"classes": "transaction"}, [False, True]),
    ("classes", {}, [True, True]),
    ("classes", {"edition": "QuickBooks Online Essentials"}, [True, False]),
    ("classes", {"edition": ""}, [True, None]),
    ("accounts", {}, []),
]


@pytest.mark.parametrize(("key", "facts", "met"), NEEDS)
def test_what_a_way_needs_is_held_against_the_books(browser: Any, key: str, facts: Any, met: list[Any]) -> None:
    set_books(**facts)
    make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Slabs", parent_id="3")
    assert [need["is_met"] for need in card(browser, key)["needs"]] == met


def test_a_viewer_looks_and_is_offered_nothing(client_of: Any, viewer: Any) -> None:
    set_books()
    response = client_of(viewer).get(PAGE)
    assert response.status_code == 200
    assert [each["choose"] for each in response.context["options"]] == [None] * 4
    assert response.context["evidence"]["count"] is None
    assert client_of(viewer).get("/mapping/options/items/").status_code == 403
    assert client_of(viewer).post("/mapping/options/items/").status_code == 403
    assert choices() == {}


def test_choosing_says_first_what_changes(browser: Any, owner: Any) -> None:
    set_books()
    choose("line_item_type", "category", owner)
    response = browser.get("/mapping/options/items/")
    assert [(c.label, c.before, c.after) for c in response.context["changes"]] == [
        ("Default Line Item Type", "Category", "Item"),
        ("Read cost codes from products and services", "No", "Yes"),
    ]
    assert choices() == {"line_item_type": "category"}


def test_choosing_says_how_far_its_maps_are(browser: Any) -> None:
    set_books()
    make_link(COST_CODE_ITEM, make_code("03-100", "Walls"), make_row(qbo.ITEMS, "Walls", subtype="Service"))
    make_code("03-200", "Slabs")
    page = browser.get("/mapping/options/both/")
    assert [(each["label"], each["count"]) for each in page.context["maps"]] == [
        ("Account codes", "0 of 2 mapped"),
        ("Item codes", "1 of 2 mapped"),
    ]
    text = page.content.decode()
    assert "Until they are, lines stop their documents, because QB Bill Account Code is not chosen." in text
    assert "Until all are, costs with an unmapped product or service take the Procore bill code." in text


def test_choosing_makes_the_settings_in_one_act(browser: Any, admin_user: Any) -> None:
    set_books()
    assert browser.post("/mapping/options/items/").status_code == 302
    assert choices() == {"line_item_type": "item", "items_in_quickbooks": "yes"}
    entry = AuditEntry.objects.get(action="mapping.option")
    assert (entry.subject, entry.actor) == ("Products and services", admin_user)
    assert entry.detail == {"option": "items", "line_item_type": "item", "items_in_quickbooks": "yes"}
    assert card(browser, "items")["is_in_force"]


def test_what_the_books_cannot_do_is_refused_whole(browser: Any) -> None:
    set_books(classes="transaction")
    response = browser.post("/mapping/options/classes/", {"archive": "1"})
    assert response.status_code == 422
    assert "QuickBooks keeps one class per transaction" in response.content.decode()
    assert choices() == {}
    assert not AuditEntry.objects.filter(action="mapping.option").exists()


def test_switching_to_codes_asks_to_archive_the_map_of_types(
    browser: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_books()
    choose("class_type", "cost_type", owner)
    links = map_types()
    monkeypatch.setattr(ids_in_use, "_answer", lambda kind_key: frozenset({links[1].left_id, "404"}))
    count_documents.register(lambda asked: {each.pk: OpenDocuments(3, ("Invoice 7",)) for each in asked})
    (unused,) = browser.get("/mapping/options/classes/").context["unused"]
    assert (unused["label"], unused["links"], unused["documents"]) == ("Cost types to classes", 2, 3)
    browser.post("/mapping/options/classes/", {"archive": "1"})
    assert choices()["class_type"] == "cost_code"
    assert not Link.objects.filter(kind=COST_TYPE_CLASS.key).exists()
    run = MappingRun.objects.get()
    assert LinkChange.objects.filter(run=run, action="unlinked").count() == len(links)
    browser.post(f"/mapping/runs/{run.pk}/undo/")
    assert set(Link.objects.values_list("left_id", "right_id")) == {(each.left_id, each.right_id) for each in links}


def test_keeping_the_map_leaves_it_and_says_so_on_the_page(browser: Any, owner: Any) -> None:
    set_books()
    choose("class_type", "cost_type", owner)
    map_types()
    browser.post("/mapping/options/classes/")
    assert Link.objects.count() == 2
    (unused,) = browser.get(PAGE).context["unused"]
    assert unused["url"] == "/mapping/cost-types/?tab=mapped"
    assert browser.post("/mapping/options/archive/").status_code == 302
    assert not Link.objects.exists()


def test_the_map_in_use_is_never_archived(browser: Any, owner: Any) -> None:
    set_books()
    choose("class_type", "cost_code", owner)
    make_link(COST_CODE_CLASS, make_code("03-300", "Slabs"), make_row(qbo.CLASSES, "Slabs"))
    map_types(1)
    browser.post("/mapping/options/archive/")
    assert list(Link.objects.values_list("kind", flat=True)) == [COST_CODE_CLASS.key]


def test_an_unknown_way_does_not_exist(browser: Any) -> None:
    assert browser.get("/mapping/options/spreadsheets/").status_code == 404


def test_a_count_in_progress_is_shown_and_not_begun_twice(browser: Any) -> None:
    set_books()
    browser.post("/mapping/options/count/")
    first = BooksEvidence.objects.get()
    browser.post("/mapping/options/count/")
    assert BooksEvidence.objects.get().started_at == first.started_at
    evidence = browser.get(PAGE).context["evidence"]
    assert evidence["progress"].label == "Counting in QuickBooks"
    assert evidence["count"] is None


def test_what_is_in_force_says_which_map_is_next_and_what_happens_until_then(browser: Any, owner: Any) -> None:
    set_books()
    codes = [make_code(f"03-{number}00", f"Work {number}") for number in range(1, 4)]
    choose("bill_code", make_account("Unassigned").remote_id, owner)
    page = browser.post("/mapping/options/items/", follow=True)
    (notice,) = page.context["open_maps"]
    assert (notice.title, notice.text) == (
        "Item codes: 0 of 3 mapped.",
        "Until they are, lines use QB Bill Account Code.",
    )
    assert (notice.action.label, notice.action.url) == ("Map item codes", "/mapping/item-codes/")
    assert "Item codes: 0 of 3 mapped." in page.content.decode()
    for code in codes[1:]:
        make_link(COST_CODE_ITEM, code, make_row(qbo.ITEMS, code.name, subtype="Service"))
    (notice,) = browser.get(PAGE).context["open_maps"]
    assert (notice.title, notice.text) == (
        "Item codes: 2 of 3 mapped.",
        "Until all are, lines of the others use QB Bill Account Code.",
    )
    LeftOut.objects.create(section="item-codes", connection=codes[0].connection, remote_id=codes[0].remote_id)
    page = browser.get(PAGE)
    assert page.context["open_maps"] == []
    assert "3 of 3 mapped or left out" in page.content.decode()

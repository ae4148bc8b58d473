from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.automap.running import automap, suggest_section
from mapping.choices import choose
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, CUSTOMER, VENDOR
from mapping.models import CountedFacts, Link, MappingRun, Refresh, RemoteItem, SuggestedPair
from mapping.screens import SECTIONS
from mapping.signals import OpenDocuments, count_documents, count_waiting
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
CONTACTS = "/mapping/contacts/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def context(browser: Any, url: str) -> dict[str, Any]:
    response = browser.get(url)
    assert response.status_code == 200
    return response.context


def names(page: dict[str, Any]) -> list[str]:
    return [row["name"] for row in page["rows"]]


def test_mapping_opens_at_the_contacts(browser: Any) -> None:
    response = browser.get("/mapping/")
    assert (response.status_code, response.url) == (302, CONTACTS)


def test_a_firm_without_connections_is_told_what_to_connect(browser: Any) -> None:
    page = context(browser, f"{CONTACTS}?tab=procore")
    assert page["empty"].title == "Procore is not connected"
    assert page["refresh"] is None
    assert page["automap"]["disabled_reason"] == "Connect Procore and QuickBooks first."


def test_the_three_lists_and_their_counts(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen Inc"))
    make_company("Basin")
    make_company("Gone", is_active=False)
    make_vendor("Basin Supply")
    make_customer("Ridgeline Land")
    make_customer("Lofts", parent_id="1")
    page = context(browser, CONTACTS)
    assert [(tab["key"], tab["count"], tab["is_current"]) for tab in page["tabs"]] == [
        ("mapped", 1, False),
        ("procore", 1, True),
        ("quickbooks", 2, False),
    ]
    assert names(page) == ["Basin"]
    assert page["coverage"] == {
        "label": "Procore companies mapped",
        "mapped": 1,
        "total": 2,
        "percent": 50,
    }
    assert names(context(browser, f"{CONTACTS}?tab=quickbooks")) == ["Basin Supply", "Ridgeline Land"]
    mapped = context(browser, f"{CONTACTS}?tab=mapped")["rows"]
    assert [(row["left"]["name"], row["right"]["name"], row["how"]) for row in mapped] == [
        ("Aspen", "Aspen Inc", "By hand")
    ]


def test_everything_mapped_opens_the_links(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    assert context(browser, CONTACTS)["tab"] == "mapped"


def test_the_best_match_stands_beside_a_row(browser: Any) -> None:
    make_company("Rocky Mtn Fire Protection", phone="303 555 0119")
    make_vendor("Rocky Mountain Fire Protection LLC", phone="(303) 555-0119")
    make_customer("Zebra Holdings")
    assert context(browser, CONTACTS)["rows"][0]["suggestion"] is None
    suggest_section(SECTIONS["contacts"])
    pair = SuggestedPair.objects.get()
    row = context(browser, CONTACTS)["rows"][0]
    assert row["suggestion"] == {
        "name": "Rocky Mountain Fire Protection LLC",
        "score": pair.score,
        "reason": pair.reason,
    }
    other = context(browser, f"{CONTACTS}?tab=quickbooks")["rows"]
    assert [(row["name"], bool(row["suggestion"])) for row in other] == [
        ("Rocky Mountain Fire Protection LLC", True),
        ("Zebra Holdings", False),
    ]


def test_search_looks_at_name_mail_and_phone(browser: Any) -> None:
    make_company("Aspen Roofing", email="ap@aspen.example")
    make_company("Basin", phone="303 555 0119")
    assert names(context(browser, f"{CONTACTS}?tab=procore&q=roof asp")) == ["Aspen Roofing"]
    assert names(context(browser, f"{CONTACTS}?tab=procore&q=0119")) == ["Basin"]
    page = context(browser, f"{CONTACTS}?tab=procore&q=zebra")
    assert (names(page), page["empty"].title) == ([], "Nothing fits")
    assert page["empty"].action.url == f"{CONTACTS}?tab=procore"


def test_search_among_links_looks_at_both_sides(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Alpine Roofing", email="ap@alpine.example"))
    make_link(VENDOR, make_company("Basin"), make_vendor("Basin"))
    for search in ("asp", "roofing", "alpine.example"):
        rows = context(browser, f"{CONTACTS}?tab=mapped&q={search}")["rows"]
        assert [row["left"]["name"] for row in rows] == ["Aspen"]


def test_filters_narrow_the_lists(browser: Any) -> None:
    waits = make_company("Aspen")
    make_company("Basin")
    make_company("Old Harbor", is_active=False)
    make_vendor("Vend")
    make_customer("Cust")
    count_waiting.register(lambda kind_keys: {("vendor", waits.remote_id): 2, ("customer", waits.remote_id): 1})
    page = context(browser, f"{CONTACTS}?tab=procore&show=waiting")
    assert [(row["name"], row["waiting"]) for row in page["rows"]] == [("Aspen", 3)]
    assert [choice.label for choice in page["filters"]["show_choices"]] == [
        "All 2",
        "With documents waiting",
        "Left out",
        "Inactive",
    ]
    inactive = context(browser, f"{CONTACTS}?tab=procore&show=inactive")["rows"]
    assert [(row["name"], row["flag"]["text"]) for row in inactive] == [("Old Harbor", "Inactive in Procore")]
    assert names(context(browser, f"{CONTACTS}?tab=quickbooks&show=customer")) == ["Cust"]
    assert names(context(browser, f"{CONTACTS}?tab=quickbooks&show=nonsense")) == ["Cust", "Vend"]


def test_lists_are_ordered_by_the_column_pressed(browser: Any) -> None:
    one, two = make_company("Aspen Roofing"), make_company("Basin")
    make_vendor("Basin Concrete")
    suggest_section(SECTIONS["contacts"])
    count_waiting.register(lambda kind_keys: {("vendor", two.remote_id): 4})
    assert names(context(browser, f"{CONTACTS}?tab=procore&sort=-name")) == ["Basin", "Aspen Roofing"]
    assert names(context(browser, f"{CONTACTS}?tab=procore&sort=-waiting")) == ["Basin", "Aspen Roofing"]
    assert names(context(browser, f"{CONTACTS}?tab=procore&sort=-score")) == ["Basin", "Aspen Roofing"]
    assert names(context(browser, f"{CONTACTS}?tab=procore&sort=score")) == ["Aspen Roofing", "Basin"]
    assert names(context(browser, f"{CONTACTS}?tab=procore&sort=nonsense")) == [one.name, two.name]
    sort = context(browser, f"{CONTACTS}?tab=procore&sort=-waiting")["sort"]
    assert (sort["key"], sort["direction"]) == ("waiting", "desc")
    assert sort["waiting_url"] == f"{CONTACTS}?tab=procore&sort=waiting"
    assert sort["linked_url"] == ""


def test_links_are_ordered_by_time_or_name(browser: Any) -> None:
    first = make_link(VENDOR, make_company("Basin"), make_vendor("Basin"))
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    Link.objects.filter(pk=first.pk).update(at=timezone.now() - timedelta(days=1))

    def lefts(sort: str) -> list[str]:
        rows = context(browser, f"{CONTACTS}?tab=mapped&sort={sort}")["rows"]
        return [row["left"]["name"] for row in rows]

    assert lefts("name") == ["Aspen", "Basin"]
    assert lefts("-name") == ["Basin", "Aspen"]
    assert lefts("linked") == ["Basin", "Aspen"]
    assert lefts("-linked") == ["Aspen", "Basin"]


def test_a_page_holds_fifty_rows(browser: Any) -> None:
    for number in range(53):
        make_company(f"Company {number:02d}")
    first = context(browser, CONTACTS)
    assert (len(first["rows"]), first["page"].first, first["page"].last, first["page"].total) == (50, 1, 50, 53)
    second = context(browser, first["page"].next_url)
    assert names(second) == ["Company 50", "Company 51", "Company 52"]
    assert second["page"].next_url == ""
    beyond = context(browser, f"{CONTACTS}?tab=procore&page=99")
    assert names(beyond) == names(second)


def test_problems_of_links_are_flagged_and_filtered(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen", is_active=False))
    make_link(VENDOR, make_company("Basin", is_active=False, vanished_at=timezone.now()), make_vendor("Basin"))
    make_link(VENDOR, make_company("Clear"), make_vendor("Clear"))
    rows = context(browser, f"{CONTACTS}?tab=mapped&show=problems")["rows"]
    assert [(row["left"]["name"], row["flag"]["text"]) for row in rows] == [
        ("Aspen", "Inactive in QuickBooks"),
        ("Basin", "Not in Procore any more"),
    ]


def test_unlinking_asks_only_where_documents_would_stop(browser: Any) -> None:
    stops = make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    make_link(VENDOR, make_company("Basin"), make_vendor("Basin"))
    count_documents.register(lambda links: {stops.pk: OpenDocuments(3)})
    rows = context(browser, f"{CONTACTS}?tab=mapped")["rows"]
    assert [(row["left"]["name"], row["unlink"].method, row["unlink"].dialog) for row in rows] == [
        ("Aspen", "get", True),
        ("Basin", "post", False),
    ]


def test_cost_codes_show_divisions_and_what_they_cover(browser: Any) -> None:
    division = make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Cast-in-place", parent_id="3")
    make_code("05-100", "Steel")
    page = context(browser, "/mapping/account-codes/?tab=procore")
    assert [(row["name"], row["context"]) for row in page["rows"]] == [
        ("03 Concrete", "Division, covers the 1 code below it"),
        ("03-300 Cast-in-place", ""),
        ("05-100 Steel", ""),
    ]
    assert page["coverage"]["total"] == 2
    make_link(COST_CODE_ACCOUNT, division, make_account("Concrete", code="5100"))
    page = context(browser, "/mapping/account-codes/?tab=procore")
    assert names(page) == ["05-100 Steel"]
    assert names(context(browser, "/mapping/account-codes/?tab=procore&q=05-100")) == ["05-100 Steel"]


def test_an_account_in_use_is_still_the_best_match(browser: Any) -> None:
    account = make_account("Permits")
    make_link(COST_CODE_ACCOUNT, make_code("01-100", "Permits"), account)
    make_code("02-100", "Permits")
    suggest_section(SECTIONS["account-codes"])
    row = context(browser, "/mapping/account-codes/?tab=procore")["rows"][0]
    assert row["suggestion"]["name"] == "Permits"
    assert context(browser, "/mapping/account-codes/?tab=quickbooks")["rows"] == []


def section_titles(page: dict[str, Any]) -> list[str]:
    return [section["title"] for section in page["sections"]]


def test_the_way_of_coding_lines_decides_which_code_map_is_shown(browser: Any, owner: Any) -> None:
    page = context(browser, CONTACTS)
    assert {"Account codes"} == {"Account codes", "Item codes"} & set(section_titles(page))
    hidden = {section["title"]: section["reason"] for section in page["hidden_sections"]}
    assert hidden["Sub jobs"] == "Sub jobs is set to No."
    choose("line_item_type", "item", owner)
    page = context(browser, CONTACTS)
    assert {"Item codes"} == {"Account codes", "Item codes"} & set(section_titles(page))
    hidden = {section["title"]: section["reason"] for section in page["hidden_sections"]}
    assert hidden["Account codes"] == "Bill lines are coded by Item."
    code = make_code("01-100", "Permits")
    make_link(COST_CODE_ACCOUNT, code, make_account("Permits"))
    make_link(COST_CODE_ITEM, code, make_row(qbo.ITEMS, "Permits", subtype="Service"))
    page = context(browser, CONTACTS)
    assert {"Account codes", "Item codes"} <= set(section_titles(page))
    kept = browser.get("/mapping/account-codes/")
    assert "Not needed now, and in view for its links: Bill lines are coded by Item." in kept.content.decode()
    assert [group["title"] for group in page["section_groups"]][:2] == ["Companies and jobs", "Cost codes"]


def test_a_hidden_section_can_still_be_opened(browser: Any) -> None:
    assert context(browser, "/mapping/item-codes/")["kind"]["title"] == "Item codes"
    assert browser.get("/mapping/nonsense/").status_code == 404


def test_the_review_lists_what_automap_left(browser: Any, owner: Any) -> None:
    make_company("Aspen")
    make_vendor("Aspen")
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    make_company("Elk Creek Survey")
    run = automap(SECTIONS["contacts"], owner)
    card = context(browser, CONTACTS)["automap"]["run"]
    assert (card["title"], card["detail"]) == ("Automap linked 1 pair", "1 to review, 1 company without a match")
    assert [(p["left_name"], p["right_name"], p["right_detail"], p["score"]) for p in card["pairs"]] == [
        ("Smith Electric LLC", "Smith Electrical Inc", "Vendor", 92)
    ]
    assert card["undo"].url == f"/mapping/runs/{run.pk}/undo/"
    MappingRun.objects.update(closed_at=timezone.now())
    assert context(browser, CONTACTS)["automap"]["run"] is None


def test_a_longer_review_leads_to_its_own_page(browser: Any, owner: Any) -> None:
    for trade in ("Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo"):
        make_company(f"{trade} Electric LLC")
        make_vendor(f"{trade} Electrical Inc")
    automap(SECTIONS["contacts"], owner)
    card = context(browser, CONTACTS)["automap"]["run"]
    assert len(card["pairs"]) == 3
    assert card["more"] == {"label": "Review all 7", "url": f"{CONTACTS}review/"}


# The first asks for most.
LISTS = ("tab=procore&sort=-score", "tab=mapped", "tab=procore", "tab=quickbooks", "tab=mapped&sort=linked")
# All of a request's: session, person, companies, and what the page itself asks.
MOST_QUERIES = 14


@pytest.fixture
def long_lists(request: pytest.FixtureRequest) -> str:
    """A section with 55 links and 60 open rows on either side."""
    section = SECTIONS[request.param]
    kind, (left, right) = section.kinds[0], make_connections()
    facts = {"parent_id": "1" if kind.right_level == "child" else "", "subtype": (*kind.right_types, "Service")[0]}
    numbers = range(115)
    RemoteItem.objects.bulk_create(
        [
            RemoteItem(connection=left, resource=kind.left.key, remote_id=str(n), name=f"Left {n}", code=f"{n:03d}")
            for n in numbers
        ]
        + [
            RemoteItem(connection=right, resource=kind.right.key, remote_id=str(n), name=f"Right {n}", **facts)
            for n in numbers
        ]
    )
    ends = {"left_connection": left, "right_connection": right, "chosen_by": Link.ChosenBy.HAND}
    Link.objects.bulk_create([Link(kind=kind.key, left_id=str(n), right_id=str(n), **ends) for n in range(55)])
    return section.key


@pytest.mark.parametrize("long_lists", SECTIONS, indirect=True)
def test_a_list_costs_few_queries_however_long(
    long_lists: str, browser: Any, django_assert_max_num_queries: Any
) -> None:
    # What the section counts is not known yet on the first page that is opened.
    CountedFacts.objects.all().delete()
    for query in LISTS:
        with django_assert_max_num_queries(MOST_QUERIES):
            page = context(browser, f"/mapping/{long_lists}/?{query}")
        assert (query, len(page["rows"])) == (query, 50)


def test_a_filtered_list_with_a_review_costs_no_more_than_allowed(
    browser: Any, owner: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(52):
        make_company(f"Electric {number} Alder LLC")
        make_vendor(f"Electrical {number} Alder Inc")
    automap(SECTIONS["contacts"], owner)
    Refresh.objects.create(section="contacts", side="procore", state="done", ended_at=timezone.now())
    with django_assert_max_num_queries(MOST_QUERIES):
        page = context(browser, f"{CONTACTS}?tab=procore&q=alder&sort=-score")
    assert len(page["rows"]) == 50


def test_names_are_escaped(browser: Any) -> None:
    make_company("<script>alert(1)</script>")
    content = browser.get(CONTACTS).content.decode()
    assert "<script>alert(1)</script>" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content


def test_another_firms_rows_are_not_shown(browser: Any, client_of: Any, stranger: Any) -> None:
    make_company("Aspen Roofing")
    make_link(CUSTOMER, make_company("Basin"), make_customer("Basin"))
    response = client_of(stranger).get(f"{CONTACTS}?tab=procore")
    assert response.status_code == 200
    assert b"Aspen Roofing" not in response.content
    assert response.context["tabs"][0]["count"] == 0
    assert RemoteItem.objects.filter(resource=procore.VENDORS.key).count() == 2

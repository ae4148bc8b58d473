"""Long lists in every order and filter: each row once over all pages, counted as it should, found by any part."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import LeftOut, Link, RemoteItem, SuggestedPair
from mapping.page import far, link_order, options
from tests.factories import make_connections
from tests.mapping.factories import make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")

CONTACTS = "/mapping/contacts/"
LINKED, OPEN, SCORED = 52, 56, 53
TRADES = ("Roofing", "Electric", "Steel")


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def firm(scope: Any) -> None:
    """Numbers up to LINKED are linked, every tenth of them in both roles; some of the others have a suggestion."""
    left, right = make_connections()
    rows = []
    for number in range(LINKED + OPEN):
        # Names twice each, in letters of both sizes.
        name = f"{'ALDER' if number % 2 else 'Alder'} {TRADES[number % 3]} {number // 2:03d}"
        common = {"remote_id": str(number), "name": name, "email": f"ap{number}@alder.example"}
        rows.append(RemoteItem(connection=left, resource="procore.vendors", **common))
        rows += [RemoteItem(connection=right, resource=f"qbo.{each}", **common) for each in ("vendors", "customers")]
    RemoteItem.objects.bulk_create(rows)
    ends = {"left_connection": left, "right_connection": right}
    links = [
        Link(kind=kind.key, left_id=str(n), right_id=str(n), chosen_by=("hand", "automap")[n % 2], **ends)
        for kind, step in ((VENDOR, 1), (CUSTOMER, 10))
        for n in range(0, LINKED, step)
    ]
    Link.objects.bulk_create(links)
    SuggestedPair.objects.bulk_create(
        [
            SuggestedPair(
                kind=kind.key, left_id=str(n), right_id=str(n + shift), score=60 + n % 7, reason="Close", **ends
            )
            for kind, shift in ((VENDOR, 0), (CUSTOMER, 1))
            for n in range(LINKED, LINKED + SCORED)
        ]
    )


def all_pages(browser: Any, query: str) -> tuple[list[str], int]:
    """Ids over all pages, and the count the pages show."""
    found: list[str] = []
    number, total = 1, 1
    while len(found) < total:
        page = browser.get(f"{CONTACTS}?{query}&page={number}").context
        assert page["rows"], "a page before the end is empty"
        found += [row["id"] for row in page["rows"]]
        number, total = number + 1, page["page"].total
    return found, total


COUNTS = {
    "tab=mapped": 58,
    "tab=mapped&sort=-name": 58,
    "tab=mapped&sort=-linked": 58,
    "tab=mapped&show=hand": 32,
    "tab=mapped&q=alder": 58,
    "tab=mapped&q=alder&sort=linked": 58,
    "tab=procore": 56,
    "tab=procore&sort=-name": 56,
    "tab=procore&sort=-score": 56,
    "tab=procore&sort=score": 56,
    "tab=procore&q=LDER": 56,
    "tab=procore&q=alder&sort=-score": 56,
    "tab=procore&q=alder&sort=score": 56,
    "tab=quickbooks": 158,
    "tab=quickbooks&show=vendor": 56,
    "tab=quickbooks&sort=-score": 158,
    "tab=quickbooks&q=alder&sort=score": 158,
}


@pytest.mark.usefixtures("firm")
def test_each_row_stands_on_one_page(browser: Any) -> None:
    found = {query: all_pages(browser, query) for query in COUNTS}
    assert {query: total for query, (_, total) in found.items()} == COUNTS
    assert {query: len(set(ids)) for query, (ids, _) in found.items()} == COUNTS


@pytest.mark.usefixtures("firm")
def test_a_search_keeps_the_order_of_the_list(browser: Any) -> None:
    for query in ("tab=mapped", "tab=procore", "tab=procore&sort=-score", "tab=quickbooks"):
        assert (query, all_pages(browser, f"{query}&q=alder")) == (query, all_pages(browser, query))


@pytest.mark.usefixtures("firm")
def test_pages_far_from_both_ends_go_on_where_the_others_end(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = ("tab=mapped&sort=-name", "tab=procore")
    near = {query: all_pages(browser, query) for query in queries}
    monkeypatch.setattr(far, "NEAR", 0)
    assert {query: all_pages(browser, query) for query in queries} == near


@pytest.mark.usefixtures("firm")
def test_few_links_and_many_are_found_in_one_order(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Of two links of one company the vendor's alone holds the word.
    RemoteItem.objects.filter(resource="qbo.vendors", remote_id__in=["10", "11"]).update(name="Zulu Steel")
    queries = ("q=steel", "q=steel&sort=-name", "q=zulu", "show=hand", "q=alder 0&show=automap&sort=-name", "q=none")
    few = {query: all_pages(browser, f"tab=mapped&{query}") for query in queries if query != "q=none"}
    assert [total for _, total in few.values()] == [20, 20, 2, 32, 26]
    assert few["q=steel&sort=-name"][0] == few["q=steel"][0][::-1]
    monkeypatch.setattr(link_order, "FEW", 1)
    assert {query: all_pages(browser, f"tab=mapped&{query}") for query in few} == few
    assert browser.get(f"{CONTACTS}?tab=mapped&q=none").context["rows"] == []


@pytest.mark.usefixtures("firm")
def test_unmapped_rows_are_found_in_the_order_of_their_list(browser: Any) -> None:
    row = RemoteItem.objects.get(resource="procore.vendors", remote_id="56")
    LeftOut.objects.create(section="contacts", connection=row.connection, remote_id=row.remote_id)
    queries = {
        "tab=procore&q=steel": 18,
        "tab=procore&q=steel&sort=-name": 18,
        "tab=procore&q=alder": 55,
        "tab=quickbooks&q=steel": 53,
    }
    found = {query: all_pages(browser, query) for query in queries}
    assert {query: total for query, (_, total) in found.items()} == queries
    assert found["tab=procore&q=steel&sort=-name"][0] == found["tab=procore&q=steel"][0][::-1]
    for tab in ("procore", "quickbooks"):
        rows, whole = found[f"tab={tab}&q=steel"][0], all_pages(browser, f"tab={tab}")[0]
        assert rows == [each for each in whole if each in set(rows)]


@pytest.mark.usefixtures("firm")
def test_the_keys_of_a_page_are_looked_for_once(browser: Any) -> None:
    """The server knows nothing yet of rows just written, and would rather look for them again and again."""
    with CaptureQueriesContext(connection) as asked:
        assert len(browser.get(f"{CONTACTS}?tab=procore").context["rows"]) == 50
    (text,) = [query["sql"] for query in asked.captured_queries if "AS listed (" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING off) {text}")
        plan = [line for (line,) in cursor.fetchall()]
    assert ["loops=1)" in line for line in plan if "->  Limit" in line] == [True]


def test_a_search_may_hold_any_sign(browser: Any) -> None:
    make_company("O'Neil {0} 100%s \\ Paving")
    make_company("Birch")
    for word in ("o'neil", "{0}", "100%", "%s", "\\", "{0} o'n"):
        page = browser.get(CONTACTS, {"tab": "procore", "q": word}).context
        assert (word, [row["name"] for row in page["rows"]]) == (word, ["O'Neil {0} 100%s \\ Paving"])
    assert browser.get(CONTACTS, {"tab": "procore", "q": "_"}).context["rows"] == []


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("resource", ["procore.vendors", "qbo.vendors"])
def test_a_search_of_the_dialog_offers_the_same_of_few_and_of_many(
    resource: str, browser: Any, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    RemoteItem.objects.filter(remote_id__in=["53", "54"]).update(is_active=False)
    row = RemoteItem.objects.get(resource=resource, remote_id="60")
    url = f"{CONTACTS}link/{row.pk}/?q="

    def others(search: str) -> list[tuple[str, str | None]]:
        with django_assert_max_num_queries(14):
            dialog = browser.get(url + search).context["dialog"]
        return [(option["id"], option["disabled_reason"]) for option in dialog["others"]]

    few = {search: others(search) for search in ("alder", "steel 02", "roofing 03")}
    assert all(few.values())
    monkeypatch.setattr(options, "FEW", 1)
    assert {search: others(search) for search in few} == few


@pytest.mark.usefixtures("firm")
def test_the_best_score_comes_first_and_the_order_is_the_other_way_round_from_the_end(browser: Any) -> None:
    falling, _ = all_pages(browser, "tab=procore&sort=-score")
    rising, _ = all_pages(browser, "tab=procore&sort=score")
    assert rising[-SCORED:] == falling[:SCORED][::-1]
    rows = browser.get(f"{CONTACTS}?tab=procore&sort=-score").context["rows"]
    scores = [row["suggestion"]["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], len(scores)) == (66, 50)


@pytest.mark.usefixtures("firm")
def test_a_page_beyond_the_end_is_the_last(browser: Any) -> None:
    for query in ("tab=mapped", "tab=procore", "tab=quickbooks&sort=-score"):
        for search in ("", "&q=alder"):
            page = browser.get(f"{CONTACTS}?{query}{search}&page=400").context
            assert (page["page"].last, bool(page["rows"])) == (page["page"].total, True)
    assert browser.get(f"{CONTACTS}?tab=mapped&q=alder&page=0").context["page"].first == 1


@pytest.mark.usefixtures("firm")
def test_a_link_takes_its_rows_out_of_the_order_by_score(browser: Any) -> None:
    before, _ = all_pages(browser, "tab=procore&sort=-score")
    first = RemoteItem.objects.get(pk=before[0])
    make_link(VENDOR, first, RemoteItem.objects.get(resource="qbo.vendors", remote_id=first.remote_id))
    after, _ = all_pages(browser, "tab=procore&sort=-score")
    assert (set(before) - set(after), len(after)) == ({before[0]}, OPEN - 1)


def test_a_text_too_long_for_the_index_is_found_by_any_part_of_it(browser: Any) -> None:
    long = make_company("Alder " + "x" * 480 + " Zephyr", email="z" * 180 + "@alder.example")
    RemoteItem.objects.filter(pk=long.pk).update(data={"full_name": "Above:" + "y" * 600 + ":Quartz"})
    long.refresh_from_db()
    assert long.searched is None
    make_company("Birch Zephyr")
    for search, names in (("zephyr", 2), ("quartz", 1), ("ALDER quartz", 1), ("birch quartz", 0)):
        page = browser.get(f"{CONTACTS}?tab=procore&q={search}").context
        assert (search, page["page"].total, len(page["rows"])) == (search, names, names)


def test_a_link_is_found_by_the_name_on_either_side(browser: Any) -> None:
    make_link(VENDOR, make_company("Alder"), make_vendor("Birch"))
    make_link(CUSTOMER, make_company("Cedar"), make_customer("Alder Two"))
    for search, lefts in (("birch", ["Alder"]), ("alder", ["Alder", "Cedar"]), ("two", ["Cedar"]), ("fir", [])):
        page = browser.get(f"{CONTACTS}?tab=mapped&q={search}").context
        assert [row["left"]["name"] for row in page["rows"]] == lefts
        assert page["page"].total == len(lefts)

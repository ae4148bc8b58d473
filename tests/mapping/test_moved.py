"""After a few rows changed, kept counts and rankings are moved by these alone, to what counting all would find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from connectors.models import Connection
from mapping.automap import ranking, reranking
from mapping.counts import figures, kept
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, CUSTOMER, PAIR_ITEM, VENDOR, MappingKind
from mapping.models import CountedFacts, LeftOut, Link, RemoteItem, SuggestedPair
from mapping.page import facts
from mapping.screens import SECTIONS, Section
from mapping.sections import load_sides_and_situation
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

CONTACTS, CODES = SECTIONS["contacts"], SECTIONS["account-codes"]
STEPS = 25
Rows = list[RemoteItem]


@pytest.fixture
def scope_of_firm(transactional_db: None, tenant: Any) -> Iterator[Any]:
    """Commits for real: what counts is which transactions were seen."""
    with tenant_scope(tenant.pk):
        yield tenant


@pytest.fixture
def firm(scope_of_firm: Any) -> dict[MappingKind, tuple[Rows, Rows]]:
    """Rows of each kind, some inactive; the codes stand under divisions, one of these under another."""
    companies = [make_company(f"Company {n}", is_active=n % 5 != 4) for n in range(10)]
    vendors = [make_vendor(f"Vendor {n}", is_active=n != 3) for n in range(6)]
    customers = [make_customer(f"Customer {n}", is_active=n != 2, parent_id="7" if n == 4 else "") for n in range(6)]
    codes = [make_code(f"0{n}", f"Division {n}", is_active=n != 2) for n in range(4)]
    RemoteItem.objects.filter(pk=codes[1].pk).update(parent_id=codes[0].remote_id)
    for n in range(12):
        above = codes[n % 4].remote_id if n < 10 else ""
        codes.append(make_code(f"0{n % 4}-{n}", f"Code {n}", parent_id=above, is_active=n % 6 != 5))
    accounts = [make_account(f"Account {n}", is_active=n != 1) for n in range(4)]
    found = {VENDOR: (companies, vendors), CUSTOMER: (companies, customers), COST_CODE_ACCOUNT: (codes, accounts)}
    SuggestedPair.objects.bulk_create(
        [
            suggest(kind, left, rights[n % 3], 60 + n % 5)
            for kind, (lefts, rights) in found.items()
            for n, left in enumerate(lefts)
        ]
    )
    return found


def suggest(kind: MappingKind, left: RemoteItem, right: RemoteItem, score: int) -> SuggestedPair:
    return SuggestedPair(
        kind=kind.key,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        score=score,
        reason="Close",
    )


def look(section: Section) -> dict[str, Any]:
    """All that a page shows of what was counted."""
    sides, situation = load_sides_and_situation()
    found = facts.load_facts(section, situation, sides)
    return {
        "links": dict(found.links),
        "coverages": dict(found.coverages),
        "tree": found.tree,
        "counts": (found.rights_open, found.broken, found.left_out),
        "queue": list(found.queue.read_all()),
        "first": list(found.first),
        "best": list(found.best.read_all()),
    }


def count_all(section: Section) -> dict[str, Any]:
    """The same with nothing kept, and nothing kept of it."""
    with transaction.atomic():
        CountedFacts.objects.all().delete()
        found = look(section)
        transaction.set_rollback(True)
    return found


def change_something(firm: dict[MappingKind, tuple[Rows, Rows]], choice: Random) -> None:
    """One of the changes that people and documents make."""
    kind = choice.choice((VENDOR, CUSTOMER, COST_CODE_ACCOUNT, COST_CODE_ACCOUNT))
    left, right = (choice.choice(rows) for rows in firm[kind])
    links = Link.objects.filter(kind=kind.key)
    keys = sorted(links.values_list("pk", flat=True), key=lambda _: choice.random())
    pairs = SuggestedPair.objects.filter(kind=kind.key, left_id=left.remote_id)
    what = choice.choice(("link", "link", "link", "unlink", "out", "pair", "pair", "reject", "move"))
    is_taken = kind.is_one_to_one and links.filter(right_id=right.remote_id).exists()
    if what == "link" and not is_taken and not links.filter(left_id=left.remote_id).exists():
        make_link(kind, left, right)
    elif what == "move" and not is_taken:
        own: dict[str, Any] = {
            "right_id": right.remote_id,
            "exclusive_right": right.remote_id if kind.is_one_to_one else None,
        }
        links.filter(pk__in=keys[:1]).update(**own)
    elif what == "unlink":
        links.filter(pk__in=keys[-1:]).delete()
    elif what == "out":
        section = CODES if kind is COST_CODE_ACCOUNT else CONTACTS
        own = {"section": section.key, "connection": left.connection, "remote_id": left.remote_id}
        if not LeftOut.objects.filter(**own).delete()[0]:
            LeftOut.objects.create(**own)
    elif what == "pair" and not pairs.filter(right_id=right.remote_id).exists():
        suggest(kind, left, right, choice.randint(60, 64)).save()
    elif what == "reject":
        pairs.update(rejected_at=choice.choice((None, timezone.now())))


@pytest.fixture
def counted_whole(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was counted or ranked whole since it was emptied."""
    done: list[str] = []

    def note(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            done.extend([name] if given[0] else [])
            return work(*given)

        return noted

    monkeypatch.setattr(facts, "read_figures", note("figures", figures.read_figures))
    monkeypatch.setattr(facts, "rank_lefts", note("ranking", ranking.rank_lefts))
    return done


def test_few_changes_move_the_counts_to_what_counting_all_finds(firm: Any, counted_whole: list[str]) -> None:
    choice = Random(1)  # noqa: S311
    for section in (CONTACTS, CODES):
        assert look(section) == count_all(section)
    of_figures, of_ranking = 0, 0
    for step in range(STEPS):
        for _ in range(choice.randint(1, 3)):
            change_something(firm, choice)
        section = choice.choice((CONTACTS, CODES))
        counted_whole.clear()
        found = look(section)
        of_figures += counted_whole.count("figures")
        of_ranking += counted_whole.count("ranking")
        assert (step, found) == (step, count_all(section))
    assert of_figures == 0
    # A division that is mapped decides on all codes below it.
    assert of_ranking < STEPS / 3


def test_a_division_is_offered_while_a_code_below_it_is_open(scope_of_firm: Any, counted_whole: list[str]) -> None:
    top, account = make_code("03", "Concrete"), make_account("Concrete")
    middle = make_code("03-1", "Forms", parent_id=top.remote_id)
    codes = [make_code(f"03-1{n}", f"Forms {n}", parent_id=middle.remote_id) for n in range(2)]
    for row in (top, middle, *codes):
        suggest(COST_CODE_ACCOUNT, row, account, 80).save()
    assert [len(look(CODES)[name]) for name in ("queue", "best")] == [4, 4]
    links = []
    for code, left in zip(codes, (3, 0), strict=True):
        links.append(make_link(COST_CODE_ACCOUNT, code, account))
        assert (look(CODES), len(look(CODES)["queue"])) == (count_all(CODES), left)
    links[0].delete()
    counted_whole.clear()
    assert len(look(CODES)["queue"]) == 3
    assert counted_whole == []


def test_a_transaction_is_counted_once_it_is_committed(firm: Any, scope_of_firm: Any) -> None:
    companies, vendors = firm[VENDOR]
    before = look(CONTACTS)

    def elsewhere(work: Callable[[], Any]) -> Any:
        def run() -> Any:
            try:
                with tenant_scope(scope_of_firm.pk):
                    return work()
            finally:
                database.close()

        return pool.submit(run).result()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_link(VENDOR, companies[0], vendors[0])
            elsewhere(lambda: make_link(VENDOR, companies[1], vendors[1]))
            # Others do not see the first link yet, and this transaction, which sees both, keeps nothing.
            assert elsewhere(lambda: look(CONTACTS))["links"] == {"vendor": 1}
            assert look(CONTACTS)["links"] == {"vendor": 2}
            assert elsewhere(lambda: look(CONTACTS))["coverages"]["contacts"].mapped == 1
        assert look(CONTACTS)["coverages"]["contacts"].mapped == 2
    assert look(CONTACTS) == count_all(CONTACTS)
    assert before["links"] == {}


def test_another_account_has_counts_of_its_own(firm: Any) -> None:
    before = look(CONTACTS)
    old = firm[VENDOR][1][0].connection
    old.state = Connection.State.DISCONNECTED
    old.save()
    Connection.objects.create(
        vendor=old.vendor, state=Connection.State.CONNECTED, account_id="9003", connected_at=timezone.now()
    )
    after = look(CONTACTS)
    assert (before["counts"][0] > 0, after["counts"][0]) == (True, 0)
    assert after == count_all(CONTACTS)


def test_what_is_taken_back_moves_nothing(firm: Any, counted_whole: list[str]) -> None:
    companies, vendors = firm[VENDOR]
    before = look(CONTACTS)
    counted_whole.clear()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_link(VENDOR, companies[0], vendors[0])
        _ = 1 / 0
    assert look(CONTACTS) == before
    with transaction.atomic():
        make_link(VENDOR, companies[1], vendors[1])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_link(VENDOR, companies[2], vendors[2])
            _ = 1 / 0
    assert look(CONTACTS)["links"] == {"vendor": 1}
    assert look(CONTACTS) == count_all(CONTACTS)
    assert counted_whole.count("figures") == counted_whole.count("ranking")  # Those of count_all.


def test_many_changes_are_counted_whole(firm: Any, counted_whole: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    companies, _ = firm[VENDOR]
    look(CONTACTS)
    left_out = [
        LeftOut(section="contacts", connection=row.connection, remote_id=row.remote_id) for row in companies * 6
    ]
    for number, row in enumerate(left_out):
        row.remote_id += "" if number < len(companies) else f"-{number}"
    counted_whole.clear()
    LeftOut.objects.bulk_create(left_out)
    assert look(CONTACTS)["counts"][2] == 8
    assert counted_whole == ["figures", "ranking"]
    monkeypatch.setattr(kept, "MOST_CHANGES", 2)
    for row in companies[:3]:
        LeftOut.objects.filter(remote_id=row.remote_id).delete()
    assert look(CONTACTS)["counts"][2] == 5
    assert counted_whole == ["figures", "ranking"] * 2


def test_a_ranking_that_was_kept_anew_meanwhile_is_not_built_on(
    firm: Any, counted_whole: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    companies, vendors = firm[VENDOR]
    look(CONTACTS)
    make_link(VENDOR, companies[0], vendors[0])
    counted_whole.clear()

    def keep_meanwhile(*given: Any) -> Any:
        CountedFacts.objects.filter(part="ranked_lefts:contacts").update(snapshot="1:1:")
        return reranking.rank_again(*given)

    monkeypatch.setattr(facts, "rank_again", keep_meanwhile)
    found = look(CONTACTS)
    assert counted_whole == ["ranking"]
    assert found == count_all(CONTACTS)


def test_a_row_taken_by_a_kind_that_shares_it_is_free_no_more(
    scope_of_firm: Any, counted_whole: list[str], client_of: Any, owner: Any
) -> None:
    """An item is of one code or of one pair of code and type."""
    code = make_code("01-100", "Concrete")
    item = make_row(PAIR_ITEM.right, "Concrete", subtype="Service")
    pair = make_row(PAIR_ITEM.left, "Concrete, labor")
    suggest(COST_CODE_ITEM, code, item, 80).save()
    section = SECTIONS["item-codes"]
    free = look(section)
    assert (len(free["queue"]), free["counts"][0]) == (1, 1)
    counted_whole.clear()
    made = make_link(PAIR_ITEM, pair, item)
    taken = look(section)
    assert (taken["queue"], taken["counts"][0], counted_whole) == ([], 0, [])
    assert taken == count_all(section)
    for search in ("", "&q=concrete"):
        page = client_of(owner).get(f"/mapping/item-codes/?tab=quickbooks{search}").context
        assert (page["tabs"][2]["count"], page["rows"]) == (0, [])
    made.delete()
    assert look(section) == free == count_all(section)

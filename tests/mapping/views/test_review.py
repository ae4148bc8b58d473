from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping.automap.running import automap
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.models import Link, MappingRun, RemoteItem, SuggestedPair
from mapping.screens import SECTIONS
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
REVIEW = "/mapping/contacts/review/"
ACCEPT = f"{REVIEW}accept/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def told(response: Any) -> tuple[str, str]:
    last = list(get_messages(response.wsgi_request))[-1]
    return last.message, last.extra_tags


def review(browser: Any, query: str = "") -> Any:
    response = browser.get(REVIEW + query)
    assert response.status_code == 200
    return response.context["review"]


@pytest.fixture
def smith(owner: Any) -> SuggestedPair:
    make_company("Smith Electric LLC", email="bids@smith.example")
    make_vendor("Smith Electrical Inc", phone="(720) 555-0177")
    automap(SECTIONS["contacts"], owner)
    return SuggestedPair.objects.get()


@pytest.fixture
def many(owner: Any) -> list[SuggestedPair]:
    """Seven pairs that are close, each with its own name."""
    for trade in ("Alder", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Ginkgo"):
        make_company(f"{trade} Electric LLC")
        make_vendor(f"{trade} Electrical Inc")
    automap(SECTIONS["contacts"], owner)
    for number, pair in enumerate(SuggestedPair.objects.order_by("pk")):
        SuggestedPair.objects.filter(pk=pair.pk).update(score=80 + number)
    return list(SuggestedPair.objects.order_by("-score"))


def test_a_pair_is_shown_with_what_else_is_known_of_both(browser: Any, smith: SuggestedPair) -> None:
    found = review(browser)
    [pair] = found["pairs"]
    assert (pair["left_name"], pair["left_context"]) == ("Smith Electric LLC", "bids@smith.example")
    assert (pair["right_name"], pair["right_context"]) == ("Smith Electrical Inc", "Vendor, (720) 555-0177")
    assert (pair["score"], pair["reason"], pair["others"]) == (smith.score, smith.reason, [])
    assert (found["count"], found["page"].total) == (1, 1)


def test_pairs_come_best_first_with_their_alternatives(browser: Any, many: list[SuggestedPair]) -> None:
    best = many[0]
    other = make_vendor("Alder & Sons")
    SuggestedPair.objects.create(
        kind="vendor",
        left_connection=best.left_connection,
        left_id=best.left_id,
        right_connection=best.right_connection,
        right_id=other.remote_id,
        score=55,
        reason="Share a word",
    )
    pairs = review(browser)["pairs"]
    assert [pair["score"] for pair in pairs] == [86, 85, 84, 83, 82, 81, 80]
    assert [[one["right_name"] for one in pair["others"]] for pair in pairs] == [["Alder & Sons"], *([[]] * 6)]


def test_a_pair_is_linked_by_hand_and_leaves_the_queue(browser: Any, admin_user: Any, smith: SuggestedPair) -> None:
    response = browser.post(f"/mapping/pairs/{smith.pk}/link/")
    made = Link.objects.get()
    assert (made.left_id, made.right_id, made.chosen_by, made.actor) == (
        smith.left_id,
        smith.right_id,
        "hand",
        admin_user,
    )
    assert made.reason == f"{smith.reason}, {smith.score}"
    assert (response.url, told(response)[1]) == (REVIEW, f"undo:/mapping/contacts/unlink/{made.pk}/")
    assert review(browser)["pairs"] == []


def test_a_pair_whose_side_was_linked_meanwhile_is_refused(browser: Any, smith: SuggestedPair) -> None:
    company = smith.left_id
    make_link(VENDOR, _row(company), make_vendor("Smith & Co"))
    response = browser.post(f"/mapping/pairs/{smith.pk}/link/")
    assert told(response)[0] == "Smith Electric LLC is linked to Smith & Co in QuickBooks already. Unlink it first."
    assert Link.objects.count() == 1
    assert review(browser)["pairs"] == []


def test_a_rejected_pair_is_listed_as_such_and_can_come_back(
    browser: Any, admin_user: Any, smith: SuggestedPair
) -> None:
    response = browser.post(f"/mapping/pairs/{smith.pk}/reject/")
    smith.refresh_from_db()
    assert smith.rejected_at is not None
    assert smith.rejected_by == admin_user
    assert told(response) == (
        "Not offered again: Smith Electric LLC and Smith Electrical Inc",
        f"undo:/mapping/pairs/{smith.pk}/allow/",
    )
    assert review(browser)["pairs"] == []
    assert [pair["left_name"] for pair in review(browser, "?show=rejected")["pairs"]] == ["Smith Electric LLC"]
    assert [review(browser, query)["counts"] for query in ("", "?show=rejected")] == [{"open": 0, "rejected": 1}] * 2
    automap(SECTIONS["contacts"], admin_user)
    assert review(browser)["pairs"] == []
    response = browser.post(f"/mapping/pairs/{smith.pk}/allow/")
    assert told(response)[0] == "Offered again: Smith Electric LLC and Smith Electrical Inc"
    assert [pair["left_name"] for pair in review(browser)["pairs"]] == ["Smith Electric LLC"]


def test_all_above_a_line_are_counted_first_and_then_linked_as_one_run(
    browser: Any, many: list[SuggestedPair]
) -> None:
    question = browser.get(f"{ACCEPT}?least=84").context["confirm"]
    assert (question.title, question.button) == ("Accept 3 pairs at or above 84", "Link 3 pairs")
    assert not Link.objects.exists()
    response = browser.post(ACCEPT, question.fields)
    run = MappingRun.objects.get(what="change")
    assert told(response) == ("3 pairs linked", f"undo:/mapping/runs/{run.pk}/undo/")
    assert set(Link.objects.values_list("left_id", flat=True)) == {pair.left_id for pair in many[:3]}
    assert set(Link.objects.values_list("chosen_by", "run")) == {("hand", run.pk)}
    browser.post(f"/mapping/runs/{run.pk}/undo/")
    assert not Link.objects.exists()


def test_a_count_that_changed_meanwhile_links_nothing(browser: Any, many: list[SuggestedPair]) -> None:
    fields = browser.get(f"{ACCEPT}?least=84").context["confirm"].fields
    browser.post(f"/mapping/pairs/{many[0].pk}/reject/")
    response = browser.post(ACCEPT, fields)
    assert response.status_code == 422
    assert response.context["confirm"].error == "The list changed meanwhile: it would be 2 now."
    assert not Link.objects.exists()


def test_two_that_want_one_row_stay_for_a_person(browser: Any, many: list[SuggestedPair]) -> None:
    SuggestedPair.objects.filter(pk=many[1].pk).update(right_id=many[0].right_id)
    question = browser.get(f"{ACCEPT}?least=84").context["confirm"]
    assert question.title == "Accept 1 pair at or above 84"
    assert question.text.endswith("2 more want a row that another wants too, and stay for you.")


def test_a_row_that_several_fit_equally_well_stays_for_a_person(browser: Any, many: list[SuggestedPair]) -> None:
    offer(many[0], make_vendor("Ginkgo & Sons").remote_id, many[0].score)
    offer(many[1], make_vendor("Fir & Sons").remote_id, many[1].score - 1)
    question = browser.get(f"{ACCEPT}?least=84").context["confirm"]
    assert question.title == "Accept 2 pairs at or above 84"
    assert question.text.endswith("1 more has several that fit equally well, and stays for you.")
    response = browser.post(ACCEPT, question.fields)
    assert told(response)[0] == "2 pairs linked, 1 left for you"
    assert set(Link.objects.values_list("left_id", "right_id")) == {
        (each.left_id, each.right_id) for each in many[1:3]
    }


def test_a_second_role_is_told_and_stays_for_a_person(browser: Any, many: list[SuggestedPair]) -> None:
    SuggestedPair.objects.filter(pk=many[0].pk).update(band="second")
    question = browser.get(f"{ACCEPT}?least=84").context["confirm"]
    assert question.title == "Accept 2 pairs at or above 84"
    assert question.text.endswith("1 more has the other role already, and stays for you.")


def test_what_an_ambiguous_row_may_want_is_not_given_to_another(browser: Any, many: list[SuggestedPair]) -> None:
    offer(many[0], many[1].right_id, many[0].score)
    response = browser.get(f"{ACCEPT}?least=85")
    assert told(response)[0] == (
        "No pair at or above 85 can be linked at once. "
        "1 more wants a row that another wants too, and stays for you. "
        "1 more has several that fit equally well, and stays for you."
    )
    assert not Link.objects.exists()


def test_a_code_that_a_division_covers_by_now_is_not_linked(browser: Any) -> None:
    make_code("03", "Concrete", remote_id="3")
    code, other = make_code("03-300", "Slabs", parent_id="3"), make_code("04-100", "Brick")
    for row in (code, other):
        account = make_account(f"{row.name} costs")
        SuggestedPair.objects.create(
            kind=COST_CODE_ACCOUNT.key,
            left_connection=row.connection,
            left_id=row.remote_id,
            right_connection=account.connection,
            right_id=account.remote_id,
            score=80,
        )
    accept = "/mapping/account-codes/review/accept/"
    fields = browser.get(f"{accept}?least=80").context["confirm"].fields
    assert fields["expected"] == "2"
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="3"), make_account("Concrete costs"))
    response = browser.post(accept, fields)
    assert response.context["confirm"].error == "The list changed meanwhile: it would be 1 now."
    browser.post(accept, response.context["confirm"].fields)
    assert set(Link.objects.values_list("left_id", flat=True)) == {"3", other.remote_id}


@pytest.mark.parametrize("least", ["", "x", "49", "101", "-5"])
def test_a_line_that_is_no_score_is_refused(browser: Any, least: str) -> None:
    response = browser.get(f"{ACCEPT}?least={least}")
    assert (response.status_code, told(response)[0]) == (302, "Give a score from 50 to 100.")


def offer(pair: SuggestedPair, right_id: str, score: int) -> None:
    """Another pair of the same left row."""
    SuggestedPair.objects.create(
        kind=pair.kind,
        left_connection=pair.left_connection,
        left_id=pair.left_id,
        right_connection=pair.right_connection,
        right_id=right_id,
        score=score,
    )


def _row(remote_id: str) -> RemoteItem:
    return RemoteItem.objects.get(resource="procore.vendors", remote_id=remote_id)

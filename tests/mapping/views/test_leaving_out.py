from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping.automap.running import automap, suggest_section
from mapping.choices import choose
from mapping.models import LeftOut, Link, RemoteItem, SuggestedPair
from mapping.screens import SECTIONS
from mapping.signals import count_waiting
from tests.mapping.factories import make_account, make_code, make_company, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
CONTACTS = "/mapping/contacts/"
CODES = "/mapping/account-codes/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def told(response: Any) -> tuple[str, str]:
    last = list(get_messages(response.wsgi_request))[-1]
    return last.message, last.extra_tags


def names(browser: Any, url: str) -> list[str]:
    return [row["name"] for row in browser.get(url).context["rows"]]


def test_a_company_left_out_counts_as_covered_and_can_be_taken_back(browser: Any, admin_user: Any) -> None:
    aspen, _ = make_company("Aspen"), make_company("Basin")
    response = browser.post(f"{CONTACTS}leave-out/", {"id": aspen.pk})
    assert told(response) == ("Aspen is left out", f"undo:{CONTACTS}take-back/?id={aspen.pk}")
    assert LeftOut.objects.get().actor == admin_user
    page = browser.get(f"{CONTACTS}?tab=procore").context
    assert ([row["name"] for row in page["rows"]], page["coverage"]["mapped"]) == (["Basin"], 1)
    left_out = browser.get(f"{CONTACTS}?tab=procore&show=left_out").context["rows"]
    assert [(row["name"], row["is_left_out"]) for row in left_out] == [("Aspen", True)]
    response = browser.post(f"{CONTACTS}take-back/?id={aspen.pk}")
    assert told(response)[0] == "Aspen is to be mapped again"
    assert not LeftOut.objects.exists()
    assert names(browser, f"{CONTACTS}?tab=procore") == ["Aspen", "Basin"]


def test_what_waits_for_a_row_left_out_is_told(browser: Any) -> None:
    aspen = make_company("Aspen")
    count_waiting.register(lambda kind_keys: {("vendor", aspen.remote_id): 3})
    response = browser.post(f"{CONTACTS}leave-out/", {"id": aspen.pk})
    assert told(response)[0] == "Aspen is left out. 3 documents stay blocked until it is linked"


def test_a_row_left_out_is_neither_linked_nor_suggested(browser: Any, owner: Any) -> None:
    aspen = make_company("Aspen")
    make_vendor("Aspen")
    suggest_section(SECTIONS["contacts"])
    browser.post(f"{CONTACTS}leave-out/", {"id": aspen.pk})
    assert browser.get(f"{CONTACTS}review/").context["review"]["count"] == 0
    assert automap(SECTIONS["contacts"], owner).linked == 0
    assert not Link.objects.exists()
    assert not SuggestedPair.objects.exists()


def test_all_that_a_search_shows_are_left_out_at_once(browser: Any) -> None:
    for name in ("Aspen Roofing", "Basin Roofing", "Cedar Steel"):
        make_company(name)
    shown = f"{CONTACTS}?tab=procore&q=roofing"
    response = browser.post(f"{CONTACTS}leave-out/", {"all": "1", "next": shown})
    assert (response.url, told(response)[0]) == (shown, "2 companies are left out")
    assert names(browser, f"{CONTACTS}?tab=procore") == ["Cedar Steel"]


def test_a_cost_code_is_left_to_its_default_which_must_be_set(browser: Any, owner: Any) -> None:
    code, account = make_code("01-100", "Permits"), make_account("Job costs, unassigned", subtype="Expense")
    response = browser.post(f"{CODES}leave-out/", {"id": code.pk})
    assert told(response)[0] == (
        "QB Bill Account Code is not set, so a code left out would have nowhere to go. Set it first."
    )
    assert not LeftOut.objects.exists()
    choose("bill_code", account.remote_id, owner)
    response = browser.post(f"{CODES}leave-out/", {"id": code.pk})
    assert told(response)[0] == ("01-100 Permits is left out. It uses QB Bill Account Code, Job costs, unassigned")
    assert browser.get(CODES).context["coverage"]["percent"] == 100


def test_a_division_left_out_covers_its_codes(browser: Any, owner: Any) -> None:
    choose("bill_code", make_account("Job costs", subtype="Expense").remote_id, owner)
    division = make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Cast-in-place", parent_id="3")
    make_code("05-100", "Steel")
    browser.post(f"{CODES}leave-out/", {"id": division.pk})
    assert names(browser, f"{CODES}?tab=procore") == ["05-100 Steel"]
    assert browser.get(CODES).context["coverage"]["mapped"] == 1


def test_nothing_chosen_changes_nothing(browser: Any) -> None:
    make_company("Aspen")
    response = browser.post(f"{CONTACTS}leave-out/", {"id": "nonsense"})
    assert told(response)[0] == "Choose at least one row that is not mapped yet."
    assert not LeftOut.objects.exists()
    assert RemoteItem.objects.count() == 1

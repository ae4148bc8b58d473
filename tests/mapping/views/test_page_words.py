"""What a mapping page says of what is left, what is wrong, and what nobody has read yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from mapping.choices import choose
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.models import Refresh
from tests.factories import make_connections
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
CONTACTS = "/mapping/contacts/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def context(browser: Any, url: str) -> dict[str, Any]:
    response = browser.get(url)
    assert response.status_code == 200
    return response.context


def test_a_list_nobody_has_read_is_not_said_to_hold_nothing_close(browser: Any) -> None:
    make_company("Aspen")
    assert context(browser, f"{CONTACTS}?tab=procore")["kind"]["no_match"] == "No QuickBooks contacts yet"
    make_vendor("Birch")
    assert context(browser, f"{CONTACTS}?tab=procore")["kind"]["no_match"] == "Nothing close in QuickBooks"
    assert context(browser, f"{CONTACTS}?tab=quickbooks")["kind"]["no_match"] == "Nothing close in Procore"


def test_a_list_that_was_read_and_is_empty_says_so(browser: Any) -> None:
    make_connections()
    unread = context(browser, "/mapping/terms/?tab=procore")["empty"]
    assert (unread.title, unread.action.label) == ("No Procore payment terms yet", "Refresh")
    Refresh.objects.create(section="terms", side="procore", state="done", ended_at=timezone.now())
    read = context(browser, "/mapping/terms/?tab=procore")["empty"]
    assert (read.title, read.text) == ("Nothing here", "Procore was read, and no Procore payment terms are there.")


def test_links_that_lead_nowhere_are_told_on_each_tab(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen", is_active=False))
    make_link(VENDOR, make_company("Basin"), make_vendor("Basin", is_active=False, vanished_at=timezone.now()))
    make_link(VENDOR, make_company("Clear", is_active=False), make_vendor("Clear"))
    for tab in ("mapped", "procore", "quickbooks"):
        problem = context(browser, f"{CONTACTS}?tab={tab}")["problem"]
        assert problem.title == "2 mapped rows lead to what is inactive in QuickBooks, or gone"
    shown = context(browser, problem.action.url)
    assert (len(shown["rows"]), shown["problem"]) == (3, None)


def test_only_what_has_to_be_done_is_counted_as_left(browser: Any, owner: Any) -> None:
    choose("line_item_type", "item", owner)
    code = make_code("03-100", "Walls")
    make_code("03-200", "Slabs")
    make_link(COST_CODE_ACCOUNT, code, make_account("Concrete"))
    sections = {each["title"]: each for each in context(browser, CONTACTS)["sections"]}
    assert {title: (each["left"], each["is_optional"]) for title, each in sections.items() if "codes" in title} == {
        "Account codes": (0, True),
        "Item codes": (2, False),
        "Owner invoice codes": (0, True),
    }
    assert sections["Project overrides"]["is_optional"]


def test_rows_left_out_are_said_to_be_in_the_count(browser: Any) -> None:
    make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen"))
    assert context(browser, CONTACTS)["coverage"]["label"] == "Procore companies mapped"
    browser.post(f"{CONTACTS}leave-out/", {"id": make_company("Basin").pk})
    assert context(browser, CONTACTS)["coverage"] == {
        "label": "Procore companies mapped or left out",
        "mapped": 2,
        "total": 2,
        "percent": 100,
    }

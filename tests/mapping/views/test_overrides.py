"""Project overrides on the screen: what applies now, another target for one project, and falling back."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import choose
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, OVERRIDE_ACCOUNT, OVERRIDE_ITEM
from mapping.models import Link, RemoteItem
from tests.mapping.factories import make_account, make_code, make_link, make_row

pytestmark = pytest.mark.usefixtures("scope")
ACCOUNTS, ITEMS = "/mapping/override-accounts/", "/mapping/override-items/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def codes() -> dict[str, RemoteItem]:
    """Two projects with copies of code 03-300 under division 03; one has a code of its own beside it."""
    make_code("03", "Concrete", remote_id="3")
    make_code("03-300", "Slabs", remote_id="33", parent_id="3")
    make_code("99-100", "Own", remote_id="code:99-100")
    for project_id, number, name in (("501", "2417", "Lofts"), ("502", "2420", "Annex")):
        make_row(procore.PROJECTS, name, remote_id=project_id, code=number)
    own = {
        "own-lofts": ("501", "03-300", "33"),
        "own-annex": ("502", "03-300", "33"),
        "special": ("501", "99-100", None),
    }
    return {
        key: make_row(
            procore.PROJECT_COST_CODES,
            f"Slabs, {project_id}",
            remote_id=key,
            code=code,
            project_id=project_id,
            data={"standard_id": standard_id, "own_name": "Slabs"},
        )
        for key, (project_id, code, standard_id) in own.items()
    }


def rows(browser: Any, url: str) -> dict[str, dict[str, Any]]:
    """The rows of a list by the name of the project's code."""
    response = browser.get(url)
    assert response.status_code == 200
    return {row.get("name") or row["left"]["name"]: row for row in response.context["rows"]}


def applies(browser: Any, url: str) -> dict[str, tuple[str, str]]:
    return {name: (row["inherited"].target, row["inherited"].source) for name, row in rows(browser, url).items()}


def test_each_code_shows_what_it_inherits_and_from_where(browser: Any, codes: Any, owner: Any) -> None:
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="3"), make_account("Concrete costs"))
    choose("bill_code", make_account("Unassigned").remote_id, owner)
    assert applies(browser, f"{ACCOUNTS}?tab=procore") == {
        "03-300 Slabs, 501": ("Concrete costs", "division 03"),
        "03-300 Slabs, 502": ("Concrete costs", "division 03"),
        "99-100 Slabs, 501": ("Unassigned", "QB Bill Account Code"),
    }
    # The project has a line of its own, where a long name of the code cannot hide it.
    shown = rows(browser, f"{ACCOUNTS}?tab=procore")["03-300 Slabs, 501"]
    assert (shown["headline"], shown["context"]) == ("03-300 Slabs", "501")
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="33"), make_account("Slab costs"))
    assert applies(browser, f"{ACCOUNTS}?tab=procore")["03-300 Slabs, 501"] == ("Slab costs", "its code")


def test_a_code_nothing_covers_says_that_its_document_stops(browser: Any, codes: Any) -> None:
    assert set(applies(browser, f"{ACCOUNTS}?tab=procore").values()) == {("", "")}
    assert "Nothing, so its document stops" in browser.get(f"{ACCOUNTS}?tab=procore").content.decode()


def test_items_inherit_from_items_and_fall_to_the_bill_item(browser: Any, codes: Any, owner: Any) -> None:
    choose("line_item_type", "item", owner)
    item = make_row(qbo.ITEMS, "Slab work", subtype="Service")
    make_link(COST_CODE_ITEM, RemoteItem.objects.get(remote_id="33"), item)
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="3"), make_account("Concrete costs"))
    choose("bill_item", make_row(qbo.ITEMS, "Other work", subtype="Service").remote_id, owner)
    assert applies(browser, f"{ITEMS}?tab=procore") == {
        "03-300 Slabs, 501": ("Slab work", "its code"),
        "03-300 Slabs, 502": ("Slab work", "its code"),
        "99-100 Slabs, 501": ("Other work", "QB Bill Item Code"),
    }


def test_linking_overrides_one_project_and_unlinking_falls_back(browser: Any, codes: Any) -> None:
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="33"), make_account("Slab costs"))
    special = make_account("Lofts costs")
    code = codes["own-lofts"]
    browser.post(f"{ACCOUNTS}link/{code.pk}/", {"target": special.pk})
    link = Link.objects.get(kind=OVERRIDE_ACCOUNT.key)
    assert (link.left_id, link.right_id) == ("own-lofts", special.remote_id)
    mapped = rows(browser, f"{ACCOUNTS}?tab=mapped")
    assert list(mapped) == ["03-300 Slabs, 501"]
    assert mapped["03-300 Slabs, 501"]["right"]["name"] == "Lofts costs"
    assert mapped["03-300 Slabs, 501"]["inherited"].target == "Slab costs"
    assert "Instead of Slab costs, by its code" in browser.get(f"{ACCOUNTS}?tab=mapped").content.decode()
    assert "03-300 Slabs, 501" not in applies(browser, f"{ACCOUNTS}?tab=procore")
    browser.post(f"{ACCOUNTS}unlink/{link.pk}/")
    assert applies(browser, f"{ACCOUNTS}?tab=procore")["03-300 Slabs, 501"] == ("Slab costs", "its code")


def test_both_lists_can_be_narrowed_to_a_project(browser: Any, codes: Any) -> None:
    response = browser.get(f"{ACCOUNTS}?tab=procore")
    choices = [(each.value, each.label) for each in response.context["filters"]["show_choices"]]
    assert choices[-2:] != []
    assert [each for each in choices if each[0].startswith("project-")] == [
        ("project-501", "2417 Lofts"), ("project-502", "2420 Annex"),
    ]  # fmt: skip
    assert list(rows(browser, f"{ACCOUNTS}?tab=procore&show=project-502")) == ["03-300 Slabs, 502"]
    for key in ("own-lofts", "own-annex"):
        make_link(OVERRIDE_ACCOUNT, codes[key], make_account(f"Account {key}"))
    assert list(rows(browser, f"{ACCOUNTS}?tab=mapped&show=project-501")) == ["03-300 Slabs, 501"]
    assert list(rows(browser, f"{ACCOUNTS}?tab=mapped&show=project-9")) == []


def test_other_lists_offer_no_projects(browser: Any, codes: Any) -> None:
    response = browser.get("/mapping/account-codes/?tab=procore")
    assert not [each for each in response.context["filters"]["show_choices"] if each.value.startswith("project-")]


def test_the_tab_says_overrides_and_nothing_counts_as_left(browser: Any, codes: Any) -> None:
    response = browser.get(f"{ACCOUNTS}?tab=procore")
    assert [tab["label"] for tab in response.context["tabs"]] == ["Overrides", "Procore", "QuickBooks"]
    (section,) = [each for each in response.context["sections"] if each["is_current"]]
    assert section["left"] == 0
    assert response.context["coverage"]["label"] == "Procore project codes overridden"


def test_a_code_of_the_firm_says_on_how_many_projects_it_is_overridden(browser: Any, codes: Any) -> None:
    for key in ("own-lofts", "own-annex"):
        make_link(OVERRIDE_ACCOUNT, codes[key], make_account(f"Account {key}"))
    make_link(OVERRIDE_ITEM, codes["special"], make_row(qbo.ITEMS, "Own", subtype="Service"))
    told = {
        section: {
            name: row.get("overrides") for name, row in rows(browser, f"/mapping/{section}/?tab=procore").items()
        }
        for section in ("account-codes", "item-codes", "cost-codes")
    }
    assert told == {
        "account-codes": {"03 Concrete": None, "03-300 Slabs": "Overridden on 2 projects", "99-100 Own": None},
        "item-codes": {"03 Concrete": None, "03-300 Slabs": None, "99-100 Own": "Overridden on 1 project"},
        "cost-codes": {"03 Concrete": None, "03-300 Slabs": None, "99-100 Own": None},
    }


def test_code_pages_lead_to_the_four_ways(browser: Any, codes: Any) -> None:
    for key in ("account-codes", "item-codes", "cost-codes", "cost-types"):
        assert browser.get(f"/mapping/{key}/").context["kind"]["options_url"] == "/mapping/options/"
    assert browser.get("/mapping/contacts/").context["kind"]["options_url"] == ""


def test_what_a_page_inherits_is_read_in_sets(browser: Any, codes: Any, django_assert_max_num_queries: Any) -> None:
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="3"), make_account("Concrete costs"))
    make_link(COST_CODE_ACCOUNT, RemoteItem.objects.get(remote_id="code:99-100"), make_account("Own costs"))
    for number in range(40):
        make_row(
            procore.PROJECT_COST_CODES, f"Slabs {number}", code="03-300", project_id="501", data={"standard_id": "33"}
        )
    browser.get(f"{ACCOUNTS}?tab=procore")
    with django_assert_max_num_queries(15):
        assert len(rows(browser, f"{ACCOUNTS}?tab=procore")) == 43

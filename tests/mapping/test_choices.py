from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.qbo import resources as qbo
from mapping.choices import ChoiceRefused, choose, load_defaults
from mapping.defaults import BILL_CODE, BILL_DATE, BILL_ITEM, LINE_ITEM_TYPE, RETENTION_PAYABLE_RETAINED, Choice
from mapping.models import DefaultChoice
from mapping.options.fitness import CLASS_PER_TRANSACTION, NO_CLASSES, NO_ITEMS, NO_LOCATIONS
from mapping.signals import mapping_changed
from smoothx.tenants.models import AuditEntry
from tests.factories import connections
from tests.mapping.factories import make_account, make_row

pytestmark = pytest.mark.usefixtures("scope")


def test_a_choice_is_stored_audited_and_told(owner: Any, django_capture_on_commit_callbacks: Any) -> None:
    account = make_account("Job costs")
    heard: list[str] = []

    def note(*, subjects: list[str], **_: Any) -> None:
        heard.extend(subjects)

    mapping_changed.connect(note)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            choose("bill_code", account.remote_id, owner)
            choose("bill_code", account.remote_id, owner)
    finally:
        mapping_changed.disconnect(note)
    assert DefaultChoice.objects.get().value == account.remote_id
    assert heard == ["default:bill_code"]
    entry = AuditEntry.objects.get()
    assert (entry.subject, entry.detail) == (
        "QB Bill Account Code",
        {"key": "bill_code", "before": "", "after": account.remote_id},
    )


def test_a_choice_can_be_taken_back(owner: Any) -> None:
    choose("line_item_type", "item", owner)
    assert choose("line_item_type", "", owner) is None
    assert not DefaultChoice.objects.exists()


REFUSED = {
    "no such default": ("colour", "blue", "unknown_default"),
    "no such option": ("line_item_type", "both", "unknown_option"),
    "no such account": ("bill_code", "404", "unknown_item"),
    "inactive account": ("bill_code", "11", "inactive_item"),
    "account of another type": ("bill_code", "12", "wrong_type"),
    "expense for retention": ("retention_payable_retained", "13", "wrong_type"),
    "category of items": ("bill_item", "14", "wrong_type"),
}


@pytest.mark.parametrize(("key", "value", "code"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_does_not_fit_is_refused(key: str, value: str, code: str, owner: Any) -> None:
    make_account("Old", remote_id="11", is_active=False)
    make_account("Sales", remote_id="12", subtype="Income")
    make_account("Job costs", remote_id="13")
    make_row(qbo.ITEMS, "Site", remote_id="14", subtype="Category")
    with pytest.raises(ChoiceRefused) as caught:
        choose(key, value, owner)
    assert caught.value.code == code
    assert not DefaultChoice.objects.exists()


BOOKS = {
    "company_name": "Ridgeline", "country": "US", "home_currency": "USD", "uses_sales_tax": False,
    "closed_until": None, "uses_account_numbers": True, "is_multicurrency": False, "classes": "line",
    "tracks_locations": True, "uses_projects": True, "buys_items": True, "edition": "QuickBooks Online Plus",
}  # fmt: skip
LACKING = [
    ("class_type", "cost_code", {"classes": ""}, NO_CLASSES),
    ("class_type", "project", {"classes": "transaction"}, CLASS_PER_TRANSACTION),
    ("location_source", "department", {"tracks_locations": False}, NO_LOCATIONS),
    ("line_item_type", "item", {"buys_items": False}, NO_ITEMS),
    ("items_in_quickbooks", "yes", {"buys_items": False}, NO_ITEMS),
]


def set_books(**facts: Any) -> None:
    _, quickbooks = connections()
    quickbooks.facts = {"books": {**BOOKS, **facts}}
    quickbooks.save()


@pytest.mark.parametrize(("key", "option", "lack", "reason"), LACKING)
def test_what_the_books_cannot_do_is_refused(key: str, option: str, lack: Any, reason: str, owner: Any) -> None:
    set_books(**lack)
    with pytest.raises(ChoiceRefused) as caught:
        choose(key, option, owner)
    assert (caught.value.code, caught.value.sentence) == ("books_lack_it", reason)
    assert not DefaultChoice.objects.exists()
    set_books()
    assert choose(key, option, owner) is not None


@pytest.mark.parametrize(
    ("key", "option"),
    [
        ("class_type", "none"),
        ("location_source", "none"),
        ("line_item_type", "category"),
        ("items_in_quickbooks", "no"),
    ],
)
def test_books_that_can_do_nothing_take_the_plain_choice(key: str, option: str, owner: Any) -> None:
    set_books(classes="", tracks_locations=False, buys_items=False)
    assert choose(key, option, owner) is not None


def test_books_that_were_not_asked_refuse_nothing(owner: Any) -> None:
    _, quickbooks = connections()
    known = ("classes", "tracks_locations", "uses_projects", "buys_items", "edition")
    quickbooks.facts = {"books": {name: value for name, value in BOOKS.items() if name not in known}}
    quickbooks.save()
    assert choose("class_type", "cost_code", owner) is not None


def test_the_sentence_names_account_and_type(owner: Any) -> None:
    make_account("Sales", remote_id="12", subtype="Income")
    with pytest.raises(ChoiceRefused) as caught:
        choose("retention_payable_retained", "12", owner)
    assert caught.value.sentence == (
        "Sales is of type Income. It takes Other Current Asset or Other Current Liability or Long Term Liability or "
        "Other Asset."
    )


def test_defaults_are_loaded_with_the_names_of_today(owner: Any, django_assert_num_queries: Any) -> None:
    _, books = connections()
    books.facts = {
        "books": {
            "company_name": "Ridgeline",
            "country": "CA",
            "home_currency": "CAD",
            "uses_sales_tax": True,
            "closed_until": "2026-01-31",
            "uses_account_numbers": False,
            "is_multicurrency": False,
        }
    }
    books.save()
    account = make_account("Job costs", remote_id="11")
    make_row(qbo.ITEMS, "Concrete", remote_id="11", subtype="Service")
    choose("bill_code", "11", owner)
    choose("bill_item", "11", owner)
    choose("line_item_type", "item", owner)
    account.name, account.is_active = "Job costs (deleted)", False
    account.save()
    with django_assert_num_queries(2):
        defaults = load_defaults(books)
    assert defaults.get(BILL_CODE) == Choice("11", "Job costs (deleted)", is_active=False)
    assert defaults.get(BILL_ITEM) == Choice("11", "Concrete")
    assert defaults.get(LINE_ITEM_TYPE) == Choice("item", "Item")
    assert defaults.get(BILL_DATE) == Choice("billing_date", "Billing date")
    assert defaults.get(RETENTION_PAYABLE_RETAINED) is None
    assert (defaults.home_currency, defaults.books_country, defaults.uses_sales_tax, defaults.closed_until) == (
        "CAD",
        "CA",
        True,
        date(2026, 1, 31),
    )


def test_without_books_the_defaults_are_the_presets() -> None:
    defaults = load_defaults(None)
    assert defaults.choices == {}
    assert defaults.home_currency == "USD"

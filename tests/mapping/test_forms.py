from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import choose
from mapping.defaults import BILL_CODE, DEFAULTS, LINE_ITEM_TYPE
from mapping.forms import defaults_context, form_for_defaults
from mapping.kinds import COST_TYPE_CLASS
from mapping.models import DefaultChoice
from mapping.options.fitness import CLASS_PER_TRANSACTION, NO_CLASSES
from tests.factories import connections
from tests.mapping.factories import make_account, make_link, make_row
from tests.mapping.test_choices import set_books

pytestmark = pytest.mark.usefixtures("scope")


def settings_of(context: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {s["field"].html_name: s for group in context["groups"] for s in group["settings"]}


def test_every_default_has_a_field_in_its_group() -> None:
    connections()
    context = defaults_context(RequestFactory().get("/settings/defaults/"), form_for_defaults())
    assert sorted(settings_of(context)) == sorted(DEFAULTS)
    assert [group["title"] for group in context["groups"]] == list(dict.fromkeys(k.group for k in DEFAULTS.values()))
    assert context["save_url"] == "/settings/defaults/"
    setting = settings_of(context)["bill_code"]
    assert (setting["help"], setting["if_empty"]) == (BILL_CODE.help, BILL_CODE.if_empty)


def test_only_fitting_active_accounts_are_offered_by_type() -> None:
    make_account("Materials", remote_id="1", code="5000", data={"full_name": "Job costs:Materials"})
    make_account("Rent", remote_id="2", subtype="Expense")
    make_account("Sales", remote_id="3", subtype="Income")
    make_account("Old", remote_id="4", is_active=False)
    form = form_for_defaults()
    assert form.fields["bill_code"].choices == [
        ("", "Not chosen"),
        ("Cost of Goods Sold", [("1", "5000 Job costs:Materials")]),
        ("Expense", [("2", "Rent")]),
    ]


def test_saving_stores_what_changed(owner: Any) -> None:
    make_account("Materials", remote_id="1")
    data = {"line_item_type": "category", "bill_code": "1", "bill_date": "billing_date", "payment_due_tax": "excluded"}
    form = form_for_defaults(data)
    assert form.is_valid()
    assert form.save(owner) == 2
    assert dict(DefaultChoice.objects.values_list("key", "value")) == {"line_item_type": "category", "bill_code": "1"}


def test_a_refusal_at_the_last_moment_keeps_nothing(owner: Any) -> None:
    account = make_account("Materials", remote_id="1")
    form = form_for_defaults({"line_item_type": "category", "bill_code": "1"})
    assert form.is_valid()
    account.is_active = False
    account.save()
    assert form.save(owner) == 0
    assert form.errors == {"bill_code": ["Materials is inactive in QuickBooks. Choose another."]}
    assert not DefaultChoice.objects.exists()


def test_a_value_not_offered_is_an_error_of_its_field(owner: Any) -> None:
    make_account("Sales", remote_id="3", subtype="Income")
    form = form_for_defaults({"bill_code": "3"})
    assert not form.is_valid()
    assert list(form.errors) == ["bill_code"]


def test_a_lost_account_is_shown_and_leaving_it_changes_nothing(owner: Any) -> None:
    account = make_account("Materials", remote_id="1")
    make_account("Rent", remote_id="2")
    choose("bill_code", "1", owner)
    account.is_active = False
    account.save()
    context = defaults_context(RequestFactory().get("/"), form_for_defaults())
    assert settings_of(context)["bill_code"]["problem"] == "Materials is inactive in QuickBooks. Choose another."
    data = {"bill_code": "1", "bill_date": "billing_date", "payment_due_tax": "excluded"}
    form = form_for_defaults(data)
    assert form.is_valid()
    assert form.save(owner) == 0


def test_a_refused_form_says_what_stood_before(owner: Any) -> None:
    make_account("Materials", remote_id="1")
    choose("bill_code", "1", owner)
    form = form_for_defaults({"bill_code": "404", "line_item_type": "item"}, kinds=[BILL_CODE, LINE_ITEM_TYPE])
    assert not form.is_valid()
    context = defaults_context(RequestFactory().post("/"), form)
    assert settings_of(context)["bill_code"]["changed_from"] == "Materials"
    assert settings_of(context)["line_item_type"]["changed_from"] == "Not chosen"
    assert context["changes"] == 2


def test_a_choice_the_books_cannot_carry_out_any_more_is_said(owner: Any) -> None:
    set_books()
    choose("class_type", "project", owner)
    set_books(classes="transaction")
    settings = settings_of(defaults_context(RequestFactory().get("/"), form_for_defaults()))
    assert settings["class_type"]["problem"] == CLASS_PER_TRANSACTION
    assert settings["location_source"]["problem"] is None
    assert settings["class_type"]["fix"].url == "/mapping/options/"


def test_a_choice_the_books_lack_is_an_error_of_its_field(owner: Any) -> None:
    set_books(classes="")
    form = form_for_defaults({"class_type": "cost_code", "line_item_type": "item"})
    assert form.is_valid()
    assert form.save(owner) == 0
    assert form.errors == {"class_type": [NO_CLASSES]}
    assert not DefaultChoice.objects.exists()


def test_links_out_of_use_are_told(owner: Any) -> None:
    make_account("Materials")
    make_link(COST_TYPE_CLASS, make_row(procore.COST_TYPES, "Labor"), make_row(qbo.CLASSES, "Labor"))
    (notice,) = defaults_context(RequestFactory().get("/"), form_for_defaults())["notices"]
    assert (notice.title, notice.text, notice.action.url) == (
        "A link to a class is not in use",
        "Default Class Type is No class, so they say nothing.",
        "/mapping/options/",
    )
    choose("class_type", "cost_type", owner)
    assert defaults_context(RequestFactory().get("/"), form_for_defaults())["notices"] == []


def test_without_accounts_the_page_says_where_to_read_them() -> None:
    connections()
    notices = defaults_context(RequestFactory().get("/"), form_for_defaults())["notices"]
    assert [(n.title, n.action.url) for n in notices] == [
        ("No QuickBooks accounts to choose from", "/mapping/account-codes/?tab=quickbooks")
    ]

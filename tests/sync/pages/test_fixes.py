"""Every problem leads somewhere that exists, and every sentence is whole."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from mapping.models import DefaultChoice
from smoothx.tenants.models import Tenant
from sync.codes import CODES, headline_for, sentence_for
from sync.pages.fixes import FIXES, fix_for
from sync.pages.frame import Frame
from tests.factories import make_entry, notice

WITH_FIX = [code for code in CODES.values() if code.fix]


def test_every_fix_named_by_a_code_is_known() -> None:
    assert {code.fix for code in WITH_FIX} <= set(FIXES)


def test_the_fix_of_every_code_opens_a_page(scope: Tenant) -> None:
    for code in WITH_FIX:
        entry = make_entry("blocked", notices=[notice(code.key, "Home Depot Pro")])
        action = fix_for(entry.notices[0], entry, Frame())
        assert action is not None, code.key
        assert action.label, code.key
        if action.url.startswith("/"):
            resolve(urlsplit(action.url).path)
        else:
            assert action.url.startswith("https://"), code.key


def test_a_code_that_needs_nobody_has_no_button(scope: Tenant) -> None:
    entry = make_entry("waiting", notices=[notice("previous_not_posted", "5")])
    assert fix_for(entry.notices[0], entry, Frame()) is None


def test_the_source_opens_in_procore(scope: Tenant) -> None:
    entry = make_entry("blocked", source_id="712", notices=[notice("date_missing")])
    action = fix_for(entry.notices[0], entry, Frame())
    assert action is not None
    assert action.url.startswith("https://us02.procore.com/")


def test_a_headline_and_its_rest_make_up_the_sentence() -> None:
    for code in CODES:
        first, rest = headline_for(code, "Smith Bros. Inc.", {"vendor_text": "No."})
        whole = sentence_for(code, "Smith Bros. Inc.", {"vendor_text": "No."})
        assert first, code
        assert whole.startswith(first), code
        assert whole.lower().endswith(rest.lower()), code


TAGS = [
    ("class_not_mapped", "cost_code_class", "03-300", "/mapping/cost-codes/?tab=procore&q=03-300"),
    ("class_not_mapped", "project_class", "Lofts", "/mapping/project-classes/?tab=procore&q=Lofts"),
    ("class_inactive", "cost_type_class", "Labor", "/mapping/cost-types/?tab=mapped&q=Labor"),
    ("location_not_mapped", "department_location", "Civil", "/mapping/department-locations/?tab=procore&q=Civil"),
    ("term_inactive", "payment_term", "Net 30", "/mapping/terms/?tab=mapped&q=Net+30"),
    ("sub_job_not_mapped", "sub_job", "Garage", "/mapping/sub-jobs/?tab=procore&q=Garage"),
    ("code_inactive", "override_account", "x", "/mapping/override-accounts/?tab=mapped&q=what+lacks+it"),
    ("code_inactive", "pair_account", "x", "/mapping/pair-accounts/?tab=mapped&q=what+lacks+it"),
]


@pytest.mark.parametrize(("code", "kind", "search", "expected"), TAGS)
def test_a_missing_tag_is_mapped_in_its_own_list(
    scope: Tenant, code: str, kind: str, search: str, expected: str
) -> None:
    told = notice(code, "what lacks it", kind=kind, search=search)
    entry = make_entry("blocked", notices=[notice(code, "another", kind="vendor", search="y"), told])
    action = fix_for(told, entry, Frame())
    assert action is not None
    assert action.url == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("vendor_not_mapped", "/mapping/contacts/?tab=procore&q=Home+Depot+Pro"),
        ("vendor_inactive", "/mapping/contacts/?tab=mapped&q=Home+Depot+Pro"),
        ("project_inactive", "/mapping/projects/?tab=mapped&q=Home+Depot+Pro"),
        ("code_not_mapped", "/mapping/item-codes/?tab=procore&q=Home+Depot+Pro"),
        ("opening_missing", "/openings/"),
    ],
)
def test_the_place_is_exact(scope: Tenant, code: str, expected: str) -> None:
    DefaultChoice.objects.create(key="line_item_type", value="item")
    entry = make_entry("blocked", notices=[notice(code, "Home Depot Pro")])
    action = fix_for(entry.notices[0], entry, Frame())
    assert action is not None
    assert action.url == expected

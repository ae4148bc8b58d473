"""Signing in and out, a forgotten password, an invitation, and what each role may see and do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from smoothx.tenants.models import Membership
from smoothx.tenants.scope import tenant_scope
from tests.factories import make_entry, make_project, notice
from tests.journeys.conftest import PASSWORD, OpenWindow

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

NEW_PASSWORD = "quieter horse stapled"


@pytest.fixture
def stopped(transactional_db: None, tenant: Any) -> Any:
    """A live company with one document that a person must decide on."""
    type(tenant).objects.filter(pk=tenant.pk).update(state="live")
    with tenant_scope(tenant.pk):
        make_project("501")
        return make_entry("blocked", notices=[notice("vendor_not_mapped", "Front Range Mechanical LLC")])


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def choose_password(page: Page, password: str) -> None:
    """Follow the link of the last mail and choose a password there."""
    found = re.search(r"https?://\S+", str(mail.outbox[-1].body))
    assert found is not None
    page.goto(found.group())
    for field in page.locator("input[type=password]").all():
        field.fill(password)
    page.get_by_role("button", name="Save the password").click()


def test_a_viewer_sees_everything_and_changes_nothing(viewer: Any, stopped: Any, open_window: OpenWindow) -> None:
    page = open_window(viewer)
    page.goto("/")
    expect(page.locator("#causes li")).to_contain_text("Vendor Front Range Mechanical LLC is not mapped")
    expect(page.get_by_role("button", name="Pause sync")).to_have_count(0)
    page.get_by_role("link", name="Invoice 6").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Front Range Mechanical LLC, invoice 6")
    expect(page.locator(".head__a button, .head__a a")).to_have_count(0)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("Only an administrator or owner can connect or disconnect.")).to_be_visible()
    page.get_by_role("link", name="Defaults").click()
    expect(page.get_by_label("QB Bill Account Code")).to_be_disabled()
    for path in ("/settings/users/", "/settings/company/"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_another_companys_document_does_not_exist(
    viewer: Any, stranger: Any, stopped: Any, open_window: OpenWindow
) -> None:
    path = f"/activity/{stopped.pk}/"
    answers = [open_window(person).goto(path) for person in (viewer, stranger)]
    assert [answer.status for answer in answers if answer] == [200, 404]
    page = open_window(stranger)
    page.goto(path)
    page.goto("/")
    expect(page.locator("main")).not_to_contain_text("Front Range Mechanical LLC")


def test_a_wrong_password_is_said_and_the_right_one_lets_in(owner: Any, open_window: OpenWindow) -> None:
    page = open_window()
    page.goto("/settings/audit/")
    sign_in(page, owner.email, "not this one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Get ready to go live")
    page.get_by_label("Ridgeline Builders: account menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_forgotten_password_is_replaced_by_mail(owner: Any, open_window: OpenWindow) -> None:
    page = open_window()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot it?").click()
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    assert [message.to for message in mail.outbox] == [[owner.email]]
    choose_password(page, NEW_PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Password changed")
    sign_in(page, owner.email, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, owner.email, NEW_PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Get ready to go live")


def test_an_invited_person_chooses_a_password_and_can_be_removed(
    owner: Any, tenant: Any, open_window: OpenWindow
) -> None:
    newcomer = "nora@ridgeline.example"
    page = open_window(owner)
    page.goto("/settings/users/")
    page.get_by_role("button", name="Invite").click()
    expect(page.locator(".err")).to_be_visible()
    page.get_by_label("E-mail").fill(newcomer)
    page.get_by_label("Role", exact=True).select_option("approver")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"{newcomer} was invited as approver")).to_be_visible()

    other = open_window()
    choose_password(other, NEW_PASSWORD)
    sign_in(other, newcomer, NEW_PASSWORD)
    expect(other.get_by_role("heading", level=1)).to_have_text("Get ready to go live")

    page.get_by_label(f"Role of {newcomer}").select_option("viewer")
    expect(page.get_by_text(f"{newcomer} is now viewer")).to_be_visible()
    page.get_by_role("link", name=f"Remove {newcomer}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove from the company").click()
    expect(page.get_by_text(f"{newcomer} was removed")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert Membership.objects.filter(tenant=tenant).count() == 1
    other.goto("/")
    expect(other.get_by_role("heading", level=1)).to_have_text("No company yet")

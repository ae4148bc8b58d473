"""Every page, wide and narrow, light and dark, full and empty: it is there, fits and is labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from playwright.sync_api import Page, expect

from smoothx.tenants.scope import tenant_scope
from tests.journeys.conftest import PASSWORD, OpenWindow
from tests.journeys.furnished import Furniture, add_second_factor, furnish

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

WIDTHS = (1280, 390)
THEMES = ("light", "dark")
TABS = ("mapped", "procore", "quickbooks")


@dataclass(frozen=True)
class Look:
    """A page: the name of its address, what that names, and what comes after the question mark."""

    name: str
    arguments: Callable[[Any], list[Any]] = lambda _: []
    query: str = ""
    status: int = 200

    def path(self, furniture: Furniture | None) -> str:
        query = f"?{self.query.format(f=furniture)}" if self.query else ""
        return reverse(self.name, args=self.arguments(furniture)) + query


# One of each shape: two kinds, a tree, rows of projects, hidden ones, lists that were never read.
LOOKED_AT = ("contacts", "account-codes", "override-accounts", "cost-types", "employees")
SECTION_TABS = [
    Look("mapping:section", lambda _, key=key: [key], f"tab={tab}")  # type: ignore[misc]
    for key in LOOKED_AT
    for tab in TABS
]
WORK = [
    Look("dashboard"),
    Look("openings"),
    Look("guide_customer_field"),
    Look("activity:index"),
    Look("activity:index", query="state=needs_person"),
    Look("activity:document", lambda f: [f.posted.pk]),
    Look("activity:document", lambda f: [f.stopped.pk]),
    Look("activity:document", lambda f: [f.twin.pk]),
    Look("activity:document", lambda f: [9_999_999], status=404),
    Look("activity:adopt"),
    Look("activity:backfill"),
    Look("activity:contacts"),
    Look("activity:projects"),
    Look("activity:recode"),
    Look("activity:recode_run", lambda f: [f.recoded.pk]),
    Look("mapping:options"),
    Look("mapping:option", lambda _: ["classes"]),
    Look("mapping:review", lambda _: ["contacts"]),
    Look("mapping:review", lambda _: ["contacts"], "show=rejected"),
    Look("mapping:history", lambda _: ["contacts"]),
    Look("mapping:refresh_changes", lambda _: ["contacts"]),
    Look("mapping:push_run", lambda f: [f.pushed.pk]),
    Look("mapping:bulk_run", lambda f: [f.changed.pk]),
    Look("mapping:import", lambda _: ["contacts"]),
    Look("mapping:import_run", lambda f: [f.imported.pk]),
    Look("mapping:import_run", lambda f: [f.imported.pk], "show=problems"),
    Look("payroll:files"),
    Look("payroll:file", lambda f: [f.payroll.pk]),
    Look("reconcile:index"),
    Look("reconcile:index", query="tab=retention"),
]
SETTINGS = [
    Look("settings:access"),
    Look("settings:defaults"),
    Look("settings:flows"),
    Look("settings:go_live"),
    Look("settings:company"),
    Look("settings:users"),
    Look("settings:api_keys"),
    Look("settings:audit"),
    Look("settings:screen", lambda _: ["bills"]),
    Look("settings:screen", lambda _: ["projects"]),
    Look("settings:history"),
    Look("settings:version", lambda _: [2]),
    Look("settings:compare", query="from=1&to=4"),
    Look("settings:restore", lambda _: [1]),
    Look("settings:import"),
    Look("profile"),
    Look("account_email"),
    Look("account_change_password"),
    Look("account_reauthenticate"),
    Look("account_logout"),
    Look("mfa_index"),
    Look("mfa_activate_totp"),
]
SECOND_FACTOR = [
    Look("mfa_view_recovery_codes"),
    Look("mfa_generate_recovery_codes"),
    Look("mfa_deactivate_totp"),
    Look("mfa_reauthenticate"),
]
# Each opens over another page; by its address it is a page of its own.
DIALOGS = [
    Look("openings_read"),
    Look("settings:users_remove", lambda f: [f.member.pk]),
    Look("settings:api_key_make"),
    Look("settings:api_key_revoke", lambda f: [f.api_key.pk]),
    Look("settings:find", lambda _: ["bill_code"]),
    Look("connectors:disconnect", lambda f: [f.connection.pk]),
    Look("activity:link", lambda f: [f.twin.pk]),
    Look("activity:urgent"),
    Look("activity:unlock_all"),
    Look("mapping:link", lambda f: ["contacts", f.company.pk]),
    Look("mapping:link", lambda f: ["contacts", f.contact.pk], "q=steel"),
    Look("mapping:open", lambda f: ["contacts", "procore", f.company.remote_id]),
    Look("mapping:unlink", lambda f: ["contacts", f.link.pk]),
    Look("mapping:role", lambda f: ["contacts", f.link.pk]),
    Look("mapping:repoint", lambda f: ["contacts", f.link.pk]),
    Look("mapping:push", lambda _: ["contacts", "procore"], "id={f.company.pk}"),
    Look("mapping:push", lambda _: ["contacts", "quickbooks"], "id={f.contact.pk}"),
]
ENTRANCE = [
    Look("account_login"),
    Look("account_signup"),
    Look("account_reset_password"),
    Look("account_reset_password_done"),
    Look("account_reset_password_from_key", lambda _: ["1", "gone"]),
    Look("account_reset_password_from_key_done"),
    Look("account_inactive"),
    Look("account_email_verification_sent"),
    Look("account_confirm_email", lambda _: ["gone"]),
]
NO_PAGES = {
    # Posts.
    "go_live", "pause", "resume", "openings_confirm", "switch_tenant", "settings:flow_switch", "settings:users_invite",
    "settings:users_role", "activity:act", "connectors:connect", "connectors:choose_company", "mapping:undo",
    "mapping:undo_run", "mapping:close_run", "mapping:reopen_run", "mapping:link_pair", "mapping:reject_pair",
    "mapping:allow_pair", "mapping:automap", "mapping:leave_out", "mapping:take_back", "mapping:accept_above",
    "mapping:options_count", "mapping:options_archive", "mapping:import_columns", "mapping:import_choose",
    "mapping:import_replace", "mapping:import_pair", "mapping:import_add", "mapping:import_commit",
    "mapping:import_reopen", "mapping:import_discard", "mapping:push_act", "mapping:unlink_chosen", "payroll:take",
    "payroll:undo", "payroll:discard", "webhooks:procore", "webhooks:qbo",
    "settings:set_up_notices",
    # Answers that lead elsewhere, parts of a page, and files.
    "settings:index", "mapping:index", "connectors:callback", "mapping:refresh", "activity:export",
    "mapping:export_csv", "mapping:export_xlsx", "mapping:template_csv", "mapping:template_xlsx",
    "mapping:import_report", "mfa_download_recovery_codes", "account_set_password", "account_confirm_login_code",
    "mfa_authenticate", "settings:suggest", "settings:export", "payroll:template", "watching:health", "watching:ready",
    "watching:metrics",
    # For programs.
    "api:flows", "api:settings", "api:go_live", "api:entries", "api:entry", "api:links", "api:schema", "api:nothing",
    "api:nothing_below",
}  # fmt: skip

LOOK = """() => {
  const text = (node) => (node.textContent || "").trim();
  const named = (node) => node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.title;
  const shown = (node) => node.checkVisibility();
  const describe = (node) => node.outerHTML.slice(0, 160);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const pressed = [...document.querySelectorAll("a, button")];
  const inputs = [...document.querySelectorAll("input:not([type=hidden]), select, textarea")];
  return {
    overflow: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth,
    h1: document.querySelectorAll("h1").length,
    unlabelled: inputs.filter((node) => !(node.labels && node.labels.length) && !named(node)).map(describe),
    unnamed: pressed.filter((node) => shown(node) && !text(node) && !named(node)).map(describe),
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
  };
}"""
# How light the ground and the text are, from 0 to 255.
SHADES = """() => ["backgroundColor", "color"].map((name) => {
  const parts = getComputedStyle(document.body)[name].match(/\\d+/g).slice(0, 3).map(Number);
  return parts.reduce((sum, part) => sum + part, 0) / 3;
})"""
SOUND = {"h1": 1, "unlabelled": [], "unnamed": [], "twice": []}


@pytest.fixture
def furniture(transactional_db: None, owner: Any, admin_user: Any, tenant: Any) -> Furniture:
    with tenant_scope(tenant.pk):
        return furnish(owner)


def look_at(page: Page, looks: Iterable[Look], furniture: Furniture | None) -> None:
    """Open each, look at it wide and narrow, light and dark, and collect what is wrong: one run tells of all.

    Every page is opened as the one before it was left, and drawn three times rather than five.
    """
    wrong: dict[str, Any] = {}
    for place, look in enumerate(looks):
        path, turn = look.path(furniture), -1 if place % 2 else 1
        answer = page.goto(path)
        for width in WIDTHS[::turn]:
            page.set_viewport_size({"width": width, "height": 900})
            seen = {"status": answer.status if answer else 0, **page.evaluate(LOOK)}
            seen["overflow"] = max(seen["overflow"], 0)
            expected = {"status": look.status, "overflow": 0, **SOUND}
            wrong[f"{path} at {width}"] = {name: value for name, value in seen.items() if value != expected[name]}
        shades = shades_of(page, THEMES[::turn])
        wrong[path] = {theme: shades[theme] for theme in shades if not is_right(theme, shades[theme])}
    assert {place: found for place, found in wrong.items() if found} == {}


def shades_of(page: Page, themes: Iterable[str]) -> dict[str, list[float]]:
    shades = {}
    for theme in themes:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        shades[theme] = page.evaluate(SHADES)
    return shades


def is_right(theme: str, shades: list[float]) -> bool:
    ground, text = shades
    return ground < 40 and text > 200 if theme == "dark" else ground > 230 and text < 60


def confirm_password(page: Page) -> None:
    """The pages about signing in ask for it once more."""
    page.goto(f"{reverse('account_reauthenticate')}?next=/profile/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()


def names(patterns: Iterable[Any], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if getattr(pattern, "namespace", None) == "admin":
            continue
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}"


def test_no_page_is_forgotten() -> None:
    looked_at = {look.name for look in (*WORK, *SECTION_TABS, *SETTINGS, *SECOND_FACTOR, *DIALOGS, *ENTRANCE)}
    assert set(names(get_resolver().url_patterns)) - looked_at - NO_PAGES == {"no_company"}


def test_pages_of_work(furniture: Furniture, owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    look_at(page, [*WORK, *SECTION_TABS], furniture)
    tick_all_of_a_list(page, furniture)


def tick_all_of_a_list(page: Page, furniture: Furniture) -> None:
    """The box in the head ticks every row of its own list, and takes it back; the list below stays as it is."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(reverse("activity:recode_run", args=[furniture.recoded.pk]))
    changing, kept = (page.locator(f"#{name} tbody input[type=checkbox]") for name in ("changing", "kept"))
    assert (changing.count(), kept.count()) == (1, 1)
    kept.uncheck()
    every = page.locator("#changing").get_by_role("checkbox", name="Tick all of them")
    every.check()
    expect(changing).to_be_checked()
    expect(kept).not_to_be_checked()
    every.uncheck()
    expect(changing).not_to_be_checked()


def test_settings_and_dialogs(furniture: Furniture, owner: Any, admin_user: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    confirm_password(page)
    look_at(page, [*SETTINGS, *DIALOGS], furniture)
    add_second_factor(admin_user)
    page = open_window(admin_user)
    confirm_password(page)
    look_at(page, SECOND_FACTOR, furniture)


def test_an_empty_company(owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    confirm_password(page)
    of_a_row = {"activity:document", "activity:recode_run", "mapping:import_run", "mapping:push_run"}
    of_a_row |= {"settings:version", "settings:compare", "settings:restore", "payroll:file", "mapping:bulk_run"}
    needs_nothing = [look for look in (*WORK, *SETTINGS) if look.name not in of_a_row]
    look_at(page, [*needs_nothing, *SECTION_TABS], None)


def test_the_entrance(django_user_model: Any, open_window: OpenWindow) -> None:
    look_at(open_window(), ENTRANCE, None)
    alone = django_user_model.objects.create_user(username="al@nowhere.example", email="al@nowhere.example")
    look_at(open_window(alone), [Look("no_company")], None)


@pytest.mark.parametrize("path", ["/", "/mapping/contacts/", "/settings/defaults/", "/activity/"])
def test_focus_can_be_seen(furniture: Furniture, owner: Any, open_window: OpenWindow, path: str) -> None:
    page = open_window(owner)
    page.goto(path)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "() => { const node = document.activeElement; const look = getComputedStyle(node);"
            "const near = node.nextElementSibling && getComputedStyle(node.nextElementSibling);"
            "return [node.outerHTML.slice(0, 120), look.outlineStyle !== 'none' || look.boxShadow !== 'none'"
            " || Boolean(near && near.outlineStyle !== 'none')]; }"
        )
        assert seen[1], seen[0]


def test_the_chosen_theme_stays(owner: Any, open_window: OpenWindow) -> None:
    page = open_window(owner)
    page.goto("/profile/")
    page.locator("main").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/")
    assert is_right("dark", page.evaluate(SHADES))

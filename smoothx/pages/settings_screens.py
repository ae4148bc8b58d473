"""The settings pages that show flows and defaults: what each is called, and where one setting or switch stands."""

from __future__ import annotations

from dataclasses import dataclass

from mapping.defaults import DEFAULTS, DefaultKind, Screen
from sync.flow import Flow
from sync.pages.setting_urls import url_of_flow, url_of_setting
from sync.registry import all_flows


@dataclass(frozen=True, slots=True)
class ScreenText:
    """`opens` is the page that the screen's button leads to, by what it says and its address name."""

    title: str
    lead: str
    opens: tuple[str, str] | None = None


SCREENS: dict[Screen, ScreenText] = {
    "defaults": ScreenText(
        "Defaults", "What is used when a document or a mapping does not say. A document that used a default says so."
    ),
    "projects": ScreenText("Projects", "How Procore projects become sub-customers in QuickBooks."),
    "contacts": ScreenText("Contacts", "How companies, vendors and customers cross."),
    "bills": ScreenText("Commitments (bills)", "How subcontractor invoices become bills."),
    "commitments": ScreenText(
        "Purchase orders", "How commitments become purchase orders, and what is billed on them."
    ),
    "owner_invoices": ScreenText("Owner invoices", "How payment applications become invoices to the owner."),
    "direct_costs": ScreenText("Direct costs", "How direct costs entered in Procore reach QuickBooks."),
    "expenses": ScreenText("Expenses", "How bills and expenses entered in QuickBooks become direct costs in Procore."),
    "payments": ScreenText("Payments", "How payments cross."),
    "labour": ScreenText(
        "Timesheets and labour", "How hours and pay runs become costs of projects.", ("Payroll files", "payroll:files")
    ),
    "attachments": ScreenText("Attachments", "How files on documents cross."),
    "after_posting": ScreenText("After posting", "What happens to a posted document when something changes later."),
}


def kinds_of(screen: Screen) -> tuple[DefaultKind, ...]:
    return tuple(kind for kind in DEFAULTS.values() if kind.screen == screen)


def flows_of(screen: Screen) -> tuple[Flow, ...]:
    return tuple(flow for flow in all_flows().values() if flow.screen == screen)


def shown_screens() -> list[Screen]:
    """The pages that have something to show."""
    return [screen for screen in SCREENS if kinds_of(screen) or flows_of(screen)]


def screen_named(slug: str) -> Screen:
    """Raises KeyError for a page that does not exist or shows nothing."""
    for screen in shown_screens():
        if screen.replace("_", "-") == slug:
            return screen
    raise KeyError(slug)


def url_of(setting: str) -> str:
    """The row of a setting as versions name it, "default:bill_code" or "flow:bills"."""
    sort, _, key = setting.partition(":")
    return url_of_flow(key) if sort == "flow" else url_of_setting(key)

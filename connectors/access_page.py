"""What the page "Procore & QuickBooks Access" shows of both connections."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date

from connectors import limits
from connectors.accounts import present_connection
from connectors.grants import oauth_server
from connectors.models import Connection, Vendor
from connectors.probe import books_of
from smoothx.tenants.access import has_role
from smoothx.tenants.models import Membership, Role, Tenant

State = Connection.State
Fact = dict[str, str]
Action = dict[str, Any]

SIDES = {Vendor.PROCORE: "procore", Vendor.QBO: "quickbooks"}
WHAT_IS_READ = {
    Vendor.PROCORE: "projects, companies, cost codes and invoices",
    Vendor.QBO: "vendors, customers, accounts and items",
}
WHO_MAY_CONNECT = {Vendor.PROCORE: "", Vendor.QBO: "You need to be an administrator of the QuickBooks company."}
_PAGE_STATES = {State.CONNECTED: "connected", State.BROKEN: "reconnect"}


def access_context(request: HttpRequest) -> dict[str, Any]:
    """The context of settings/access.html but for the menu. Buttons are there for administrators only."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    may_change = has_role(membership, Role.ADMIN)
    is_new = membership.tenant.state == Tenant.State.SETUP
    return {
        "connections": [
            _describe(vendor, present_connection(vendor), may_change=may_change, is_new=is_new) for vendor in SIDES
        ],
        "note": None if may_change else "Only an administrator or owner can connect or disconnect.",
    }


def _describe(vendor: Vendor, row: Connection | None, *, may_change: bool, is_new: bool) -> dict[str, Any]:
    state = State(row.state) if row else State.DISCONNECTED
    return {
        "side": SIDES[vendor],
        "state": _PAGE_STATES.get(state, "missing"),
        "label": state.label,
        "account_name": row.account_name if row and state != State.CHOOSING else None,
        "facts": _facts(row) if row and state in _PAGE_STATES else [],
        "text": _explain(vendor, state, is_new=is_new),
        "connect": _connect_action(vendor, state, is_ending=bool(row and row.ends_soon)) if may_change else None,
        "disconnect": _disconnect_action(row) if row and may_change and state != State.DISCONNECTED else None,
        "companies": _companies(row) if row and may_change and state == State.CHOOSING else None,
        "error": _find_trouble(row, state) if row else None,
    }


def _explain(vendor: Vendor, state: State, *, is_new: bool) -> str:
    """What connecting does. Of a lost connection everybody knows; a company that went live is not told it did not."""
    if state in (State.CONNECTED, State.CHOOSING):
        return ""
    if state == State.BROKEN:
        return WHO_MAY_CONNECT[vendor]
    then = (
        f"Until you go live, nothing is written to {vendor.label} but what you push under Mapping."
        if is_new
        else "Documents wait until it is connected again."
    )
    return f"Lets us read {WHAT_IS_READ[vendor]}. {then} {WHO_MAY_CONNECT[vendor]}".strip()


def _connect_action(vendor: Vendor, state: State, *, is_ending: bool) -> Action | None:
    if state == State.CHOOSING or (state == State.CONNECTED and not is_ending):
        return None
    action: Action = {
        "label": f"Connect to {vendor.label}" if state == State.DISCONNECTED else "Connect again",
        "url": reverse("connectors:connect", args=[vendor]),
        "method": "post",
        "variant": "main",
        "icon": "plug",
    }
    if not oauth_server(vendor).client_id:
        action["disabled_reason"] = f"This server has no client id for {vendor.label} yet."
    return action


def _disconnect_action(row: Connection) -> Action:
    return {
        "label": "Cancel" if row.state == State.CHOOSING else "Disconnect",
        "url": reverse("connectors:disconnect", args=[row.pk]),
        "method": "get",
        "dialog": True,
    }


def _companies(row: Connection) -> dict[str, Any]:
    """The companies the sign-in reaches. A single one is chosen already, and shown all the same."""
    offered = row.facts.get("companies", [])
    wanted = offered[0]["id"] if len(offered) == 1 else row.account_id
    choices = [
        {"value": company["id"], "label": company["name"], "is_current": company["id"] == wanted}
        for company in offered
    ]
    if not any(choice["is_current"] for choice in choices):
        choices.insert(0, {"value": "", "label": "Choose a company", "is_current": True})
    return {
        "url": reverse("connectors:choose_company"),
        "choices": choices,
        "note": "The companies the signed-in Procore user belongs to.",
    }


def _find_trouble(row: Connection, state: State) -> dict[str, Any] | None:
    if state == State.BROKEN:
        return _lost(row)
    silence = limits.silence(row) if state == State.CONNECTED else None
    if silence is None:
        return _ending(row) if row.ends_soon else None
    vendor = row.get_vendor_display()
    return {
        "severity": "warn",
        "title": f"{vendor} has not answered since {_moment(datetime.fromtimestamp(silence.since, UTC))}.",
        "text": f"It is asked again every two minutes. Documents wait and go on by themselves when {vendor} is back.",
        "action": None,
    }


def _lost(row: Connection) -> dict[str, Any]:
    when = f" since {_moment(row.broken_at)}" if row.broken_at else ""
    return {
        "severity": "bad",
        "title": f"The connection to {row.get_vendor_display()} is lost{when}.",
        "text": f"{row.broken_reason} Connect again, and what waits goes on.".strip(),
        "action": None,
    }


def _ending(row: Connection) -> dict[str, Any]:
    return {
        "severity": "warn",
        "title": f"The permission for {row.get_vendor_display()} ends on {_moment(row.refresh_expires_at)}.",
        "text": "Connect again before then, and nothing has to wait.",
        "action": None,
    }


def _facts(row: Connection) -> list[Fact]:
    facts = _procore_facts(row) if row.vendor == Vendor.PROCORE else _qbo_facts(row)
    if row.connected_at:
        by = f", {row.connected_by}" if row.connected_by else ""
        facts.append({"label": "Connected", "value": f"{_moment(row.connected_at)}{by}"})
    return facts


def _procore_facts(row: Connection) -> list[Fact]:
    field = "Found" if row.facts.get("customer_field") else "Missing, projects cannot get their customer"
    return [
        {"label": "Company", "value": row.account_name},
        {"label": "Company number", "value": row.account_id},
        {"label": "Project field Customer", "value": field},
    ]


def _qbo_facts(row: Connection) -> list[Fact]:
    facts = [{"label": "Company", "value": row.account_name}, {"label": "Company number", "value": row.account_id}]
    books = books_of(row)
    if books is None:
        return facts
    closed = format_date(books.closed_until, "j M Y") if books.closed_until else "Not closed"
    return [
        *facts,
        {"label": "Country", "value": books.country},
        {"label": "Home currency", "value": books.home_currency},
        {"label": "Books closed to", "value": closed},
        {"label": "Sales tax", "value": "In use" if books.uses_sales_tax else "Not in use"},
        {"label": "Several currencies", "value": "In use" if books.is_multicurrency else "Not in use"},
    ]


def _moment(value: Any) -> str:
    return format_date(timezone.localtime(value), "j M Y, H:i")

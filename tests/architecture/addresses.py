"""The addresses there are, who may pass at each, and what it answers then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.models import Connection
from mapping.models import Link, LinkChange, MappingRun, RemoteItem, SuggestedPair
from smoothx.tenants.models import ApiKey, Membership
from sync.models import Entry, PayrollFile, SettingsVersion

URL_MODULES = {
    "smoothx.pages.urls": "",
    "smoothx.pages.urls_settings": "settings:",
    "sync.urls_activity": "activity:",
    "sync.urls_payroll": "payroll:",
    "sync.urls_reconcile": "reconcile:",
    "mapping.urls": "mapping:",
    "connectors.urls": "connectors:",
}
RANKS = ("viewer", "approver", "admin", "owner")
OK, MOVED, FORM_ERROR, NO_ROLE, NOT_FOUND = 200, 302, 422, 403, 404


@dataclass(frozen=True)
class Objects:
    """One row of each kind of the company under test."""

    entry: Entry
    membership: Membership
    connection: Connection
    item: RemoteItem
    link: Link
    vendor_link: Link
    run: MappingRun
    push_run: MappingRun
    import_run: MappingRun
    bulk_run: MappingRun
    pair: SuggestedPair
    unlinked: LinkChange
    version: SettingsVersion
    payroll: PayrollFile
    api_key: ApiKey


Arguments = Callable[[Objects], list[Any]]


@dataclass(frozen=True)
class Row:
    """`least` is the weakest role that passes; None means everybody who is signed in. `passes` are the answers then.

    `arguments` makes the address; one that names a row of ours does not exist for a member of another company.
    """

    name: str
    method: str
    least: str | None
    passes: int | tuple[int, ...]
    arguments: Arguments = field(default=lambda objects: [])
    data: dict[str, str] = field(default_factory=dict)
    names_a_row: bool = False


def get(name: str, least: str | None, passes: int | tuple[int, ...] = OK, **more: Any) -> Row:
    return Row(name, "get", least, passes, **more)


def post(name: str, least: str | None, passes: int | tuple[int, ...] = MOVED, **more: Any) -> Row:
    return Row(name, "post", least, passes, **more)


def of_entry(*rest: str) -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.entry.pk, *rest], "names_a_row": True}


def of_row(*path: str) -> dict[str, Any]:
    """The address names a row by the attribute `path[-1]` of Objects, after fixed words."""
    *words, attribute = path
    return {"arguments": lambda objects: [*words, getattr(objects, attribute).pk], "names_a_row": True}


def of_push(act: str) -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.push_run.pk, act], "names_a_row": True}


def of_version() -> dict[str, Any]:
    return {"arguments": lambda objects: [objects.version.number], "names_a_row": True}


def fixed(*words: str) -> dict[str, Any]:
    return {"arguments": lambda objects: list(words)}


TABLE = (
    get("dashboard", "viewer"),
    post("go_live", "admin", data={"start_date": "2026-03-01", "confirmed": "1"}),
    post("pause", "admin"),
    post("resume", "admin"),
    get("openings", "viewer"),
    get("openings_read", "admin"),
    post("openings_read", "admin", data={"start_date": "2026-04-01"}),
    post("openings_confirm", "admin", data={"start_date": "2026-03-01"}),
    get("guide_customer_field", "viewer"),
    get("profile", None),
    post("switch_tenant", None, NOT_FOUND, data={"tenant": "0"}),
    get("no_company", None, MOVED),
    get("settings:index", "viewer", MOVED),
    get("settings:access", "viewer"),
    post("settings:set_up_notices", "admin"),
    get("settings:defaults", "viewer"),
    post("settings:defaults", "admin", data={"line_item_type": "item"}),
    get("settings:flows", "viewer"),
    post("settings:flow_switch", "admin", data={"flow": "bills", "on": "0"}),
    get("settings:go_live", "viewer"),
    get("settings:company", "admin"),
    post("settings:company", "admin", data={"name": "New name", "time_zone": "America/Denver"}),
    get("settings:users", "admin"),
    post("settings:users_invite", "owner", data={"email": "new@ridgeline.example", "role": "viewer"}),
    post("settings:users_role", "owner", data={"role": "admin"}, **of_row("membership")),
    get("settings:users_remove", "owner", **of_row("membership")),
    post("settings:users_remove", "owner", **of_row("membership")),
    get("settings:api_keys", "admin"),
    get("settings:api_key_make", "admin"),
    post("settings:api_key_make", "admin", OK, data={"name": "Power BI"}),
    get("settings:api_key_revoke", "admin", **of_row("api_key")),
    post("settings:api_key_revoke", "admin", **of_row("api_key")),
    get("settings:audit", "viewer"),
    get("settings:screen", "viewer", **fixed("bills")),
    post("settings:screen", "admin", data={"bill_date": "period_end"}, **fixed("bills")),
    get("settings:suggest", "viewer", **fixed("bill_code")),
    get("settings:find", "admin", **fixed("bill_code")),
    post("settings:find", "admin", FORM_ERROR, **fixed("bill_code")),
    get("settings:history", "viewer"),
    get("settings:compare", "viewer", (OK, MOVED)),
    get("settings:version", "viewer", **of_version()),
    get("settings:restore", "admin", **of_version()),
    post("settings:restore", "admin", (MOVED, FORM_ERROR), **of_version()),
    get("settings:export", "viewer"),
    get("settings:import", "admin"),
    post("settings:import", "admin", FORM_ERROR),
    get("activity:index", "viewer"),
    get("activity:export", "viewer"),
    get("activity:document", "viewer", **of_entry()),
    get("activity:link", "approver", **of_entry()),
    post("activity:link", "approver", FORM_ERROR, **of_entry()),
    get("activity:urgent", "approver"),
    post("activity:urgent", "approver", FORM_ERROR, data={"address": "https://example.com/bill?txnId=1"}),
    get("activity:adopt", "approver"),
    get("activity:backfill", "admin"),
    get("activity:contacts", "admin"),
    post("activity:contacts", "admin"),
    post("activity:backfill", "admin", FORM_ERROR, data={"project": "", "since": "2026-01-01"}),
    post("activity:adopt", "approver", data={"entry": "1"}),
    get("activity:unlock_all", "approver"),
    post("activity:unlock_all", "approver"),
    get("activity:projects", "approver"),
    post("activity:projects", "approver"),
    get("activity:recode", "approver"),
    post("activity:recode", "approver"),
    get("activity:recode_run", "approver", NOT_FOUND, **fixed("1")),
    post("activity:recode_run", "approver", NOT_FOUND, **fixed("1")),
    post("activity:act", "approver", **of_entry("retry")),
    get("activity:act", "approver", **of_entry("put-back")),
    post("activity:act", "approver", **of_entry("put-back")),
    post("activity:act", "approver", **of_entry("delete-there")),
    get("activity:act", "approver", **of_entry("remove-here")),
    post("activity:act", "approver", **of_entry("remove-here")),
    post("activity:act", "approver", **of_entry("post-anyway")),
    post("activity:act", "approver", **of_entry("post-difference")),
    post("activity:act", "approver", **of_entry("post-again")),
    post("activity:act", "approver", **of_entry("keep")),
    post("activity:act", "approver", **of_entry("leave-out")),
    post("activity:act", "approver", **of_entry("unlock")),
    post("activity:act", "approver", **of_entry("lock-again")),
    get("payroll:files", "admin"),
    post("payroll:files", "admin", FORM_ERROR),
    get("payroll:template", "admin"),
    get("payroll:file", "admin", **of_row("payroll")),
    post("payroll:take", "admin", **of_row("payroll")),
    post("payroll:undo", "admin", **of_row("payroll")),
    post("payroll:discard", "admin", **of_row("payroll")),
    get("reconcile:index", "viewer"),
    get("mapping:index", "viewer", MOVED),
    get("mapping:options", "viewer"),
    post("mapping:options_count", "admin"),
    post("mapping:options_archive", "admin"),
    get("mapping:option", "admin", **fixed("items")),
    post("mapping:option", "admin", **fixed("items")),
    get("mapping:section", "viewer", **fixed("contacts")),
    post("mapping:refresh", "admin", data={"side": "procore"}, **fixed("contacts")),
    post("mapping:automap", "admin", **fixed("projects")),
    get("mapping:link", "admin", **of_row("projects", "item")),
    post("mapping:link", "admin", FORM_ERROR, **of_row("projects", "item")),
    get("mapping:open", "admin", **fixed("projects", "procore", "501")),
    get("mapping:unlink", "admin", **of_row("projects", "link")),
    post("mapping:unlink", "admin", **of_row("projects", "link")),
    post("mapping:unlink_chosen", "admin", (MOVED,), **fixed("contacts")),
    get("mapping:push", "admin", (OK, MOVED), **fixed("contacts", "procore")),
    post("mapping:push", "admin", (MOVED, FORM_ERROR), **fixed("contacts", "procore")),
    get("mapping:push_run", "viewer", **of_row("push_run")),
    post("mapping:push_act", "admin", **of_push("confirm")),
    post("mapping:push_act", "admin", **of_push("change")),
    post("mapping:push_act", "admin", **of_push("choose")),
    post("mapping:push_act", "admin", **of_push("link")),
    post("mapping:push_act", "admin", **of_push("stop")),
    post("mapping:push_act", "admin", **of_push("resume")),
    get("mapping:bulk_run", "admin", **of_row("bulk_run")),
    get("mapping:import", "admin", **fixed("contacts")),
    post("mapping:import", "admin", FORM_ERROR, **fixed("contacts")),
    get("mapping:export_csv", "viewer", **fixed("contacts")),
    get("mapping:export_xlsx", "viewer", **fixed("contacts")),
    get("mapping:template_csv", "viewer", **fixed("contacts")),
    get("mapping:template_xlsx", "viewer", **fixed("contacts")),
    get("mapping:import_run", "admin", **of_row("import_run")),
    get("mapping:import_report", "admin", **of_row("import_run")),
    post("mapping:import_columns", "admin", **of_row("import_run")),
    post("mapping:import_choose", "admin", **of_row("import_run")),
    post("mapping:import_replace", "admin", **of_row("import_run")),
    post("mapping:import_pair", "admin", **of_row("import_run")),
    post("mapping:import_add", "admin", **of_row("import_run")),
    post("mapping:import_commit", "admin", **of_row("import_run")),
    post("mapping:import_reopen", "admin", **of_row("import_run")),
    post("mapping:import_discard", "admin", **of_row("import_run")),
    post("mapping:undo", "admin", **of_row("unlinked")),
    get("mapping:history", "viewer", **fixed("contacts")),
    get("mapping:refresh_changes", "viewer", **fixed("contacts")),
    get("mapping:repoint", "admin", **of_row("projects", "link")),
    post("mapping:repoint", "admin", FORM_ERROR, **of_row("projects", "link")),
    get("mapping:role", "admin", **of_row("contacts", "vendor_link")),
    post("mapping:role", "admin", (FORM_ERROR,), **of_row("contacts", "vendor_link")),
    post("mapping:undo_run", "admin", **of_row("run")),
    post("mapping:close_run", "admin", **of_row("run")),
    post("mapping:reopen_run", "admin", **of_row("run")),
    get("mapping:review", "admin", **fixed("contacts")),
    get("mapping:accept_above", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:accept_above", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:leave_out", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:take_back", "admin", (MOVED,), **fixed("contacts")),
    post("mapping:link_pair", "admin", **of_row("pair")),
    post("mapping:reject_pair", "admin", **of_row("pair")),
    post("mapping:allow_pair", "admin", **of_row("pair")),
    post("connectors:connect", "admin", **fixed("procore")),
    get("connectors:callback", "admin", MOVED, **fixed("procore")),
    post("connectors:choose_company", "admin", data={"company": "1"}),
    get("connectors:disconnect", "admin", **of_row("connection")),
)

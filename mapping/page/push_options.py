"""What can be chosen before many rows are pushed: their role, an ending for names in use, accounts by division."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mapping.candidates import all_rows
from mapping.choices import usable_rows
from mapping.defaults import BILL_CODE, INVOICE_CODE, DefaultKind
from mapping.kinds import COST_CODE_ACCOUNT
from mapping.models import DefaultChoice, Link, MappingRun
from mapping.page.frame import Frame
from mapping.page.words import name_of
from mapping.pushing.approvals import EXPENSE_CHOSEN, INCOME_CHOSEN
from mapping.pushing.pushes import ROLES
from mapping.sides import load_sides, side_named
from smoothx.lib.shapes import Action, Notice

# Form fields of a division's two accounts: the prefix, then the division's id.
FIELDS = {"expense": EXPENSE_CHOSEN, "income": INCOME_CHOSEN}
CHOICES: dict[str, DefaultKind] = {"expense": BILL_CODE, "income": INVOICE_CODE}


def options_context(frame: Frame, run: MappingRun) -> dict[str, Any] | None:
    """The form above a preview; None when there is nothing to choose."""
    role = run.options.get("role", "")
    is_item = frame.section.push_to == "product or service"
    is_role = side_named(run.side) == "procore" and bool(role)
    if not is_item and not is_role:
        return None
    divisions = _divisions(frame, run) if is_item else []
    if is_item and not divisions:
        return None
    return {
        "roles": [(each, f"{each.capitalize()}s", each == role) for each in ROLES] if is_role else [],
        "suffix": {"is_checked": bool(run.options.get("suffix"))} if is_role else None,
        "divisions": divisions,
    }


def needed_defaults(frame: Frame, run: MappingRun, invalid: int) -> list[Notice]:
    """Which defaults a product or service cannot be made without, while rows wait for them."""
    if not invalid or run.state != MappingRun.State.PREVIEW or frame.section.push_to != "product or service":
        return []
    action = Action(label="Open Defaults", url=reverse("settings:defaults"))
    return [
        Notice(
            severity="bad",
            title=f"{kind.label} is not set",
            text="A product or service needs the account. Choose it, then look again.",
            action=action if frame.can_change else None,
        )
        for kind in CHOICES.values()
        if not _default(frame, kind)
    ]


def read_options(run: MappingRun, values: Any) -> dict[str, Any]:
    """From the posted form; what is not an account of the books is dropped."""
    known = {name: _account_ids(name) for name in FIELDS}
    accounts: dict[str, dict[str, str]] = {}
    for name, prefix in FIELDS.items():
        for key, value in values.items():
            field, _, division = key.partition("-")
            if field == name and division and value in known[name]:
                accounts.setdefault(division, {})[prefix] = value
    role = values.get("as", run.options.get("role", ""))
    return {
        "role": role if role in ROLES else run.options.get("role", ""),
        "suffix": values.get("suffix") == "1",
        "accounts": accounts,
    }


def _account_ids(name: str) -> set[str]:
    return set(usable_rows(CHOICES[name], load_sides().quickbooks).values_list("remote_id", flat=True))


def _divisions(frame: Frame, run: MappingRun) -> list[dict[str, Any]]:
    created = run.rows.filter(verdict__in=("create", "near"))
    ids = set(created.order_by().values_list("data__division", flat=True).distinct())
    connection = frame.connection("procore")
    rows = all_rows().filter(connection=connection, remote_id__in=ids, resource=frame.section.kinds[0].left.key)
    accounts = {name: _accounts(frame, kind) for name, kind in CHOICES.items()}
    defaults = {name: _default(frame, kind) or "not set" for name, kind in CHOICES.items()}
    chosen = run.options.get("accounts") or {}
    mapped = _mapped_accounts(ids)
    return [
        {
            "id": row.remote_id,
            "name": name_of(row),
            "fields": [
                {
                    "name": f"{name}-{row.remote_id}",
                    "label": f"{'Expense' if name == 'expense' else 'Income'} account of {name_of(row)}",
                    "fixed": mapped.get(row.remote_id, "") if name == "expense" else "",
                    "empty": f"{kind.label}, {defaults[name]}",
                    "options": [
                        (value, label, value == chosen.get(row.remote_id, {}).get(FIELDS[name]))
                        for value, label in accounts[name]
                    ],
                }
                for name, kind in CHOICES.items()
            ],
        }
        for row in rows.order_by("code", "name")
    ]


def _mapped_accounts(division_ids: set[str]) -> dict[str, str]:
    """The account each of these divisions has under Account codes: its products and services take that one."""
    links = Link.objects.filter(kind=COST_CODE_ACCOUNT.key, left_id__in=division_ids)
    accounts = dict(links.values_list("left_id", "right_id"))
    rows = all_rows().filter(
        connection=load_sides().quickbooks, resource=COST_CODE_ACCOUNT.right.key, remote_id__in=accounts.values()
    )
    names = {row.remote_id: f"{row.code} {name_of(row)}".strip() for row in rows}
    return {left_id: names[right_id] for left_id, right_id in accounts.items() if right_id in names}


def _accounts(frame: Frame, kind: DefaultKind) -> list[tuple[str, str]]:
    rows = usable_rows(kind, frame.connection("quickbooks")).order_by("code", "name")
    return [(row.remote_id, f"{row.code} {name_of(row)}".strip()) for row in rows]


def _default(frame: Frame, kind: DefaultKind) -> str:
    chosen = DefaultChoice.objects.filter(key=kind.key).first()
    row = usable_rows(kind, frame.connection("quickbooks")).filter(remote_id=chosen.value).first() if chosen else None
    return name_of(row) if row else ""

"""Whatever is sent to the owner's side: an answer below 500, and every record still reads and adds up."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.test import Client

from connectors.sandbox.procore.files.files import Files
from connectors.sandbox.procore.owners.owner_side import OwnerSide
from connectors.sandbox.wire import encode
from tests.connectors.sandbox.junk import TEXT_IDS, VALUES
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

RULES = [rule for part in (OwnerSide, Files) for rule in part.ROUTES]
NAMES = (
    *("amount", "manual_amount", "quantity", "unit_cost", "status", "vendor_id", "employee_id", "invoice_number"),
    *("direct_cost_type", "direct_cost_id", "description", "line_items", "wbs_code_id", "cost_code_id", "uom"),
    *("line_item_type_id", "tax_code_id", "extended_type", "origin_id", "origin_data", "id", "payment_method"),
    *("requisition_id", "draw_request_number", "payment_number", "date", "period_start", "billing_date", "title"),
    *("commitment_billing_period_id", "retainage_percent", "number", "custom_field_1", "upload_ids", "size"),
    *("work_completed_this_period", "materials_presently_stored", "response_filename", "segments", "sha256", "etag"),
    *("work_completed_retainage_retained_this_period", "work_completed_retainage_released_this_period"),
    *("materials_stored_retainage_retained_this_period", "work_completed_this_period_quantity", "architect_id"),
    *("change_order_level_of_detail", "contractor_id", "grand_total", "schedule_impact_amount", "executed"),
)
KEYS = (
    *("item", "direct_cost", "line_item", "contract_payment", "prime_contract", "payment_application", "updates"),
    *("payment_application_line_item", "payment_application_markup_line_item", "change_order", "segments"),
)
GOOD = ("approved", "Approved", "Draft", "draft", "expense", "invoice", "5", 3, "12.34", "2026-09-01", "check")


def list_ids(procore: Procore) -> dict[str, list[int]]:
    tables = {
        "contract_id": ("prime_contracts",),
        "application_id": ("payment_applications",),
        "item_id": ("payment_application_items",),
        "direct_cost_id": ("direct_costs",),
        "line_id": ("direct_cost_lines", "prime_lines"),
        "payment_id": ("contract_payments",),
    }
    ids = {
        name: [row["id"] for table in found for row in procore.app.tables.iterate(table)]
        for name, found in tables.items()
    }
    return {**ids, "project_id": [procore.project()], "company_id": [COMPANY], "owner_id": [procore.project()]}


def make_path(rnd: random.Random, rule: Rule, ids: dict[str, list[int]]) -> str:
    def fill(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        if kind.startswith("any"):
            return rnd.choice(("v1.0", "v1.1"))
        known = ids.get(name) or [5]
        return str(rnd.choice(known)) if rnd.random() < 0.9 else rnd.choice(TEXT_IDS)

    return re.sub(r"<(?:([^<>]+):)?(\w+)>", lambda match: fill(_default(match)), rule.rule)


def _default(match: re.Match[str]) -> Any:
    return (match[0], match[1] or "string", match[2])


def make_value(rnd: random.Random, ids: list[int]) -> Any:
    choice = rnd.random()
    if choice < 0.35:
        return rnd.choice(VALUES)
    if choice < 0.6:
        return rnd.choice(ids)
    return rnd.choice(GOOD)


def make_attributes(rnd: random.Random, ids: list[int], depth: int = 0) -> dict[str, Any]:
    attributes = {name: make_value(rnd, ids) for name in rnd.sample(NAMES, rnd.randint(0, 9))}
    if depth < 2 and rnd.random() < 0.4:
        rows = [make_attributes(rnd, ids, depth + 1) for _ in range(rnd.randint(0, 3))]
        attributes[rnd.choice(("line_items", "segments", "updates"))] = rows
    return attributes


def make_body(rnd: random.Random, ids: list[int], procore: Procore) -> dict[str, Any]:
    body = make_attributes(rnd, ids)
    for key in KEYS:
        if rnd.random() < 0.8:
            many = [make_attributes(rnd, ids) for _ in range(rnd.randint(0, 4))]
            body[key] = many if key in ("updates", "segments") else make_attributes(rnd, ids)
    return {**body, "project_id": procore.project(), "contract_id": rnd.choice(ids)}


@pytest.mark.parametrize("seed", range(4))
def test_no_junk_is_too_much(procore: Procore, seed: int) -> None:
    rnd = random.Random(seed)  # noqa: S311 - repeatable junk, no secret
    app = procore.app
    app.set_limits(hour=0, spike=0)
    client, statuses = Client(app), set()
    for _ in range(450):
        ids = list_ids(procore)
        every = [number for known in ids.values() for number in known]
        every += [row["id"] for table in ("wbs_codes", "vendors", "tax_codes") for row in app.tables.iterate(table)]
        rule = rnd.choice(RULES)
        method = rnd.choice(sorted((rule.methods or {"GET"}) - {"HEAD", "OPTIONS", "DELETE"}) or ["DELETE"])
        query = {"project_id": procore.project(), "contract_id": rnd.choice(ids["contract_id"] or [5])}
        if rnd.random() < 0.3:
            name = rnd.choice(("filters[id]", "filters[updated_at]", "filters[payment_date]", "page", "view", "sig"))
            query[name] = str(rnd.choice(VALUES))[:300].replace("\x00", "")
        path = make_path(rnd, rule, ids)
        answer = client.open(
            path,
            method=method,
            query_string=query,
            data=encode(make_body(rnd, every, procore)).encode("utf-8", "replace"),
            headers={**procore.headers, "Content-Type": "application/json"},
        )
        assert answer.status_code < 500, (method, path, query, answer.get_data(as_text=True)[:300])
        statuses.add(answer.status_code)
    assert {200, 201, 404, 422} <= statuses
    with app.lock:
        app.dump()

"""A bill with everything it can carry, posted to the sandbox over real HTTP: all of it stands in the books."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import requests

from connectors.probe import probe
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import choose
from mapping.kinds import (
    COST_CODE_CLASS,
    COST_TYPE_CLASS,
    DEPARTMENT_LOCATION,
    KINDS,
    OVERRIDE_ACCOUNT,
    PAIR_ACCOUNT,
    PAYMENT_TERM,
    MappingKind,
)
from mapping.links import link, unlink
from mapping.maps import pair_key
from mapping.models import Link, RemoteItem
from sync.engine import Engine
from sync.work import Work
from tests import worlds
from tests.kept import bring
from tests.sync.claims import (
    Claim,
    bills_of,
    carry_again,
    claims_of,
    entry_of,
    map_project_of,
    post,
    queue,
    state_of,
    worked_example,
)

pytestmark = pytest.mark.timeout(180)
DETAIL = "AccountBasedExpenseLineDetail"


def add(entity: str, resource: Any, name: str) -> RemoteItem:
    """A class or location made in QuickBooks, and read."""
    work = Work()
    wire = work.qbo.create(entity, {"Name": name}, key=f"test-{entity}-{name}")
    return RemoteItem.objects.create(
        connection=work.qbo.connection, resource=resource.key, remote_id=str(wire["Id"]), name=name
    )


def row_of(resource: Any, remote_id: str, name: str, **facts: Any) -> RemoteItem:
    found, _ = RemoteItem.objects.update_or_create(
        connection=Work().procore.connection,
        resource=resource.key,
        remote_id=remote_id,
        defaults={"name": name, **facts},
    )
    return found


def map_to(kind: MappingKind, left_id: str, right: RemoteItem) -> Link:
    work = Work()
    return link(
        kind,
        left_connection=work.procore.connection,
        left_id=left_id,
        right_connection=work.qbo.connection,
        right_id=right.remote_id,
        chosen_by="hand",
    )


def account(number: int) -> RemoteItem:
    """An account for costs, one of several."""
    found: RemoteItem = RemoteItem.objects.filter(
        resource=qbo.ACCOUNTS.key, is_active=True, subtype="Cost of Goods Sold"
    ).order_by("remote_id")[number]
    return found


def lines_of(bill: dict[str, Any]) -> list[tuple[str, str | None, float]]:
    """(account, class, amount) of each line."""
    return [
        (line[DETAIL]["AccountRef"]["value"], line[DETAIL].get("ClassRef", {}).get("value"), line["Amount"])
        for line in bill["Line"]
    ]


def standard_of(code_id: str) -> str:
    row = RemoteItem.objects.get(resource=procore.PROJECT_COST_CODES.key, remote_id=code_id)
    return str(row.data["standard_id"])


@pytest.fixture
def claim(live: Any) -> Claim:
    """The second of the worked example: three cost lines and retention held."""
    first, second, *_ = worked_example(live)
    bring("first bill", live, lambda: post(first))
    assert entry_of(first).state == "posted"
    return second


def items_of(claim: Claim) -> list[dict[str, Any]]:
    work = Work()
    wire = work.procore.get(procore.REQUISITIONS, str(claim["id"]), project_id=str(claim["project_id"]))
    return list(wire["items"])


def set_books(live: Any, **preferences: Any) -> None:
    """Change QuickBooks' preferences, and look again as every quarter of an hour."""
    realm = live.info["qbo"]["realms"][0]["id"]
    connection = Work().qbo.connection
    token = worlds.control(live.qbo, "token", {"realm": realm})["access_token"]
    url, headers = f"{live.qbo.url}/v3/company/{realm}/preferences", {"Authorization": f"Bearer {token}"}
    current = requests.get(url, headers={**headers, "Accept": "application/json"}, timeout=30).json()["Preferences"]
    body = {**current, "AccountingInfoPrefs": {**current["AccountingInfoPrefs"], **preferences}}
    response = requests.post(url, json=body, headers={**headers, "Accept": "application/json"}, timeout=30)
    assert response.status_code == 200, response.text
    probe(connection)


def test_each_line_has_its_own_class_and_account_and_the_bill_its_location(live: Any, claim: Claim) -> None:
    items = items_of(claim)
    codes = list(dict.fromkeys(str(item["cost_code_id"]) for item in items))
    project = str(claim["project_id"])
    row_of(procore.DEPARTMENTS, "31", "Commercial")
    row_of(procore.PROJECTS, project, "Any name", data={"department_ids": ["31"]})
    choose("class_type", "cost_code", None)
    choose("location_source", "department", None)
    choose("code_key", "code_and_type", None)
    north = add("Department", qbo.DEPARTMENTS, "North")
    classes = [add("Class", qbo.CLASSES, f"Class {number}") for number in range(len(codes))]
    map_to(DEPARTMENT_LOCATION, "31", north)
    for code_id, row in zip(codes, classes, strict=True):
        map_to(COST_CODE_CLASS, standard_of(code_id), row)
    cost_type = next(p["code"] for p in items[1]["wbs_code"]["segment_items"] if p["segment_type"] == "line_item_type")
    paired = str(items[1]["cost_code_id"])
    row_of(procore.CODE_TYPE_PAIRS, pair_key(standard_of(paired), cost_type), "A pair")
    map_to(PAIR_ACCOUNT, pair_key(standard_of(paired), cost_type), account(1))
    map_to(OVERRIDE_ACCOUNT, str(items[0]["cost_code_id"]), account(2))
    queue(claim)
    Engine().run_due()
    assert state_of(claim) == ("posted", [])
    bill = next(each for each in bills_of(live) if each["Id"] == entry_of(claim).target_id)
    assert bill["DepartmentRef"]["value"] == north.remote_id
    lines = lines_of(bill)
    by_code = dict(zip(codes, [row.remote_id for row in classes], strict=True))
    assert [found[1] for found in lines[:3]] == [by_code[str(item["cost_code_id"])] for item in items[:3]]
    assert lines[0][0] == account(2).remote_id
    assert lines[1][0] == account(1).remote_id
    assert [found[1] for found in lines[3:]] == [None] * len(lines[3:])
    assert (bill["TotalAmt"], sum(found[2] for found in lines)) == (29700.00, 29700.00)
    rules = [line["chosen_by"] for line in entry_of(claim).planned["document"]["lines"]]
    assert rules[:2] == ["Project override", "Code and cost type"]


def test_a_missing_class_is_said_and_mapping_it_later_changes_nothing_posted(live: Any, claim: Claim) -> None:
    choose("class_type", "cost_type", None)
    carry_again(claim)
    state, codes = state_of(claim)
    assert (state, set(codes)) == ("posted_with_warnings", {"class_not_mapped"})
    before = bills_of(live)
    bill = next(each for each in before if each["Id"] == entry_of(claim).target_id)
    assert {found[1] for found in lines_of(bill)} == {None}
    types = {
        str(part["id"]): part["name"]
        for item in items_of(claim)
        for part in item["wbs_code"]["segment_items"]
        if part["segment_type"] == "line_item_type"
    }
    for type_id, name in types.items():
        row_of(procore.COST_TYPES, type_id, name)
        map_to(COST_TYPE_CLASS, type_id, add("Class", qbo.CLASSES, f"{name} costs"))
    Engine().run_due()
    assert bills_of(live) == before


@pytest.mark.parametrize(
    ("preferences", "code"),
    [
        ({"ClassTrackingPerTxn": True, "ClassTrackingPerTxnLine": False}, "class_per_transaction"),
        ({"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": False}, "classes_off"),
    ],
)
def test_a_class_the_books_would_lose_stops_the_bill_until_they_keep_it(
    live: Any, claim: Claim, preferences: dict[str, bool], code: str
) -> None:
    choose("class_type", "cost_type", None)
    set_books(live, **preferences)
    before = bills_of(live)
    carry_again(claim)
    assert state_of(claim) == ("blocked", [code])
    assert bills_of(live) == before
    choose("class_type", "none", None)
    Engine().run_due()
    assert state_of(claim) == ("posted", [])


def test_mapping_what_an_override_or_a_pair_waits_for_releases_the_bill(live: Any, claim: Claim) -> None:
    choose("bill_code", "", None)
    choose("code_key", "code_and_type", None)
    items = items_of(claim)
    code_id, standard_id = str(items[0]["cost_code_id"]), standard_of(str(items[0]["cost_code_id"]))
    covering = Link.objects.filter(kind="cost_code_account")
    for each in covering:
        unlink(each, None)
    carry_again(claim)
    assert state_of(claim)[0] == "blocked"
    others = {str(item["cost_code_id"]) for item in items} - {code_id}
    for other in others:
        map_to(KINDS["cost_code_account"], standard_of(other), account(0))
    Engine().run_due()
    assert state_of(claim) == ("blocked", ["code_not_mapped"])
    map_to(OVERRIDE_ACCOUNT, code_id, account(1))
    Engine().run_due()
    assert state_of(claim) == ("posted", [])
    assert standard_id not in set(Link.objects.filter(kind="cost_code_account").values_list("left_id", flat=True))


def test_the_term_of_a_purchase_order_sets_the_due_date(live: Any) -> None:
    orders = [
        row for row in worlds.in_procore(live, "requisitions") if row["commitment_type"] == "PurchaseOrderContract"
    ]
    first = claims_of(live, orders[0]["commitment_id"])[0]
    map_project_of(first)
    write_terms(live, first, " Net  15 ")
    term = next(row for row in worlds.in_books(live, "Term") if row["Name"] == "Net 15")
    right = row_of_term(str(term["Id"]))
    row_of(procore.PAYMENT_TERMS, "net 15", "Net 15")
    map_to(PAYMENT_TERM, "net 15", right)
    queue(first)
    Engine().run_due()
    assert entry_of(first).target_id, state_of(first)
    bill = next(each for each in bills_of(live) if each["Id"] == entry_of(first).target_id)
    assert bill["SalesTermRef"]["value"] == str(term["Id"])
    days = _days(bill["TxnDate"], bill["DueDate"])
    assert days == 15


def row_of_term(remote_id: str) -> RemoteItem:
    found, _ = RemoteItem.objects.update_or_create(
        connection=Work().qbo.connection, resource=qbo.TERMS.key, remote_id=remote_id, defaults={"name": "Net 15"}
    )
    return found


def write_terms(live: Any, claim: Claim, text: str) -> None:
    company = live.info["procore"]["companies"][0]["id"]
    token = worlds.control(live.procore, "token", {"company": company})["access_token"]
    response = requests.patch(
        f"{live.procore.url}/rest/v1.0/purchase_order_contracts/{claim['commitment_id']}",
        json={"project_id": claim["project_id"], "purchase_order_contract": {"payment_terms": text}},
        headers={"Authorization": f"Bearer {token}", "Procore-Company-Id": str(company)},
        timeout=30,
    )
    assert response.status_code == 200, response.text


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days

"""Direct costs in both versions, their sync, and the lines below them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_absent_members, list_schema_problems
from tests.connectors.sandbox.procore.owner.conftest import direct_cost, snapshot, wbs_code

OLD = "/rest/v1.0/projects/{}/direct_costs"
NEW = "/rest/v1.1/projects/{}/direct_costs"


def path(procore: Procore, template: str = NEW, tail: str = "") -> str:
    return template.format(procore.project()) + tail


def create(procore: Procore, **attributes: Any) -> requests.Response:
    return procore.post(path(procore), {"direct_cost": {"direct_cost_type": "expense", **attributes}})


def test_list_names_the_vendor_in_text(procore: Procore) -> None:
    rows = procore.read(path(procore, OLD))
    assert rows == procore.read(path(procore))
    assert list_schema_problems("GET", OLD.format("{p}"), 200, rows) == []
    assert list_absent_members("GET", OLD.format("{p}"), 200, rows) == []
    rental, payroll = rows
    known = {
        "amount": "1300.0",
        "grand_total": "1396.04",
        "vendor": "Smith Supply",
        "vendor_id": procore.vendor("Smith Supply"),
        "vendor_name": "Smith Supply",
        "invoice_number": "S-77",
        "direct_cost_type": "invoice",
        "direct_cost_date": "2026-07-10",
        "status": "approved",
        "employee": None,
        "deleted_at": None,
    }
    assert {name: rental[name] for name in known} == known
    assert (payroll["amount"], payroll["vendor"], payroll["direct_cost_type"]) == ("11275.5", None, "payroll")


def test_show_names_the_vendor_as_an_object(procore: Procore) -> None:
    cost = direct_cost(procore)
    old, new = procore.read(path(procore, OLD, f"/{cost}")), procore.read(path(procore, NEW, f"/{cost}"))
    assert list_schema_problems("GET", OLD.format("{p}") + "/{id}", 200, old) == []
    assert list_schema_problems("GET", NEW.format("{p}") + "/{id}", 200, new) == []
    assert list_absent_members("GET", NEW.format("{p}") + "/{id}", 200, new) == ["line_items/*/uom"]
    assert old["vendor"] == {"id": procore.vendor("Smith Supply"), "name": "Smith Supply"}
    assert "amount" not in old
    assert "line_items" not in old
    assert (old["line_items_count"], old["attachments_count"], old["grand_total"]) == (2, 0, "1396.04")
    assert [line["amount"] for line in new["line_items"]] == ["1200.5", "99.5"]
    assert new["tax_breakdown"] == {
        "subtotal": "1300.0",
        "tax_total": "96.04",
        "grand_total": "1396.04",
        "tax_details": [{"rate": "8.0", "amount": "96.04"}],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"filters[invoice_number]": "S-77"}, ["Lift rental"]),
        ({"filters[origin_id]": "nothing"}, []),
        ({"filters[received_date]": "2026-07-10...2026-07-10"}, ["Lift rental"]),
        ({"filters[payment_date]": "2026-07-10...2026-07-10"}, []),
        ({"filters[created_at]": "2026-07-11...2026-07-12"}, ["Lift rental"]),
        # These two do not exist and are ignored.
        ({"filters[status]": "draft"}, ["Lift rental", "PM payroll"]),
        ({"filters[direct_cost_type]": "payroll"}, ["Lift rental", "PM payroll"]),
    ],
)
def test_only_the_filters_there_are_count(procore: Procore, query: dict[str, str], found: list[str]) -> None:
    assert [row["description"] for row in procore.read(path(procore), **query)] == found


def test_old_version_wraps_as_item_and_knows_no_lines(procore: Procore) -> None:
    given = {"direct_cost_type": "expense", "description": "Fuel", "line_items": [{"wbs_code_id": 5}]}
    answer = procore.post(path(procore, OLD), {"item": given})
    assert answer.status_code == 201
    assert list_schema_problems("POST", OLD.format("{p}"), 201, answer.json()) == []
    assert (answer.json()["status"], answer.json()["line_items_count"]) == ("draft", 0)
    assert procore.post(path(procore, OLD), {"direct_cost": given}).status_code == 400
    assert procore.post(path(procore), {"item": given}).status_code == 400


def test_new_version_takes_lines_with_numbers_or_text(procore: Procore) -> None:
    code = wbs_code(procore)
    lines = [
        {"wbs_code_id": code, "manual_amount": 12.5, "description": "a", "ref": "r-1"},
        {"wbs_code_id": code, "quantity": "2", "unit_cost": 3.335},
    ]
    answer = create(procore, description="<p>Two</p>", direct_cost_date="2026-08-01", line_items=lines)
    made = answer.json()
    assert answer.status_code == 201
    assert list_schema_problems("POST", NEW.format("{p}"), 201, made) == []
    assert [(line["amount"], line["extended_type"], line["ref"]) for line in made["line_items"]] == [
        ("12.5", "manual", "r-1"),
        ("6.67", "calculated", None),
    ]
    assert (made["grand_total"], made["description"]) == ("19.17", "<p>Two</p>")
    shown = procore.read(path(procore, NEW, f"/{made['id']}"))
    assert [line["ref"] for line in shown["line_items"]] == [None, None]
    change = {"line_items": [{"id": made["line_items"][0]["id"], "manual_amount": "1"}, *lines[1:]]}
    changed = procore.patch(path(procore, NEW, f"/{made['id']}"), {"direct_cost": change}).json()
    assert [line["amount"] for line in changed["line_items"]] == ["1.0", "6.67", "6.67"]


def test_invoice_needs_a_vendor_and_a_number_of_its_own(procore: Procore) -> None:
    before = snapshot(procore)
    smith = procore.vendor("Smith Supply")
    blank = {"errors": {"invoice_number": ["can't be blank"]}}
    assert create(procore, direct_cost_type="invoice", vendor_id=smith).json() == blank
    assert create(procore, direct_cost_type="invoice", invoice_number="1").status_code == 422
    taken = create(procore, direct_cost_type="invoice", vendor_id=smith, invoice_number="S-77")
    assert (taken.status_code, taken.json()) == (422, {"errors": {"invoice_number": ["has already been taken"]}})
    assert snapshot(procore) == before
    same = {"invoice_number": "S-77"}
    assert create(procore, direct_cost_type="invoice", vendor_id=procore.vendor(), **same).status_code == 201
    assert create(procore, direct_cost_type="expense", vendor_id=smith, **same).status_code == 201
    procore.call("DELETE", path(procore, NEW, f"/{direct_cost(procore)}"))
    assert create(procore, direct_cost_type="invoice", vendor_id=smith, **same).status_code == 201


def test_employee_is_a_person_and_not_a_user(procore: Procore) -> None:
    given = {"person": {"first_name": "Dana", "last_name": "Ortiz", "is_employee": True}}
    person = procore.post(f"companies/{COMPANY}/people", given).json()
    made = create(procore, employee_id=person["id"]).json()
    assert made["employee"] == {"id": person["id"], "name": "Dana Ortiz"}
    assert (made["vendor"], made["vendor_id"], made["vendor_name"]) == (None, None, None)
    user = procore.read("me")["id"]
    assert create(procore, employee_id=user).status_code == 422


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ({"direct_cost_type": None}, 422),
        ({"direct_cost_type": "gift"}, 422),
        ({"status": "paid"}, 422),
        ({"vendor_id": 5}, 422),
        ({"employee_id": "x"}, 422),
        ({"origin_id": {"a": 1}}, 422),
        ({"line_items": {"a": 1}}, 400),
        ({"line_items": [5]}, 400),
        ({"line_items": [{}] * 101}, 422),
        ({"line_items": [{"wbs_code_id": 5}]}, 422),
        ({"line_items": [{"manual_amount": "1"}]}, 422),
        ({"line_items": [{"manual_amount": "1e99", "wbs_code_id": 5}]}, 422),
        ({"line_items": [{"id": 5, "manual_amount": "1"}]}, 422),
    ],
)
def test_bad_values_are_refused_and_change_nothing(procore: Procore, attributes: dict[str, Any], status: int) -> None:
    before = snapshot(procore)
    assert create(procore, **attributes).status_code == status
    assert snapshot(procore) == before


def test_origin_id_locks_the_cost_and_its_lines_until_it_is_cleared(procore: Procore) -> None:
    one = path(procore, OLD, f"/{direct_cost(procore)}")
    line = procore.read(f"{one}/line_items")[0]["id"]
    assert procore.patch(one, {"item": {"origin_id": "bill-1"}}).json()["origin_id"] == "bill-1"
    before = snapshot(procore)
    body = {"line_item": {"amount": 1, "wbs_code_id": wbs_code(procore)}}
    for answer in (
        procore.patch(one, {"item": {"status": "draft"}}),
        procore.patch(one, {"item": {"origin_id": "bill-2"}}),
        procore.patch(one, {"item": {"origin_id": None, "status": "draft"}}),
        procore.call("PATCH", one, files=[("attachments[]", ("a.txt", b"one", "text/plain"))]),
        procore.call("DELETE", one),
        procore.post(f"{one}/line_items", body),
        procore.patch(f"{one}/line_items/{line}", body),
        procore.call("DELETE", f"{one}/line_items/{line}"),
    ):
        assert answer.status_code == 422
        assert "synced with ERP" in answer.json()["errors"]["base"][0]
    assert snapshot(procore) == before
    taken = procore.patch(
        path(procore, OLD, f"/{direct_cost(procore, 'PM payroll')}"), {"item": {"origin_id": "bill-1"}}
    )
    assert (taken.status_code, taken.json()) == (409, {"errors": {"origin_id": ["has already been taken"]}})
    assert procore.patch(one, {"item": {"origin_id": None}}).status_code == 200
    assert procore.patch(one, {"item": {"status": "draft"}}).status_code == 200


def test_deleted_cost_answers_its_id(procore: Procore) -> None:
    cost = direct_cost(procore)
    assert procore.call("DELETE", path(procore, NEW, f"/{cost}")).json() == {"id": cost}
    assert procore.get(path(procore, NEW, f"/{cost}")).status_code == 404
    assert not procore.app.tables.of("direct_cost_lines", cost)


def test_sync_creates_updates_and_reports_rows(procore: Procore) -> None:
    rows = [
        {"direct_cost_type": "expense", "origin_id": "e-1", "description": "one"},
        {"origin_id": "e-1", "description": "two"},
        {"id": direct_cost(procore), "origin_id": "e-2"},
        {"id": 5},
        {"direct_cost_type": "gift"},
    ]
    answer = procore.patch(path(procore, OLD, "/sync"), {"updates": rows})
    assert answer.status_code == 200
    body = answer.json()
    answered = {"entities": body["entities"], "errors": []}
    assert list_schema_problems("PATCH", OLD.format("{p}") + "/sync", 200, answered) == []
    assert [(row["origin_id"], row["description"]) for row in body["entities"]] == [
        ("e-1", "one"),
        ("e-1", "two"),
        ("e-2", "Lift rental"),
    ]
    assert [row["errors"] for row in body["errors"]] == [
        {"id": ["Entity with this ID not found"]},
        {"direct_cost_type": ["is not included in the list"]},
    ]
    again = procore.patch(path(procore, OLD, "/sync"), {"updates": [{"origin_id": "e-2", "terms": "Net 30"}]}).json()
    assert [row["terms"] for row in again["entities"]] == ["Net 30"]


# --- lines


def test_lines_of_one_and_of_the_whole_project(procore: Procore) -> None:
    cost = direct_cost(procore)
    lines = procore.read(path(procore, OLD, f"/{cost}/line_items"))
    template = OLD.format("{p}")
    assert list_schema_problems("GET", f"{template}/{{id}}/line_items", 200, lines) == []
    assert lines[0]["holder"]["id"] == cost
    assert lines[0]["line_item_type"]["base_type"] == "equipment"
    everything = procore.read(path(procore, OLD, "/line_items"))
    assert list_schema_problems("GET", f"{template}/line_items", 200, everything[:2]) == []
    assert [line["amount"] for line in everything] == ["1200.5", "99.5", "11275.5"]
    assert set(everything[0]["cost_code"]) == {"id", "full_code", "name", "origin_id"}
    for query, found in (
        ({"filters[direct_cost_id]": cost}, 2),
        ({"filters[id]": lines[0]["id"]}, 1),
        ({"filters[cost_code_id]": lines[0]["cost_code"]["id"]}, 1),
        ({"filters[line_item_type_id]": lines[1]["line_item_type"]["id"]}, 1),
        ({"filters[updated_at]": "2020-01-01...2020-01-02"}, 0),
    ):
        assert len(procore.read(path(procore, OLD, "/line_items"), **query)) == found


def test_line_is_written_and_removed(procore: Procore) -> None:
    base = path(procore, OLD, f"/{direct_cost(procore)}/line_items")
    row = procore.app.tables.get("wbs_codes", wbs_code(procore))
    pair = {"cost_code_id": row["cost_code_id"], "line_item_type_id": row["line_item_type_id"]}
    answer = procore.post(base, {"line_item": {**pair, "amount": 10.1}})
    assert answer.status_code == 201
    assert list_schema_problems("POST", OLD.format("{p}") + "/{id}/line_items", 201, answer.json()) == []
    line = answer.json()
    assert (line["amount"], line["wbs_code"]["id"], line["position"]) == ("10.1", row["id"], 3)
    other = next(row for row in procore.app.tables.iterate("line_item_types") if row["base_type"] == "materials")
    change = {"line_item": {"line_item_type_id": other["id"]}}
    changed = procore.patch(f"{base}/{line['id']}", change).json()
    assert changed["line_item_type"]["id"] == other["id"]
    assert changed["cost_code"]["id"] == pair["cost_code_id"]
    assert changed["amount"] == "10.1"
    assert procore.call("DELETE", f"{base}/{line['id']}").status_code == 200
    assert procore.get(f"{base}/{line['id']}").status_code == 404


def test_line_sync_needs_the_cost_of_a_new_line(procore: Procore) -> None:
    cost, code = direct_cost(procore), wbs_code(procore)
    rows = [
        {"direct_cost_id": cost, "wbs_code_id": code, "amount": "7", "origin_id": "l-1"},
        {"origin_id": "l-1", "amount": "8"},
        {"wbs_code_id": code, "amount": "9"},
        {"direct_cost_id": 5, "wbs_code_id": code, "amount": "9"},
    ]
    body = procore.patch(path(procore, OLD, "/line_items/sync"), {"updates": rows}).json()
    assert list_schema_problems("PATCH", OLD.format("{p}") + "/line_items/sync", 200, body) == []
    assert [row["amount"] for row in body["entities"]] == ["7.0", "8.0"]
    assert [row["errors"] for row in body["errors"]] == [
        {"direct_cost_id": ["can't be blank"]},
        {"direct_cost_id": ["is invalid"]},
    ]
    assert len(procore.app.tables.of("direct_cost_lines", cost)) == 3


# --- concurrent writes


def test_held_cost_refuses_every_write_until_the_clock_has_passed(procore: Procore) -> None:
    cost = direct_cost(procore)
    one = path(procore, OLD, f"/{cost}")
    assert procore.act("hold_direct_cost", direct_cost_id=cost, seconds=30).status_code == 200
    before = snapshot(procore)
    for answer in (
        procore.patch(one, {"item": {"terms": "x"}}),
        procore.call("DELETE", one),
        procore.post(f"{one}/line_items", {"line_item": {"amount": 1, "wbs_code_id": wbs_code(procore)}}),
        procore.patch(path(procore, OLD, "/sync"), {"updates": [{"id": cost, "terms": "x"}]}),
        procore.patch(path(procore, OLD, "/line_items/sync"), {"updates": [{"direct_cost_id": cost}]}),
    ):
        assert answer.status_code == 409
    assert snapshot(procore) == before
    assert procore.get(one).status_code == 200
    other = path(procore, OLD, f"/{direct_cost(procore, 'PM payroll')}")
    assert procore.patch(other, {"item": {"terms": "x"}}).status_code == 200
    procore.control("clock", {"advance_seconds": 31})
    procore.sign_in()
    assert procore.patch(one, {"item": {"terms": "x"}}).status_code == 200


def test_two_writers_at_once_meet(procore: Procore) -> None:
    one = path(procore, OLD, f"/{direct_cost(procore)}")
    procore.control("faults", [{"path": f"{one}$", "method": "PATCH", "times": 1, "delay_ms": 1500}])
    answers: list[requests.Response] = []
    slow = threading.Thread(target=lambda: answers.append(procore.patch(one, {"item": {"terms": "slow"}})))
    slow.start()
    while not procore.app._writers:
        assert slow.is_alive()
    quick = procore.patch(one, {"item": {"terms": "quick"}})
    slow.join()
    assert (quick.status_code, answers[0].status_code) == (409, 200)
    assert procore.read(one)["terms"] == "slow"
    assert procore.app._writers == {}

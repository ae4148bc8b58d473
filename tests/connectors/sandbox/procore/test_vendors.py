"""The company directory."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore


def list_names(procore: Procore, **query: Any) -> list[str]:
    return [row["name"] for row in procore.read("vendors", company_id=COMPANY, **query)]


def test_list_has_active_vendors_customers_included(procore: Procore) -> None:
    assert list_names(procore) == ["Example Concrete LLC", "Smith Supply", "City of Bend"]
    inactive = procore.read(f"companies/{COMPANY}/vendors/inactive")
    assert [row["name"] for row in inactive] == ["Old Vendor"]


def test_inactive_vendor_can_be_shown_and_reactivated(procore: Procore) -> None:
    old = procore.vendor("Old Vendor")
    assert procore.read(f"vendors/{old}", company_id=COMPANY)["is_active"] is False
    assert procore.patch(f"companies/{COMPANY}/vendors/inactive/{old}", {}).json()["is_active"] is True
    assert "Old Vendor" in list_names(procore)


def test_views(procore: Procore) -> None:
    assert set(procore.read("vendors", company_id=COMPANY, view="compact")[0]) == {"id", "name"}
    normal = procore.read("vendors", company_id=COMPANY, view="normal")[0]
    extended = procore.read("vendors", company_id=COMPANY)[0]
    assert set(extended) - set(normal) >= {"bidding", "children_count", "project_ids", "trades"}
    assert extended["company"] == extended["name"] == "Example Concrete LLC"
    assert procore.get("vendors", company_id=COMPANY, view="pretty").status_code == 400


def test_filters(procore: Procore) -> None:
    smith = procore.vendor("Smith Supply")
    for query in ({"filters[id]": smith}, {"filters[id][]": smith}, {"filters[id]": f"[{smith},1]"}):
        assert list_names(procore, **query) == ["Smith Supply"]
    assert list_names(procore, **{"filters[search]": "concrete"}) == ["Example Concrete LLC"]
    assert list_names(procore, **{"filters[origin_id]": "none"}) == []
    assert len(list_names(procore, **{"filters[unknown]": "x"})) == 3
    assert list_names(procore, sort="-name")[0] == "Smith Supply"


def test_updated_at_filter_takes_two_ends_with_three_dots(procore: Procore) -> None:
    procore.act("rename_vendor", vendor_id=procore.vendor("Smith Supply"), name="Smith & Sons Supply")
    stamp = procore.read(f"vendors/{procore.vendor('Smith & Sons Supply')}", company_id=COMPANY)["updated_at"]
    exactly = {"filters[updated_at]": f"{stamp}...{stamp}"}
    assert list_names(procore, **exactly) == ["Smith & Sons Supply"]
    for quote in ('"', '\\"'):
        days = {"filters[updated_at]": f"{quote}{stamp[:10]}...{stamp[:10]}{quote}"}
        assert list_names(procore, **days) == ["Smith & Sons Supply"]
    offset = {"filters[updated_at]": f"{stamp[:10]}T00:00:00+00:00...{stamp[:10]}T23:59:59+00:00"}
    assert list_names(procore, **offset) == ["Smith & Sons Supply"]
    for text in (stamp, f"{stamp}..{stamp}", f"{stamp}...", "a...b"):
        assert procore.get("vendors", company_id=COMPANY, **{"filters[updated_at]": text}).status_code == 400


def test_create_answers_201_with_the_whole_vendor(procore: Procore) -> None:
    body = {"company_id": COMPANY, "vendor": {"name": " New Steel ", "city": "Bend", "zip": "97701", "nonsense": 1}}
    answer = procore.post("vendors", body)
    vendor = answer.json()
    assert answer.status_code == 201
    assert (vendor["name"], vendor["company"], vendor["city"]) == ("New Steel", "New Steel", "Bend")
    assert (vendor["website"], vendor["mobile_phone"], vendor["origin_id"]) == ("", None, None)
    assert vendor["is_active"] is True
    assert "nonsense" not in vendor
    assert procore.read(f"vendors/{vendor['id']}", company_id=COMPANY) == vendor


def test_name_is_needed_but_need_not_be_unique(procore: Procore) -> None:
    answer = procore.post("vendors", {"company_id": COMPANY, "vendor": {"name": " "}})
    assert (answer.status_code, answer.json()) == (422, {"errors": {"name": ["can't be blank"]}})
    answer = procore.post("vendors", {"company_id": COMPANY, "vendor": {"name": "Smith Supply"}})
    assert answer.status_code == 201


def test_update_moves_updated_at_and_deactivates(procore: Procore) -> None:
    vendor = procore.vendor("Smith Supply")
    before = procore.read(f"vendors/{vendor}", company_id=COMPANY)
    answer = procore.patch(f"vendors/{vendor}", {"company_id": COMPANY, "vendor": {"is_active": False}})
    assert answer.status_code == 200
    assert answer.json()["updated_at"] > before["updated_at"]
    assert "Smith Supply" not in list_names(procore)


def test_origin_id_is_unique_and_marks_the_vendor_as_synced(procore: Procore) -> None:
    body = {"company_id": COMPANY, "vendor": {"origin_id": "qbo-1"}}
    synced = procore.patch(f"vendors/{procore.vendor('Smith Supply')}", body)
    assert (synced.json()["origin_id"], synced.json()["synced_to_erp"]) == ("qbo-1", True)
    answer = procore.patch(f"vendors/{procore.vendor()}", body)
    assert (answer.status_code, answer.json()) == (409, {"errors": {"origin_id": ["has already been taken"]}})


def test_there_is_no_delete(procore: Procore) -> None:
    assert procore.call("DELETE", f"vendors/{procore.vendor()}?company_id={COMPANY}").status_code == 404


def test_project_directory_lists_its_members_only(procore: Procore) -> None:
    members = procore.read(f"projects/{procore.project()}/vendors")
    assert [row["name"] for row in members] == ["Example Concrete LLC", "City of Bend"]


# --- sync


def sync(procore: Procore, *updates: dict[str, Any]) -> dict[str, Any]:
    answer = procore.patch("vendors/sync", {"company_id": COMPANY, "updates": list(updates)})
    assert answer.status_code == 200
    return answer.json()


def test_sync_creates_and_updates_by_origin_id(procore: Procore) -> None:
    made = sync(procore, {"name": "Synced", "origin_id": "q-1"})["entities"][0]
    again = sync(procore, {"name": "Synced again", "origin_id": "q-1"})["entities"][0]
    assert again["id"] == made["id"]
    assert again["name"] == "Synced again"


def test_sync_with_both_ids_changes_the_origin_id(procore: Procore) -> None:
    made = sync(procore, {"name": "Synced", "origin_id": "q-1"})["entities"][0]
    moved = sync(procore, {"id": made["id"], "origin_id": "q-2"})["entities"][0]
    assert (moved["id"], moved["origin_id"]) == (made["id"], "q-2")


def test_sync_without_ids_creates_every_time(procore: Procore) -> None:
    first, second = (sync(procore, {"name": "Twice"})["entities"][0]["id"] for _ in range(2))
    assert first != second


def test_blank_origin_id_is_none(procore: Procore) -> None:
    rows = sync(procore, {"name": "One", "origin_id": ""}, {"name": "Two", "origin_id": ""})["entities"]
    told = [(row["name"], row["origin_id"], row["synced_to_erp"]) for row in rows]
    assert told == [("One", None, False), ("Two", None, False)]
    assert rows[0]["id"] != rows[1]["id"]
    for _ in range(2):
        answer = procore.post("vendors", {"company_id": COMPANY, "vendor": {"name": "Three", "origin_id": ""}})
        assert (answer.status_code, answer.json()["origin_id"]) == (201, None)


def test_sync_is_200_even_when_rows_fail(procore: Procore) -> None:
    answer = sync(procore, {"id": 5, "name": "Nobody"}, {"name": ""}, {"name": "Somebody"})
    assert [row["name"] for row in answer["entities"]] == ["Somebody"]
    assert answer["errors"] == [
        {"id": 5, "name": "Nobody", "errors": {"id": ["Entity with this ID not found"]}},
        {"name": "", "errors": {"name": ["can't be blank"]}},
    ]


def test_sync_takes_a_thousand_rows_at_most(procore: Procore) -> None:
    answer = procore.patch("vendors/sync", {"company_id": COMPANY, "updates": [{}] * 1001})
    assert answer.status_code == 400


# --- acts


def test_person_adds_and_renames_vendors(procore: Procore) -> None:
    made = procore.act("add_vendor", name="By hand", email="a@b.example").json()
    renamed = procore.act("rename_vendor", vendor_id=made["id"], name="By two hands")
    assert renamed.json() == {"id": made["id"], "name": "By two hands"}
    procore.act("edit_vendor", vendor_id=made["id"], email_address="a@b.example", business_phone="(303) 555-0101")
    assert procore.read(f"vendors/{made['id']}", company_id=COMPANY)["business_phone"] == "(303) 555-0101"
    assert procore.read(f"vendors/{made['id']}", company_id=COMPANY)["email_address"] == "a@b.example"


@pytest.mark.parametrize("arguments", [{"vendor_id": 1, "name": "x"}, {"vendor_id": None, "name": "x"}])
def test_act_on_nobody_is_refused(procore: Procore, arguments: dict[str, Any]) -> None:
    assert procore.act("rename_vendor", **arguments).status_code in (400, 409)

"""Answers have the keys and the kinds of values that Procore's have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

WIRE = Path(__file__).resolve().parents[3] / "wire" / "procore"


def read_fixture(name: str) -> Any:
    return json.loads((WIRE / f"{name}.json").read_text())["body"]


def list_differences(expected: Any, given: Any, path: str = "") -> list[str]:
    """Keys that are missing and values of another type; null stands for any type, an empty list for any list."""
    if expected is None or given is None:
        return []
    if isinstance(expected, dict) and isinstance(given, dict):
        if path.endswith("custom_fields"):
            return []
        missing = [f"{path}.{key} is missing" for key in expected if key not in given]
        shared = [key for key in expected if key in given]
        return missing + [
            line for key in shared for line in list_differences(expected[key], given[key], f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(given, list):
        return list_differences(expected[0], given[0], f"{path}[0]") if expected and given else []
    return [] if type(expected) is type(given) else [f"{path} is {type(given).__name__}"]


def ask(procore: Procore, name: str) -> Any:
    project, contract = procore.project(), procore.commitment()
    match name:
        case "vendor":
            return procore.read("vendors", company_id=COMPANY)[0]
        case "project":
            return procore.read(f"projects/{project}", company_id=COMPANY)
        case "company":
            return procore.read("companies")[0]
        case "cost_code":
            return procore.read("cost_codes", project_id=project)[0]
        case "requisition":
            path = f"/rest/v1.1/requisitions/{procore.requisition(2)}"
            return procore.read(path, project_id=project, view="extended")
        case "requisition_detail":
            return procore.read(f"requisitions/{procore.requisition(2)}/detail", project_id=project)[1]
        case "work_order_contract":
            return procore.read(f"work_order_contracts/{contract}", project_id=project)
    raise AssertionError(name)


@pytest.mark.parametrize("name", sorted(path.stem for path in WIRE.glob("*.json")))
def test_answer_has_the_shape_that_is_known(procore: Procore, name: str) -> None:
    assert list_differences(read_fixture(name), ask(procore, name)) == []


def test_second_claim_has_the_known_figures(procore: Procore) -> None:
    expected, given = read_fixture("requisition"), ask(procore, "requisition")
    known = {key: value for key, value in expected["summary"].items() if key != "formatted_period"}
    assert {key: given["summary"][key] for key in known} == known
    assert given["percent_complete"] == expected["percent_complete"]
    amounts = {
        key: value
        for key, value in expected["items"][0].items()
        if isinstance(value, str)
        and key.startswith(("work_completed_retainage_r", "total_", "work_completed_t", "gross", "net"))
    }
    assert len(amounts) >= 8
    assert {key: given["items"][1][key] for key in amounts} == amounts


def test_detail_row_is_the_known_one(procore: Procore) -> None:
    expected, given = read_fixture("requisition_detail"), ask(procore, "requisition_detail")
    ids = ("id", "cost_code_id")
    assert {key: given[key] for key in expected if key not in ids} == {
        key: value for key, value in expected.items() if key not in ids
    }


def test_ids_do_not_fit_into_32_bits(procore: Procore) -> None:
    for table in ("vendors", "projects", "requisitions", "contract_lines"):
        assert all(row["id"] > 2**31 for row in procore.app.tables.iterate(table))

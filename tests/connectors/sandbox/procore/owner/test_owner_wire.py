"""Answers of the owner's side have the keys and the kinds of values that are known of Procore's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.owner.conftest import prime
from tests.connectors.sandbox.procore.test_wire import WIRE, list_differences

FOLDER = WIRE / "owner"


def ask(procore: Procore, name: str) -> Any:
    project = procore.project()
    match name:
        case "prime_contract":
            return procore.read("prime_contracts", project_id=project)[0]
        case "payment_application":
            return procore.read("payment_applications", project_id=project)[1]
        case "direct_cost":
            return procore.read(f"projects/{project}/direct_costs")[0]
        case "contract_payment":
            rows = procore.read("contract_payments", project_id=project, contract_id=procore.commitment())
            assert procore.read("contract_payments", project_id=project, contract_id=prime(procore)) != rows
            return rows[0]
    raise AssertionError(name)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.json")))
def test_answer_has_the_shape_that_is_known(procore: Procore, name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text())["body"]
    assert list_differences(expected, ask(procore, name)) == []

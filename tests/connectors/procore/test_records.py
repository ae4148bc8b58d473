"""What a budget code, a project and a cost code say of themselves, however much of it Procore sends."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore.records import CostCode, Project, read_line

TYPE = {"id": 71, "code": "S", "name": "Subcontract", "segment_type": "line_item_type"}
CODE = {"id": 801, "code": "03-300", "name": "Slabs", "segment_type": "cost_code"}
JOB = {"id": 61, "code": "A", "name": "Garage", "segment_type": "sub_job"}
PHASE = {"id": 5, "code": "P2", "name": "Phase 2", "segment_type": "custom"}


@pytest.mark.parametrize(
    ("wbs_code", "cost_type", "type_id", "job_id"),
    [
        ({"flat_code": "03-300.S", "segment_items": [CODE, TYPE]}, "S", "71", ""),
        ({"flat_code": "A.03-300.S", "segment_items": [JOB, CODE, TYPE]}, "S", "71", "61"),
        # A part of the firm's own may stand last: the text alone would be read wrongly.
        ({"flat_code": "03-300.S.P2", "segment_items": [CODE, TYPE, PHASE]}, "S", "71", ""),
        ({"flat_code": "03.300-S", "segment_items": [TYPE, CODE]}, "S", "71", ""),
        ({"flat_code": "03-300.S", "segment_items": []}, "S", "", ""),
        ({"flat_code": "03-300.S"}, "S", "", ""),
        ({"flat_code": "03-300"}, "", "", ""),
        ({}, "", "", ""),
        (None, "", "", ""),
    ],
)
def test_cost_type_and_sub_job_come_from_the_parts_of_the_budget_code(
    wbs_code: Any, cost_type: str, type_id: str, job_id: str
) -> None:
    line = read_line({"id": 1, "cost_code_id": 801, "wbs_code": wbs_code})
    assert (line.cost_type, line.cost_type_id, line.sub_job_id) == (cost_type, type_id, job_id)
    assert line.budget_code == (wbs_code or {}).get("flat_code", "")


@pytest.mark.parametrize(
    ("biller", "job"),
    [
        ({"biller_type": "SubJob", "biller_id": 61, "biller": " Tower  East"}, ("61", "Tower East")),
        ({"biller_type": "SubJob", "biller_id": 61}, ("61", "")),
        ({"biller_type": "Project", "biller_id": 501, "biller": "Clinic"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_a_code_billed_by_a_sub_job_is_that_jobs(biller: dict[str, Any], job: tuple[str, str]) -> None:
    code = CostCode.from_project({"id": 1, "full_code": "03-300", "name": "Slabs", **biller}, project_id="501")
    assert (code.sub_job_id, code.sub_job) == job


@pytest.mark.parametrize(
    ("wire", "ids"),
    [
        ({"departments": [{"id": 31, "name": "Commercial"}, {"id": 32, "name": "Civil"}]}, ("31", "32")),
        ({"departments": []}, ()),
        ({"departments": None}, ()),
        ({}, ()),
    ],
)
def test_a_project_names_its_departments(wire: dict[str, Any], ids: tuple[str, ...]) -> None:
    assert Project.from_wire({"id": 501, "name": "Lofts", **wire}, customer_field=None).department_ids == ids

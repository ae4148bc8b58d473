"""What the developer guides show of budget codes, timesheets and new projects."""

from __future__ import annotations

from typing import Any

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

SEGMENT = (
    "name", "type", "position", "delimiter", "required", "segment_items_count", "project_can_modify_origin_project",
    "project_can_delete_origin_company", "structure",
)  # fmt: skip


def read_segments(crew: Procore, owner: str, *more: str) -> list[tuple[Any, ...]]:
    pattern = crew.read(f"{owner}/work_breakdown_structure/patterns")
    return [tuple(row[name] for name in (*SEGMENT, *more)) for row in pattern["segments"]]


def test_pattern_of_the_company_has_three_segments(crew: Procore) -> None:
    assert read_segments(crew, f"companies/{COMPANY}") == [
        ("Sub Job", "sub_job", 0, ".", False, 0, True, True, "flat"),
        ("Cost Code", "cost_code", 1, ".", True, 3, True, True, "tiered"),
        ("Cost Type", "line_item_type", 2, ".", True, 7, False, False, "flat"),
    ]


def test_pattern_of_a_project_has_the_positions_of_the_company(crew: Procore) -> None:
    more = ("selectable_tiers", "is_included_in_project_pattern")
    assert read_segments(crew, f"projects/{crew.project()}", *more) == [
        ("Cost Code", "cost_code", 1, ".", True, 3, True, True, "tiered", False, True),
        ("Cost Type", "line_item_type", 2, ".", True, 7, False, False, "flat", False, True),
    ]

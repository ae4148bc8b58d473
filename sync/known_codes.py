"""Cost codes of a project that were made since its codes were last read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mapping.directory.refreshing import refresh_project_codes
from sync.work import Work


class CodedLine(Protocol):
    @property
    def cost_code_id(self) -> str: ...


def read_unknown_codes(work: Work, project_id: str, lines: Iterable[CodedLine]) -> None:
    """Read the codes of the project where a line names one that is not known, so that the line is mapped by it."""
    known = work.base_maps.codes
    if any(line.cost_code_id and line.cost_code_id not in known for line in lines):
        refresh_project_codes(work.procore.connection, [project_id])
        work.forget_mapping()

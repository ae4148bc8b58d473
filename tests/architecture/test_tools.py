"""The linters are part of the suite: a red one is a red build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.types import check_types

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", [("check", "."), ("format", "--check", ".")], ids=["check", "format"])
def test_ruff(command: tuple[str, ...]) -> None:
    result = run(str(BIN / "ruff"), *command)
    assert result.returncode == 0, result.stdout


def test_imports_point_down() -> None:
    result = run(str(BIN / "lint-imports"))
    assert result.returncode == 0, result.stdout


def test_types() -> None:
    result = check_types()
    assert result.returncode == 0, result.stdout

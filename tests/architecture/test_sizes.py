"""Small files and short functions, and no machine's path in the project."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("smoothx", "connectors", "mapping", "sync", "timesheets")
FILES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)
MOST_LINES, MOST_FUNCTION_LINES = 400, 60


Functions = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(text: str) -> list[Functions]:
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, Functions)]


def test_files_and_their_functions_are_small_and_import_at_the_top() -> None:
    long, hidden = [], []
    for path in FILES:
        text, name = path.read_text(), path.relative_to(ROOT)
        if len(text.splitlines()) > MOST_LINES:
            long.append(f"{name}")
        for node in functions_of(text):
            if node.end_lineno and node.end_lineno - node.lineno >= MOST_FUNCTION_LINES:
                long.append(f"{name}:{node.lineno} {node.name}")
            imports = [inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)]
            hidden += [f"{name}:{inner.lineno}" for inner in imports]
    assert (long, hidden) == ([], [])

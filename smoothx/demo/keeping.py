"""What `make demo` keeps between two runs: the database and the sandboxes' snapshot, together or not at all.

After an end that saved no snapshot both are made afresh, so that the ledger never points at records that are gone.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from smoothx.demo.stack import Options


def forget_unless_whole(options: Options) -> None:
    """Before the start: drop database and snapshot together unless the last run saved both."""
    mark = _mark(options)
    if not mark.exists() or not json.loads(mark.read_text()).get("is_whole"):
        for name in ("postgres", "snapshot"):
            shutil.rmtree(options.directory / name, ignore_errors=True)
    mark.write_text(json.dumps({"is_whole": False}))


def note_whole(options: Options) -> None:
    """After the end: the snapshot was saved, so the next start may go on from here."""
    if (options.directory / "snapshot" / "about.json").exists():
        _mark(options).write_text(json.dumps({"is_whole": True}))


def _mark(options: Options) -> Path:
    return options.directory / "state.json"

"""What `make demo` keeps between two runs: the database and the sandboxes' snapshot, together or not at all.

After an end that saved no snapshot both are made afresh, so that the ledger never points at records that are gone.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from smoothx.demo.stack import Options

ROOT = Path(__file__).resolve().parents[2]


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


def make_empty_directory() -> Path:
    """A directory of its own for one check; it stays behind only when the check failed, with its logs."""
    parent = ROOT / ".local"
    parent.mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="check-", dir=parent))
    # PostgreSQL may run as another user, who must be able to pass through.
    directory.chmod(0o755)
    return directory


def remove(directory: Path) -> None:
    """Delete the directory, and the data that had to be kept outside because its owner could not reach it."""
    outside = directory / "postgres-outside"
    if outside.is_symlink():
        shutil.rmtree(outside.resolve(), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)

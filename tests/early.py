"""Loaded before anything else: the suite's embedded servers live apart from the developer's own."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("SMOOTHX_LOCAL_DIR", str(ROOT / ".local" / "tests"))
# A power cut may cost the tests their database.
os.environ.setdefault("SMOOTHX_EMBEDDED_FAST", "1")
# Compiled once rather than by each worker, and by each program a test starts, also where the shell asks for no files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What is collected stays to the end: looking through it for garbage, again and again, takes a tenth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    # Every 700 objects, as is usual, looking for garbage takes a tenth of the time again.
    gc.set_threshold(50_000, 20, 20)
    gc.enable()

"""Loaded before anything else: the suite's embedded servers live apart from the developer's own."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("SMOOTHX_LOCAL_DIR", str(ROOT / ".local" / "tests"))
# A power cut may cost the tests their database.
os.environ.setdefault("SMOOTHX_EMBEDDED_FAST", "1")

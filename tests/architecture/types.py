"""Runs mypy without starting any server: its Django plugin imports the settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_SERVICES = {"DATABASE_URL": "postgresql:///none", "REDIS_URL": "redis://127.0.0.1:1/0"}


def check_types() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mypy"],
        cwd=ROOT,
        env=os.environ | NO_SERVICES,
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    result = check_types()
    sys.stdout.write(result.stdout + result.stderr)
    sys.exit(result.returncode)

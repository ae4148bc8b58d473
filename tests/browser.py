"""Finds the Chromium that the browser journeys drive: CHROMIUM, else a system one, else Debian's when run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "install it with: sudo apt-get install chromium   (or set CHROMIUM to a Chromium or Chrome program)"


class NoBrowser(Exception):
    """No Chromium is here and none can be installed; the text is the line to run."""


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def ensure_chromium() -> str:
    """The program's path. Raises NoBrowser with the line to run when it cannot be had."""
    found = find_chromium()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write("Installing Chromium for the browser tests\n")
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        found = find_chromium()
    if found is None:
        raise NoBrowser(f"The browser tests need Chromium: {HOW}")
    return found


if __name__ == "__main__":
    try:
        ensure_chromium()
    except NoBrowser as error:
        sys.exit(str(error))

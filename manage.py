#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line

# These only read and write files: no server of our own is started for them.
WITHOUT_SERVICES = ("automap",)

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WITHOUT_SERVICES:
        os.environ["SMOOTHX_WITHOUT_SERVICES"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smoothx.settings")
    execute_from_command_line(sys.argv)

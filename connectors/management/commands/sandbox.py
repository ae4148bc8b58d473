"""Serve the Procore and QuickBooks stand-ins until interrupted."""

from __future__ import annotations

import gc
import json
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors.sandbox.pairs import Pair, start_pair


class Command(BaseCommand):
    help = "Serve a Procore and a QuickBooks stand-in on this machine; prints one line of JSON when both are ready."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--procore-port", type=int, default=0, help="0 takes any free port")
        parser.add_argument("--qbo-port", type=int, default=0, help="0 takes any free port")
        parser.add_argument("--scenario", default="demo")
        parser.add_argument("--size", type=int, default=1)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--snapshot", type=Path, help="directory restored at start and saved at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The sandboxes stand in for Procore and QuickBooks and start only when DEBUG is on.")
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        # What is loaded stays: searching it for garbage would slow the start and make every hundredth answer late.
        gc.disable()
        pair = self._start(options)
        gc.freeze()
        gc.enable()
        self.stdout.write(json.dumps(pair.info))
        self.stdout.flush()
        stopped.wait()
        pair.stop()
        pair.save()

    def _start(self, options: dict[str, Any]) -> Pair:
        try:
            return start_pair(
                scenario=options["scenario"],
                size=options["size"],
                seed=options["seed"],
                procore_port=options["procore_port"],
                qbo_port=options["qbo_port"],
                snapshot=options["snapshot"],
            )
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error

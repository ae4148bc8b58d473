"""Automap two CSV files: which row of one is which row of the other, by the matchers the screens use."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapping.matching.files import FILE_KINDS, BadFile, read_rows, write_pairs
from mapping.suggest import match_subject


class Command(BaseCommand):
    help = "Match two CSV files and write the pairs, sure ones and those for a person, to a third. Needs no database."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True, choices=sorted(FILE_KINDS))
        parser.add_argument("--left", required=True, type=Path, help="Procore's list")
        parser.add_argument("--right", required=True, type=Path, help="QuickBooks' list")
        parser.add_argument("--out", required=True, type=Path, help="left_id,right_id,score,band,reasons")
        parser.add_argument("--codes-first", action="store_true", help="an equal code is sure whatever the names")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = FILE_KINDS[options["kind"]]
        started = time.perf_counter()
        if options["out"].resolve() in (options["left"].resolve(), options["right"].resolve()):
            raise CommandError("--out names one of the two lists, which would be lost.")
        try:
            lefts = read_rows(options["left"], kind.left)
            rights = read_rows(options["right"], kind.right)
            pairs = match_subject(kind.subject, lefts, rights, codes_first=options["codes_first"])
            write_pairs(options["out"], pairs)
        except BadFile as error:
            raise CommandError(str(error)) from error
        sure = sum(pair.band == "sure" for pair in pairs)
        asked = len({pair.left_id for pair in pairs if pair.band == "unsure"})
        seconds = time.perf_counter() - started
        self.stdout.write(
            f"{len(lefts)} left, {len(rights)} right: {sure} sure, {asked} for a person,"
            f" {len(lefts) - sure - asked} without a match, {seconds:.1f} s"
        )

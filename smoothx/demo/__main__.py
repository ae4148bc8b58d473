"""`python -m smoothx.demo run`, `check`, `year` and `chaos`: what `make demo` and the `make ...-check`s do."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django

from smoothx.demo.chaos import abreast
from smoothx.demo.keeping import forget_unless_whole, make_empty_directory, note_whole, remove
from smoothx.demo.stack import Options, Stage, choose_port, point_product_at, say, start_sandboxes
from smoothx.demo.supervise import NotReady, Supervisor
from smoothx.embedded import ServicesUnavailable, ensure_services
from smoothx.lib.env import env_text

ROOT = Path(__file__).resolve().parents[2]
# Where names leave no doubt; in the others somebody has to decide who is who before anything crosses.
PLAYABLE = ("demo", "large", "uk")
COMMANDS = {"check": "demo-check", "year": "year-check", "chaos": "chaos-check"}
PROGRAMMES = {
    "run": "smoothx.demo.run",
    "check": "smoothx.demo.check",
    "year": "smoothx.demo.year.run",
    "chaos": "smoothx.demo.chaos.run",
}
# These take events of the vendors.
WITH_EVENTS = ("check", "chaos")


def main(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    if arguments.command == "run":
        directory = Path(env_text("SMOOTHX_LOCAL_DIR") or ROOT / ".local").resolve() / "demo"
        directory.mkdir(parents=True, exist_ok=True)
        options = Options(directory, web_port=8000, procore_port=8001, qbo_port=8002, is_kept=True, has_events=True)
        forget_unless_whole(options)
        code = start("run", options)
        note_whole(options)
        return code
    if arguments.scenario not in PLAYABLE:
        say(f"{COMMANDS[arguments.command]} takes the scenarios {', '.join(PLAYABLE)}, not {arguments.scenario}.")
        return 1
    if arguments.command == "chaos" and min(arguments.rows, arguments.runs) > 1:
        seeds = range(arguments.seed, arguments.seed + arguments.runs)
        shared = ["--scenario", arguments.scenario, "--size", str(arguments.size)]
        return abreast.play(seeds, arguments.rows, [*shared, *(["--in-turn"] if arguments.in_turn else [])])
    directory = make_empty_directory()
    options = Options(
        directory,
        arguments.scenario,
        arguments.size,
        # Every run under fire has the same firm, so that its seed alone plays it again.
        1 if arguments.command == "chaos" else arguments.seed,
        # Under fire time passes in leaps, and most of it would go into polls.
        poll_seconds=1800 if arguments.command == "chaos" else 5,
        waits_at_the_end=arguments.keep,
        months=getattr(arguments, "months", 12),
        runs=range(arguments.seed, arguments.seed + getattr(arguments, "runs", 1)),
        in_turn=getattr(arguments, "in_turn", False),
        has_events=arguments.command in WITH_EVENTS,
    )
    code = start(arguments.command, options)
    if code == 0:
        remove(directory)
    return code


def start(command: str, options: Options) -> int:
    """Start the services and both sandboxes, point the settings at them, then hand over."""
    os.environ["SMOOTHX_LOCAL_DIR"] = str(options.directory)
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    if command in ("chaos", "year"):
        # Nobody pulls the plug of the machine, and each writes many thousand times.
        os.environ["SMOOTHX_EMBEDDED_FAST"] = "1"
    if command == "year":
        # It plays in this very process, whose every call would be told between the months.
        os.environ.setdefault("LOG_LEVEL", "WARNING")
    try:
        ensure_services(say=say)
        with Supervisor(log_dir=options.directory / "log") as supervisor:
            info = start_sandboxes(supervisor, options)
            port = choose_port(options.web_port)
            point_product_at(info, f"http://localhost:{port}", options)
            django.setup()
            # Needs the models, which exist only now that the settings are known.
            programme = import_module(PROGRAMMES[command])
            code: int = programme.play(supervisor, Stage(options, info, port))
            return code
    except (NotReady, ServicesUnavailable) as error:
        say(str(error))
        return 1


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m smoothx.demo")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="a live company to click through")
    check = commands.add_parser("check", help="sync everything and compare both sides")
    year = commands.add_parser("year", help="play a year on both sides and compare them month by month")
    chaos = commands.add_parser("chaos", help="kill workers, wipe and restart services, have vendors fail")
    chaos.add_argument("--runs", type=int, default=20)
    chaos.add_argument("--rows", type=int, default=2, help="processes that play runs side by side")
    chaos.add_argument("--in-turn", action="store_true", help="one worker at a time, so that a seed repeats exactly")
    for each in (check, year, chaos):
        each.add_argument("--scenario", default="demo")
        each.add_argument("--size", type=int, default=1)
        each.add_argument("--seed", type=int, default=1)
        each.add_argument("--keep", action="store_true", help="leave everything running and print the addresses")
    year.add_argument("--months", type=int, default=12, choices=range(2, 13), metavar="2-12")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

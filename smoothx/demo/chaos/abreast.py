"""Rows of runs side by side, each a process with servers of its own: one alone waits for its servers half the time."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from smoothx.demo.stack import say
from smoothx.embedded.processes import die_with_parent

KINDS = ("lost", "doubled", "stuck")
_TOLD = re.compile(r"chaos-check: (?P<runs>\d+) runs, " + ", ".join(rf"(?P<{kind}>\d+) {kind}" for kind in KINDS))


def tell(counts: Counter[str]) -> str:
    """The line a check ends with. `counts` are of runs, and of what befell documents in them."""
    found = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS)
    return f"chaos-check: {counts['runs']} runs, {found}"


def read_told(line: str) -> Counter[str] | None:
    """The counts of such a line, None of another."""
    match = _TOLD.fullmatch(line)
    return Counter({name: int(value) for name, value in match.groupdict().items()}) if match else None


def split(runs: range, rows: int) -> Iterator[range]:
    """As even as can be, none of them empty."""
    rows = min(rows, len(runs))
    bounds = [len(runs) * number // rows for number in range(rows + 1)]
    yield from (runs[begin:end] for begin, end in pairwise(bounds))


def play(runs: range, rows: int, shared: Sequence[str]) -> int:
    """Play the seeds in so many processes with these options; the exit code of all together."""
    started = [_start(seeds, shared) for seeds in split(runs, rows)]
    with ThreadPoolExecutor(len(started)) as threads:
        ends = list(threads.map(_follow, started))
    say(tell(sum((counts for counts, _ in ends), Counter())))
    return max(code for _, code in ends)


def _start(seeds: range, shared: Sequence[str]) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "smoothx.demo", "chaos", "--rows", "1", *shared]
    argv += ["--runs", str(len(seeds)), "--seed", str(seeds.start)]
    follow_parent = die_with_parent(signal.SIGTERM)
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, preexec_fn=follow_parent)  # noqa: S603


def _follow(row: subprocess.Popen[str]) -> tuple[Counter[str], int]:
    """Pass on what it says, but for its last line. What that counted, and the exit code."""
    counts: Counter[str] = Counter()
    for line in row.stdout or ():
        told = read_told(line.rstrip("\n"))
        if told is None:
            say(line.rstrip("\n"))
        else:
            counts += told
    return counts, row.wait()

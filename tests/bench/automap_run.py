"""One automap of made-up contacts in a process of its own: `python -m tests.bench.automap_run ROWS`.

Prints JSON: the seconds it took, the megabytes the process held at its most, the seconds a bare comparison of all
names with all took right after, and how many pairs are right and wrong.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np
from rapidfuzz import fuzz, process

from mapping.matching.contacts import match_contacts
from tests.mapping.matching.firm_lists import build_lists

SEED = 7
MOST_COMPARED = 10_000


def main(rows: int) -> None:
    lists = build_lists(rows, SEED)
    started = time.perf_counter()
    pairs = match_contacts(lists.lefts, lists.rights)
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sure = {(pair.left_id, pair.right_id) for pair in pairs if pair.band == "sure"}
    figures = {
        "rows": len(lists.lefts),
        "seconds": seconds,
        "megabytes": megabytes,
        "right": len(sure & lists.truth),
        "wrong": len(sure - lists.truth),
        "truth": len(lists.truth),
    }
    if rows <= MOST_COMPARED:
        names = [row.name for row in lists.lefts], [row.name for row in lists.rights]
        figures["bare_seconds"] = compare_all(*names)
    sys.stdout.write(json.dumps(figures) + "\n")


def compare_all(lefts: list[str], rights: list[str]) -> float:
    """Seconds of rapidfuzz's own comparison of every name with every other, on all processors."""
    started = time.perf_counter()
    process.cdist(lefts, rights, scorer=fuzz.token_sort_ratio, workers=-1, dtype=np.uint8)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""Pages far from both ends of a long list, read by the place of their rows in an order that is kept.

Near an end the rows of a page are walked to. Further in, the walk takes longer than to put all in order once.
"""

from __future__ import annotations

from mapping.counts.kept import Listed, keep_order
from mapping.page.facts import order_part
from mapping.page.frame import Frame
from mapping.page.ranked import Ranked

# So many rows are walked past: forty pages from either end.
NEAR = 2000


def is_far(shown: slice, count: int) -> bool:
    return bool(shown.start >= NEAR and count - shown.stop >= NEAR)


def read_far(frame: Frame, listed: Listed, shown: slice, count: int) -> list[int]:
    """The keys of the slice, of a list that no search narrows. One statement, whether or not the order was kept."""
    kept, part = frame.facts.kept, order_part(frame.section, frame.query.tab)
    start, stop = shown.start, min(shown.stop, count)
    if frame.query.is_descending:
        start, stop = count - stop, count - start
    if part in kept.facts:
        keys = Ranked(kept.facts[part]["rows"], None, part).read(start, stop)
    else:
        keys = keep_order(part, listed, kept, start, stop)
    return keys[::-1] if frame.query.is_descending else keys

"""What a link means to those that wait: its own left row, and for a division every code it covers."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.procore import resources as procore
from mapping.divisions import children_of, descendants
from mapping.kinds import KINDS
from mapping.models import RemoteItem
from mapping.signals import link_subject


def subjects_of_links(lefts: Iterable[tuple[str, str]]) -> list[str]:
    """The subjects that change with links of these (kind key, left id)."""
    named = list(lefts)
    codes = [left_id for key, left_id in named if KINDS[key].left.key == procore.STANDARD_COST_CODES.key]
    children = children_of(load_parents()) if codes else {}
    subjects: list[str] = []
    for key, left_id in named:
        below = descendants(left_id, children) if left_id in children else set()
        subjects += [link_subject(key, code_id) for code_id in (left_id, *sorted(below))]
    return subjects


def load_parents() -> dict[str, str]:
    """Each standard code's parent, empty at the top."""
    codes = RemoteItem.objects.filter(resource=procore.STANDARD_COST_CODES.key)
    return dict(codes.values_list("remote_id", "parent_id"))

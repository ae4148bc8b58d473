"""Names a letter apart that are two names as often as one mistyped: Hansen and Hanson, Gonzales and Gonzalez. Pure."""

from __future__ import annotations

# How families of one origin end their name in two ways.
_TWO_ENDINGS = (
    ("sen", "son"), ("sen", "ssen"), ("ez", "es"), ("ski", "sky"), ("cki", "cky"), ("mann", "man"), ("ie", "y"),
    ("ey", "y"), ("e", ""), ("s", ""), ("off", "ov"), ("ich", "ic"),
)  # fmt: skip


def differs_in_letter(one: str, other: str) -> bool:
    """Whether one letter stands for another, which makes another name as easily as a slip does."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def ends_otherwise(one: str, other: str) -> bool:
    """Whether two surnames have one beginning and two endings in use."""
    return any(
        _replaces(one, other, ours, theirs) or _replaces(one, other, theirs, ours) for ours, theirs in _TWO_ENDINGS
    )


def _replaces(one: str, other: str, ours: str, theirs: str) -> bool:
    if not one.endswith(ours) or not other.endswith(theirs):
        return False
    return one != other and one.removesuffix(ours) == other.removesuffix(theirs)

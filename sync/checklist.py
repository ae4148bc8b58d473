"""One line of the go-live checklist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["done", "open", "block", "wait"]


@dataclass(frozen=True, slots=True)
class Check:
    """`block` stops going live, `open` is advice, `wait` needs an earlier step first.

    `fix` names where it is put right: "map:contacts" is a mapping section, "map:contacts:problems" its links that need
    mending, else it is a page by name.
    """

    key: str
    group: str
    label: str
    outcome: Outcome
    detail: str
    fix: str = ""
    fix_label: str = ""
    left: int = 0

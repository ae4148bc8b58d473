"""What an outcome is: a stable code, the state it puts a document in, the sentence, and the page that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "queued",
    "sending",
    "posted",
    "posted_with_warnings",
    "waiting",
    "blocked",
    "held",
    "uncertain",
    "rejected",
    "ineligible",
    "changed_by_hand",
    "left_out",
]


@dataclass(frozen=True, slots=True)
class Code:
    """`sentence` is filled from the notice: {subject} and its details. `fix` names a link of sync.pages.fixes,
    `fix_label` is the button. A code without a fix needs nobody, or its sentence says what to do elsewhere."""

    key: str
    state: State
    sentence: str
    fix: str = ""
    fix_label: str = ""

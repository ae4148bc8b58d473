"""What is said about a row of an import: stable codes, their labels, and the sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mapping.imports.cells import Problem

Group = Literal["ready", "ask", "kept", "error"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`group`: ready is linked unless somebody says no, ask only when somebody says yes, kept changes nothing."""

    label: str
    group: Group


VERDICTS: dict[str, Verdict] = {
    "link": Verdict("New link", "ready"),
    "replace": Verdict("Replaces a link", "ready"),
    "suggested": Verdict("Suggested", "ask"),
    "same": Verdict("Already linked", "kept"),
    "repeat": Verdict("Repeated row", "kept"),
    "empty": Verdict("No partner given", "kept"),
    "division": Verdict("Division", "kept"),
    "no_match": Verdict("Nothing close", "kept"),
    "listed": Verdict("Known", "kept"),
    "linked": Verdict("Linked to another", "error"),
    "taken": Verdict("Partner is taken", "error"),
    "contradicts": Verdict("Contradicts another row", "error"),
    "mismatch": Verdict("Contradicts itself", "error"),
    "unknown_left": Verdict("Not in Procore", "error"),
    "unknown_right": Verdict("Not in QuickBooks", "error"),
    "ambiguous_left": Verdict("More than one in Procore", "error"),
    "ambiguous_right": Verdict("More than one in QuickBooks", "error"),
    "inactive": Verdict("Inactive", "error"),
    "wrong_type": Verdict("Wrong type", "error"),
    "wrong_role": Verdict("Role not known", "error"),
    "date": Verdict("Turned into a date", "error"),
    "zeros": Verdict("Zeros lost", "error"),
    "formula": Verdict("Formula without a value", "error"),
    "error": Verdict("Error in a cell", "error"),
    "merged": Verdict("Merged cells", "error"),
    "long": Verdict("Text too long", "error"),
    "changed": Verdict("Changed meanwhile", "error"),
}
CHOOSABLE = tuple(code for code, verdict in VERDICTS.items() if verdict.group in ("ready", "ask"))

LINKED, UNDONE, NOT_TAKEN = "Linked", "Linked, then undone", "Not taken in"


def spell_outcome(code: str, *, is_finished: bool, is_linked: bool, is_undone: bool) -> str:
    """What became of a row; what would become of it as long as the import is not finished."""
    verdict = VERDICTS.get(code)
    if verdict is None or not is_finished or code not in CHOOSABLE:
        return verdict.label if verdict else code
    if not is_linked:
        return NOT_TAKEN
    if is_undone:
        return UNDONE
    return "Linked in place of another" if code == "replace" else LINKED


@dataclass(frozen=True, slots=True)
class Words:
    """How one side is called: "Procore", "cost code", "cost codes", and what tells two rows of one name apart."""

    side: str
    noun: str
    nouns: str
    how_to_tell: str

    @property
    def if_unknown(self) -> str:
        return f"Correct it, or refresh {self.side}."


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a side of a row could not be found. "unknown" and "ambiguous" get their side's name as a verdict."""

    code: str
    sentence: str

    def verdict(self, side: Literal["left", "right"]) -> str:
        return f"{self.code}_{side}" if self.code in ("unknown", "ambiguous") else self.code


def explain_problem(problem: Problem, text: str, place: str, words: Words) -> Miss:
    """Why a cell cannot be read, and what to do about it."""
    sentences = {
        "date": (
            f"{place} is {text}: the spreadsheet made a date of the {words.noun}. "
            "Format the column as Text, type it again, and import the file once more."
        ),
        "formula": (
            f"{place} holds a formula without a value. "
            "Open the file in Excel, save it, and import it again, or type the value."
        ),
        "error": f"{place} shows {text}. Correct the formula, or type the value.",
        "merged": f"{place} is merged with the cell above it. Unmerge the cells, and fill in each row.",
        "long": f"{place} is longer than 500 characters: “{text}”.",
    }
    return Miss(problem, sentences[problem])

"""The administrator's guide names what the screens show, word for word, so that a reader finds it there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapping.defaults import DEFAULTS
from mapping.screens import SECTIONS
from smoothx.pages.settings_nav import SECTIONS as SETTINGS
from smoothx.pages.settings_screens import SCREENS, shown_screens
from smoothx.pages.users import ROLE_HELP
from smoothx.tenants.models import Role
from sync.codes import CODES, headline_for
from sync.models import Entry
from sync.pages.acts import ACTS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "admin-guide.md").read_text()
# Emphasis ends in front of a full stop or comma that belongs to the sentence.
BOLD = {" ".join(text.split()).rstrip(".") for text in re.findall(r"\*\*(.+?)\*\*", GUIDE, re.DOTALL)}
HEADINGS = set(re.findall(r"^### (.+)$", GUIDE, re.MULTILINE))


def section_of(state: str) -> str:
    """The text under a state's heading."""
    _, _, rest = GUIDE.partition(f"### {Entry.State(state).label}\n")
    section = re.split(r"^#{2,3} ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return re.sub(r"\n +", " ", section)


def test_every_outcome_is_under_its_state_in_the_words_of_the_screen() -> None:
    states = {code.state for code in CODES.values()}
    sections = {state: section_of(state) for state in states}
    headlines = {key: headline_for(key, "…", {})[0] for key in CODES}
    missing = {key: text for key, text in headlines.items() if f"**{text}" not in sections[CODES[key].state]}
    assert missing == {}


def test_the_guide_promises_no_outcome_that_is_not_there() -> None:
    states = {code.state for code in CODES.values()}
    shown = {headline_for(key, "…", {})[0] for key in CODES}
    promised = {
        text.rstrip(".")
        for state in states
        for line in re.findall(r"^- (.+)$", section_of(state), re.MULTILINE)
        for text in re.findall(r"\*\*(.+?)\*\*", line)
    }
    assert promised - {headline.rstrip(".") for headline in shown} == set()


@pytest.mark.parametrize("state", list(Entry.State))
def test_every_state_is_explained(state: Entry.State) -> None:
    assert state.label in BOLD | HEADINGS


def test_every_default_is_in_the_table() -> None:
    assert [kind.label for kind in DEFAULTS.values() if f"| {kind.label} |" not in GUIDE] == []


PAGES = [title for title, _, _ in SETTINGS] + [SCREENS[screen].title for screen in shown_screens()]


def test_every_page_of_settings_and_of_mapping_is_named() -> None:
    named = {f"Settings, {title}" for title in PAGES} | {f"Mapping, {each.label}" for each in SECTIONS.values()}
    assert named - BOLD == set()


def test_every_button_of_a_document_is_explained() -> None:
    assert {act.label for act in ACTS.values()} - BOLD == set()


@pytest.mark.parametrize("role", list(ROLE_HELP))
def test_every_role_is_in_the_table(role: Role) -> None:
    assert re.search(rf"^\| {role.label} \| .+ \|$", GUIDE, re.MULTILINE)

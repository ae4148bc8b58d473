"""Settings as a file: written with ids and names, read with every fault said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from mapping.sides import SideKey, load_sides
from sync.versions.snapshot import Kept, label_of, load_settings

FORMAT = "smoothx settings"
FORMAT_VERSION = 1
MOST_BYTES = 500_000
MOST_SETTINGS = 1_000
NOT_SETTINGS = "This is not a file of settings. Choose one that Export settings made."


class BadFile(Exception):
    """The file is no export of settings; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """`accounts` are the ids of the Procore company and the QuickBooks company the rows are from."""

    company: str
    accounts: Mapping[str, str]
    settings: Mapping[str, Kept]

    def same_sides(self) -> frozenset[SideKey]:
        """The sides whose company is connected here too: there an id names the same row."""
        ours = _accounts()
        return frozenset(side for side, account in ours.items() if account and account == self.accounts.get(side))


def _accounts() -> dict[SideKey, str]:
    sides = load_sides()
    names: tuple[SideKey, ...] = ("procore", "quickbooks")
    return {side: connection.account_id if (connection := sides.of(side)) else "" for side in names}


def write_file(company: str) -> str:
    """All that is chosen and switched now, as JSON."""
    settings = [{"setting": name, "label": label_of(name), **kept.to_json()} for name, kept in load_settings().items()]
    document = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "company": company,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "accounts": _accounts(),
        "settings": settings,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_file(content: bytes) -> SettingsFile:
    """Raises BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile("The file is larger than 500 KB. It is no export of settings.")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadFile(NOT_SETTINGS) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadFile(NOT_SETTINGS)
    if document.get("version") != FORMAT_VERSION:
        raise BadFile("The export is of a version this page cannot read. Export the settings again.")
    rows, accounts = document.get("settings"), document.get("accounts")
    if not isinstance(rows, list) or not isinstance(accounts, dict) or len(rows) > MOST_SETTINGS:
        raise BadFile("The export has no list of settings.")
    settings = dict(_read_row(row, position) for position, row in enumerate(rows, start=1))
    if len(settings) < len(rows):
        raise BadFile("A setting is in the export twice.")
    known = {str(side): str(account) for side, account in accounts.items()}
    return SettingsFile(str(document.get("company", ""))[:200], known, settings)


def _read_row(row: Any, position: int) -> tuple[str, Kept]:
    try:
        name = row["setting"]
        kept = Kept.from_json(row)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"Row {position} of the export has no setting, value or name.") from error
    if not isinstance(name, str) or not kept.value:
        raise BadFile(f"Row {position} of the export has no setting, value or name.")
    return name, kept

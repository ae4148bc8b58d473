"""A row as the contacts matcher compares it: its names, and what else says who it is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mapping.matching.names import Name, read_names
from mapping.matching.records import Candidate
from mapping.matching.vocabulary import STATES
from mapping.normalize import fold

# Anybody may have an address there, so it says nothing about the firm.
PUBLIC_DOMAINS = frozenset(
    {
        "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "hotmail.com", "outlook.com", "live.com", "msn.com",
        "aol.com", "icloud.com", "me.com", "mac.com", "comcast.net", "verizon.net", "att.net", "sbcglobal.net",
        "bellsouth.net", "cox.net", "charter.net", "earthlink.net", "frontier.com", "frontiernet.net", "juno.com",
        "netzero.net", "optonline.net", "windstream.net", "centurylink.net", "q.com", "roadrunner.com", "rr.com",
        "protonmail.com", "proton.me", "mail.com", "gmx.com", "zoho.com", "rocketmail.com", "cableone.net",
    }
)  # fmt: skip
# What people type where a form insists on something.
_NO_MAIL = frozenset({"none", "na", "n/a", "noreply", "no-reply", "noemail", "no", "test", "unknown"})
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|#)\s*\d+\s*$", re.IGNORECASE)
_NOT_DIGIT = re.compile(r"\D+")
_BOX = re.compile(r"\bp\.?\s*o\.?\s*box\s*#?\s*(\d+)", re.IGNORECASE)
_STREET = re.compile(r"(?<![\w-])(\d[\w-]*)\s+(?:(?:north|south|east|west|[nsew]{1,2})\b\.?\s+)?([^\W_]{2,})")
_NOT_FIGURE = re.compile(r"[\W_]+")
_TAX_FIGURES = 4
_LOCAL_DIGITS = 7
_PHONE_DIGITS = 10
_LEAST_MIXED = 3
_RISING = ("01234567890123456789", "98765432109876543210")
_STATE_CODES = {name: code for code, name in STATES.items() if len(code) == 2} | {"colorado": "co"}


@dataclass(slots=True, frozen=True)
class Firm:
    """`names` has the one shown first. `is_job` is a row under another ("Acme:Job 12")."""

    id: str
    names: tuple[Name, ...]
    shown: str
    phone: str
    email: str
    domain: str
    street: str
    state: str
    zip: str
    tax_number: str
    is_job: bool


def read_firm(row: Candidate) -> Firm:
    email = read_email(row.email)
    domain = email.rpartition("@")[2]
    is_job = bool(row.parent) or ":" in row.name.strip(": ")
    return Firm(
        id=row.id,
        names=_read_all_names(row, is_job=is_job),
        shown=row.name,
        phone=read_phone(row.phone),
        email=email,
        domain="" if domain in PUBLIC_DOMAINS else domain,
        street=read_street(row.street),
        state=read_state(row.state),
        zip=row.zip.strip()[:5],
        tax_number=read_tax_number(row.tax_number),
        is_job=is_job,
    )


def _read_all_names(row: Candidate, *, is_job: bool) -> tuple[Name, ...]:
    """A job carries its customer's legal name, which is not its own."""
    names = read_names(row.name)
    if is_job or not row.other_name or row.other_name == row.name:
        return names
    return tuple(dict.fromkeys((*names, *read_names(row.other_name))))


def read_phone(text: str) -> str:
    """The ten digits, without extension and country. Empty for what cannot be one: too short, 000-000-0000."""
    if not text:
        return ""
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", text))
    if len(digits) > _PHONE_DIGITS and digits[0] == "1":
        digits = digits[1:]
    digits = digits[:_PHONE_DIGITS] if len(digits) > _PHONE_DIGITS and text.lstrip()[:1] != "+" else digits
    if len(digits) < _LOCAL_DIGITS or len(set(digits)) < _LEAST_MIXED or any(digits in run for run in _RISING):
        return ""
    return digits


def read_email(text: str) -> str:
    """Lower case. Empty for what is no address or stands for none."""
    email = text.strip().lower()
    local, at, domain = email.partition("@")
    return email if at and "." in domain and local not in _NO_MAIL else ""


def read_tax_number(text: str) -> str:
    """The last four figures, which is all QuickBooks tells of one. Empty for what is shorter."""
    figures = _NOT_FIGURE.sub("", fold(text))[-_TAX_FIGURES:]
    return figures if len(figures) == _TAX_FIGURES else ""


def read_street(text: str) -> str:
    """House number and first word of the street, or the post box: "17596 emerald", "box 224"."""
    if not text:
        return ""
    box = _BOX.search(text)
    if box:
        return f"box {box.group(1)}"
    found = _STREET.search(fold(text))
    return f"{found.group(1)} {found.group(2)}" if found else ""


def read_state(text: str) -> str:
    """The two letters of a state, as they come or from its name."""
    folded = fold(text).strip().strip(".")
    return _STATE_CODES.get(STATES.get(folded, folded), folded)

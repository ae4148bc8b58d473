"""Tax codes as they are compared: rate, taxes, place, treatment, sale or purchase. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from mapping.matching.records import Candidate
from mapping.matching.regions import REGION_CODES, REGION_NAMES
from mapping.normalize import normal_name

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?(?![\w.])\s*%?")
# How QuickBooks names the United Kingdom's VAT codes: "20.0% S".
_MARK = re.compile(r"%\s*([SRZE])\b(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")

TAXES = frozenset({"gst", "hst", "pst", "qst", "rst", "vat", "tps", "tvq"})
TREATMENTS = {
    "exempt": "exempt", "exempted": "exempt", "non": "exempt", "nontaxable": "exempt", "none": "exempt",
    "zero": "zero", "zerorated": "zero", "z": "zero", "free": "free", "reduced": "reduced", "r": "reduced",
    "standard": "standard", "s": "standard", "scope": "scope", "e": "exempt",
}  # fmt: skip
# Each of these makes it another tax, also when only one of two names has it.
SPECIALS = {
    "use": "use", "tpt": "tpt", "rc": "reverse charge", "reverse": "reverse charge", "cis": "cis", "itc": "itc",
    "import": "import", "imports": "import", "capital": "capital", "pva": "import", "postponed": "import",
    "ecg": "ecg", "ecs": "ecs", "digital": "digital", "lodging": "lodging", "export": "export", "exports": "export",
}  # fmt: skip
SALES, PURCHASES = "sales", "purchases"
SIDES = {
    SALES: SALES, "sale": SALES, "output": SALES, "income": SALES, "collected": SALES, "revenue": SALES,
    PURCHASES: PURCHASES, "purchase": PURCHASES, "expense": PURCHASES, "expenses": PURCHASES, "input": PURCHASES,
    "paid": PURCHASES, "noncapital": PURCHASES, "bills": PURCHASES,
}  # fmt: skip
_SILENT = frozenset(
    {
        "tax", "taxes", "taxable", "rate", "rated", "state", "the", "and", "of", "on", "for", "in", "to", "at",
        "charge", "domestic", "out", "local", "combined", "code", "item", "items", "only", "uk", "us", "usa", "au",
        "nz", "canada",
    }
)  # fmt: skip
_PHRASES = (
    (re.compile(r"\bsales?\s+(?:and\s+use\s+)?tax\b", re.IGNORECASE), "tax"),
    (re.compile(r"\bnon[- ]capital\b", re.IGNORECASE), "noncapital"),
    (re.compile(r"\bnon[- ]tax(?:able)?\b", re.IGNORECASE), "nontaxable"),
    (re.compile(r"\bno (?:vat|gst|tax)\b", re.IGNORECASE), "scope"),
    (re.compile(r"\bNYC\b", re.IGNORECASE), "New York City"),
    # What stands for sales tax in New Mexico and in Hawaii.
    (re.compile(r"\bgross receipts?(?:\s+tax)?\b", re.IGNORECASE), "GRT"),
    (re.compile(r"\bgeneral excise(?:\s+tax)?\b", re.IGNORECASE), "GET"),
    (re.compile(r"\bTPS\b"), "GST"),
    (re.compile(r"\bTV[QH]\b"), "QST"),
)
# In a name all in capitals these are words as likely as places.
_ALSO_WORDS = frozenset({"ON", "IN", "OR", "ME", "OK", "HI", "AS"})


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax code as it is compared. `side` is sales, purchases or nothing where the name does not say."""

    id: str
    name: str
    code: str
    rate: Decimal | None
    side: str
    taxes: frozenset[str] = field(default=frozenset())
    treatments: frozenset[str] = field(default=frozenset())
    specials: frozenset[str] = field(default=frozenset())
    regions: frozenset[str] = field(default=frozenset())
    words: frozenset[str] = field(default=frozenset())


def read_tax(row: Candidate) -> TaxRow:
    """The rate is the record's own, else the sum of the percentages in its name."""
    text = row.name
    for pattern, spelled in _PHRASES:
        text = pattern.sub(spelled, text)
    marks = _MARK.findall(text)
    treatments = {TREATMENTS[mark.lower()] for mark in marks}
    text, regions = _take_regions(_MARK.sub("%", text))
    words = set(normal_name(_NUMBER.sub(" ", text)).split())
    sides = {SIDES[word] for word in words if word in SIDES}
    treatments |= {TREATMENTS[word] for word in words if len(word) > 1 and word in TREATMENTS}
    return TaxRow(
        id=row.id,
        name=normal_name(row.name),
        code=row.code.strip().upper(),
        rate=row.rate if row.rate is not None else read_rate(row.name),
        side=sides.pop() if len(sides) == 1 else "",
        taxes=frozenset(words & TAXES) or frozenset({"vat"} if marks else ()),
        treatments=frozenset(treatments),
        specials=frozenset(SPECIALS[word] for word in words if word in SPECIALS),
        regions=frozenset(regions),
        words=frozenset(words - TAXES - TREATMENTS.keys() - SPECIALS.keys() - SIDES.keys() - _SILENT),
    )


def read_rate(name: str) -> Decimal | None:
    """The percentages in a name, added up: 14.975 of "GST 5% + QST 9.975%"."""
    found = [Decimal(number.replace(",", ".")) for number in _PERCENT.findall(name)]
    return sum(found, Decimal(0)) if found else None


def _take_regions(text: str) -> tuple[str, set[str]]:
    """States and provinces by name and by their two letters, and the text without them."""
    regions: set[str] = set()
    lower = text.lower()
    for name, code in REGION_NAMES.items():
        if name in lower and re.search(rf"\b{name}\b", lower):
            regions.add(code)
            text = re.sub(rf"\b{name}\b", " ", text, flags=re.IGNORECASE)
            lower = text.lower()
    is_shouted = text.isupper() and len(_WORD.findall(text)) > 2
    for word in _WORD.findall(text):
        if word in REGION_CODES and not (is_shouted and word in _ALSO_WORDS):
            regions.add(word)
            text = re.sub(rf"\b{word}\b", " ", text)
    return text, regions

"""The firm's customers and vendors: most known to both systems under slightly different names, a few traps."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Literal

from connectors.sandbox.firm.contractor import Company
from connectors.sandbox.firm.names import (
    BUILDINGS,
    HEADS,
    PLACES,
    PRIVATE_OWNERS,
    PUBLIC_OWNERS,
    SUPPLY_TRADES,
    TRADES,
    make_address,
    make_email,
    respell,
    spell_twice,
)

SUBCONTRACTORS = 42
SUPPLIERS = 8

# (key, name in Procore, name in the books). Never to be matched without a person: another firm, or two candidates.
TRAPS: tuple[tuple[str, str | None, str | None], ...] = (
    ("smith_electric", "Smith Electric LLC", None),
    ("smith_electrical", None, "Smith Electrical Inc"),
    ("jd_landscaping", "J & D Landscaping", None),
    ("jb_landscaping", None, "J & B Landscaping"),
    ("ferris_12", "Ferris Supply #12", None),
    ("ferris_14", None, "Ferris Supply #14"),
    ("keystone_one", "Keystone Fence Co.", "Keystone Fence Company"),
    ("keystone_two", "Keystone Fence LLC", None),
)
# One firm, but too far apart in spelling for anything but a person, or the same telephone, to tell.
HARD_PAIRS: tuple[tuple[str, str, str], ...] = (
    ("rosales", "Rosales Brothers Landscape", "Rosales Bros Lndscpg"),
    ("right_cut", "The Right Cut Tree Care LLC", "TRC Tree Care"),
)
ONE_SIDED: tuple[tuple[str, str | None, str | None], ...] = (
    ("procore_only_1", "Lattice Surveying PLLC", None),
    ("procore_only_2", "Moss & Fern Consulting", None),
    ("procore_only_3", "Hightower Crane Rental, Inc.", None),
    ("books_only_1", None, "Coastal Office Products"),
    ("books_only_2", None, "Riverfront Coffee Roasters"),
    ("books_only_3", None, "Tidewater Fuel Card Services"),
)
PUSHED_VENDOR = ("pushed_vendor", "Cobalt Fireproofing LLC")
INACTIVE_VENDOR = ("inactive_vendor", "Old Harbor Sandblasting, Inc.", "Old Harbor Sandblasting Inc")
AFFILIATE = ("affiliate", "Ridgeline Equipment Leasing LLC", "Ridgeline Equipment Leasing, LLC")
CUSTOMERS_PER_BLOCK = 12


@dataclass(frozen=True, slots=True)
class Trader:
    """A vendor that can be given contracts, and the division its work is coded to."""

    company: Company
    division: str
    is_supplier: bool


@dataclass(frozen=True, slots=True)
class Contacts:
    customers: tuple[Company, ...]
    traders: tuple[Trader, ...]
    others: tuple[Company, ...]

    @property
    def companies(self) -> tuple[Company, ...]:
        return (*self.customers, *(trader.company for trader in self.traders), *self.others)


class NameBook:
    """Hands out base names that nobody else of the firm has."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._heads: list[str] = []
        self._taken: set[str] = set()

    def draw(self, tails: tuple[str, ...]) -> str:
        while True:
            name = f"{self._draw_head()} {self._rng.choice(tails)}"
            if name not in self._taken:
                self._taken.add(name)
                return name

    def _draw_head(self) -> str:
        # Heads come up again only when all are used, and then doubled, so that names stay far apart.
        if not self._heads:
            self._heads = list(HEADS)
            self._rng.shuffle(self._heads)
            if self._taken:
                self._heads = [f"{head} {self._draw_second()}" for head in self._heads]
        return self._heads.pop()

    def _draw_second(self) -> str:
        return self._rng.choice(("& Sons", self._rng.choice(HEADS)))


def make_contacts(rng: random.Random, size: int) -> Contacts:
    customers = _make_customers(rng, CUSTOMERS_PER_BLOCK * size)
    names = NameBook(rng)
    traders: list[Trader] = []
    for block in range(size):
        traders += _make_traders(rng, names, block)
    return Contacts(customers, tuple(traders), tuple(_make_others(rng)))


def _make_customers(rng: random.Random, count: int) -> tuple[Company, ...]:
    names = [
        (f"{place} {owner}", owner in PRIVATE_OWNERS) for place in PLACES for owner in PUBLIC_OWNERS + PRIVATE_OWNERS
    ]
    rng.shuffle(names)
    if count > len(names):
        names += [(f"{place} {building} Owners", True) for place in PLACES for building in BUILDINGS]
    customers = []
    for index, (base, is_private) in enumerate(names[:count], start=1):
        spellings = spell_twice(rng, base) if is_private else (base, respell(rng, base))
        customers.append(_make_company(rng, f"customer_{index}", base, spellings, "customer"))
    customers[-2] = replace(customers[-2], qbo_name=None)
    customers[-1] = replace(customers[-1], procore_name=None)
    return tuple(customers)


def _make_traders(rng: random.Random, names: NameBook, block: int) -> list[Trader]:
    divisions = list(TRADES)
    traders = []
    for index in range(SUBCONTRACTORS):
        division = divisions[index % len(divisions)]
        key = f"sub_{block * SUBCONTRACTORS + index + 1}"
        base = names.draw(TRADES[division])
        company = _make_company(rng, key, base, spell_twice(rng, base), "vendor")
        traders.append(Trader(company, division, is_supplier=False))
    divisions = list(SUPPLY_TRADES)
    for index in range(SUPPLIERS):
        division = divisions[index % len(divisions)]
        key = f"supplier_{block * SUPPLIERS + index + 1}"
        base = names.draw(SUPPLY_TRADES[division])
        company = _make_company(rng, key, base, spell_twice(rng, base), "vendor")
        traders.append(Trader(company, division, is_supplier=True))
    return traders


def _make_others(rng: random.Random) -> list[Company]:
    others = [_name_company(rng, *row) for row in (*TRAPS, *HARD_PAIRS, *ONE_SIDED, AFFILIATE)]
    others.append(_name_company(rng, PUSHED_VENDOR[0], PUSHED_VENDOR[1], None))
    others.append(_name_company(rng, *INACTIVE_VENDOR, is_active=False))
    return others


def _make_company(
    rng: random.Random, key: str, base: str, spellings: tuple[str, str], role: Literal["vendor", "customer"]
) -> Company:
    address, phone = make_address(rng)
    return Company(key, *spellings, role, make_email(base), phone, address)


def _name_company(
    rng: random.Random, key: str, procore: str | None, in_books: str | None, *, is_active: bool = True
) -> Company:
    address, phone = make_address(rng)
    return Company(key, procore, in_books, "vendor", make_email(key), phone, address, is_active)

"""Two lists of made-up firms that know of each other in part, with the traps real lists hold. Seeded."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace

from mapping.matching.records import Candidate


def listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# No two of these are a letter apart, as surnames seldom are; together they make as many as a phone book has.
BEGINNINGS = listed(
    "Abr Bald Brun Cald Chal Cort Craw Dalr Donn Eber Elst Fenn Fitzg Galb Garr Hark Holl Jepp Kall Kirk Lamb Lind"
    " Macd Marsh Mont Nort Oak Orm Pemb Prit Quin Ram Rothm Sand Selw Stan Thorn Trem Ulr Vand Wals Whit Yor Zel"
)
MIDDLES = listed(
    "ac ander ara bel cas di dor el emon er fin gen hal i ington isk kam lo man mer nik o on or pel ra son tal u ven"
)
ENDS = listed(
    "bach beck berg burn chuk den dorf field ford gard ham hurst ker land ley low man mer ness ridge ski ton"
)
TRADES = listed(
    "Roofing Plumbing Electric Concrete Paving Masonry Drywall Painting Landscaping Fence Excavating Flooring Glass"
    " Steel Welding Insulation Tile Stucco Demolition Trucking Supply Lumber Irrigation Heating Surveying Scaffolding"
)
FILLERS = listed("Services Company Group Enterprises Contractors Industries Associates Systems")
FORMS = ("LLC", "Inc.", "Inc", "Co.", "Corp.", "L.L.C.", "Ltd.")
SHORT = {
    "Services": "Svcs", "Company": "Co", "Group": "Grp", "Enterprises": "Ent.", "Contractors": "Contr.",
    "Industries": "Ind.", "Associates": "Assoc.", "Plumbing": "Plbg", "Electric": "Elec.", "Concrete": "Conc.",
    "Landscaping": "Lndscpg", "Heating": "Htg", "Excavating": "Excav.", "Brothers": "Bros",
}  # fmt: skip
CITIES = ("Denver", "Dallas", "Tampa", "Boise", "Reno", "Omaha", "Fresno", "Akron")
STATES = ("TX", "FL", "CO", "OH", "PA", "NY", "MI", "CA")
LETTERS = "BCDFGHJKLMNPRSTW"


@dataclass
class FirmLists:
    """`truth` are the pairs that are one firm; `traps` are pairs, by kind, that are not or that nobody can tell."""

    lefts: list[Candidate] = field(default_factory=list)
    rights: list[Candidate] = field(default_factory=list)
    truth: set[tuple[str, str]] = field(default_factory=set)
    traps: dict[tuple[str, str], str] = field(default_factory=dict)


class Maker:
    def __init__(self, seed: int, *, knows_contacts: bool) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._knows_contacts = knows_contacts
        self._used: set[str] = set()
        self.lists = FirmLists()

    def add_firm(self) -> None:
        """One more firm, which is in both lists, in one, or one half of a trap."""
        words = self._name_firm()
        if words is None:
            return
        contact = self._contact(words)
        chance = self._random.random()
        if chance < 0.6:
            left, right = self._left(words, contact), self._right(self._misspell(words), contact)
            self.lists.truth.add((left, right))
        elif chance < 0.72:
            self._swap_trade(words, contact)
        elif chance < 0.77:
            places = self._random.sample(CITIES, 2)
            if self._random.random() < 0.5:
                places = [f"#{number}" for number in self._random.sample(range(2, 400), 2)]
            left = self._left([*words, "-", places[0]], contact)
            self._trap("branch", left, self._right([*words, "-", places[1]], self._contact(words)))
        elif chance < 0.8:
            self._add_twins(words, contact)
        elif chance < 0.9:
            self._left(words, contact)
        else:
            self._right(words, contact)

    def _swap_trade(self, words: list[str], contact: Candidate) -> None:
        at = next((index for index, word in enumerate(words) if word in TRADES), None)
        other = self._random.choice(TRADES)
        if at is None or other == words[at] or not self._is_new([*words[:at], other, *words[at + 1 :]]):
            return
        swapped = [*words[:at], other, *words[at + 1 :]]
        shares_phone = self._random.random() < 0.2
        rival = replace(self._contact(swapped), phone=contact.phone) if shares_phone else self._contact(swapped)
        self._trap("trade", self._left(words, contact), self._right(self._misspell(swapped), rival))

    def _add_twins(self, words: list[str], contact: Candidate) -> None:
        """Two records of one firm that know the same of it."""
        left, right = self._left(words, contact), self._right(words, contact)
        first = self.lists.rights[-1]
        second = replace(first, id=f"q{len(self.lists.rights)}", name=f"{first.name} (2)")
        self.lists.rights.append(second)
        self._trap("twins", left, right)
        self._trap("twins", left, second.id)

    def _trap(self, kind: str, left: str, right: str) -> None:
        self.lists.traps[left, right] = kind

    def _left(self, words: list[str], contact: Candidate) -> str:
        row = self._forget(contact, f"p{len(self.lists.lefts)}", " ".join(words))
        self.lists.lefts.append(row)
        return row.id

    def _right(self, words: list[str], contact: Candidate) -> str:
        row = self._forget(contact, f"q{len(self.lists.rights)}", " ".join(words))
        self.lists.rights.append(row)
        return row.id

    def _forget(self, contact: Candidate, row_id: str, name: str) -> Candidate:
        """A row knows some of how to reach the firm, or nothing at all."""
        known = {word: getattr(contact, word) for word in ("phone", "email", "state") if self._random.random() < 0.6}
        return Candidate(row_id, name, **(known if self._knows_contacts else {}))

    def _name_firm(self) -> list[str] | None:
        pick, chance = self._random.choice, self._random.random()
        if chance < 0.45:
            words = [self._surname(), pick(TRADES)]
        elif chance < 0.6:
            words = [self._surname(), "&", "Sons", pick(TRADES)]
        elif chance < 0.75:
            words = [self._surname(), "&", self._surname(), pick(TRADES)]
        elif chance < 0.85:
            words = [self._surname(), "Brothers", pick(TRADES)]
        else:
            words = [f"{pick(LETTERS)}.", f"{pick(LETTERS)}.", self._surname(), pick(TRADES)]
        if not self._is_new(words):
            return None
        words += [pick(FILLERS)] if self._random.random() < 0.4 else []
        words += [pick(FORMS)] if self._random.random() < 0.7 else []
        return words

    def _is_new(self, words: list[str]) -> bool:
        key = " ".join(word for word in words if word not in FORMS and word not in FILLERS)
        is_new = key not in self._used
        self._used.add(key)
        return is_new

    def _surname(self) -> str:
        pick = self._random.choice
        return pick(BEGINNINGS) + pick(MIDDLES) + pick(ENDS)

    def _contact(self, words: list[str]) -> Candidate:
        number = self._random.randrange(10**9)
        host = re.sub("[^a-z]", "", "".join(words).lower())[:20]
        email = f"office@{host}{number % 100}.example" if self._random.random() < 0.6 else f"u{number}@gmail.com"
        phone = f"({200 + number % 700}) 555-{number % 10_000:04}"
        return Candidate("", "", email=email, phone=phone, state=self._random.choice(STATES))

    def _misspell(self, words: list[str]) -> list[str]:
        chance = self._random.random()
        if chance < 0.4:
            return words
        if chance < 0.65:
            bare = words[:-1] if words[-1] in FORMS else words
            return [*bare, self._random.choice(FORMS)] if self._random.random() < 0.5 else bare
        if chance < 0.75:
            return [SHORT.get(word, word) for word in words]
        if chance < 0.85:
            return ["and" if word == "&" else word for word in words]
        if chance < 0.92:
            longest = max(words, key=len)
            at = self._random.randrange(1, len(longest) - 2)
            slip = longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :]
            return [slip if word == longest else word for word in words]
        return ["The", *words] if chance < 0.96 else [" ".join(words).upper()]


def build_lists(count: int, seed: int, *, knows_contacts: bool = True) -> FirmLists:
    """Lists of about `count` rows each, in no order."""
    maker = Maker(seed, knows_contacts=knows_contacts)
    while len(maker.lists.lefts) < count or len(maker.lists.rights) < count:
        maker.add_firm()
    lists = maker.lists
    shuffler = random.Random(seed)  # noqa: S311
    shuffler.shuffle(lists.lefts)
    shuffler.shuffle(lists.rights)
    return lists

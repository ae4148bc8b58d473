"""What would become of each line of a file: by itself, then together with the others and what is linked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mapping.imports.columns import LEFT, RIGHT, cell_at, normal_heading
from mapping.imports.files import Line
from mapping.imports.matching import Entry, Found, Located, Named, Table, resolve
from mapping.imports.verdicts import Miss, Words
from mapping.kinds import KINDS, MappingKind

Key = tuple[str, str]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Which refusal is told when a name fits in none of several lists.
TELLING = ("inactive", "wrong_type", "mismatch", "ambiguous", "zeros", "date", "formula", "merged", "error", "long")


@dataclass(slots=True)
class Judged:
    """One row with its verdict. `left` and `right` are the rows' names as they are shown.

    `old` names the link that it replaces ("vendor:318").
    """

    number: int
    label: str = ""
    verdict: str = ""
    reason: str = ""
    kind: str = ""
    left_id: str = ""
    right_id: str = ""
    left: str = ""
    right: str = ""
    old: str = ""

    def refuse(self, verdict: str, reason: str) -> None:
        self.verdict, self.reason = verdict, reason


@dataclass(frozen=True, slots=True)
class Stands:
    """A link as it is now, with both names."""

    kind: str
    left_id: str
    right_id: str
    left: str
    right: str


@dataclass(slots=True)
class Standing:
    """What is linked now: by (left group, left id), and by (right group, right id) where a right may be used once."""

    by_left: dict[Key, Stands] = field(default_factory=dict)
    by_right: dict[Key, Stands] = field(default_factory=dict)

    @classmethod
    def of(cls, links: Iterable[Stands]) -> Standing:
        standing = cls()
        for link in links:
            kind = KINDS[link.kind]
            standing.by_left[kind.left_group, link.left_id] = link
            if kind.is_one_to_one:
                standing.by_right[kind.right_group, link.right_id] = link
        return standing


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides of a section. `rights` by kind key."""

    kinds: tuple[MappingKind, ...]
    left: Table
    rights: Mapping[str, Table]
    left_words: Words
    right_words: Words


def judge_line(line: Line, meanings: Sequence[str], book: Book) -> Judged:
    """The line by itself: which two rows it names."""
    named = {meaning: _locate(line, column) for column, meaning in enumerate(meanings) if meaning}
    left, right = _named(named, LEFT, named.get("project")), _named(named, RIGHT)
    judged = Judged(line.number, label=left.label or right.label)
    if not left:
        judged.refuse("empty", f"The row names no {book.left_words.noun}.")
        return judged
    found = resolve(book.left, left, book.left_words)
    if found.entry is None:
        _refuse_by(judged, found.miss, "left")
        return judged
    judged.left_id, judged.left = found.entry.id, found.entry.shown
    if not right:
        _judge_alone(judged, found.entry, book.right_words)
        return judged
    _judge_right(judged, right, named.get("role", Located()), book)
    if judged.verdict == "link":
        notes = (found.note, judged.reason, _covers(found.entry))
        judged.reason = " ".join(note for note in notes if note)
    return judged


def judge_listed(line: Line, meanings: Sequence[str], book: Book) -> Judged:
    """A line of a list of one side alone: whether the row is known."""
    named = {meaning: _locate(line, column) for column, meaning in enumerate(meanings) if meaning}
    left, right = _named(named, LEFT, named.get("project")), _named(named, RIGHT)
    judged = Judged(line.number, label=left.label or right.label)
    if left:
        found = resolve(book.left, left, book.left_words)
        _refuse_by(judged, found.miss, "left")
        if found.entry is not None:
            judged.left_id, judged.left, judged.verdict = found.entry.id, found.entry.shown, "listed"
    elif right:
        _judge_right(judged, right, named.get("role", Located()), book)
        if judged.verdict == "link":
            judged.refuse("listed", "")
    else:
        judged.refuse("empty", "The row names nothing.")
    return judged


def settle(rows: Sequence[Judged], standing: Standing, *, replaces: bool) -> None:
    """Compare the rows that name a pair with one another and with what is linked, and change their verdicts."""
    pairs = [row for row in rows if row.verdict == "link"]
    _settle_lefts(pairs)
    for row in pairs:
        if row.verdict == "link":
            _compare_left(row, standing, replaces=replaces)
    _settle_rights([row for row in pairs if row.verdict in ("link", "replace", "same")])
    _settle_taken([row for row in pairs if row.verdict in ("link", "replace")], standing)


def _settle_lefts(pairs: Iterable[Judged]) -> None:
    """Equal rows count once; rows that say two things of one left are all refused."""
    by_left: dict[Key, list[Judged]] = defaultdict(list)
    for row in pairs:
        by_left[KINDS[row.kind].left_group, row.left_id].append(row)
    for rows in by_left.values():
        if len({(row.kind, row.right_id) for row in rows}) > 1:
            for row in rows:
                other = next(each for each in rows if (each.kind, each.right_id) != (row.kind, row.right_id))
                reason = f"Row {other.number} links {row.left} to {other.right}. Keep one of the rows."
                row.refuse("contradicts", reason)
        for row in rows[1:]:
            if row.verdict == "link":
                row.refuse("repeat", f"Row {rows[0].number} says the same. It counts once.")


def _compare_left(row: Judged, standing: Standing, *, replaces: bool) -> None:
    stands = standing.by_left.get((KINDS[row.kind].left_group, row.left_id))
    if stands is None:
        return
    if (stands.kind, stands.right_id) == (row.kind, row.right_id):
        row.refuse("same", "")
    elif replaces:
        row.old = f"{stands.kind}:{stands.right_id}"
        row.refuse("replace", f"Instead of {stands.right}." + (f" {row.reason}" if row.reason else ""))
    else:
        row.refuse(
            "linked", f"{row.left} is linked to {stands.right}, and stays so. Replace existing links to change it."
        )


def _settle_rights(pairs: Iterable[Judged]) -> None:
    """Where a right may be used once, rows that give it to two lefts are all refused."""
    by_right: dict[Key, list[Judged]] = defaultdict(list)
    for row in pairs:
        if KINDS[row.kind].is_one_to_one:
            by_right[KINDS[row.kind].right_group, row.right_id].append(row)
    for rows in by_right.values():
        for row in rows:
            other = next((each for each in rows if each.left_id != row.left_id), None)
            if other is not None and row.verdict != "same":
                reason = f"Row {other.number} links {row.right} to {other.left}, and it can be linked once."
                row.refuse("contradicts", reason)


def _settle_taken(pairs: Sequence[Judged], standing: Standing) -> None:
    """A right that is linked is free only when a row of this file links its old left to something else.

    A refused row keeps its old link, which may refuse the row that counted on it, and so on.
    """
    freed = {_old_key(row, standing): row for row in pairs if row.verdict == "replace"}
    waiting = list(pairs)
    heirs: dict[Key, Judged] = {}
    for row in pairs:
        if KINDS[row.kind].is_one_to_one:
            heirs[KINDS[row.kind].right_group, row.right_id] = row
    while waiting:
        row = waiting.pop()
        kind = KINDS[row.kind]
        holder = standing.by_right.get((kind.right_group, row.right_id)) if kind.is_one_to_one else None
        if row.verdict not in ("link", "replace") or holder is None or _is_own(row, holder):
            continue
        key = (kind.right_group, row.right_id)
        if key in freed:
            continue
        if row.verdict == "replace":
            old = _old_key(row, standing)
            freed.pop(old, None)
            if old in heirs:
                waiting.append(heirs[old])
        row.refuse("taken", f"{row.right} is linked to {holder.left} in Procore. It can be linked once.")


def _is_own(row: Judged, holder: Stands) -> bool:
    """The link that this row replaces is the one that holds the right: a change of kind alone."""
    return holder.left_id == row.left_id and KINDS[holder.kind].left_group == KINDS[row.kind].left_group


def _old_key(row: Judged, standing: Standing) -> Key:
    old = standing.by_left[KINDS[row.kind].left_group, row.left_id]
    kind = KINDS[old.kind]
    return (kind.right_group, old.right_id) if kind.is_one_to_one else ("", "")


def _judge_alone(judged: Judged, entry: Entry, words: Words) -> None:
    if entry.below:
        judged.refuse("division", f"{entry.shown} is a division of {entry.below} codes and needs no {words.noun}.")
    else:
        judged.refuse("empty", f"The row names no {words.noun}. What is linked stays as it is.")


def _judge_right(judged: Judged, named: Named, role: Located, book: Book) -> None:
    kinds = _kinds_of(role.cell.text, book.kinds)
    if not kinds:
        roles = " or ".join(dict.fromkeys(kind.right_noun for kind in book.kinds))
        judged.refuse("wrong_role", f"“{role.cell.text}” in {role.place} is no role. Write {roles}.")
        return
    found = {kind.key: _check(resolve(book.rights[kind.key], named, book.right_words), book) for kind in kinds}
    hits = {key: each for key, each in found.items() if each.entry is not None}
    if len(hits) > 1:
        roles = " and a ".join(KINDS[key].right_noun.lower() for key in hits)
        judged.refuse("ambiguous_right", f"{named.label} is a {roles} in QuickBooks. Say which in the column Role.")
        return
    if not hits:
        misses = [each.miss for each in found.values() if each.miss is not None]
        _refuse_by(
            judged, next((miss for code in TELLING for miss in misses if miss.code == code), misses[0]), "right"
        )
        return
    [(judged.kind, hit)] = hits.items()
    if hit.entry is not None:
        judged.right_id, judged.right = hit.entry.id, hit.entry.shown
        judged.refuse("link", hit.note)


def _check(found: Found, book: Book) -> Found:
    """A right row must be active and of a type the kind takes."""
    entry = found.entry
    if entry is None:
        return found if found.miss is not None else Found(miss=Miss("unknown", "Nothing is named."))
    if not entry.fits:
        return Found(miss=Miss("wrong_type", entry.misfit))
    if not entry.is_active:
        side = book.right_words.side
        sentence = f"{entry.shown} is inactive in {side}. Make it active there and refresh, or choose another."
        return Found(miss=Miss("inactive", sentence))
    return found


def _kinds_of(text: str, kinds: Sequence[MappingKind]) -> list[MappingKind]:
    if not text or len(kinds) == 1:
        return list(kinds)
    wanted = normal_heading(text)
    return [
        kind
        for kind in kinds
        if wanted in (normal_heading(kind.right_noun), normal_heading(kind.label), normal_heading(kind.key))
    ]


def _refuse_by(judged: Judged, miss: Miss | None, side: str) -> None:
    if miss is not None:
        judged.refuse(miss.verdict("left" if side == "left" else "right"), miss.sentence)


def _covers(entry: Entry) -> str:
    return f"Covers the {entry.below} codes below it." if entry.below else ""


def _locate(line: Line, column: int) -> Located:
    return Located(cell_at(line.cells, column), place_of(line.number, column))


def place_of(number: int, column: int) -> str:
    """ "B5": the third sign of the alphabet's end is AA, and no sheet has more than 60 columns."""
    letter = LETTERS[column] if column < 26 else LETTERS[column // 26 - 1] + LETTERS[column % 26]
    return f"{letter}{number}"


def _named(named: Mapping[str, Located], keys: Sequence[str], project: Located | None = None) -> Named:
    parts = [named.get(key, Located()) for key in keys]
    return Named(parts[0], parts[1], parts[2], project or Located())

"""Which Procore tax code is which in QuickBooks. Pure.

A wrong tax code is a wrong tax return: an equal rate is a must, sales and purchases never cross, and whatever makes a
name another tax (another place, use tax, reverse charge) leaves the pair to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from mapping.matching.assign import Scored, choose
from mapping.matching.equal_codes import CodedRows, suggest_equal_codes
from mapping.matching.records import MOST_SUGGESTED, Candidate, Suggestion
from mapping.matching.tax_texts import TaxRow, read_tax

MARGIN = 0.04
LEAST_OFFERED = 0.35
SAME_NAME, FITS, RATE_ALONE = 1.0, 0.6, 0.4
OTHER_RATE_KEEPS = 0.6
UNKNOWN_RATE_KEEPS = 0.8


def match_taxes(
    lefts: Iterable[Candidate],
    rights: Iterable[Candidate],
    *,
    taken: Set[str] = frozenset(),
    rejected: Set[tuple[str, str]] = frozenset(),
    shares_right: bool = False,
    codes_first: bool = False,
    limit: int = MOST_SUGGESTED,
) -> list[Suggestion]:
    """`mapping.matching.records.Match` for tax codes. An equal code under another rate is never sure."""
    left_rows, right_rows = _read_all(lefts), _read_all(rights)
    first = _match_only_codes(left_rows, right_rows, taken, rejected) if codes_first else []
    done = {pair.left_id for pair in first}
    used = set(taken) if shares_right else set(taken) | {pair.right_id for pair in first}
    pairs = _score_all([row for row in left_rows if row.id not in done], right_rows)
    rest = choose(pairs, margin=MARGIN, taken=used, rejected=rejected, shares_right=shares_right, limit=limit)
    return sorted(first + rest, key=lambda pair: (pair.band != "sure", -pair.score, pair.left_id))


def _read_all(rows: Iterable[Candidate]) -> list[TaxRow]:
    return [read_tax(row) for row in sorted(rows, key=lambda row: row.id) if row.is_active]


def _match_only_codes(
    lefts: list[TaxRow], rights: list[TaxRow], taken: Set[str], rejected: Set[tuple[str, str]]
) -> list[Suggestion]:
    pairs = CodedRows(lefts, lambda row: row.code).pair_with(CodedRows(rights, lambda row: row.code))
    fit = [(left.id, right.id, left.code) for left, right in pairs if _rates_agree(left, right) is not False]
    return suggest_equal_codes(fit, taken, rejected)


def _score_all(lefts: list[TaxRow], rights: list[TaxRow]) -> Iterator[Scored]:
    for left in lefts:
        for right in rights:
            pair = _score_pair(left, right)
            if pair.score >= LEAST_OFFERED:
                yield pair


def _score_pair(left: TaxRow, right: TaxRow) -> Scored:
    agrees = _rates_agree(left, right)
    if left.side and right.side and left.side != right.side:
        return Scored(left.id, right.id, 0.0, False, "One is for sales, the other for purchases")
    same_name = bool(left.name) and left.name == right.name
    likeness = 1.0 if same_name else _likeness(left, right)
    if agrees is False:
        score = OTHER_RATE_KEEPS * likeness if likeness > 0.5 else 0.0
        return Scored(left.id, right.id, score, False, f"Rates differ ({_percent(left)} and {_percent(right)})")
    if agrees is None:
        score = SAME_NAME if same_name else UNKNOWN_RATE_KEEPS * likeness
        reason = "Same name, a rate is not known" if same_name else "Names are close, a rate is not known"
        return Scored(left.id, right.id, score, same_name, reason)
    return _judge_equal_rate(left, right, same_name, likeness)


def _judge_equal_rate(left: TaxRow, right: TaxRow, same_name: bool, likeness: float) -> Scored:
    rate = f"Same rate {_percent(left)}"
    if same_name:
        return Scored(left.id, right.id, SAME_NAME, True, f"{rate}, same name")
    doubt = _find_doubt(left, right)
    if not doubt and likeness:
        return Scored(left.id, right.id, FITS + 0.35 * likeness, True, f"{rate}, {_say_shared(left, right)}")
    score = RATE_ALONE + 0.3 * likeness
    return Scored(left.id, right.id, score, False, f"{rate}, {doubt or 'names share nothing'}")


def _rates_agree(left: TaxRow, right: TaxRow) -> bool | None:
    return None if left.rate is None or right.rate is None else left.rate == right.rate


def _find_doubt(left: TaxRow, right: TaxRow) -> str:
    """What makes two codes of one rate different taxes, empty when nothing does."""
    checks = (
        (left.specials != right.specials, "one is a special case"),
        (_taxes_conflict(left, right), "other tax"),
        (_treatments_conflict(left, right), "other treatment"),
        (_conflict(left.regions, right.regions), "other state or province"),
        (left.words != right.words, "other place or wording"),
    )
    return next((doubt for found, doubt in checks if found), "")


def _conflict(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(left) and bool(right) and left != right


def _taxes_conflict(left: TaxRow, right: TaxRow) -> bool:
    """Where nothing is charged the tax must be said on both sides: exempt from VAT is not merely untaxed."""
    return left.taxes != right.taxes if left.rate == 0 else _conflict(left.taxes, right.taxes)


def _treatments_conflict(left: TaxRow, right: TaxRow) -> bool:
    """Nothing is charged for different reasons: exempt is not zero-rated, and neither may stay unsaid."""
    if left.rate == 0 or left.taxes != right.taxes:
        return left.treatments != right.treatments
    return _conflict(left.treatments, right.treatments)


def _likeness(left: TaxRow, right: TaxRow) -> float:
    """The share of what is said of either that is said of both, 0 to 1; a place counts double."""
    said = _weigh(_kinds(left) | _kinds(right), _places(left) | _places(right))
    return _weigh(_kinds(left) & _kinds(right), _places(left) & _places(right)) / said if said else 0.0


def _weigh(kinds: frozenset[str], places: frozenset[str]) -> int:
    return len(kinds) + 2 * len(places)


def _kinds(row: TaxRow) -> frozenset[str]:
    side = frozenset({row.side}) if row.side else frozenset()
    return row.taxes | row.treatments | row.specials | side


def _places(row: TaxRow) -> frozenset[str]:
    return row.regions | row.words


def _say_shared(left: TaxRow, right: TaxRow) -> str:
    if left.regions & right.regions or left.words & right.words:
        return "same place" if not left.taxes & right.taxes else "same tax and place"
    return "same tax" if left.taxes & right.taxes else "same treatment"


def _percent(row: TaxRow) -> str:
    return f"{row.rate.normalize():f}%" if row.rate else "0%"

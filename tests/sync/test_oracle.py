"""The oracle itself: the forms' worked figures by hand, and what the forms promise of any chain of applications."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sync.oracle import NOTHING, Application, Chain, Said, Scheduled, in_cents


def amount(text: str) -> Decimal:
    return Decimal(text).quantize(NOTHING)


def by_hand() -> Chain:
    """Two lines, material stored and installed, a change order, a part and the final release; 10 % kept."""
    chain = Chain(
        [
            Scheduled(0, "Slab on grade", amount("60000"), Decimal(10)),
            Scheduled(1, "Foundations", amount("40000"), Decimal(10)),
        ]
    )
    chain.submit({0: Said(amount("20000")), 1: Said(stored=amount("4000"))})
    chain.add_lines([Scheduled(2, "Thickened slab", amount("5000"), Decimal(10), is_change=True)])
    chain.submit(
        {0: Said(amount("25000")), 1: Said(amount("10000"), stored=NOTHING), 2: Said(amount("2000"))},
    )
    chain.submit(
        {
            0: Said(amount("15000"), released=amount("3000")),
            1: Said(amount("30000")),
            2: Said(amount("3000")),
        }
    )
    chain.submit({0: Said(released=amount("3000")), 1: Said(released=amount("4000")), 2: Said(released=amount("500"))})
    return chain


def test_a_contract_filled_in_by_hand() -> None:
    first, second, third, fourth = by_hand().applications()
    assert _header(first) == ["100000", "0", "100000", "24000", "2400", "21600", "0", "21600", "78400"]
    assert _header(second) == ["100000", "5000", "105000", "57000", "5700", "51300", "21600", "29700", "53700"]
    assert _header(third) == ["100000", "5000", "105000", "105000", "7500", "97500", "51300", "46200", "7500"]
    assert _header(fourth) == ["100000", "5000", "105000", "105000", "0", "105000", "97500", "7500", "0"]
    assert [_row(second, place) for place in range(3)] == [
        ["60000", "20000", "25000", "0", "45000", "75", "15000", "4500"],
        ["40000", "0", "10000", "0", "10000", "25", "30000", "1000"],
        ["5000", "0", "2000", "0", "2000", "40", "3000", "200"],
    ]
    assert [(each.cost, each.held, each.released) for each in (first, second, third, fourth)] == [
        (24000, 2400, 0), (33000, 3300, 0), (48000, 4800, 3000), (0, 0, 7500),
    ]  # fmt: skip


def test_a_correction_moves_every_later_application() -> None:
    chain = by_hand()
    chain.correct(1, 0, Said(amount("21000")))
    first, second, *_ = chain.applications()
    assert (first.line_8, second.line_7, second.line_8) == (22500, 22500, 29700)
    # Stored material that stays is said once, so taking it back is owed back by the next one.
    chain.correct(1, 1, Said(stored=amount("9000")))
    first, second, *_ = chain.applications()
    assert (first.line_8, second.line_8) == (27000, 25200)


def test_tax_is_reckoned_line_by_line_on_what_is_paid() -> None:
    chain = Chain([Scheduled(0, "Line", amount("1000"), Decimal(10), tax_rate=Decimal(8))])
    chain.submit({0: Said(amount("100.05"))})
    chain.submit({0: Said(released=amount("10.01"))})
    first, second = chain.applications()
    assert (first.line_5, first.line_8, first.tax) == (amount("10.01"), amount("90.04"), amount("7.20"))
    assert (second.line_8, second.tax) == (amount("10.01"), amount("0.80"))


def _header(made: Application) -> list[str]:
    figures = (getattr(made, f"line_{number}") for number in range(1, 10))
    return [f"{figure.normalize():f}" for figure in figures]


def _row(made: Application, place: int) -> list[str]:
    row = made.rows[place]
    return [f"{f.normalize():f}" for f in (row.c, row.d, row.e, row.f, row.g, row.percent, row.h, row.i)]


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Up to four lines and six applications; work up and down, material stored, releases of any size."""
    lines = [
        Scheduled(place, f"Line {place}", _cents(draw, 1, 9_000_000), Decimal(draw(st.integers(0, 20))))
        for place in range(draw(st.integers(1, 4)))
    ]
    chain = Chain(lines)
    for _ in range(draw(st.integers(1, 6))):
        chain.submit({line.item: _draw_said(draw) for line in lines if draw(st.booleans())})
    return chain


def _draw_said(draw: st.DrawFn) -> Said:
    stored = _cents(draw, 0, 900_000) if draw(st.booleans()) else None
    kept = _cents(draw, 0, 90_000) if draw(st.booleans()) else None
    return Said(_cents(draw, -50_000, 900_000), stored, kept, _cents(draw, 0, 50_000))


def _cents(draw: st.DrawFn, low: int, high: int) -> Decimal:
    return Decimal(draw(st.integers(low, high))) / 100


@given(chains())
@settings(max_examples=150)
def test_what_is_due_adds_up_to_what_is_earned(chain: Chain) -> None:
    made = chain.applications()
    last = made[-1]
    assert sum(each.line_8 for each in made) == last.line_6
    assert sum(each.cost for each in made) == last.line_4
    assert sum(each.held - each.released for each in made) == last.line_5
    for each in made:
        assert each.line_8 == each.cost - each.held + each.released
        assert each.line_9 + each.line_6 == each.line_3
        assert each.line_3 - each.line_4 == sum(row.h for row in each.rows)


@given(chains())
@settings(max_examples=100)
def test_work_is_billed_once_and_stored_material_is_a_state(chain: Chain) -> None:
    made = chain.applications()
    for place in range(len(chain.lines)):
        rows = [each.rows[place] for each in made]
        assert rows[0].d == NOTHING
        assert [row.d for row in rows[1:]] == [row.d + row.e for row in rows[:-1]]
        assert rows[-1].g == sum(row.e for row in rows) + rows[-1].f


@given(chains(), st.data())
@settings(max_examples=100)
def test_correcting_is_the_same_as_having_said_so(chain: Chain, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, len(chain.said)))
    item = data.draw(st.sampled_from([line.item for line in chain.lines]))
    said = _draw_said(data.draw)
    told = Chain(chain.lines)
    for place, (_, entered) in enumerate(chain.said, start=1):
        told.submit({**entered, item: said} if place == number else entered)
    untouched = chain.applications()[: number - 1]
    chain.correct(number, item, said)
    assert chain.applications() == told.applications()
    assert chain.applications()[: number - 1] == untouched


def test_halves_of_a_cent_are_rounded_away_from_nothing() -> None:
    assert (in_cents(Decimal("0.005")), in_cents(Decimal("-0.005"))) == (amount("0.01"), amount("-0.01"))

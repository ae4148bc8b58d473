"""The fields of defaults beyond one of a short list: numbers, several, and rows of a long list by typing."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from connectors.procore import resources as procore
from mapping import default_rows
from mapping.choices import ChoiceRefused, choose, load_defaults
from mapping.default_rows import find_exact, find_rows, list_options, option_label
from mapping.defaults import BILL_CODE, DEFAULTS, Choice, DefaultKind
from mapping.forms import DefaultsForm, form_for_defaults
from mapping.models import DefaultChoice
from mapping.sides import load_sides
from tests.factories import connections
from tests.mapping.factories import make_account, make_code, make_row

pytestmark = pytest.mark.usefixtures("scope")


def declare(key: str, **facts: Any) -> DefaultKind:
    return DefaultKind(key=key, label=key.capitalize(), help="", if_empty="", group="Test", **facts)


DAYS = declare("days", bounds=(0, 90), preset="30")
STATES = declare(
    "states", options=(("a", "Approved"), ("n", "As noted"), ("p", "Pending")), takes_many=True, preset="a,n"
)
TYPES = declare("types", chooses=procore.COST_TYPES, takes_many=True)
CODE = declare("code", chooses=procore.STANDARD_COST_CODES)
CODES = declare("codes", chooses=procore.STANDARD_COST_CODES, takes_many=True)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (DAYS, STATES, TYPES, CODE, CODES):
        monkeypatch.setitem(DEFAULTS, kind.key, kind)


def form_of(kind: DefaultKind, sent: str | None = None) -> DefaultsForm:
    return form_for_defaults(None if sent is None else QueryDict(sent), kinds=[kind])


def send(kind: DefaultKind, sent: str, owner: Any) -> tuple[str | None, list[str]]:
    """What is stored then, and the errors."""
    form = form_of(kind, sent)
    if form.is_valid():
        form.save(owner)
    stored = DefaultChoice.objects.filter(key=kind.key).first()
    return stored.value if stored else None, [str(error) for error in form.errors.get(kind.key, ())]


SAID = "Days is a whole number from 0 to 90."


@pytest.mark.parametrize(
    ("typed", "stored", "errors"),
    [("7", "7", []), ("0", "0", []), ("90", "90", []), ("07", "7", []), ("", None, []), ("91", None, [SAID]),
     ("-1", None, [SAID]), ("7.5", None, [SAID]), ("x", None, [SAID]), ("9" * 20, None, [SAID])],
)  # fmt: skip
def test_a_number_is_kept_between_its_bounds(typed: str, stored: str | None, errors: list[str], owner: Any) -> None:
    assert send(DAYS, f"days={typed}", owner) == (stored, errors)
    assert load_defaults(None).number(DAYS) == int(stored or 30)


@pytest.mark.parametrize("value", ["91", "07", "x", "7,8", " 7"])
def test_a_number_that_is_none_is_refused(value: str, owner: Any) -> None:
    with pytest.raises(ChoiceRefused) as caught:
        choose("days", value, owner)
    assert (caught.value.code, caught.value.sentence) == ("not_in_bounds", SAID)
    assert not DefaultChoice.objects.exists()


def test_several_options_are_kept_together_and_none_is_the_preset(owner: Any) -> None:
    assert form_of(STATES).initial == {"states": "a,n"}
    assert send(STATES, "states=a&states=n", owner) == (None, [])
    assert send(STATES, "states=p&states=a", owner) == ("p,a", [])
    defaults = load_defaults(None)
    assert defaults.many == {"states": (Choice("p", "Pending"), Choice("a", "Approved"))}
    assert (defaults.says(STATES, "p"), defaults.says(STATES, "n"), defaults.choices) == (True, False, {})
    assert send(STATES, "states=x", owner) == ("p,a", ["This is not in the list any more. Choose another."])
    assert send(STATES, "", owner) == (None, [])
    assert load_defaults(None).says(STATES, "n")


def test_rows_of_a_procore_list_are_named_and_flagged_when_inactive(owner: Any) -> None:
    make_row(procore.COST_TYPES, "Labor", remote_id="1")
    row = make_row(procore.COST_TYPES, "Material", remote_id="2")
    assert send(TYPES, "types=1&types=2", owner) == ("1,2", [])
    row.is_active = False
    row.save()
    defaults = load_defaults(connections()[1])
    assert defaults.many == {"types": (Choice("1", "Labor"), Choice("2", "Material", is_active=False))}
    form = form_of(TYPES)
    offered: Any = form.fields["types"]
    assert offered.choices == [("2", "Material, inactive"), ("1", "Labor")]
    # Left as it is, it stays; only a change is checked.
    assert send(TYPES, "types=2&types=1", owner) == ("1,2", [])
    assert send(TYPES, "types=2", owner) == ("1,2", ["Material is inactive in Procore. Choose another."])


def test_more_than_the_column_holds_is_refused(owner: Any) -> None:
    with pytest.raises(ChoiceRefused) as caught:
        choose("types", ",".join(str(number) for number in range(1000, 1500)), owner)
    assert caught.value.code == "too_many"


@pytest.fixture
def long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four codes are more than are listed."""
    for module in (default_rows,):
        monkeypatch.setattr(module, "LISTED_AT_MOST", 3)
    for number, (code, name) in enumerate(
        [("03-100", "Concrete forms"), ("03-200", "Rebar"), ("05-100", "Steel"), ("05-200", "Steel")], start=1
    ):
        make_code(code, name, remote_id=str(number))


NONE = "None of the Standard cost codes is called “{}”."


@pytest.mark.parametrize(
    ("typed", "stored", "said"),
    [
        ("03-100 Concrete forms", "1", ""),
        ("  03-100   concrete FORMS ", "1", ""),
        ("03-200", "2", ""),
        ("rebar", "2", ""),
        ("05-200 Steel", "4", ""),
        ("", None, ""),
        ("Steel", None, "are called “Steel”. Choose one from the list."),
        ("forms", None, "is called “forms”. It is contained in 03-100 Concrete forms."),
        ("05-100 Rebar", None, "is called “05-100 Rebar”."),
        ("%", None, "is called “%”."),
    ],
)
def test_a_row_of_a_long_list_is_typed(long_list: None, typed: str, stored: str | None, said: str, owner: Any) -> None:
    value, errors = send(CODE, "code=" + typed.replace("%", "%25"), owner)
    assert value == stored
    assert (errors == []) if not said else errors[0].endswith(said)


def test_what_is_chosen_of_a_long_list_is_shown_by_its_name_and_leaving_it_changes_nothing(
    long_list: None, owner: Any
) -> None:
    choose("code", "2", owner)
    form = form_of(CODE)
    assert form["code"].value() == "03-200 Rebar"
    assert not form_of(CODE, "code=03-200 Rebar").changed_data
    assert send(CODE, "code=", owner) == (None, [])


def test_several_rows_of_a_long_list_are_added_by_typing_and_taken_out_by_unticking(
    long_list: None, owner: Any
) -> None:
    assert send(CODES, "codes=Rebar", owner) == ("2", [])
    assert send(CODES, "codes.kept=2&codes=03-100", owner) == ("2,1", [])
    assert send(CODES, "codes.kept=2&codes.kept=1", owner) == ("2,1", [])
    assert send(CODES, "codes.kept=1&codes.kept=4", owner) == ("1", []), "what was not chosen is not to be kept"
    assert send(CODES, "", owner) == (None, [])


def test_a_short_list_is_opened_and_a_long_one_searched(long_list: None) -> None:
    procore_side = load_sides().procore
    assert list_options(CODE, procore_side) is None
    assert [row.code for row in find_rows(CODE, procore_side, "ste 05")] == ["05-100", "05-200"]
    assert [option_label(row) for row in find_exact(CODE, procore_side, "steel")] == ["05-100 Steel", "05-200 Steel"]
    make_account("Rent", remote_id="9", code="Rent")
    assert list_options(BILL_CODE, load_sides().quickbooks) == [("Cost of Goods Sold", [("9", "Rent")])]


def test_lists_are_read_once_however_many_defaults_choose_from_them(django_assert_num_queries: Any) -> None:
    make_account("Rent")
    kinds = [
        CODE,
        CODES,
        BILL_CODE,
        *[kind for kind in DEFAULTS.values() if kind.account_types == BILL_CODE.account_types],
    ]
    with django_assert_num_queries(4):  # connections, choices, codes, accounts
        form_for_defaults(kinds=kinds)

"""Many links at once: what stands in the way of each is told, and what gives way for another goes only with it."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.link_sets import Linked, link_together
from mapping.models import LeftOut, Link, LinkChange, RemoteItem
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_vendor, wanted_link

pytestmark = pytest.mark.usefixtures("scope")


def replace(links: list[Link]) -> Linked:
    return link_together(links, actor=None, run=None, may_replace=lambda new, old: True)


def told(linked: Linked) -> dict[int, tuple[str, str]]:
    return {place: (refusal.code, refusal.partner) for place, refusal in linked.refused.items()}


def pairs() -> set[tuple[str, str]]:
    return set(Link.objects.values_list("left_id", "right_id"))


@pytest.fixture
def circle() -> tuple[list[RemoteItem], list[RemoteItem]]:
    """C0 to C2 linked to V0 to V2."""
    lefts, rights = [make_company(f"C{n}") for n in range(3)], [make_vendor(f"V{n}") for n in range(3)]
    for left, right in zip(lefts, rights, strict=True):
        make_link(VENDOR, left, right)
    return lefts, rights


def test_partners_move_on_together(circle: Any) -> None:
    lefts, rights = circle
    links = [wanted_link(lefts[n], rights[(n + 1) % 3]) for n in range(3)]
    linked = replace(links)
    assert (linked.made, len(linked.replaced), linked.refused) == (links, 3, {})
    assert pairs() == {(lefts[n].remote_id, rights[(n + 1) % 3].remote_id) for n in range(3)}
    assert sorted(LinkChange.objects.values_list("action", flat=True)) == ["linked"] * 3 + ["unlinked"] * 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_one_that_is_refused_keeps_its_partner_and_so_does_who_counted_on_it(circle: Any, order: Any) -> None:
    lefts, rights = circle
    taken, before = make_vendor("Taken"), pairs()
    make_link(VENDOR, make_company("Owner"), taken)
    moves = [(lefts[0], rights[1], "C1"), (lefts[1], rights[2], "C2"), (lefts[2], taken, "Owner")]
    wanted = [moves[place] for place in order]
    linked = replace([wanted_link(left, right) for left, right, _ in wanted])
    assert told(linked) == {place: ("already_linked_right", name) for place, (_, _, name) in enumerate(wanted)}
    assert (linked.made, linked.replaced) == ([], [])
    assert pairs() > before
    assert not LinkChange.objects.exists()


def test_who_comes_second_to_a_free_row_keeps_its_partner_too(circle: Any) -> None:
    lefts, rights = circle
    free = make_vendor("Free")
    linked = replace([wanted_link(lefts[0], free), wanted_link(lefts[1], free), wanted_link(lefts[2], rights[1])])
    assert told(linked) == {1: ("already_linked_right", "C0"), 2: ("already_linked_right", "C1")}
    assert pairs() == {
        (lefts[0].remote_id, free.remote_id),
        (lefts[1].remote_id, rights[1].remote_id),
        (lefts[2].remote_id, rights[2].remote_id),
    }


def test_each_pair_is_judged_by_itself_and_of_two_the_first_has_the_row() -> None:
    lefts, rights = [make_company(f"C{n}") for n in range(4)], [make_vendor(f"V{n}") for n in range(3)]
    RemoteItem.objects.filter(pk=rights[2].pk).update(is_active=False)
    LeftOut.objects.create(section="contacts", connection=lefts[0].connection, remote_id=lefts[0].remote_id)
    gone = make_company("Gone")
    links = [
        wanted_link(lefts[0], rights[0]),
        wanted_link(lefts[1], rights[0]),
        wanted_link(lefts[0], rights[0]),
        wanted_link(lefts[0], rights[1]),
        wanted_link(lefts[2], rights[2]),
        wanted_link(gone, rights[1]),
    ]
    gone.delete()
    linked = link_together(links, actor=None, run=None)
    assert (linked.made, linked.same) == ([links[0]], {2: links[0]})
    assert told(linked) == {
        1: ("already_linked_right", "C0"),
        3: ("already_linked_left", "V0"),
        4: ("inactive_item", ""),
        5: ("unknown_item", ""),
    }
    assert not LeftOut.objects.exists()


def test_an_account_takes_many_codes() -> None:
    codes, account = [make_code(f"01-{n}", f"Code {n}") for n in range(2)], make_account("Materials")
    linked = link_together([wanted_link(code, account, COST_CODE_ACCOUNT) for code in codes], actor=None, run=None)
    assert (len(linked.made), linked.refused) == (2, {})

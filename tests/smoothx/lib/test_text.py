"""Shaping text: blanks, tags, lengths and hashes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smoothx.lib.text import collapse_spaces, shorten_with_hash, stable_hash, strip_tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("  Front\tRange\r\n Mechanical  ", "Front Range Mechanical"),
        ("Front\u00a0Range", "Front Range"),
        ("Front\u3000\u2003Range", "Front Range"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Larimer Street", "Larimer Street"),
    ],
)
def test_collapse_spaces(text: str, expected: str) -> None:
    assert collapse_spaces(text) == expected


@given(st.text())
def test_collapsed_text_stays_as_it_is(text: str) -> None:
    once = collapse_spaces(text)
    assert collapse_spaces(once) == once
    assert "  " not in once
    assert once == once.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Ducts,<br/>main <b>runs</b></p>", "Ducts, main runs"),
        ("<!DOCTYPE html><title>502 Bad Gateway</title>", "502 Bad Gateway"),
        ("<?xml version='1.0'?><Detail>Stale</Detail>", "Stale"),
        ("<style>\nbody { color: red }\n</style><h1>Down</h1>", "Down"),
        ("<SCRIPT type='x'>if (a < b) go()</script >Down", "Down"),
        ("kept <!-- not > shown --> too", "kept too"),
        ("slab < 4 in. and > 2 in.", "slab < 4 in. and > 2 in."),
        ("pipe <6 in. & >4 in.", "pipe <6 in. & >4 in."),
        ("a <b", "a <b"),
        ("", ""),
    ],
)
def test_strip_tags(text: str, expected: str) -> None:
    assert strip_tags(text) == expected


def test_a_text_that_fits_is_not_shortened() -> None:
    assert shorten_with_hash("Larimer Street Lofts", 20) == "Larimer Street Lofts"
    assert shorten_with_hash("", 20) == ""


def test_a_long_text_keeps_its_head_and_gets_a_tail() -> None:
    assert shorten_with_hash("Larimer Street Lofts", 19) == "Larimer Stre~64057F"


@given(st.text(min_size=22), st.text(min_size=22))
def test_two_long_texts_stay_apart_and_fit(one: str, other: str) -> None:
    first, second = shorten_with_hash(one, 21), shorten_with_hash(other, 21)
    assert len(first) == len(second) == 21
    assert (first == second) == (one == other)


@pytest.mark.parametrize("limit", [7, 5, 0, -1])
def test_a_limit_that_holds_only_the_tail_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="holds no text"):
        shorten_with_hash("Larimer Street Lofts", limit)


def test_stable_hash_is_the_same_on_every_machine() -> None:
    assert stable_hash("bills", 12345) == "439ae20ee0ea08a217e9a498f3557a273721"
    assert stable_hash("bills", "12345", length=10) == stable_hash("bills", 12345)[:10]


def test_stable_hash_keeps_parts_apart() -> None:
    assert len({stable_hash("ab", "c"), stable_hash("a", "bc"), stable_hash("abc"), stable_hash("abc", "")}) == 4
    assert len(stable_hash("x", length=64)) == 64

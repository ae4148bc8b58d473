"""What a seed draws: the same each time, all of it possible, and of everything something."""

from __future__ import annotations

import signal
from collections import Counter
from itertools import chain

import pytest

from connectors.sandbox.faults import Fault
from smoothx.demo.chaos.abreast import read_told, split, tell
from smoothx.demo.chaos.nursery import name_end
from smoothx.demo.chaos.strokes import Volley, draw
from smoothx.demo.chaos.verdict import Verdict, find_secrets, list_failed, list_odd_ends, list_tokens

VOLLEYS = [draw(seed, number, may_restart=True) for seed in range(1, 101) for number in range(3)]


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    assert draw(7, 1, may_restart=True) == draw(7, 1, may_restart=True)
    assert draw(7, 1, may_restart=True) != draw(8, 1, may_restart=True)
    assert draw(7, 1, may_restart=True) != draw(7, 2, may_restart=True)


@pytest.mark.parametrize("volley", VOLLEYS[:20])
def test_every_place_ends_with_a_worker_that_works_everything_off(volley: Volley) -> None:
    assert 1 <= len(volley.slots) <= 3
    for lives in volley.slots:
        assert [life.is_last for life in lives] == [False] * (len(lives) - 1) + [True]


def test_time_passes_only_where_nobody_works_beside() -> None:
    for volley in VOLLEYS:
        rests = [life.rests for slot in volley.slots for life in slot]
        assert rests[0] == 0
        assert not any(rests) or len(volley.slots) == 1
        in_turn = volley.in_turn()
        assert len(in_turn.slots) == 1
        assert [life.is_last for life in in_turn.slots[0]].index(True) == len(in_turn.slots[0]) - 1
        deaths = [(life.dies_at, life.counted) for slot in volley.slots for life in slot if not life.is_last]
        assert [(life.dies_at, life.counted) for life in in_turn.slots[0][:-1]] == deaths
    assert {life.rests for volley in VOLLEYS for slot in volley.slots for life in slot} == {0, 95, 310}


def test_the_sandboxes_take_every_fault() -> None:
    rules = [rule for volley in VOLLEYS for rule in (*volley.procore, *volley.books)]
    # A fault that never ends could be no vendor's bad moment.
    assert all((Fault.parse(rule).times or 0) in (1, 2, 3) for rule in rules)


def test_in_a_hundred_runs_everything_happens() -> None:
    lives = list(chain.from_iterable(chain.from_iterable(volley.slots for volley in VOLLEYS)))
    rules = [rule for volley in VOLLEYS for rule in (*volley.procore, *volley.books)]
    assert {stroke.deed for volley in VOLLEYS for stroke in volley.strokes} == {
        "wipe_redis",
        "restart_database",
        "cut_database",
        "expire_tokens",
    }
    assert {volley.webhooks for volley in VOLLEYS} == {"normal", "duplicate", "reorder", "drop", "off"}
    assert {(life.counted, life.when) for life in lives if life.dies_at} == {
        ("steps", "before"),
        ("steps", "after"),
        ("writes", "before"),
        ("writes", "after"),
        ("tokens", "before"),
        ("tokens", "after"),
    }
    assert any(life.shot_after_ms for life in lives)
    assert any(life.clock_off < 0 for life in lives)
    assert any(life.clock_off > 0 for life in lives)
    assert {rule.get("status") for rule in rules} >= {200, 401, 429, 500, 502, 503}
    assert any(rule.get("headers") for rule in rules)
    assert any(rule.get("drop") for rule in rules)
    assert any(rule.get("delay_ms") for rule in rules)
    assert {rule["code"] for rule in rules if "code" in rule} == {"5010"}


def test_a_server_that_is_not_ours_alone_is_not_restarted() -> None:
    volleys = [draw(seed, 0, may_restart=False) for seed in range(100)]
    assert "restart_database" not in {stroke.deed for volley in volleys for stroke in volley.strokes}


@pytest.mark.parametrize(
    ("code", "name"), [(0, "done"), (-signal.SIGKILL, "killed"), (1, "failed with 1"), (-11, "failed with -11")]
)
def test_how_a_worker_ended_is_named(code: int, name: str) -> None:
    assert name_end(code) == name


def test_a_task_that_failed_is_told_by_its_error() -> None:
    log = (
        "07:39:46.808 INFO    connectors.call status=200\n"
        "07:39:47.100 ERROR   chaos.failed\nTraceback (most recent call last):\n"
        '  File "sync/engine.py", line 5, in run\n    act()\nKeyError: 12\n07:39:47.107 INFO    chaos.round\n'
    )
    assert list(list_failed(log)) == ["failed: KeyError: 12"]
    assert list(list_failed("07:39:46.808 WARNING chaos.task_lost\n")) == []


def test_a_worker_that_hangs_or_fails_is_a_finding() -> None:
    assert list(list_odd_ends(["done", "killed"])) == []
    assert list(list_odd_ends(["killed", "hung", "failed with 1"])) == ["a worker hung", "a worker failed with 1"]


def test_no_token_that_was_ever_given_may_stand_in_a_log() -> None:
    long = "eyJ" + "a" * 500
    grants = [{"access_token": long, "refresh_token": "r1"}, {"access_token": "k1", "refresh_token": None}]
    tokens = list(list_tokens({"grants": grants}, {"tokens": {"refresh": {"RT1-9": "x"}, "access": {"eyJb": {}}}}))
    assert tokens == [long, "r1", "k1", "RT1-9", "eyJb"]
    assert list(find_secrets("nothing of it", tokens)) == []
    assert list(find_secrets("RT1-9 in a body", tokens)) == ["the log holds a token: RT1-9..."]
    assert len(list(find_secrets(f"cut: {long[:70]}", tokens))) == 1


def test_rows_share_the_seeds_and_their_counts_are_added() -> None:
    assert list(split(range(5, 12), 3)) == [range(5, 7), range(7, 9), range(9, 12)]
    assert list(split(range(5, 7), 4)) == [range(5, 6), range(6, 7)]
    counts = Counter(runs=7, lost=1, stuck=12)
    assert tell(counts) == "chaos-check: 7 runs, 1 lost, 0 doubled, 12 stuck"
    assert read_told(tell(counts)) == Counter(runs=7, lost=1, doubled=0, stuck=12)
    assert read_told("seed 7: in order, 2 volleys, 2 workers killed, 3.1 s") is None


def test_a_verdict_is_clean_only_when_nothing_is_in_it() -> None:
    assert Verdict().is_clean
    for name in ("lost", "doubled", "stuck", "told"):
        verdict = Verdict(**{name: ("Bill 7",)})
        assert not verdict.is_clean
        assert list(verdict.tell()) == [f"{name}: Bill 7"]

"""What keeps one vendor account's calls within its limits, and the store of one process for it.

A bucket is written as the moment its next call is due. A call takes the earliest moment that every bucket, the pause
and the vendor's own count allow, and pushes the moments on: callers are served in order and none starves. An account
nothing is known of gets no burst at first: its calls may have been forgotten.

Beside them stands a circuit breaker: when MOST_FAILURES calls in a row had no answer and one that has to do with no
record ("gone") has none either, nobody calls for a while; then one call is let through to look. Records that their
vendor cannot show, however many, shut nobody out.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

# No pause and no window of either vendor is longer. What lies further ahead was written before the clock was set back.
LONGEST_PAUSE = 3600.0
LONGEST_DUE = 120.0
# Of a window longer than this the last quarter is spread over what is left of it: nobody waits an hour for one call.
PACED_FROM, PACED_SHARE = 60.0, 0.25
# How soon to ask again when as many calls are under way as may be, and when one whose process died is forgotten.
TURN_AGAIN, TURN_LASTS = 0.05, 150.0
# The breaker: failures in a row, and the seconds it stays open at first (twice as long each time) and at the most.
MOST_FAILURES, FIRST_OPEN, LONGEST_OPEN = 5, 15.0, 120.0
# Until when the one call that looks has the field for itself.
PROBE_LASTS = 60.0

# Whether a call showed that the vendor is there; "gone": one failed that has nothing to do with any record; "": it
# shows nothing.
Health = Literal["alive", "away", "gone", ""]


@dataclass(frozen=True, slots=True)
class Bucket:
    """`rate` calls a second in the long run, `burst` at once: no T seconds ever see more than burst + rate * T."""

    name: str
    rate: float
    burst: float

    @property
    def interval(self) -> float:
        return 1 / self.rate

    @property
    def tolerance(self) -> float:
        return (self.burst - 1) * self.interval


@dataclass(frozen=True, slots=True)
class Grant:
    """`delay` is the sleep before the call when granted, else the seconds until it is worth asking again.

    `is_shut`: refused because the vendor does not answer.
    """

    is_granted: bool
    delay: float
    is_shut: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One call's place among at most `most` under way at a time; no limit with 0."""

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Count:
    """The vendor says `left` of `limit` calls remain in `window`, which ends in `seconds`."""

    left: int
    limit: int
    window: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Calls in a row without an answer, since when (Unix time), and for how many seconds nobody calls."""

    failures: int
    since: float
    shut_for: float


NO_TURN = Turn("", 0)


class Store(Protocol):
    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float, turn: Turn = NO_TURN) -> Grant:
        """A moment within `longest` seconds for one call; nothing is taken when there is none."""

    def look(self, key: str, turn: Turn = NO_TURN) -> float:
        """Seconds for which the call still waits; at 0 it has its turn."""

    def pause(self, key: str, seconds: float) -> None:
        """No call for `seconds`; a longer pause that is already set stays."""

    def end(self, key: str, turn: Turn = NO_TURN, health: Health = "", count: Count | None = None) -> float:
        """A call is over. Answers for how many seconds the breaker is open now."""

    def silence(self, key: str) -> Silence:
        """How the vendor answers."""


def open_seconds(times: int) -> float:
    """How long the breaker stays open the first, second ... time in a row."""
    return min(FIRST_OPEN * 2.0 ** (times - 1), LONGEST_OPEN)


class LocalStore:
    """This process's own buckets, at `share` of the rate; for the time Redis is away. `now` is its clock."""

    def __init__(self, *, share: float, now: Callable[[], float] = time.monotonic) -> None:
        self._share, self._now = share, now
        self._state: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._turns: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._lock = threading.Lock()

    def reserve(self, key: str, buckets: Sequence[Bucket], longest: float, turn: Turn = NO_TURN) -> Grant:
        with self._lock:
            state, now = self._state[key], self._now()
            if "open_until" in state:
                shut_until = max(state["open_until"], state.get("probe_until", 0.0))
                if shut_until > now:
                    return Grant(False, shut_until - now, is_shut=True)
            start, step = self._counted(state, max(now, state.get("paused_until", 0.0)), now)
            due = {each.name: state.get(each.name, now + each.tolerance) for each in buckets}
            start = max([start, *(due[each.name] - each.tolerance for each in buckets)])
            if start - now > longest:
                return Grant(False, start - now)
            for each in buckets:
                state[each.name] = max(due[each.name], start) + each.interval / self._share
            if state.get("left", 0) > 0 and state["window_ends"] > start:
                state["left"] -= 1
            if step:
                state["paced"] = start + step
            if "open_until" in state:
                state["probe_until"] = start + PROBE_LASTS
            return Grant(True, start - now or self._take_turn(key, turn, now))

    def _counted(self, state: dict[str, Any], start: float, now: float) -> tuple[float, float]:
        """When the vendor's count lets the next call out, and how long after it the one after that."""
        ends = state.get("window_ends", 0.0)
        if ends <= now:
            return start, 0.0
        if state["left"] <= 0:
            return max(start, ends), 0.0
        if ends - now <= PACED_FROM or state["left"] > PACED_SHARE * state["limit"]:
            return start, 0.0
        return max(start, state.get("paced", 0.0)), (ends - now) / (state["left"] + 1)

    def _take_turn(self, key: str, turn: Turn, now: float) -> float:
        if not turn.most:
            return 0.0
        kept = {name: until for name, until in self._turns[key].items() if until > now}
        self._turns[key] = kept
        if len(kept) >= turn.most:
            return TURN_AGAIN
        kept[turn.name] = now + TURN_LASTS
        return 0.0

    def look(self, key: str, turn: Turn = NO_TURN) -> float:
        with self._lock:
            now = self._now()
            paused = max(0.0, float(self._state[key].get("paused_until", 0.0)) - now)
            return paused or self._take_turn(key, turn, now)

    def pause(self, key: str, seconds: float) -> None:
        with self._lock:
            state = self._state[key]
            state["paused_until"] = max(state.get("paused_until", 0.0), self._now() + seconds)

    def end(self, key: str, turn: Turn = NO_TURN, health: Health = "", count: Count | None = None) -> float:
        with self._lock:
            state, now = self._state[key], self._now()
            self._turns[key].pop(turn.name, None)
            if health == "alive":
                for name in ("failures", "opened", "open_until", "probe_until", "since"):
                    state.pop(name, None)
            elif health:
                self._note_failure(state, now, is_sure=health == "gone")
            if count is not None:
                known = state["left"] if state.get("window") == count.window else count.left
                state.update(left=min(count.left, known), window=count.window, limit=count.limit)
                state["window_ends"] = now + count.seconds
            open_until: float = state.get("open_until", 0.0)
            return max(0.0, open_until - now)

    def _note_failure(self, state: dict[str, Any], now: float, *, is_sure: bool) -> None:
        state["failures"] = state.get("failures", 0) + 1
        state.setdefault("since", time.time())
        if is_sure and state["failures"] >= MOST_FAILURES and state.get("open_until", 0.0) <= now:
            state["opened"] = state.get("opened", 0) + 1
            state["open_until"] = now + open_seconds(state["opened"])
            state.pop("probe_until", None)

    def silence(self, key: str) -> Silence:
        with self._lock:
            state = self._state[key]
            shut_for = max(0.0, state.get("open_until", 0.0) - self._now())
            return Silence(state.get("failures", 0), state.get("since", 0.0), shut_for)

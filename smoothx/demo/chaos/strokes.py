"""What befalls one volley of work, drawn from a seed: which workers die where, what vendors and services do meanwhile.

The same seed draws the same. Nothing here reaches a server or a database.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

# What may be counted up to a worker's end: statements and vendor calls alike, calls that write alone, or those for new
# access.
Counted = Literal["steps", "writes", "tokens"]
When = Literal["before", "after"]
Deed = Literal["wipe_redis", "restart_database", "cut_database", "expire_tokens"]

# A whole page instead of an answer, as gateways send them.
PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
# Longer than a worker of the check waits for an answer (`failing.READ_SECONDS`).
LATE_MS = 900
WRITES_IN_BOOKS = r"/v3/company/\d+/(bill|vendorcredit|invoice|creditmemo|item|customer|vendor|batch)"
WRITES_IN_PROCORE = "direct_costs|contract_payments|budget_codes|wbs"
READS_IN_BOOKS, READS_IN_PROCORE = r"/v3/company/\d+/(query|cdc|bill|invoice)", "/rest/"
TOKENS = "/oauth"
# Longer than a lane and a topic are held, and than a document is.
RESTS = (0, 95, 310)
SECONDS_OFF = (-3600, -400, -30, 7, 95, 130, 400, 3700)


@dataclass(frozen=True, slots=True)
class Life:
    """One worker process. It ends at the `dies_at`-th of what is `counted`, at 0 when nothing is left to do, or from
    outside after `shot_after_ms`. Its clock goes wrong by `clock_off` seconds. Before it begins `rests` seconds go by
    for all: what the one before held has run out by then, or not."""

    dies_at: int = 0
    counted: Counted = "steps"
    when: When = "before"
    shot_after_ms: int = 0
    clock_off: int = 0
    rests: int = 0

    @property
    def is_last(self) -> bool:
        return not self.dies_at and not self.shot_after_ms


@dataclass(frozen=True, slots=True)
class Stroke:
    """Something that is done to a service, so long after the workers began."""

    deed: Deed
    after_ms: int


@dataclass(frozen=True, slots=True)
class Volley:
    """`slots` are workers side by side, each a row of lives; the last life of each works until nothing is left."""

    slots: tuple[tuple[Life, ...], ...]
    procore: tuple[dict[str, Any], ...]
    books: tuple[dict[str, Any], ...]
    strokes: tuple[Stroke, ...]
    webhooks: str

    def in_turn(self) -> Volley:
        """The same with one worker after the other, so that all of it happens in the same order each time."""
        lives = [life for slot in self.slots for life in slot if not life.is_last]
        return replace(self, slots=((*_let_rest(lives, 0), Life()),))

    def tell(self) -> Iterator[str]:
        """What is done, a line each, for who looks into a run that failed."""
        for number, slot in enumerate(self.slots, start=1):
            for life in slot:
                told = {name: value for name, value in asdict(life).items() if value}
                yield f"worker {number}: {told if not life.is_last else told | {'dies_at': 'never'}}"
        for name, faults in (("Procore", self.procore), ("QuickBooks", self.books)):
            yield from (f"{name}: {fault}" for fault in faults)
        yield from (f"{stroke.deed} after {stroke.after_ms} ms" for stroke in self.strokes)
        yield f"webhooks: {self.webhooks}"


def draw(seed: int, number: int, *, may_restart: bool) -> Volley:
    """The volley `number` of a run. `may_restart`: the database server is ours alone, and so is Redis."""
    rng = random.Random(f"volley {seed} {number}")  # noqa: S311
    slots = [tuple(_draw_lives(rng)) for _ in range(rng.choice((1, 2, 2, 3)))]
    procore = tuple(_draw_faults(rng, WRITES_IN_PROCORE, READS_IN_PROCORE, _procore_own))
    books = tuple(_draw_faults(rng, WRITES_IN_BOOKS, READS_IN_BOOKS, _books_own))
    strokes = list(_draw_strokes(rng, may_restart=may_restart))
    webhooks = rng.choice(("normal", "duplicate", "reorder", "drop", "off"))
    if rng.random() < 0.15:
        # Somebody dies with the only access in hand, or before it was asked for.
        strokes.append(Stroke("expire_tokens", 0))
        slots[0] = (Life(1, "tokens", rng.choice(("before", "after"))), *slots[0])
    if len(slots) == 1:
        # Side by side with others nobody's time may pass faster.
        slots = [tuple(_let_rest(slots[0], seed + number))]
    return Volley(tuple(slots), procore, books, tuple(strokes), webhooks)


def _let_rest(lives: Sequence[Life], first: int) -> Iterator[Life]:
    """Who takes what over at once meets leases that hold, later it has it all to do."""
    for place, life in enumerate(lives):
        yield replace(life, rests=RESTS[(first + place) % len(RESTS)] if place else 0)


def _draw_lives(rng: random.Random) -> Iterator[Life]:
    for _ in range(rng.choice((0, 1, 2, 2, 3, 4))):
        clock = _draw_clock(rng)
        match rng.randrange(10):
            case 0:
                yield Life(shot_after_ms=rng.randrange(20, 1500), clock_off=clock)
            case 1 | 2 | 3 | 4:
                yield Life(rng.randint(1, 4), "writes", rng.choice(("before", "after")), clock_off=clock)
            case _:
                # Early steps are met by every life, late ones by those that have much to do.
                at = round(2 ** rng.uniform(0, 9.5))
                yield Life(at, "steps", rng.choice(("before", "after")), clock_off=clock)
    yield Life(clock_off=_draw_clock(rng))


def _draw_clock(rng: random.Random) -> int:
    return rng.choice(SECONDS_OFF) if rng.random() < 0.25 else 0


def _draw_faults(rng: random.Random, writes: str, reads: str, own: Any) -> Iterator[dict[str, Any]]:
    methods = ("POST", "PATCH") if writes == WRITES_IN_PROCORE else ("POST",)
    for _ in range(rng.choice((0, 1, 2, 3, 4))):
        yield {"method": rng.choice(methods), "path": writes, "times": rng.choice((1, 1, 2, 3)), **_spoil_write(rng)}
    for _ in range(rng.choice((0, 1, 2))):
        yield {"method": "GET", "path": reads, "times": 1, "probability": 0.3, **_spoil_read(rng)}
    yield from own(rng, writes)


def _spoil_write(rng: random.Random) -> dict[str, Any]:
    """Refused before it had its effect, or done and the answer lost on the way."""
    when = rng.choice(("before", "after"))
    return rng.choice(
        (
            {"when": when, "drop": True},
            {"when": "after", "drop": True},
            {"when": when, "status": rng.choice((500, 502, 503, 504)), "body": PAGE, "content_type": "text/html"},
            {"when": "after", "status": 200, "body": '{"Bill": {"Id": "12'},
            {"when": "after", "status": 200, "body": "{}"},
            {"when": when, "delay_ms": LATE_MS},
            {"when": "before", "status": 429, "headers": {"Retry-After": "1"}},
            {"when": "before", "status": 429},
            {"when": "before", "status": 401, "body": "{}"},
        )
    )


def _spoil_read(rng: random.Random) -> dict[str, Any]:
    return rng.choice(
        (
            {"drop": True},
            {"status": 502, "body": PAGE, "content_type": "text/html"},
            {"when": "after", "status": 200, "body": '{"QueryResponse": {"Bill": [{"Id"'},
            {"status": 429},
            {"status": 401, "body": "{}"},
            {"delay_ms": LATE_MS},
        )
    )


def _books_own(rng: random.Random, writes: str) -> Iterator[dict[str, Any]]:
    """A record that changed since it was read, and a token endpoint in trouble."""
    if rng.random() < 0.2:
        yield {"method": "POST", "path": writes, "code": "5010", "times": 1}
    if rng.random() < 0.2:
        yield {"method": "POST", "path": TOKENS, "when": rng.choice(("before", "after")), "drop": True, "times": 1}


def _procore_own(rng: random.Random, writes: str) -> Iterator[dict[str, Any]]:
    if rng.random() < 0.2:
        yield {"method": "POST", "path": TOKENS, "when": "before", "status": 503, "times": 1}


def _draw_strokes(rng: random.Random, *, may_restart: bool) -> Iterator[Stroke]:
    deeds: Sequence[Deed] = ("cut_database", "expire_tokens", "wipe_redis")
    for deed in deeds:
        if rng.random() < 0.35:
            yield Stroke(deed, rng.randrange(0, 1200))
    if may_restart and rng.random() < 0.15:
        yield Stroke("restart_database", rng.randrange(0, 1200))

"""The stacked chart of the last 24 hours, drawn as SVG by the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

SERIES = ("posted", "warned", "waiting", "stopped", "uncertain")
WIDTH, HEIGHT = 340, 178
LEFT, TOP, BASE = 30, 14, 154
BAR_WIDTH = 9
GAP = 1
LABEL_EVERY = 4
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One block of a column: series, position and size in SVG units."""

    series: str
    x: str
    y: str
    height: str


@dataclass(frozen=True)
class Tick:
    """A label on an axis and where it stands."""

    label: str
    at: str


@dataclass(frozen=True)
class Chart:
    """Everything the template draws. Positions are strings so that localisation cannot touch them."""

    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...]
    hours: tuple[Tick, ...]


def choose_step(highest: int) -> int:
    """The distance of two grid lines, so that at most three stand above zero: 1, 2, 5, 10, 20, 50 ..."""
    factor = 1
    while True:
        for step in STEPS:
            if highest <= 3 * step * factor:
                return step * factor
        factor *= 10


def _value(hour: Any, name: str) -> Any:
    return hour[name] if isinstance(hour, dict) else getattr(hour, name)


def _svg(number: float) -> str:
    return f"{number:.1f}"


def _stack(hour: Any, x: float, unit: float) -> list[Bar]:
    bars: list[Bar] = []
    top = float(BASE)
    for series in SERIES:
        size = _value(hour, series) * unit
        if not size:
            continue
        top -= size
        bars.append(Bar(series, _svg(x), _svg(top), _svg(max(size - GAP, 1))))
    return bars


def lay_out(hours: Sequence[Any]) -> Chart:
    """Positions of a stacked column per hour, oldest first, with at most three grid lines above zero."""
    highest = max((sum(_value(hour, name) for name in SERIES) for hour in hours), default=0)
    step = choose_step(max(highest, 1))
    level_count = max(1, -(-highest // step))
    unit = (BASE - TOP) / (step * level_count)
    pitch = (WIDTH - LEFT) / max(len(hours), 1)
    inset = (pitch - BAR_WIDTH) / 2
    bars = [bar for n, hour in enumerate(hours) for bar in _stack(hour, LEFT + n * pitch + inset, unit)]
    levels = [Tick(f"{n * step:,d}", _svg(BASE - n * step * unit)) for n in range(level_count + 1)]
    ticks = [
        Tick(_value(hour, "label"), _svg(LEFT + (n + 0.5) * pitch))
        for n, hour in enumerate(hours)
        if n % LABEL_EVERY == LABEL_EVERY // 2
    ]
    return Chart(tuple(bars), tuple(levels), tuple(ticks))


@register.inclusion_tag("components/stacked_chart.html")
def stacked_chart(hours: Sequence[Any], totals: Sequence[Any]) -> dict[str, Any]:
    """A column per hour. `totals` names the series for those who do not see the picture."""
    return {"chart": lay_out(hours), "totals": totals, "bar_width": BAR_WIDTH, "width": WIDTH, "left": LEFT}

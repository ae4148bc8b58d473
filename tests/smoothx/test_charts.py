from __future__ import annotations

import pytest

from smoothx.pages.templatetags.charts import choose_step, lay_out


def hour(label: str = "09:00", **counts: int) -> dict[str, object]:
    return {"label": label, "posted": 0, "warned": 0, "waiting": 0, "stopped": 0, "uncertain": 0, **counts}


@pytest.mark.parametrize(
    ("highest", "step"), [(1, 1), (3, 1), (4, 2), (15, 5), (18, 10), (31, 20), (61, 50), (700, 500)]
)
def test_at_most_three_grid_lines_stand_above_zero(highest: int, step: int) -> None:
    assert choose_step(highest) == step


def test_blocks_stand_on_one_another_and_fill_the_scale() -> None:
    chart = lay_out([hour(posted=8, stopped=2)])
    posted, stopped = chart.bars
    assert [posted.series, stopped.series] == ["posted", "stopped"]
    assert (posted.y, posted.height) == ("42.0", "111.0")
    assert (stopped.y, stopped.height) == ("14.0", "27.0")
    assert [(level.label, level.at) for level in chart.levels] == [("0", "154.0"), ("5", "84.0"), ("10", "14.0")]


def test_a_quiet_day_draws_the_axis_and_no_bars() -> None:
    chart = lay_out([hour() for _ in range(24)])
    assert chart.bars == ()
    assert [level.label for level in chart.levels] == ["0", "1"]
    assert len(chart.hours) == 6


def test_hours_are_labelled_every_fourth() -> None:
    chart = lay_out([hour(f"{n:02d}:00", posted=1) for n in range(24)])
    assert [tick.label for tick in chart.hours] == ["02:00", "06:00", "10:00", "14:00", "18:00", "22:00"]
